"""The board over HTTP: what may be written about a lead, and what nobody gets away with."""

import asyncio
import json
import math
import re
from typing import Any
from uuid import uuid4

import pytest

from tests.api.answers import refused
from tests.harness.http import Served
from tests.world import COURSE, CREATOR, OTHER


async def test_a_lead_made_by_hand_is_on_the_board_at_once(served: Served) -> None:
    made = await served.client.post(
        f"/dm/leads/{CREATOR}/manual",
        json={
            "name": "  Ana  ",
            "platform": "instagram",
            "platform_user_id": "5001",
            "username": "@ana",
            "tags": ["vip"],
        },
    )
    lead = made.json()["lead"]
    assert (lead["name"], lead["username"], lead["follower_id"]) == ("Ana", "ana", "ig_5001")
    assert (lead["status"], lead["pipeline_score"], lead["source"]) == ("new", 25, "manual")
    assert made.headers["etag"] == f'"{lead["version"]}"'
    listed = await served.client.get(f"/dm/leads/{CREATOR}", params={"after": made.headers["x-position"]})
    assert listed.json()["leads"] == [lead]
    assert listed.json() | {"leads": []} == {"status": "ok", "leads": [], "count": 1, "total": 1, "next_cursor": None}


async def test_a_lead_without_an_id_of_its_own_gets_one(served: Served) -> None:
    for platform in (None, "instagram", "whatsapp"):
        body = {"full_name": "Eva", "platform": platform}
        lead = (await served.client.post(f"/dm/leads/{CREATOR}", json=body)).json()["lead"]
        assert (lead["platform"], lead["full_name"], lead["name"]) == (platform or "manual", "Eva", "Eva")
        assert re.fullmatch(r"manual_[0-9a-f]{32}", lead["platform_user_id"])
        found = await served.client.get(f"/dm/leads/{CREATOR}/{lead['follower_id']}")
        assert found.json()["lead"]["id"] == lead["id"]


async def test_one_person_is_one_lead_however_the_id_is_spelled(served: Served) -> None:
    lead = await served.lead()
    head = served.head()
    for spelling in ("5001", "ig_5001"):
        body = {"name": "Again", "platform": "instagram", "platform_user_id": spelling}
        problem = await refused(served.client.post(f"/dm/leads/{CREATOR}", json=body), 409, "duplicate-lead")
        assert problem["existing_id"] == lead["id"]
    assert served.head() == head


async def test_a_phone_number_is_one_person_with_its_plus_or_without(served: Served) -> None:
    lead = await served.lead(platform_user_id="+34611223344", platform="whatsapp")
    assert lead["follower_id"] == "wa_34611223344"
    for given in ("wa_34611223344", "wa_+34611223344", "34611223344"):
        assert (await served.client.get(f"/dm/leads/{CREATOR}/{given}")).json()["lead"]["id"] == lead["id"]
    head = served.head()
    for spelling in ("34611223344", "wa_34611223344", "wa_+34611223344"):
        body = {"name": "Again", "platform": "whatsapp", "platform_user_id": spelling}
        await refused(served.client.post(f"/dm/leads/{CREATOR}", json=body), 409, "duplicate-lead")
    assert served.head() == head


async def test_of_simultaneous_creations_exactly_one_wins(served: Served) -> None:
    body = {"name": "Ana", "platform_user_id": "ig_5001"}
    spelled = {"name": "Ana", "platform": "instagram", "platform_user_id": "5001"}
    answers = await asyncio.gather(
        *(served.client.post(f"/dm/leads/{CREATOR}", json=(body, spelled)[number % 2]) for number in range(50))
    )
    assert sorted(answer.status_code for answer in answers) == [200] + [409] * 49
    (made,) = [answer.json()["lead"]["id"] for answer in answers if answer.status_code == 200]
    assert {answer.json()["existing_id"] for answer in answers if answer.status_code == 409} == {made}
    assert (await served.client.get(f"/dm/leads/{CREATOR}")).json()["total"] == 1


