"""Deleting: who is gone is nowhere, nothing of theirs falls due, and who comes back is somebody new."""

import csv
from io import StringIO

import pytest

from tests.api.answers import bad, good, says
from tests.harness.program import NOTHING, Person, Serving

PLACES = ("/dm/leads/{c}/WHO", "/dm/follower/{c}/WHO", "/dm/conversations/{c}/WHO/messages")
LISTS = (
    ("/dm/leads/{c}", "leads"),
    ("/dm/leads/{c}?q=luz", "leads"),
    ("/dm/leads/{c}?tag=vip", "leads"),
    ("/dm/conversations/{c}", "conversations"),
    ("/dm/conversations/{c}?q=luz", "conversations"),
    ("/dm/conversations/{c}?unread=true", "conversations"),
    ("/nurturing/{c}/followups", "followups"),
    ("/nurturing/{c}/sequences/objection_price/enrolled", "enrolled"),
)
PUT_ASIDE = (("/dm/conversations/{c}/archived", "conversations"),)
CALLS = (
    *(
        (f"POST /dm/conversations/{{c}}/WHO/{act}", NOTHING)
        for act in ("archive", "spam", "restore", "read", "release")
    ),
    ("DELETE /dm/leads/{c}/WHO", NOTHING),
    ("DELETE /dm/conversations/{c}/WHO", NOTHING),
    ("PUT /dm/leads/{c}/WHO", {"notes": "x"}),
    ("PUT /dm/follower/{c}/WHO/status", {"status": "hot"}),
    ("POST /dm/leads/{c}/WHO/purchases", {"amount": 1, "currency": "EUR"}),
)


@pytest.mark.parametrize("before", [None, "archive", "spam"])
@pytest.mark.parametrize("call", ["DELETE /dm/leads/{c}/ID", "DELETE /dm/conversations/{c}/ID"])
def test_who_is_deleted_is_nowhere_and_comes_back_as_somebody_new(
    luz: Person, program: Serving, call: str, before: str | None
) -> None:
    body = {"notes": "una nota secreta", "tags": ["vip"], "status": "hot"}
    lead = good(luz.ask("PUT /dm/leads/{c}/ig_5002", body))["lead"]
    if before is not None:
        good(luz.ask(f"POST /dm/conversations/{{c}}/ig_5002/{before}"))
    for path, rows in LISTS if before is None else PUT_ASIDE:
        assert good(luz.ask(f"GET {path}"))[rows], path
    gone = good(luz.ask(call.replace("ID", lead["id"])))
    if call.startswith("DELETE /dm/leads"):
        assert gone == {"status": "ok", "message": "Lead deleted", "deleted": True, "lead_id": lead["id"]}
    else:
        assert gone == {"status": "ok", "deleted": "ig_5002"}
    happened = program.log(luz.name)
    for given in (lead["id"], "ig_5002"):
        for place in PLACES:
            bad(luz.ask(f"GET {place.replace('WHO', given)}"), 404, "not-found")
        for each, sent in CALLS:
            bad(luz.ask(each.replace("WHO", given), sent), 404, "not-found")
        bad(luz.ask("POST /dm/send/{c}", {"follower_id": given, "message": "hola"}), 404, "not-found")
    for path, rows in LISTS + PUT_ASIDE:
        shown = good(luz.ask(f"GET {path}"))
        assert (shown[rows], shown["count"], shown["total"]) == ([], 0, 0), path
    assert list(csv.DictReader(StringIO(luz.ask("GET /dm/leads/{c}/export?format=csv").text))) == []
    assert set(good(luz.ask("GET /dashboard/{c}/overview"))["metrics"].values()) == {0}
    assert says(luz, "me parece caro", message_id="m1")["duplicate"] is True
    assert program.log(luz.name) == happened

    back = says(luz, "hola", message_id="m2")
    assert back["lead_id"] != lead["id"]
    person = good(luz.ask("GET /dm/follower/{c}/ig_5002"))
    assert (person["id"], person["lead_status"], person["total_messages"]) == (back["lead_id"], "new", 1)
    assert (person["name"], person["notes"], person["tags"], person["archived"]) == (None, "", [], False)
    assert "caro" not in str(person["last_messages"])
    bad(luz.ask(f"GET /dm/leads/{{c}}/{lead['id']}"), 404, "not-found")


@pytest.mark.parametrize("call", ["DELETE /dm/leads/{c}/ig_5002", "DELETE /dm/conversations/{c}/ig_5002"])
def test_deleting_cancels_the_follow_ups_in_the_same_command(luz: Person, program: Serving, call: str) -> None:
    pending = [each["id"] for each in good(luz.ask("GET /nurturing/{c}/followups?status=pending"))["followups"]]
    assert pending
    answer = luz.ask(call)
    good(answer)
    caused = [e for e in program.log(luz.name) if e["metadata"].get("request_id") == answer.headers["x-request-id"]]
    assert {"lead.deleted", "follower.enrolment_ended"} <= {event["topic"] for event in caused}
    assert sorted(each for event in caused for each in event.get("cancelled", ())) == sorted(pending)
    assert [event["position"] for event in caused] == list(range(caused[0]["position"], caused[-1]["position"] + 1))
    assert caused[-1]["position"] == int(answer.headers["x-position"])
    assert good(luz.ask("GET /nurturing/{c}/stats"))["pending"] == 0
