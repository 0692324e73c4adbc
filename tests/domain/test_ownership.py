"""The checker finds whatever crosses from one creator to another: each case plants it in a sound log."""

from typing import Any
from uuid import UUID

import pytest

from tests.domain.ownership import strays

Log = list[dict[str, Any]]

EVA, LUZ = "eva", "luz"


def an_id(creator: str, what: str) -> str:
    """An id of this creator's for something."""
    return str(UUID(bytes=f"{creator}/{what:.<12}".encode()))


def a_sound_log() -> Log:
    """An admin signs up two creators; to each writes the same person, who is enrolled and buys."""
    log: Log = []

    def happens(creator: str | None, topic: str, stream: str, actor: str = "system", **fields: Any) -> None:
        position = len(log) + 1
        owners = {} if creator is None else {"creator_id": creator}
        if creator is not None and topic.startswith(("lead.", "follower.")):
            owners |= {"lead_id": an_id(creator, "lead"), "follower_id": an_id(creator, "follower")}
        beside = {"actor": actor, "correlation_id": str(UUID(int=1)), "event_id": str(UUID(int=1000 + position))}
        event = {"topic": topic, "stream": stream, "position": position, "metadata": beside | owners}
        log.append(event | fields)

    happens(None, "access.key_issued", an_id("all", "access"), prefix="00000000000a", role="admin")
    for creator, prefix in ((EVA, "00000000000e"), (LUZ, "00000000000f")):
        own = {what: an_id(creator, what) for what in ("creator", "access", "lead", "follower", "product", "run")}
        by_admin, by_owner = "key:00000000000a", f"key:{prefix}"
        happens(creator, "creator.signed_up", own["creator"], by_admin, creator_id=creator)
        happens(creator, "access.key_issued", own["access"], by_admin, prefix=prefix, role="owner")
        happens(creator, "creator.product_added", own["creator"], by_owner, product={"product_id": own["product"]})
        happens(creator, "lead.captured", own["lead"], creator_id=creator, follower_id=own["follower"])
        happens(creator, "follower.met", own["follower"], creator_id=creator, lead_id=own["lead"])
        happens(creator, "follower.message_received", own["follower"], f"follower:{own['follower']}", message_id="m1")
        happens(creator, "follower.enrolled", own["follower"], enrolment_id=own["run"])
        happens(creator, "follower.enrolment_ended", own["follower"], cancelled=[own["run"]])
        happens(creator, "lead.purchased", own["lead"], by_owner, product_id=own["product"])
    log[-1]["metadata"]["causation_id"] = log[-2]["metadata"]["event_id"]
    return log


def of(creator: str, topic: str, log: Log) -> dict[str, Any]:
    return next(event for event in log if event["topic"] == topic and event["metadata"].get("creator_id") == creator)


def test_in_a_sound_log_nothing_strays() -> None:
    assert strays(a_sound_log()) == []


@pytest.mark.parametrize(
    ("topic", "fields", "path"),
    [
        ("follower.message_received", {"stream": an_id(EVA, "follower")}, "stream"),
        ("lead.captured", {"creator_id": EVA}, "creator_id"),
        ("lead.captured", {"follower_id": an_id(EVA, "follower")}, "follower_id"),
        ("follower.message_received", {"lead_id": an_id(EVA, "lead")}, "lead_id"),
        ("lead.purchased", {"product_id": an_id(EVA, "product")}, "product_id"),
        ("creator.product_added", {"product": {"product_id": an_id(EVA, "product")}}, "product/product_id"),
        ("follower.enrolled", {"enrolment_id": an_id(EVA, "run")}, "enrolment_id"),
        ("follower.enrolment_ended", {"cancelled": [an_id(LUZ, "run"), an_id(EVA, "run")]}, "cancelled"),
    ],
)
def test_an_event_that_names_what_is_anothers_is_found(topic: str, fields: dict[str, Any], path: str) -> None:
    log = a_sound_log()
    planted = of(LUZ, topic, log)
    planted |= fields
    assert f"position {planted['position']}: {path} of luz is eva's" in strays(log)


@pytest.mark.parametrize(
    ("beside", "path"),
    [
        ({"lead_id": an_id(EVA, "lead")}, "lead_id"),
        ({"follower_id": an_id(EVA, "follower")}, "follower_id"),
        ({"causation_id": str(UUID(int=1002))}, "causation_id"),
        ({"event_id": str(UUID(int=1002))}, "event_id"),
        ({"actor": f"follower:{an_id(EVA, 'follower')}"}, "actor"),
        ({"actor": "key:00000000000e"}, "actor"),
    ],
)
def test_metadata_that_name_what_is_anothers_are_found(beside: dict[str, str], path: str) -> None:
    log = a_sound_log()
    planted = of(LUZ, "follower.message_received", log)
    planted["metadata"] |= beside
    assert f"position {planted['position']}: {path} of luz is eva's" in strays(log)


def test_an_event_under_another_creators_name_is_found() -> None:
    log = a_sound_log()
    planted = of(LUZ, "follower.message_received", log)
    planted["metadata"]["creator_id"] = EVA
    assert f"position {planted['position']}: stream of eva is luz's" in strays(log)


def test_an_event_of_a_creators_stream_under_no_name_is_found() -> None:
    log = a_sound_log()
    planted = of(LUZ, "lead.purchased", log)
    del planted["metadata"]["creator_id"]
    assert f"position {planted['position']}: stream of nobody is luz's" in strays(log)


def test_what_two_creators_may_choose_alike_is_nobodys() -> None:
    log = a_sound_log()
    for event in log:
        event["metadata"] |= {"request_id": str(UUID(int=7)), "delivery_id": str(UUID(int=8))}
    assert strays(log) == []