async def test_a_lead_is_found_by_any_of_its_ids(served: Served) -> None:
    lead = await served.lead()
    for given in (lead["id"], "ig_5001", "5001"):
        found = await served.client.get(f"/dm/leads/{CREATOR}/{given}")
        assert found.json()["lead"]["id"] == lead["id"]
        noted = await served.client.put(f"/dm/leads/{CREATOR}/{given}", json={"notes": f"as {given}"})
        assert noted.json()["lead"]["notes"] == f"as {given}"


async def test_an_id_known_on_two_platforms_is_never_guessed(served: Served) -> None:
    await served.lead(platform_user_id="ig_77")
    await served.lead(platform_user_id="tg_77")
    await refused(served.client.get(f"/dm/leads/{CREATOR}/77"), 409, "conflict")
    await refused(served.client.put(f"/dm/leads/{CREATOR}/77", json={"notes": "x"}), 409, "conflict")


BAD_LEADS: list[tuple[dict[str, Any], str]] = [
    ({}, "/name"),
    ({"name": "   "}, "/name"),
    ({"name": "\u200b\u3164"}, "/name"),
    ({"name": 123}, "/name"),
    ({"name": "x" * 256}, "/name"),
    ({"name": "Ana", "status": "banana"}, "/status"),
    ({"name": "Ana", "status": "HOT"}, "/status"),
    ({"name": "Ana", "platform": "fax"}, "/platform"),
    ({"name": "Ana", "platform": "telegram", "platform_user_id": "ig_1"}, "/platform_user_id"),
    ({"name": "Ana", "platform_user_id": "a b"}, "/platform_user_id"),
    ({"name": "Ana", "platform": "manual", "platform_user_id": "wa_34611223344"}, "/platform_user_id"),
    ({"name": "Ana", "platform": "whatsapp", "platform_user_id": "marta"}, "/platform_user_id"),
    ({"name": "Ana", "platform_user_id": "wa_marta"}, "/platform_user_id"),
    ({"name": "Ana", "platform_user_id": "sim_1"}, "/platform_user_id"),
    ({"name": "Ana", "platform_user_id": "x" * 256}, "/platform_user_id"),
    ({"name": "Ana", "platform_user_id": " "}, "/platform_user_id"),
    ({"name": "Ana", "username": "x" * 256}, "/username"),
    ({"name": "Ana", "email": "ana@host"}, "/email"),
    ({"name": "Ana", "email": "a@b@c.de"}, "/email"),
    ({"name": "Ana", "phone": "call me"}, "/phone"),
    ({"name": "Ana", "phone": "1234"}, "/phone"),
    ({"name": "Ana", "notes": "x" * 5001}, "/notes"),
    ({"name": "Ana", "score": 101}, "/score"),
    ({"name": "Ana", "score": "50"}, "/score"),
    ({"name": "Ana", "score": True}, "/score"),
    ({"name": "Ana", "purchase_intent": 1.5}, "/purchase_intent"),
    ({"name": "Ana", "purchase_intent": "0.5"}, "/purchase_intent"),
    ({"name": "Ana", "purchase_intent": math.nan}, "/purchase_intent"),
    ({"name": "Ana", "tags": [""]}, "/tags/0"),
    ({"name": "Ana", "tags": ["vip", "\u200b"]}, "/tags/1"),
    ({"name": "Ana", "tags": ["x" * 51]}, "/tags/0"),
    ({"name": "Ana", "tags": ["x"] * 21}, "/tags"),
    ({"name": "Ana", "api_key": "x"}, "/api_key"),
    ({"name": "Ana", "creator_id": "pedro"}, "/creator_id"),
]


async def test_bad_input_names_its_field_and_makes_no_lead(served: Served) -> None:
    head = served.head()
    for body, field in BAD_LEADS:
        content = json.dumps(body).encode()  # NaN too, which is no JSON
        answer = served.client.post(
            f"/dm/leads/{CREATOR}", content=content, headers={"Content-Type": "application/json"}
        )
        await refused(answer, 422, "invalid", field)
    assert served.head() == head


async def test_reserved_domains_and_empty_contacts_are_fine(served: Served) -> None:
    lead = await served.lead(email="ana@example.com", phone="", notes="")
    assert (lead["email"], lead["phone"], lead["notes"]) == ("ana@example.com", None, None)


