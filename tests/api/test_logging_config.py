"""The log on stderr: one line an event, with a stable name and fields, as text or as JSON."""

import json
import logging
import logging.config
from collections.abc import Iterator
from datetime import datetime
from uuid import UUID

import pytest

from api.logging_config import LogFormat, configure

LOGGER = logging.getLogger("processes.deliveries")
ID = UUID(int=7)


@pytest.fixture(autouse=True)
def restored() -> Iterator[None]:
    """Leave the logging of the test run as it was."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    root.handlers[:], root.level = handlers, level


def written(form: LogFormat, capsys: pytest.CaptureFixture[str], **fields: object) -> str:
    configure("info", form)
    LOGGER.warning("delivery_failed", extra=fields)
    return capsys.readouterr().err


def test_a_line_of_text_is_the_time_the_level_the_logger_the_event_and_its_fields(
    capsys: pytest.CaptureFixture[str],
) -> None:
    line = written("text", capsys, delivery=ID, reason="failed:KeyError", tries=1, by=None)
    time, _, rest = line.partition(" ")
    assert datetime.fromisoformat(time).utcoffset() is not None
    fields = f"delivery={ID} reason=failed:KeyError tries=1 by=-"
    assert rest == f"WARNING processes.deliveries delivery_failed {fields}\n"


@pytest.mark.parametrize("value", ["two words", "a=b", 'say "hi"', "two\nlines", "", "\u2028"])
def test_a_value_stays_on_its_line_and_within_its_field(capsys: pytest.CaptureFixture[str], value: str) -> None:
    line = written("text", capsys, reason=value, tries=2)
    assert line.count("\n") == 1
    fields = line.rstrip("\n").partition("delivery_failed ")[2]
    assert fields.endswith(" tries=2")
    assert json.loads(fields.removeprefix("reason=").removesuffix(" tries=2")) == value


def test_a_line_of_json_is_an_object_with_the_same_fields(capsys: pytest.CaptureFixture[str]) -> None:
    said = json.loads(written("json", capsys, delivery=ID, reason="dos\nlíneas", tries=1))
    assert said.pop("time")
    assert said == {
        "level": "WARNING",
        "logger": "processes.deliveries",
        "event": "delivery_failed",
        "delivery": str(ID),
        "reason": "dos\nlíneas",
        "tries": 1,
    }


def test_a_traceback_stays_within_the_line_of_json(capsys: pytest.CaptureFixture[str]) -> None:
    configure("info", "json")
    try:
        raise LookupError
    except LookupError:
        LOGGER.exception("delivery_item_failed")
    said = capsys.readouterr().err
    assert said.count("\n") == 1
    assert "LookupError" in json.loads(said)["exc_info"]
