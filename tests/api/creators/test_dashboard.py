"""The first screen: numbers that are true, and the one switch of the bot."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from domain.creator import Product
from domain.vocabulary import Role
from tests.api.answers import refused
from tests.harness.http import Served
from tests.world import CREATOR, OTHER

OVERVIEW = f"/dashboard/{CREATOR}/overview"
METRICS = f"/dm/metrics/{CREATOR}"
STAGES = ("cold", "warm", "warm", "hot", "customer", "customer", "customer", "cold", "cold", "cold")


async def overview(served: Served) -> dict[str, Any]:
    answer = await served.client.get(OVERVIEW, params={"after": served.head()})
    assert answer.status_code == 200, answer.text
    shown: dict[str, Any] = answer.json()
    return shown


async def test_a_creator_who_has_just_begun_has_zeros_and_no_division_by_them(served: Served) -> None:
    shown = await overview(served)
    assert set(shown["metrics"].values()) == {0}
    assert shown["metrics"].keys() == {
        "total_messages",
        "total_conversations",
        "total_followers",
        "total_leads",
        "leads",
        "hot_leads",
        "warm_leads",
        "cold_leads",
        "customers",
        "high_intent_followers",
        "conversion_rate",
        "lead_rate",
    }
    assert (shown["recent_conversations"], shown["leads"], shown["products_count"]) == ([], [], 0)
    assert (shown["bot_active"], shown["clone_active"], shown["creator_name"]) == (False, False, CREATOR)
    assert (shown["waiting"], shown["followups"]) == ({"escalations": 0}, {"due": 0, "sent": 0, "held": 0})
    assert shown["config"] == (await served.client.get(f"/creator/config/{CREATOR}")).json()["config"]


async def test_the_numbers_are_those_of_the_board_and_the_inbox(served: Served) -> None:
    for number, stage in enumerate(STAGES):
        await served.lead(f"L{number}", f"ig_{number + 1}", status=stage, email=f"l{number}@example.com")
    await served.writes("ig_1", "Hola")
    await served.writes("ig_1", "Hola otra vez")
    await served.writes("ig_5011", "Quiero hablar con una persona")
    shown = await overview(served)
    metrics = shown["metrics"]
    board = (await served.client.get(f"/dm/leads/{CREATOR}")).json()
    inbox = (await served.client.get(f"/dm/conversations/{CREATOR}")).json()
    assert metrics["leads"] == metrics["total_leads"] == metrics["total_followers"] == board["total"] == 11
    assert metrics["total_conversations"] == inbox["total"]
    assert [metrics[name] for name in ("cold_leads", "warm_leads", "hot_leads", "customers")] == [
        inbox["by_status"][word] for word in ("new", "active", "hot", "customer")
    ]
    assert metrics["customers"] == STAGES.count("customer")
    assert metrics["total_messages"] == sum(each["total_messages"] for each in inbox["conversations"]) == 3
    assert metrics["high_intent_followers"] == sum(each["purchase_intent"] >= 0.5 for each in board["leads"]) == 4
    assert metrics["conversion_rate"] == round(3 / 11, 4)
    assert metrics["lead_rate"] == round(1 - metrics["cold_leads"] / 11, 4)
    assert shown["waiting"] == {"escalations": 1}
    assert [each["follower_id"] for each in shown["recent_conversations"]] == [
        each["follower_id"] for each in inbox["conversations"]
    ]
    assert [each["id"] for each in shown["leads"]] == [each["id"] for each in board["leads"]]

    told = (await served.client.get(METRICS)).json()["metrics"]
    names = {"total_messages", "total_followers", "leads", "customers", "high_intent_followers", "conversion_rate"}
    assert told == {name: metrics[name] for name in names}


async def test_a_lead_that_is_deleted_is_counted_no_more(served: Served) -> None:
    lead = await served.lead("Ana", "ig_5001", status="customer")
    await served.writes("ig_5001", "Hola")
    assert (await overview(served))["metrics"]["total_messages"] == 1
    await served.client.delete(f"/dm/leads/{CREATOR}/{lead['id']}")
    assert set((await overview(served))["metrics"].values()) == {0}


async def test_a_lead_that_is_put_aside_is_counted_no_more_until_it_is_brought_back(served: Served) -> None:
    await served.lead("Ana", "ig_5001", status="customer")
    await served.writes("ig_5001", "Hola")
    before = (await overview(served))["metrics"]
    assert before["customers"] == before["total_messages"] == before["high_intent_followers"] == 1
    for act in ("archive", "spam"):
        await served.client.post(f"/dm/conversations/{CREATOR}/ig_5001/{act}")
        shown = await overview(served)
        assert set(shown["metrics"].values()) == {0}
        assert (shown["recent_conversations"], shown["leads"]) == ([], [])
        await served.client.post(f"/dm/conversations/{CREATOR}/ig_5001/restore")
        assert (await overview(served))["metrics"] == before


async def test_an_intent_is_high_until_it_has_faded(demo: Served) -> None:
    await demo.lead("Ana", "ig_5001", purchase_intent=1.0)
    assert (await overview(demo))["metrics"]["high_intent_followers"] == 1
    seconds = timedelta(days=14, minutes=5).total_seconds()
    await demo.client.post(f"/simulator/{CREATOR}/clock", json={"advance_seconds": seconds})
    assert (await overview(demo))["metrics"]["high_intent_followers"] == 0
    assert (await demo.client.get(f"/dm/leads/{CREATOR}")).json()["leads"][0]["purchase_intent"] < 0.5


async def test_follow_ups_are_counted_by_what_became_of_them(demo: Served) -> None:
    await demo.answers()
    await demo.sells(Product(UUID(int=1), "Curso", None, "EUR", payment_link="https://pay.example/curso"))
    await demo.writes("ig_5002", "Hola, ¿cuánto cuesta el curso? me parece caro")
    assert (await overview(demo))["followups"] == {"due": 0, "sent": 0, "held": 0}
    seconds = timedelta(days=4).total_seconds()
    await demo.client.post(f"/simulator/{CREATOR}/clock", json={"advance_seconds": seconds})
    shown = (await overview(demo))["followups"]
    stats = (await demo.client.get(f"/nurturing/{CREATOR}/stats")).json()
    assert shown == {"due": 0, "sent": stats["sent"], "held": stats["held"]}
    assert shown["sent"] > 0


async def test_the_name_is_the_one_that_the_creator_gave(served: Served) -> None:
    await served.client.put(f"/creator/config/{CREATOR}", json={"clone_name": "María", "is_active": True})
    shown = await overview(served)
    assert (shown["creator_name"], shown["config"]["clone_name"]) == ("María", "María")
    assert (shown["bot_active"], shown["clone_active"]) == (True, True)


async def test_another_creators_people_are_not_counted(served: Served) -> None:
    await served.lead("Ana", "ig_5001")
    async with served.anybody(**{"X-API-Key": served.keys[OTHER]}) as other:
        shown = (await other.get(f"/dashboard/{OTHER}/overview")).json()
        assert set(shown["metrics"].values()) == {0}


async def test_staff_may_look_and_owners_alone_may_switch(served: Served) -> None:
    agent, auditor = await served.key(CREATOR, Role.AGENT), await served.key(CREATOR, Role.AUDITOR)
    head = served.head()
    async with served.anybody(**{"X-API-Key": agent}) as client:
        for path in (OVERVIEW, METRICS, f"/bot/{CREATOR}/status"):
            assert (await client.get(path)).status_code == 200
        await refused(client.put(f"/dashboard/{CREATOR}/toggle"), 403, "forbidden")
        await refused(client.post(f"/bot/{CREATOR}/pause"), 403, "forbidden")
    async with served.anybody(**{"X-API-Key": auditor}) as client:
        for path in (OVERVIEW, METRICS, f"/bot/{CREATOR}/status"):
            await refused(client.get(path), 403, "forbidden")
    assert served.head() == head


async def test_the_bot_has_one_switch_with_several_handles(served: Served) -> None:
    status = f"/bot/{CREATOR}/status"
    assert (await served.client.get(status)).json()["bot_active"] is False
    on = (await served.client.put(f"/dashboard/{CREATOR}/toggle", params={"active": True})).json()
    assert on == {"status": "ok", "active": True, "bot_active": True, "clone_active": True, "reason": None}
    paused = await served.client.post(f"/bot/{CREATOR}/pause", json={"reason": "holidays"})
    assert paused.json() == {"status": "ok", "creator_id": CREATOR, "bot_active": False}
    shown = (await served.client.get(status)).json()
    assert (shown["mode"], shown["active"], shown["pause_reason"], shown["exists"]) == ("off", False, "holidays", True)
    assert (await served.client.post(f"/bot/{CREATOR}/resume")).json()["bot_active"] is True
    assert (await served.client.get(status)).json()["pause_reason"] is None
    assert (await served.client.put(f"/dashboard/{CREATOR}/toggle")).json()["active"] is False


async def test_switching_to_where_it_stands_leaves_no_event(served: Served) -> None:
    head = served.head()
    answer = await served.client.post(f"/bot/{CREATOR}/pause")
    assert (answer.status_code, answer.headers["x-position"]) == (200, str(head))
    assert served.head() == head
    await refused(
        served.client.put(f"/dashboard/{CREATOR}/toggle", params={"active": "perhaps"}), 422, "invalid", "query:active"
    )
    assert served.head() == head
