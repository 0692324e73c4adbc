"""Nurturing over HTTP: the promises, who they were made to, and what became of them."""

from typing import Any

from domain.vocabulary import SequenceType
from tests.api.answers import refused
from tests.harness.http import Served
from tests.world import COURSE, CREATOR

ASKS = "Hola, ¿cuánto cuesta el curso? me parece caro"


async def sequence(served: Served, kind: str) -> dict[str, Any]:
    listed = (await served.client.get(f"/nurturing/{CREATOR}/sequences")).json()["sequences"]
    found: dict[str, Any] = next(each for each in listed if each["type"] == kind)
    return found


async def test_the_eight_sequences_are_off_until_somebody_switches_them_on(served: Served) -> None:
    answer = (await served.client.get(f"/nurturing/{CREATOR}/sequences")).json()
    assert [each["type"] for each in answer["sequences"]] == [kind.value for kind in SequenceType]
    assert {each["is_active"] for each in answer["sequences"]} == {False}
    assert all(each["steps"] and each["id"] == f"seq_{each['type']}" for each in answer["sequences"])


async def test_a_sequence_is_set_or_flipped(served: Served) -> None:
    path = f"/nurturing/{CREATOR}/sequences/interest_cold/toggle"
    states = []
    for body in (None, {}, {"enabled": None}, {"enabled": False}, {"enabled": False}, {"enabled": True}):
        answer = await (served.client.post(path) if body is None else served.client.post(path, json=body))
        states.append(answer.json()["is_active"])
    assert states == [True, False, True, False, False, True]
    assert (await sequence(served, "interest_cold"))["is_active"] is True


async def test_what_is_shown_may_be_sent_back_and_changes_nothing(served: Served) -> None:
    shown = await sequence(served, "objection_price")
    head = served.head()
    bare = [{"delay_hours": step["delay_hours"], "message": step["message"]} for step in shown["steps"]]
    for steps in (shown["steps"], bare):
        answer = await served.client.put(f"/nurturing/{CREATOR}/sequences/objection_price", json={"steps": steps})
        assert answer.json()["steps"] == shown["steps"]
        assert answer.json()["enrolled_moved"] == 0
    assert served.head() == head


async def test_new_steps_are_shown_as_they_were_written(served: Served) -> None:
    steps = [
        {"delay_hours": 1, "message": " ¿Sigues ahí, {first_name|tú}? "},
        {"delay_hours": 5, "message": "¿Y ahora?"},
    ]
    answer = await served.client.put(f"/nurturing/{CREATOR}/sequences/interest_cold", json={"steps": steps})
    shown = await sequence(served, "interest_cold")
    assert [step["message"] for step in shown["steps"]] == ["¿Sigues ahí, {first_name|tú}?", "¿Y ahora?"]
    assert shown["steps"] == answer.json()["steps"]
    assert answer.headers["etag"] == f'"{shown["version"]}"'


BAD_STEPS: list[tuple[dict[str, Any], str]] = [
    ({}, "/steps"),
    ({"steps": []}, "/steps"),
    ({"steps": [{"delay_hours": 1, "message": "x"}] * 21}, "/steps"),
    ({"steps": [{"delay_hours": 1, "message": ""}]}, "/steps/0/message"),
    ({"steps": [{"delay_hours": 1, "message": "x" * 1001}]}, "/steps/0/message"),
    ({"steps": [{"delay_hours": 1, "message": "{whatever}"}]}, "/steps/0/message"),
    ({"steps": [{"delay_hours": -1, "message": "x"}]}, "/steps/0/delay_hours"),
    ({"steps": [{"delay_hours": 8761, "message": "x"}]}, "/steps/0/delay_hours"),
    ({"steps": [{"delay_hours": "1", "message": "x"}]}, "/steps/0/delay_hours"),
    ({"steps": [{"delay_hours": 1.5, "message": "x"}]}, "/steps/0/delay_hours"),
    ({"steps": [{"delay_hours": 5, "message": "x"}, {"delay_hours": 4, "message": "y"}]}, "/steps/1/delay_hours"),
    ({"steps": [{"delay_hours": 1, "message": "x", "at": "noon"}]}, "/steps/0/at"),
    ({"steps": [{"delay_hours": 1, "message": "x", "messages": {"fr": "y"}}]}, "/steps/0/messages/fr/[key]"),
    ({"steps": [{"delay_hours": 1, "message": "x"}], "enrolled": "perhaps"}, "/enrolled"),
]


async def test_a_step_that_breaks_a_rule_changes_nothing(served: Served) -> None:
    head = served.head()
    for body, field in BAD_STEPS:
        answer = served.client.put(f"/nurturing/{CREATOR}/sequences/abandoned", json=body)
        await refused(answer, 422, "invalid", field)
    assert served.head() == head