async def test_an_entered_score_is_what_the_board_shows(served: Served) -> None:
    lead = await served.lead(score=40)
    assert (lead["score"], lead["purchase_intent_score"], lead["purchase_intent"]) == (
        40,
        40,
        pytest.approx(0.4, abs=0.001),
    )


async def test_an_entered_intent_counts_more_than_a_score_or_a_stage(served: Served) -> None:
    lead = await served.lead(score=40, purchase_intent=0.9, status="warm")
    assert (lead["status"], lead["purchase_intent_score"]) == ("active", 90)
    other = await served.lead(platform_user_id="ig_5006", status="hot")
    assert (other["pipeline_score"], other["score"], other["purchase_intent_score"]) == (75, 70, 70)


async def test_a_lead_is_shown_with_everything_that_is_known(served: Served) -> None:
    said = await served.writes("wa_34611223344", "hola", name="Eva", username="@eva")
    await served.client.put(
        f"/dm/leads/{CREATOR}/wa_34611223344",
        json={"email": "eva@example.com", "phone": "+34 611", "notes": " n ", "tags": ["a"]},
    )
    answer = await served.client.get(f"/dm/leads/{CREATOR}/wa_34611223344")
    lead = answer.json()["lead"]
    assert answer.headers["etag"] == f'"{lead["version"]}"'
    assert answer.headers["x-position"] == str(served.head())
    assert lead.pop("context") == {"email": "eva@example.com", "phone": "+34 611", "notes": "n"}
    assert lead["last_contact_at"] == lead["last_message"]["at"] <= lead["created_at"]
    assert (lead["last_message"]["text"], lead["last_message"]["author"]) == ("hola", "follower")
    for at in ("created_at", "last_contact_at", "last_message"):
        del lead[at]
    assert lead == {
        "id": said["lead_id"],
        "follower_id": "wa_34611223344",
        "platform_user_id": "wa_34611223344",
        "platform": "whatsapp",
        "username": "eva",
        "full_name": "Eva",
        "name": "Eva",
        "status": "new",
        "pipeline_score": 25,
        "score": 0,
        "purchase_intent": 0.0,
        "purchase_intent_score": 0,
        "email": "eva@example.com",
        "phone": "+34 611",
        "notes": "n",
        "tags": ["a"],
        "source": "api",
        "archived": False,
        "spam": False,
        "assigned_to": None,
        "version": lead["version"],
        "next_follow_up": None,
    }


async def test_a_stage_that_is_edited_is_a_stage_that_is_moved(served: Served) -> None:
    by_edit, by_move = await served.lead(), await served.lead(platform_user_id="ig_5006")
    for word in ("hot", "cold", "customer", "warm"):
        edited = await served.client.put(f"/dm/leads/{CREATOR}/{by_edit['id']}", json={"status": word})
        moved = await served.client.put(f"/dm/follower/{CREATOR}/{by_move['id']}/status", json={"status": word})
        same = ("status", "pipeline_score", "score", "version")
        assert [edited.json()["lead"][each] for each in same] == [moved.json()["lead"][each] for each in same]
        assert edited.json()["message"] == "Lead updated"
        assert edited.headers["etag"] == moved.headers["etag"]


async def test_editing_changes_what_is_named_and_null_clears(served: Served) -> None:
    lead = await served.lead(email="ana@example.com", notes="met in Madrid", tags=["vip"])
    body = {"email": None, "name": "Ana López", "status": "warm"}
    edited = (await served.client.put(f"/dm/leads/{CREATOR}/{lead['id']}", json=body)).json()["lead"]
    assert (edited["email"], edited["name"], edited["notes"], edited["tags"]) == (
        None,
        "Ana López",
        "met in Madrid",
        ["vip"],
    )
    assert (edited["status"], edited["purchase_intent"]) == ("active", pytest.approx(0.35, abs=0.001))


async def test_an_edit_that_changes_nothing_leaves_no_event(served: Served) -> None:
    lead = await served.lead()
    head = served.head()
    for body in ({}, {"name": "Ana"}, {"status": "cold"}):
        answer = await served.client.put(f"/dm/leads/{CREATOR}/{lead['id']}", json=body)
        assert answer.status_code == 200
        assert answer.headers["x-position"] == str(head)
    assert served.head() == head


