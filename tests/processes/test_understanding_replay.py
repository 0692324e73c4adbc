"""A replay understands recorded bursts as this version would, and changes nothing of what is on record."""

from datetime import UTC, datetime
from typing import Any, cast

import psycopg
import pytest
from psycopg.rows import DictRow

from api.database.installation import vault_of
from api.settings import Settings
from domain import context
from domain.application import Clonnect
from domain.errors import NotFound
from domain.follower.follower import Follower
from domain.understanding.intents import UNDERSTANDING_VERSION
from domain.vocabulary import Intent
from eventstore.log import Log
from eventstore.mapper import TypedMapper
from eventstore.recorder import Recorder
from eventstore.vault import destroying
from processes import understanding_replay
from processes.understanding import understand_message
from processes.understanding_replay import UnderstandingReplay
from tests.processes.recorded_bursts import burst, model_called
from tests.world import CREATOR, OTHER, sign_up

PRICE = "¿Cuánto cuesta el curso de fotografía?"
SPAM = "You won! giveaway winner https://x.example/win"
"""It is spam from a stranger only."""
STOP = "déjame en paz, ya no quiero tus mensajes"


@pytest.fixture
def log(app: Clonnect) -> Log:
    return Log(cast(Recorder, app.recorder), cast(TypedMapper, app.mapper))


@pytest.fixture
def replay(app: Clonnect, log: Log) -> UnderstandingReplay:
    return UnderstandingReplay(app, log)


def test_what_this_version_has_understood_it_understands_so_again(app: Clonnect, replay: UnderstandingReplay) -> None:
    for text in ("hola", PRICE, "me lo pienso", "gracias", "/start", "¿y cuánto dura?"):
        burst(app, "1", text)
    replayed = list(replay.bursts())
    assert [each.text for each in replayed][:2] == ["hola", PRICE]
    assert {each.version for each in replayed} == {UNDERSTANDING_VERSION}
    assert [each.changes for each in replayed] == [{}] * 6


OLDER: dict[str, tuple[str, dict[str, Any], dict[str, Any]]] = {
    "the intent": (
        PRICE,
        {"intents": ((Intent.GREETING, 0.9),)},
        {"intent": (Intent.GREETING, Intent.QUESTION_PRODUCT)},
    ),
    "a refusal": ("no, gracias", {"refusal": False}, {"refusal": (False, True)}),
    "a direct purchase": ("lo compro, pásame el link", {"direct_purchase": False}, {"direct_purchase": (False, True)}),
    "the need of an answer": (PRICE, {"needs_reply": False}, {"needs_reply": (False, True)}),
    "a stop that was not seen": (STOP, {"hard_stop": False, "soft_stop": False}, {"stop": ("none", "stop")}),
    "a stop that was doubted": (STOP, {"hard_stop": False, "soft_stop": True}, {"stop": ("perhaps", "stop")}),
    "a stop that was none": (PRICE, {"hard_stop": True}, {"stop": ("stop", "none")}),
    "a doubt that was none": (PRICE, {"soft_stop": True}, {"stop": ("perhaps", "none")}),
}


@pytest.mark.parametrize(("text", "recorded", "changes"), OLDER.values(), ids=OLDER.keys())
def test_where_it_differs_the_old_stands_beside_the_new(
    app: Clonnect, replay: UnderstandingReplay, text: str, recorded: dict[str, Any], changes: dict[str, Any]
) -> None:
    burst(app, "1", text, classifier_version=2, **recorded)
    (replayed,) = replay.bursts()
    assert (replayed.version, replayed.changes) == (2, changes)


@pytest.mark.parametrize("text", ["STOP", STOP])
def test_who_asks_twice_to_be_left_alone_is_no_difference(
    app: Clonnect, replay: UnderstandingReplay, text: str
) -> None:
    burst(app, "1", text)
    burst(app, "1", text)
    assert [(each.recorded.stop, each.changes) for each in replay.bursts()] == [("stop", {}), ("unknown", {})]