async def test_a_sequence_that_does_not_exist_is_not_found(served: Served) -> None:
    head = served.head()
    base = f"/nurturing/{CREATOR}/sequences/banana"
    await refused(served.client.post(f"{base}/toggle"), 404, "not-found")
    await refused(served.client.put(base, json={"steps": [{"delay_hours": 1, "message": "x"}]}), 404, "not-found")
    await refused(served.client.get(f"{base}/enrolled"), 404, "not-found")
    assert served.head() == head


async def test_who_is_enrolled_is_listed_counted_and_previewed_without_placeholders(demo: Served) -> None:
    await demo.answers()
    await demo.sells(COURSE)
    await demo.writes("ig_5002", ASKS, name="Luz Marina")
    steps = len((await sequence(demo, "objection_price"))["steps"])

    enrolled = (await demo.client.get(f"/nurturing/{CREATOR}/sequences/objection_price/enrolled")).json()
    assert (enrolled["count"], enrolled["total"], enrolled["next_cursor"]) == (1, 1, None)
    person = enrolled["enrolled"][0]
    assert (person["follower_id"], person["name"], len(person["pending_steps"])) == ("ig_5002", "Luz Marina", steps)
    assert person["next_scheduled"] == person["pending_steps"][0]["scheduled_at"]

    listed = (await demo.client.get(f"/nurturing/{CREATOR}/followups", params={"follower_id": "5002"})).json()
    assert [each["status"] for each in listed["followups"]] == ["pending"] * steps
    assert [each["scheduled_at"] for each in listed["followups"]] == [
        each["scheduled_at"] for each in person["pending_steps"]
    ]
    assert not any("{" in each["message_preview"] for each in listed["followups"])

    counted = await sequence(demo, "objection_price")
    assert (counted["enrolled_count"], counted["pending_count"], counted["sent_count"]) == (1, steps, 0)
    stats = (await demo.client.get(f"/nurturing/{CREATOR}/stats")).json()
    assert (stats["total"], stats["pending"], stats["people"], stats["active_sequences"]) == (steps, steps, 1, 8)
    assert stats["by_sequence"]["objection_price"]["people"] == 1
    assert stats["by_sequence"]["abandoned"]["pending"] == 0


async def test_a_person_cancels_what_is_pending_and_only_that(demo: Served) -> None:
    await demo.answers()
    await demo.sells(COURSE)
    await demo.writes("ig_5002", ASKS)
    cancel = f"/nurturing/{CREATOR}/cancel"
    other = await demo.client.delete(f"{cancel}/ig_5002", params={"sequence_type": "abandoned"})
    assert other.json() == {"status": "ok", "follower_id": "ig_5002", "cancelled": 0}
    steps = len((await sequence(demo, "objection_price"))["steps"])
    assert (await demo.client.delete(f"{cancel}/5002")).json()["cancelled"] == steps
    listed = (await demo.client.get(f"/nurturing/{CREATOR}/followups", params={"status": "cancelled"})).json()
    assert [(each["status"], each["reason"]) for each in listed["followups"]] == [("cancelled", "cancelled")] * steps
    head = demo.head()
    old = await demo.client.delete(f"/nurturing/{CREATOR}/followers/ig_5002/nurturing")
    nobody = await demo.client.delete(f"{cancel}/ig_5999")
    assert [answer.json()["cancelled"] for answer in (old, nobody)] == [0, 0]
    assert [answer.status_code for answer in (old, nobody)] == [200, 200]
    assert demo.head() == head


async def test_follow_ups_are_reached_page_by_page_and_filtered(demo: Served) -> None:
    await demo.answers()
    await demo.sells(COURSE)
    for number in range(2):
        await demo.writes(f"tg_{number + 1}", ASKS)
    path = f"/nurturing/{CREATOR}/followups"
    everything = (await demo.client.get(path)).json()
    seen: list[str] = []
    cursor: str | None = None
    while True:
        params = {"limit": "1"} | ({"cursor": cursor} if cursor else {})
        page = (await demo.client.get(path, params=params)).json()
        assert page["total"] == everything["total"] == len(everything["followups"])
        seen += [each["id"] for each in page["followups"]]
        if (cursor := page["next_cursor"]) is None:
            break
    assert seen == [each["id"] for each in everything["followups"]]
    first = everything["followups"][0]["scheduled_at"]
    assert (await demo.client.get(path, params={"due_before": first})).json()["total"] == 0
    assert (await demo.client.get(path, params={"follower_id": "ig_5999"})).json()["followups"] == []
    for params, field in (
        ({"status": "banana"}, "query:status"),
        ({"sequence_type": "banana"}, "query:sequence_type"),
        ({"due_before": "soon"}, "query:due_before"),
    ):
        await refused(demo.client.get(path, params=params), 422, "invalid", field)