UNWRITABLE: list[tuple[dict[str, Any], str]] = [
    ({"name": None}, "/name"),
    ({"status": None}, "/status"),
    ({"score": 3}, "/score"),
    ({"purchase_intent": 0.5}, "/purchase_intent"),
    ({"platform_user_id": "x"}, "/platform_user_id"),
    ({"platform": "telegram"}, "/platform"),
    ({"full_name": "x"}, "/full_name"),
    ({"creator_id": "pedro"}, "/creator_id"),
    ({"id": "x"}, "/id"),
    ({"tags": "vip"}, "/tags"),
]


async def test_what_is_not_writable_is_refused_as_a_whole(served: Served) -> None:
    lead = await served.lead()
    head = served.head()
    for body, field in UNWRITABLE:
        answer = served.client.put(f"/dm/leads/{CREATOR}/{lead['id']}", json=body | {"notes": "kept out"})
        await refused(answer, 422, "invalid", field)
    assert served.head() == head


async def test_who_has_bought_is_a_customer_whatever_a_person_had_said(demo: Served) -> None:
    await demo.answers()
    await demo.sells(COURSE)
    await demo.writes("ig_5001", "me parece caro")
    await demo.client.put(f"/dm/follower/{CREATOR}/ig_5001/status", json={"status": "cold"})
    path = f"/dm/leads/{CREATOR}/ig_5001/purchases"
    body = {"product_id": str(COURSE.product_id), "amount": 97.5, "currency": "EUR", "reference": " A-1 "}
    answer = await demo.client.post(path, json=body)
    lead = answer.json()["lead"]
    assert (lead["status"], lead["pipeline_score"], lead["purchase_intent"]) == ("customer", 100, 1.0)
    assert answer.headers["etag"] == f'"{lead["version"]}"'
    await demo.runtime.settle(demo.runtime.clock())
    enrolled = (await demo.client.get(f"/nurturing/{CREATOR}/followups", params={"status": "pending"})).json()
    assert {each["sequence_type"] for each in enrolled["followups"]} == {"post_purchase"}
    ended = await demo.client.get(f"/nurturing/{CREATOR}/followups", params={"status": "cancelled"})
    assert {each["reason"] for each in ended.json()["followups"]} == {"goal"}

    head = demo.head()
    for again in (body, {"amount": 1, "currency": "USD", "reference": "A-1"}):
        answer = await demo.client.post(path, json=again)
        assert (answer.status_code, answer.headers["x-position"]) == (200, str(head))
    assert demo.head() == head
    await demo.client.put(f"/dm/follower/{CREATOR}/ig_5001/status", json={"status": "warm"})
    said = await demo.writes("ig_5001", "quiero comprar")
    assert said["intent"] == "interest_strong"
    assert (await demo.client.get(f"/dm/leads/{CREATOR}/ig_5001")).json()["lead"]["status"] == "active"
    another = await demo.client.post(path, json={"amount": 0, "currency": "EUR"})
    assert another.json()["lead"]["status"] == "customer"


BAD_PURCHASES: list[tuple[dict[str, Any], str]] = [
    ({"amount": -1}, "/amount"),
    ({"amount": "97"}, "/amount"),
    ({"amount": True}, "/amount"),
    ({"amount": None}, "/amount"),
    ({"amount": math.nan}, "/amount"),
    ({"amount": math.inf}, "/amount"),
    ({"amount": 1e12}, "/amount"),
    ({"amount": 0.00001}, "/amount"),
    ({"currency": "eur"}, "/currency"),
    ({"currency": "EURO"}, "/currency"),
    ({"currency": None}, "/currency"),
    ({"product_id": "the course"}, "/product_id"),
    ({"reference": ""}, "/reference"),
    ({"reference": "x" * 256}, "/reference"),
    ({"at": "yesterday"}, "/at"),
    ({"at": "2026-01-31T09:00:00"}, "/at"),
    ({"at": "2199-01-31T09:00:00+00:00"}, "/at"),
    ({"price": 1}, "/price"),
]


