"""The board over HTTP: what may be written about a lead, and what nobody gets away with."""

import asyncio
from typing import Any

import pytest

from tests.api.conftest import CREATOR, OTHER, Served, refused


async def test_a_lead_made_by_hand_is_on_the_board_at_once(served: Served) -> None:
    made = await served.client.post(
        f"/dm/leads/{CREATOR}/manual",
        json={
            "name": "  Ana  ",
            "platform": "instagram",
            "platform_user_id": "ana",
            "username": "@ana",
            "tags": ["vip"],
        },
    )
    lead = made.json()["lead"]
    assert (lead["name"], lead["username"], lead["follower_id"]) == ("Ana", "ana", "ig_ana")
    assert (lead["status"], lead["pipeline_score"], lead["source"]) == ("new", 25, "manual")
    assert made.headers["etag"] == f'"{lead["version"]}"'
    listed = await served.client.get(f"/dm/leads/{CREATOR}", params={"after": made.headers["x-position"]})
    assert listed.json()["leads"] == [lead]
    assert listed.json() | {"leads": []} == {"status": "ok", "leads": [], "count": 1, "total": 1, "next_cursor": None}


async def test_a_lead_without_an_id_of_its_own_gets_one(served: Served) -> None:
    lead = (await served.client.post(f"/dm/leads/{CREATOR}", json={"full_name": "Eva"})).json()["lead"]
    assert lead["platform"] == "manual"
    assert lead["follower_id"].startswith("manual_")


async def test_one_person_is_one_lead_however_the_id_is_spelled(served: Served) -> None:
    lead = await served.lead()
    head = served.head()
    for spelling in ("ana", "ig_ana"):
        body = {"name": "Again", "platform": "instagram", "platform_user_id": spelling}
        problem = await refused(served.client.post(f"/dm/leads/{CREATOR}", json=body), 409, "duplicate-lead")
        assert problem["existing_id"] == lead["id"]
    assert served.head() == head


async def test_of_simultaneous_creations_exactly_one_wins(served: Served) -> None:
    body = {"name": "Ana", "platform_user_id": "ig_ana"}
    answers = await asyncio.gather(*(served.client.post(f"/dm/leads/{CREATOR}", json=body) for _ in range(8)))
    assert sorted(answer.status_code for answer in answers) == [200] + [409] * 7


async def test_a_lead_is_found_by_any_of_its_ids(served: Served) -> None:
    lead = await served.lead()
    for given in (lead["id"], "ig_ana", "ana"):
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
    ({"name": 123}, "/name"),
    ({"name": "x" * 256}, "/name"),
    ({"name": "Ana", "status": "banana"}, "/status"),
    ({"name": "Ana", "status": "HOT"}, "/status"),
    ({"name": "Ana", "platform": "fax"}, "/platform"),
    ({"name": "Ana", "platform": "telegram", "platform_user_id": "ig_1"}, "/platform_user_id"),
    ({"name": "Ana", "platform_user_id": "a b"}, "/platform_user_id"),
    ({"name": "Ana", "email": "ana@host"}, "/email"),
    ({"name": "Ana", "email": "a@b@c.de"}, "/email"),
    ({"name": "Ana", "phone": "call me"}, "/phone"),
    ({"name": "Ana", "phone": "1234"}, "/phone"),
    ({"name": "Ana", "notes": "x" * 5001}, "/notes"),
    ({"name": "Ana", "score": 101}, "/score"),
    ({"name": "Ana", "score": "50"}, "/score"),
    ({"name": "Ana", "score": True}, "/score"),
    ({"name": "Ana", "purchase_intent": 1.5}, "/purchase_intent"),
    ({"name": "Ana", "tags": [""]}, "/tags/0"),
    ({"name": "Ana", "tags": ["x"] * 21}, "/tags"),
    ({"name": "Ana", "api_key": "x"}, "/api_key"),
    ({"name": "Ana", "creator_id": "pedro"}, "/creator_id"),
]


async def test_bad_input_names_its_field_and_makes_no_lead(served: Served) -> None:
    head = served.head()
    for body, field in BAD_LEADS:
        await refused(served.client.post(f"/dm/leads/{CREATOR}", json=body), 422, "invalid", field)
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
        await served.lead(name=f"Lead {number}", platform_user_id=f"tg_{number}")
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
    await served.lead(name="José Ñandú", platform_user_id="ig_1", status="hot", tags=["vip"])
    await served.lead(name="Josefa", platform_user_id="tg_2")
    names = {}
    for params in (
        {"q": "JOSE"},
        {"q": "nandu"},
        {"status": "hot"},
        {"status": ["cold", "hot"]},
        {"platform": "telegram"},
        {"tag": "vip", "q": "josefa"},
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
        await served.lead(platform_user_id=f"tg_{number}")
    page = (await served.client.get(f"/dm/leads/{CREATOR}", params={"limit": 1})).json()
    params = {"limit": 1, "cursor": page["next_cursor"], "status": "hot"}
    await refused(served.client.get(f"/dm/leads/{CREATOR}", params=params), 422, "invalid", "query:cursor")


async def test_a_read_waits_for_the_position_it_is_asked_for_but_not_for_ever(served: Served) -> None:
    answer = served.client.get(f"/dm/leads/{CREATOR}", params={"after": served.head() + 1})
    await refused(answer, 503, "not-caught-up")


async def test_who_does_not_want_to_wait_is_told_that_it_is_stored(served: Served) -> None:
    body = {"name": "Ana", "platform_user_id": "ig_ana"}
    answer = await served.client.post(f"/dm/leads/{CREATOR}", json=body, headers={"Prefer": "respond-async"})
    assert (answer.status_code, answer.headers["preference-applied"]) == (202, "respond-async")
    assert answer.json()["lead"]["name"] == "Ana"
    shown = await served.client.get(f"/dm/leads/{CREATOR}/ig_ana", params={"after": answer.headers["x-position"]})
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