def test_each_message_was_a_burst_once(app: Clonnect, replay: UnderstandingReplay) -> None:
    follower = burst(app, "1", "hola")
    with context.acting("system", at=datetime.now(UTC)):
        for number, text in enumerate((PRICE, "gracias")):
            follower.trigger_event(
                Follower.MessageReceived,
                message_id=f"old-{number}",
                dedupe_key=f"old-{number}",
                text=text,
                attachments=(),
                reply_to=None,
                occurred_at=datetime.now(UTC),
                origin="webhook",
                opens_window=True,
                forwarded=False,
                thread=None,
                album=None,
                opens_burst=True,
                burst_id=None,
                burst_closes_at=None,
            )
        messages = [event for event in follower.pending_events if isinstance(event, Follower.MessageReceived)]
        app.save_streams(follower)
        for message in messages:
            understand_message(app, message)
    assert [(each.text, each.changes) for each in replay.bursts()] == [("hola", {}), (PRICE, {}), ("gracias", {})]


@pytest.mark.parametrize("positions", [1, 3])
def test_nobody_is_missed_or_met_twice_where_the_log_is_read_in_pages(
    app: Clonnect, replay: UnderstandingReplay, monkeypatch: pytest.MonkeyPatch, positions: int
) -> None:
    monkeypatch.setattr(understanding_replay, "PAGE", positions)
    for phone in ("1", "2", "3"):
        burst(app, phone, f"hola, soy {phone}")
    assert [each.text[-1] for each in replay.bursts()] == ["1", "2", "3"]


def test_what_was_known_of_a_person_is_that_of_the_time(app: Clonnect, replay: UnderstandingReplay) -> None:
    for text in (SPAM, SPAM, "hola"):
        burst(app, "1", text)
    replayed = [(each.present.needs_reply, each.changes) for each in replay.bursts()]
    assert replayed == [(False, {}), (True, {}), (True, {})]


def test_one_creators_bursts_are_replayed_alone(app: Clonnect, replay: UnderstandingReplay, settings: Settings) -> None:
    sign_up(app, settings, OTHER)
    burst(app, "1", "hola")
    burst(app, "1", PRICE, OTHER)
    assert [each.text for each in replay.bursts(OTHER)] == [PRICE]
    assert len(list(replay.bursts())) == 2
    with pytest.raises(NotFound):
        next(replay.bursts("nobody"))


def test_whom_nobody_can_read_any_more_is_counted_and_left_out(
    app: Clonnect, replay: UnderstandingReplay, conn: psycopg.Connection[DictRow]
) -> None:
    erased = burst(app, "1", "hola")
    burst(app, "2", PRICE)
    for statement, values in destroying([erased.lead_id]):
        conn.execute(statement.encode(), values)
    vault_of(app).forget()
    assert [each.text for each in replay.bursts()] == [PRICE]
    assert replay.erased == 1


def test_a_conversation_with_an_event_that_cannot_be_read_is_counted_and_left_out(
    app: Clonnect, replay: UnderstandingReplay, conn: psycopg.Connection[DictRow]
) -> None:
    burst(app, "1", "hola")
    model_called(app, burst(app, "2", PRICE), 1)
    conn.execute("ALTER TABLE log.events DISABLE TRIGGER append_only")
    conn.execute("UPDATE log.events SET topic = 'lost' WHERE topic = 'follower.model_called'")
    assert [each.text for each in replay.bursts()] == ["hola"]
    assert replay.unreadable == 1


def test_nothing_is_written(app: Clonnect, log: Log, replay: UnderstandingReplay) -> None:
    follower = burst(app, "1", PRICE, intents=((Intent.GREETING, 0.9),))
    model_called(app, follower, 3)
    head = log.head()
    assert len(list(replay.bursts(CREATOR))) == 1
    assert (log.head(), replay.model_calls) == (head, 3)