async def test_a_purchase_that_cannot_be_is_refused(served: Served) -> None:
    await served.lead()
    head = served.head()
    path = f"/dm/leads/{CREATOR}/ig_5001/purchases"
    good = {"amount": 97, "currency": "EUR"}
    for change, field in BAD_PURCHASES:
        content = json.dumps(good | change).encode()
        answer = served.client.post(path, content=content, headers={"Content-Type": "application/json"})
        await refused(answer, 422, "invalid", field)
    for field in good:
        body = {name: value for name, value in good.items() if name != field}
        await refused(served.client.post(path, json=body), 422, "invalid", f"/{field}")
    body = good | {"product_id": str(uuid4())}
    await refused(served.client.post(path, json=body), 404, "not-found")
    for given in ("ig_5999", str(uuid4())):
        await refused(served.client.post(f"/dm/leads/{CREATOR}/{given}/purchases", json=good), 404, "not-found")
    stale = {"If-Match": '"99"'}
    await refused(served.client.post(path, json=good, headers=stale), 412, "version-mismatch")
    assert served.head() == head


async def test_two_people_cannot_overwrite_each_other_unseen(served: Served) -> None:
    lead = await served.lead()
    path = f"/dm/leads/{CREATOR}/{lead['id']}"
    seen = (await served.client.get(path)).headers["etag"]
    first = await served.client.put(path, json={"notes": "mine"}, headers={"If-Match": seen})
    head = served.head()
    problem = await refused(
        served.client.put(path, json={"notes": "theirs"}, headers={"If-Match": seen}), 412, "version-mismatch"
    )
    assert f'"{problem["current_version"]}"' == first.headers["etag"]
    assert served.head() == head
    assert (await served.client.put(path, json={"notes": "any"}, headers={"If-Match": "*"})).status_code == 200
    await refused(served.client.put(path, json={}, headers={"If-Match": "seven"}), 400, "bad-request")


async def test_who_has_the_version_is_spared_the_answer(served: Served) -> None:
    lead = await served.lead()
    path = f"/dm/leads/{CREATOR}/{lead['id']}"
    tag = (await served.client.get(path)).headers["etag"]
    again = await served.client.get(path, headers={"If-None-Match": tag})
    assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", tag)


async def test_a_deleted_lead_is_gone_for_good(served: Served) -> None:
    lead = await served.lead()
    path = f"/dm/leads/{CREATOR}/{lead['id']}"
    gone = await served.client.delete(path)
    assert gone.json() == {"status": "ok", "message": "Lead deleted", "deleted": True, "lead_id": lead["id"]}
    await refused(served.client.get(path), 404, "not-found")
    await refused(served.client.delete(path), 404, "not-found")
    await refused(served.client.put(path, json={"notes": "x"}), 404, "not-found")
    again = await served.lead()
    assert again["id"] != lead["id"]


async def test_every_lead_is_reached_page_by_page(served: Served) -> None:
    for number in range(7):
        await served.lead(name=f"Lead {number}", platform_user_id=f"tg_{number + 1}")
    seen: list[str] = []
    cursor: str | None = None
    while True:
        params = {"limit": "3", "sort": "name"} | ({"cursor": cursor} if cursor else {})
        page = (await served.client.get(f"/dm/leads/{CREATOR}", params=params)).json()
        assert page["total"] == 7
        assert page["count"] == len(page["leads"])
        seen += [lead["name"] for lead in page["leads"]]
        cursor = page["next_cursor"]
        if cursor is None:
            break
    assert seen == [f"Lead {number}" for number in range(7)]


