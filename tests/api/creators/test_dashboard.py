"""The first screen: numbers that are true, and the one switch of the bot."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from domain.creator import Product
from tests.harness.http import Served
from tests.world import CREATOR

OVERVIEW = f"/dashboard/{CREATOR}/overview"


async def overview(served: Served) -> dict[str, Any]:
    answer = await served.client.get(OVERVIEW, params={"after": served.head()})
    assert answer.status_code == 200, answer.text
    shown: dict[str, Any] = answer.json()
    return shown


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
