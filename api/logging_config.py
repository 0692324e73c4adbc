"""What the program says on stderr: one line for each thing, with the time and who says it."""

import logging.config
from typing import Any

_FORMAT = "%(asctime)s %(levelname)s %(name)s: %(message)s"


def logging_config(level: str) -> dict[str, Any]:
    """For everything in this program, the libraries that it uses included."""
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"line": {"format": _FORMAT}},
        "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
        "root": {"handlers": ["stderr"], "level": level.upper()},
        "loggers": {
            "apscheduler": {"level": "WARNING"},
            # At the level of information it writes down whole addresses, which hold the tokens of bots.
            "httpx": {"level": "WARNING"},
            "httpcore": {"level": "WARNING"},
        },
    }


def configure(level: str) -> None:
    """Begin to say things."""
    logging.config.dictConfig(logging_config(level))