async def test_a_search_ignores_case_and_accents_and_filters_combine(served: Served) -> None:
    contacts = {"email": "jn@correo.example.com", "phone": "+34 611-22 33 44", "notes": "Llamar en abril"}
    await served.lead(name="José Ñandú", platform_user_id="ig_1", status="hot", tags=["vip"], **contacts)
    await served.lead(name="Josefa", platform_user_id="tg_2", username="@la_jefa99")
    names = {}
    for params in (
        {"q": "JOSE"},
        {"q": "nandu"},
        {"status": "hot"},
        {"status": ["cold", "hot"]},
        {"platform": "telegram"},
        {"tag": "vip", "q": "josefa"},
        {"q": "611223344"},
        {"q": "correo"},
        {"q": "abril llam"},
        {"q": "@la_jefa"},
        {"q": "tg_2"},
        {"q": "osefa"},
        {"q": "%"},
    ):
        page = (await served.client.get(f"/dm/leads/{CREATOR}", params=params)).json()
        names[str(params)] = sorted(lead["name"] for lead in page["leads"])
        assert page["total"] == len(page["leads"])
    assert list(names.values()) == [
        ["Josefa", "José Ñandú"],
        ["José Ñandú"],
        ["José Ñandú"],
        ["Josefa", "José Ñandú"],
        ["Josefa"],
        [],
        ["José Ñandú"],
        ["José Ñandú"],
        ["José Ñandú"],
        ["Josefa"],
        ["Josefa"],
        [],
        [],
    ]


BAD_PARAMETERS: list[tuple[dict[str, Any], str]] = [
    ({"limit": 0}, "query:limit"),
    ({"limit": -5}, "query:limit"),
    ({"limit": 1001}, "query:limit"),
    ({"limit": "many"}, "query:limit"),
    ({"status": "banana"}, "query:status"),
    ({"platform": "fax"}, "query:platform"),
    ({"sort": "random"}, "query:sort"),
    ({"q": "x" * 201}, "query:q"),
    ({"cursor": "damaged"}, "query:cursor"),
    ({"after": "now"}, "query:after"),
    ({"after": -1}, "query:after"),
]


async def test_a_bad_parameter_is_named(served: Served) -> None:
    for params, field in BAD_PARAMETERS:
        await refused(served.client.get(f"/dm/leads/{CREATOR}", params=params), 422, "invalid", field)


async def test_a_cursor_belongs_to_its_list(served: Served) -> None:
    for number in range(3):
        await served.lead(platform_user_id=f"tg_{number + 1}")
    page = (await served.client.get(f"/dm/leads/{CREATOR}", params={"limit": 1})).json()
    params = {"limit": 1, "cursor": page["next_cursor"], "status": "hot"}
    await refused(served.client.get(f"/dm/leads/{CREATOR}", params=params), 422, "invalid", "query:cursor")


async def test_a_read_waits_for_the_position_it_is_asked_for_but_not_for_ever(served: Served) -> None:
    answer = served.client.get(f"/dm/leads/{CREATOR}", params={"after": served.head() + 1})
    await refused(answer, 503, "not-caught-up")


async def test_who_does_not_want_to_wait_is_told_that_it_is_stored(served: Served) -> None:
    body = {"name": "Ana", "platform_user_id": "ig_5001"}
    answer = await served.client.post(f"/dm/leads/{CREATOR}", json=body, headers={"Prefer": "respond-async"})
    assert (answer.status_code, answer.headers["preference-applied"]) == (202, "respond-async")
    assert answer.json()["lead"]["name"] == "Ana"
    shown = await served.client.get(f"/dm/leads/{CREATOR}/ig_5001", params={"after": answer.headers["x-position"]})
    assert shown.json()["lead"]["id"] == answer.json()["lead"]["id"]


async def test_another_creators_lead_is_simply_not_there(served: Served) -> None:
    lead = await served.lead()
    stranger = served.anybody(Authorization=f"Bearer {served.keys[OTHER]}")
    head = served.head()
    unknown = await refused(stranger.get(f"/dm/leads/{OTHER}/{'0' * 8}-0000-4000-8000-{'0' * 12}"), 404, "not-found")
    theirs = await refused(stranger.get(f"/dm/leads/{OTHER}/{lead['id']}"), 404, "not-found")
    assert unknown | {"instance": ""} == theirs | {"instance": ""}
    await refused(stranger.put(f"/dm/leads/{OTHER}/{lead['id']}", json={"notes": "x"}), 404, "not-found")
    await refused(stranger.delete(f"/dm/leads/{OTHER}/{lead['id']}"), 404, "not-found")
    await refused(stranger.get(f"/dm/leads/{CREATOR}/{lead['id']}"), 404, "not-found")
    assert served.head() == head
