"""Configuration of structured logs: one line an event on stderr, as text or as JSON."""

import json
import logging.config
import time
from typing import Any, Final, Literal

from pythonjsonlogger.core import RESERVED_ATTRS

LogFormat = Literal["text", "json"]

_OF_EVERY_RECORD: Final = {*RESERVED_ATTRS, "message", "asctime", "color_message"}
"""What a record holds beside the fields of its event."""

_JSON: Final = {
    "()": "pythonjsonlogger.json.JsonFormatter",
    "format": "%(asctime)s %(levelname)s %(name)s %(message)s",
    "rename_fields": {"asctime": "time", "levelname": "level", "name": "logger", "message": "event"},
    "reserved_attrs": [*RESERVED_ATTRS, "color_message"],
    "json_ensure_ascii": False,
}


class TextFormatter(logging.Formatter):
    """`time level logger event field=value …`; a traceback follows on lines of its own."""

    converter = staticmethod(time.gmtime)
    default_time_format = "%Y-%m-%dT%H:%M:%S"
    default_msec_format = "%s.%03dZ"

    def __init__(self) -> None:
        super().__init__("%(asctime)s %(levelname)s %(name)s %(message)s")

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802  # the library's name
        fields = {name: value for name, value in vars(record).items() if name not in _OF_EVERY_RECORD}
        return " ".join([super().formatMessage(record), *(f"{name}={_text(value)}" for name, value in fields.items())])


def _text(value: object) -> str:
    text = "-" if value is None else str(value)
    return text if text and text.isprintable() and not set(text) & {" ", '"', "="} else json.dumps(text)


def logging_config(level: str, form: LogFormat = "text") -> dict[str, Any]:
    """For everything in this program, the libraries that it uses included."""
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"line": _JSON if form == "json" else {"()": TextFormatter}},
        "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
        "root": {"handlers": ["stderr"], "level": level.upper()},
        "loggers": {
            "apscheduler": {"level": "WARNING"},
            # At the level of information it writes down whole addresses, which hold the tokens of bots.
            "httpx": {"level": "WARNING"},
            "httpcore": {"level": "WARNING"},
            # For debugging it writes down whole prompts, which hold what people wrote.
            "groq": {"level": "WARNING"},
        },
    }


def configure(level: str, form: LogFormat) -> None:
    """Begin to write the log."""
    logging.config.dictConfig(logging_config(level, form))
