"""A message comes in, is answered, and is followed up: by the real commands, over both ways that Telegram has."""

import socket

import httpx
import pytest

from tests.harness.installation import FOLLOW_UP, Installation
from tests.harness.waiting import PATIENCE
from tests.platforms.bot_api import TOKEN
from tests.world import CREATOR

HELLO = "Hola"


def a_free_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return int(taken.getsockname()[1])


@pytest.mark.parametrize("way", ["webhook", "polling"])
def test_a_message_is_answered_and_a_follow_up_delivered_each_once(installation: Installation, way: str) -> None:
    port = a_free_port()
    address = f"http://127.0.0.1:{port}"
    settings = {"port": str(port)} | ({"public_url": address} if way == "webhook" else {})
    installation.run("creators", "add", CREATOR, "--timezone", "Europe/Madrid")
    key = installation.run("keys", "add", CREATOR).strip()
    installation.run("channels", "connect", CREATOR, "telegram", given=f"{TOKEN}\n", **settings)
    installation.start("serve", **settings)
    api = installation.api
    api.wait_until(lambda: any(call.method == "getUpdates" for call in api.calls) or way == "webhook")

    # Until the program has its socket, connecting is tried again; from then on the first answer waits for the rest.
    patient = httpx.HTTPTransport(retries=7)
    authorized = {"Authorization": f"Bearer {key}"}
    with httpx.Client(base_url=address, headers=authorized, transport=patient, timeout=PATIENCE) as client:
        prepare(client)
        api.receive_from_user(42, HELLO)
        api.wait_until(lambda: len(api.sent) == 1)
        installation.wait_for("follower.send_accepted", 1)
        before = installation.events("follower.message_received")
        api.redeliver_last()
        api.receive_from_user(43, HELLO)
        api.wait_until(lambda: len(api.sent) == 2)
        api.receive_from_user(44, "gracias")
        installation.wait_for("follower.burst_understood", 3)
        installation.enrol(44)
        api.wait_until(lambda: len(api.sent) == 3)
        installation.wait_for("follower.follow_up_sent", 1)
        shown = client.get(f"/dm/conversations/{CREATOR}").json()

    assert [sent.chat_id for sent in api.sent] == [42, 43, 44]
    assert api.sent[2].text == FOLLOW_UP
    assert len(before) == 1
    assert len(installation.events("follower.message_received")) == 3
    assert sum(event["said"]["purpose"] == "reply" for event in installation.events("follower.send_requested")) == 2
    assert {each["follower_id"] for each in shown["conversations"]} == {"tg_42", "tg_43", "tg_44"}
    assert TOKEN not in installation.said


def prepare(client: httpx.Client) -> None:
    """What a creator sets before they leave the bot to itself."""
    wishes = {"quiet_hours": {"from": "00:00", "to": "00:00"}, "mode": "auto", "debounce_seconds": 0}
    steps = {"steps": [{"delay_hours": 0, "message": FOLLOW_UP}]}
    for method, path, body in (
        ("PUT", f"/settings/{CREATOR}", wishes),
        ("PUT", f"/nurturing/{CREATOR}/sequences/abandoned", steps),
        ("POST", f"/nurturing/{CREATOR}/sequences/abandoned/toggle", {"enabled": True}),
    ):
        answer = client.request(method, path, json=body)
        assert answer.is_success, answer.text
