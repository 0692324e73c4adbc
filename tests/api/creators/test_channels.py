"""Channels: connected with what is never told again, tried, and let go."""

from collections.abc import Iterator
from contextlib import closing

import pytest

from tests.api.answers import CHANNEL, PAGE, bad, good, words
from tests.harness.program import Person, Serving, serving_apart
from tests.platforms.bot_api import TOKEN, BotApi

TELEGRAM = "/settings/{c}/channels/telegram"


@pytest.fixture(scope="module")
def bots() -> Iterator[BotApi]:
    """What stands in for Telegram."""
    with BotApi() as api:
        yield api


@pytest.fixture(scope="module")
def earnest(module_database_url: str, bots: BotApi) -> Iterator[Serving]:
    """A served installation that is no demo, and that Telegram can reach."""
    with serving_apart(
        module_database_url,
        CLONNECT_TELEGRAM_BASE_URL=bots.url,
        CLONNECT_PUBLIC_URL="http://127.0.0.1:9",
    ) as program:
        yield program


@pytest.fixture
def seller(earnest: Serving) -> Iterator[Person]:
    """A creator without a channel, in earnest."""
    person = earnest.creator()
    with closing(person.client):
        yield person
        person.ask(f"DELETE {TELEGRAM}")


def test_a_channel_says_that_it_is_configured_and_how_old_its_token_is(seller: Person) -> None:
    page = good(seller.ask("GET /settings/{c}/channels"), PAGE | words("channels"))
    (absent,) = page["channels"]
    assert set(absent) == CHANNEL
    assert (absent["channel"], absent["configured"], absent["token_age_seconds"]) == ("telegram", False, None)
    connected = good(seller.ask(f"PUT {TELEGRAM}", {"token": f" {TOKEN} "}), words("channel detail"))["channel"]
    assert set(connected) == CHANNEL
    assert (connected["channel"], connected["configured"]) == ("telegram", True)
    assert 0 <= connected["token_age_seconds"] < 60
    (listed,) = good(seller.ask("GET /settings/{c}/channels"))["channels"]
    assert listed["token_age_seconds"] >= connected["token_age_seconds"]
    assert {**listed, "token_age_seconds": 0} == {**connected, "token_age_seconds": 0}


def test_what_a_channel_was_connected_with_is_never_told_again(seller: Person, earnest: Serving, bots: BotApi) -> None:
    told = [
        seller.ask(f"PUT {TELEGRAM}", {"token": TOKEN}).text,
        seller.ask("GET /settings/{c}/channels").text,
        seller.ask(f"POST {TELEGRAM}/test").text,
        seller.ask("GET /creator/config/{c}").text,
        seller.ask("GET /settings/{c}").text,
        seller.ask(f"DELETE {TELEGRAM}").text,
        str(earnest.log(seller.name)),
    ]
    secret = next(call.parameters["secret_token"] for call in reversed(bots.calls) if call.method == "setWebhook")
    for each in told:
        assert TOKEN.partition(":")[2] not in each
        assert str(secret) not in each


def test_a_channel_is_tried_and_let_go_and_what_is_gone_is_not_found(seller: Person, earnest: Serving) -> None:
    good(seller.ask(f"PUT {TELEGRAM}", {"token": TOKEN}))
    before = earnest.log(seller.name)
    good(seller.ask(f"PUT {TELEGRAM}", {"token": TOKEN}))
    tried = good(seller.ask(f"POST {TELEGRAM}/test"), words("channel ok detail"))
    assert (tried["channel"], tried["ok"]) == ("telegram", True)
    assert earnest.log(seller.name) == before
    gone = good(seller.ask(f"DELETE {TELEGRAM}"), words("channel disconnected detail"))
    assert (gone["disconnected"], gone["channel"]["configured"]) == (True, False)
    before = earnest.log(seller.name)
    for call in (f"DELETE {TELEGRAM}", f"POST {TELEGRAM}/test"):
        bad(seller.ask(call), 404, "not-found")
    for body, field in (({"token": "9:nobody's"}, "/token"), ({"token": ""}, "/token"), ({}, "/token")):
        bad(seller.ask(f"PUT {TELEGRAM}", body), 422, "invalid", field)
    bad(seller.ask(f"PUT {TELEGRAM}", {"token": TOKEN, "secret": "x"}), 422, "invalid", "/secret")
    for channel in ("instagram", "whatsapp", "simulator", "manual", "fax"):
        bad(seller.ask(f"PUT /settings/{{c}}/channels/{channel}", {"token": TOKEN}), 404, "not-found")
        bad(seller.ask(f"DELETE /settings/{{c}}/channels/{channel}"), 404, "not-found")
        bad(seller.ask(f"POST /settings/{{c}}/channels/{channel}/test"), 404, "not-found")
    assert earnest.log(seller.name) == before


def test_a_bot_speaks_for_one_creator(seller: Person, earnest: Serving, bots: BotApi) -> None:
    good(seller.ask(f"PUT {TELEGRAM}", {"token": TOKEN}))
    told, other = [call for call in bots.calls if call.method != "getMe"], earnest.creator()
    with closing(other.client):
        bad(other.ask(f"PUT {TELEGRAM}", {"token": TOKEN}), 409, "conflict")
        bad(other.ask(f"DELETE {TELEGRAM}"), 404, "not-found")
        assert [each["configured"] for each in good(other.ask("GET /settings/{c}/channels"))["channels"]] == [False]
    assert [call for call in bots.calls if call.method != "getMe"] == told
    assert good(seller.ask("GET /settings/{c}/channels"))["channels"][0]["configured"] is True


def test_in_a_demo_the_simulator_plays_every_channel(busy: Person, program: Serving) -> None:
    listed = good(busy.ask("GET /settings/{c}/channels"))["channels"]
    assert {"instagram", "whatsapp", "telegram", "simulator"} == {each["channel"] for each in listed}
    assert {(each["configured"], each["changeable"]) for each in listed} == {(True, False)}
    before = program.log(busy.name)
    for channel in ("telegram", "simulator"):
        bad(busy.ask(f"PUT /settings/{{c}}/channels/{channel}", {"token": TOKEN}), 409, "conflict")
        bad(busy.ask(f"DELETE /settings/{{c}}/channels/{channel}"), 409, "conflict")
        assert good(busy.ask(f"POST /settings/{{c}}/channels/{channel}/test"))["ok"] is True
    assert program.log(busy.name) == before
