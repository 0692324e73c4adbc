"""Settings: when, in which language and how often a machine may write for a creator."""

from typing import Any

import pytest

from tests.api.answers import SETTINGS, bad, good
from tests.harness.program import Person, Serving

TAKEN: list[dict[str, Any]] = [
    {},
    {"timezone": "America/Lima"},
    {"timezone": "Europe/Madrid"},
    {"language": "es"},
    {"language": "en"},
    {"language": "pt"},
    {"mode": "off"},
    {"mode": "review"},
    {"mode": "auto"},
    {"debounce_seconds": 0},
    {"debounce_seconds": 120},
    {"quiet_hours": {"from": "22:30", "to": "07:15"}},
    {"quiet_hours": {"from": "00:00", "to": "00:00"}},
    {"caps": {"per_person_week": 0, "per_day": 0}},
    {"caps": {"per_person_week": 100, "per_day": 100}},
    {
        "timezone": "America/Lima",
        "language": "pt",
        "mode": "auto",
        "quiet_hours": {"from": "22:30", "to": "07:15"},
        "caps": {"per_person_week": 5, "per_day": 3},
    },
]


@pytest.mark.parametrize("body", TAKEN, ids=lambda value: str(value)[:60])
def test_a_setting_is_taken_and_shown(creator: Person, body: dict[str, Any]) -> None:
    before = good(creator.ask("GET /settings/{c}"), SETTINGS)
    said = good(creator.ask("PUT /settings/{c}", body), SETTINGS)
    assert said == before | body | {"version": said["version"]}
    assert good(creator.ask("GET /settings/{c}")) == said


def test_of_the_caps_either_may_be_set_alone(creator: Person) -> None:
    before = good(creator.ask("GET /settings/{c}"))["caps"]
    for one in ({"per_day": 7}, {"per_person_week": 9}):
        before |= one
        assert good(creator.ask("PUT /settings/{c}", {"caps": one}))["caps"] == before


REFUSED: list[tuple[dict[str, Any], str]] = [
    ({"timezone": "Mars/Olympus"}, "/timezone"),
    ({"timezone": ""}, "/timezone"),
    ({"timezone": "x" * 65}, "/timezone"),
    ({"language": "fr"}, "/language"),
    ({"language": "ES"}, "/language"),
    ({"mode": "on"}, "/mode"),
    ({"mode": True}, "/mode"),
    ({"quiet_hours": {"from": "22:30"}}, "/quiet_hours/to"),
    ({"quiet_hours": {"from": "24:00", "to": "07:00"}}, "/quiet_hours/from"),
    ({"quiet_hours": {"from": "22:00", "to": "7:00"}}, "/quiet_hours/to"),
    ({"quiet_hours": "22:00-07:00"}, "/quiet_hours"),
    ({"debounce_seconds": -1}, "/debounce_seconds"),
    ({"debounce_seconds": 121}, "/debounce_seconds"),
    ({"debounce_seconds": 1.5}, "/debounce_seconds"),
    ({"caps": {"per_day": -1}}, "/caps/per_day"),
    ({"caps": {"per_day": 101}}, "/caps/per_day"),
    ({"caps": {"per_person_week": 1.5}}, "/caps/per_person_week"),
    ({"caps": {"per_hour": 1}}, "/caps/per_hour"),
    ({"api_key": "x"}, "/api_key"),
    ({"version": 7}, "/version"),
]


def test_one_bad_setting_and_none_is_changed(creator: Person, program: Serving) -> None:
    other = good(creator.ask("GET /settings/{c}"))["language"]
    wish = {"language": "en" if other != "en" else "pt"}
    before = program.log(creator.name)
    for body, field in REFUSED:
        bad(creator.ask("PUT /settings/{c}", wish | body), 422, "invalid", field)
    assert program.log(creator.name) == before


def test_a_new_creator_sleeps_at_night_and_writes_seldom_and_only_what_was_approved(creator: Person) -> None:
    shown = good(creator.ask("GET /settings/{c}"))
    assert (shown["mode"], shown["quiet_hours"]) == ("review", {"from": "21:00", "to": "09:00"})
    assert shown["caps"]["per_person_week"] == 4
