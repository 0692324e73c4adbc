"""The one switch of the bot, and a creator's settings."""

from typing import Any

import pytest

from tests.api.contract.answers import bad, good, words
from tests.serving import Person, Serving

CALLS: list[tuple[str, Any, set[str]]] = [
    ("GET /bot/{c}/status", None, words("creator_id bot_active exists active pause_reason updated_at mode")),
    ("POST /bot/{c}/pause", {"reason": "On holiday"}, words("creator_id bot_active")),
    ("POST /bot/{c}/resume", None, words("creator_id bot_active")),
    ("PUT /dashboard/{c}/toggle", None, words("active bot_active clone_active reason")),
    ("GET /settings/{c}", None, words("creator_id timezone language mode quiet_hours caps version")),
    ("PUT /settings/{c}", {}, words("creator_id timezone language mode quiet_hours caps version")),
]


@pytest.mark.parametrize(("call", "body", "fields"), CALLS, ids=[call for call, _, _ in CALLS])
def test_a_call_answers_these_fields(creator: Person, call: str, body: Any, fields: set[str]) -> None:
    said = good(creator.ask(call, **({} if body is None else {"json": body})))
    assert set(said) >= fields | {"status"}


def test_the_dashboard_and_the_bot_have_one_switch(creator: Person) -> None:
    states = []
    for call in (
        "PUT /dashboard/{c}/toggle",
        "PUT /dashboard/{c}/toggle?active=true",
        "POST /bot/{c}/pause",
        "PUT /dashboard/{c}/toggle",
        "PUT /dashboard/{c}/toggle?active=false&reason=Holiday",
        "POST /bot/{c}/resume",
    ):
        said = good(creator.ask(call))
        states.append(said["bot_active"])
        shown = good(creator.ask("GET /bot/{c}/status"))
        assert (shown["bot_active"], shown["active"]) == (said["bot_active"], said["bot_active"])
        if "Holiday" in call:
            assert shown["pause_reason"] == said["reason"] == "Holiday"
    assert states == [True, True, False, True, False, True]


def test_settings_are_shown_and_changed_all_or_nothing(creator: Person, program: Serving) -> None:
    changes = {
        "timezone": "America/Lima",
        "language": "pt",
        "mode": "auto",
        "quiet_hours": {"from": "22:30", "to": "07:15"},
        "caps": {"per_person_week": 5, "per_day": 3},
    }
    said = good(creator.ask("PUT /settings/{c}", changes))
    assert {name: said[name] for name in changes} == changes
    assert good(creator.ask("GET /settings/{c}")) == said
    before = program.log(creator.name)
    for body, field in (
        ({"timezone": "Mars/Olympus"}, "/timezone"),
        ({"language": "fr"}, "/language"),
        ({"mode": "on"}, "/mode"),
        ({"quiet_hours": {"from": "22:30"}}, "/quiet_hours/to"),
        ({"quiet_hours": {"from": "24:00", "to": "07:00"}}, "/quiet_hours/from"),
        ({"caps": {"per_day": -1}}, "/caps/per_day"),
        ({"caps": {"per_day": 1.5}}, "/caps/per_day"),
        ({"api_key": "x"}, "/api_key"),
    ):
        bad(creator.ask("PUT /settings/{c}", {"language": "en", **body}), 422, "invalid", field)
    assert program.log(creator.name) == before
