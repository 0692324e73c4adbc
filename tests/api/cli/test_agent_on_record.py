"""`clonnect agent replay` and `rehearse` read what is on record, tell figures, and reach nobody."""

import json
import socket
from pathlib import Path
from typing import Any

import pytest

from domain.application import Clonnect
from domain.vocabulary import Intent
from tests.harness.processes import in_process
from tests.processes.recorded_bursts import answered_by_hand, burst, model_called

PRICE = "¿Cuánto cuesta el curso?"
LOOPBACK = ("127.0.0.1", "::1", "localhost")


@pytest.fixture
def no_other_host(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """Nobody but this machine can be reached; what was tried."""
    tried: list[Any] = []

    def only_here(real: Any) -> Any:
        def connect(self: socket.socket, address: Any) -> Any:
            if self.family != socket.AF_UNIX and address[0] not in LOOPBACK:
                tried.append(address)
                raise ConnectionRefusedError("no other host in this test")
            return real(self, address)

        return connect

    def look_up(host: Any, *_: Any, **__: Any) -> Any:
        tried.append(host)
        raise socket.gaierror("no names in this test")

    for name in ("connect", "connect_ex"):
        monkeypatch.setattr(socket.socket, name, only_here(getattr(socket.socket, name)))
    monkeypatch.setattr(socket, "getaddrinfo", look_up)
    return tried


def command(data_dir: Path, url: str, *arguments: str) -> str:
    done = in_process(data_dir, "agent", *arguments, DATABASE_URL=url)
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout


def test_a_log_with_a_thousand_calls_of_the_model_is_replayed_and_nobody_is_called(
    app: Clonnect, data_dir: Path, database_url: str, no_other_host: list[Any]
) -> None:
    model_called(app, burst(app, "1", PRICE), 1000)
    told = json.loads(command(data_dir, database_url, "replay", "--json"))
    assert told["model_calls"] == {"recorded": 1000, "made": 0}
    assert (told["bursts"], told["differing"]) == (1, 0)
    assert no_other_host == []


def test_a_replay_counts_by_version_and_names_leads_not_words(app: Clonnect, data_dir: Path, database_url: str) -> None:
    lead_id = burst(app, "1", PRICE, intents=((Intent.GREETING, 0.9),), classifier_version=2).lead_id
    burst(app, "2", "hola")
    told = command(data_dir, database_url, "replay", "maria")
    assert "2 bursts understood again; 1 would be understood otherwise" in told
    assert "2 → 3    1       1" in told
    assert ["intent", "greeting", "question_product", "1"] in [line.split() for line in told.splitlines()]
    assert f"lead {lead_id}: intent greeting → question_product" in told
    assert "Calls of the language model: 0 recorded, 0 made." in told
    assert PRICE not in told
    assert PRICE in command(data_dir, database_url, "replay", "--show-texts")
    assert json.loads(command(data_dir, database_url, "replay", "--limit", "1", "--json"))["bursts"] == 1


def test_a_rehearsal_tells_how_much_might_leave_unseen(app: Clonnect, data_dir: Path, database_url: str) -> None:
    burst(app, "1", "hola")
    answered_by_hand(app, burst(app, "1", PRICE), "Son 97 euros.")
    answered_by_hand(app, burst(app, "2", "hmm", intents=((Intent.OTHER, 0.9),)), "¿Cómo?")
    told = command(data_dir, database_url, "rehearse", "maria")
    lines = told.splitlines()
    assert f"  asked  {PRICE!r}" in lines
    assert "  sent   'Son 97 euros.'" in lines
    assert "2 bursts that a person answered" in lines
    assert "    1   50.0 %  acceptable" in lines
    assert "    1   50.0 %  nothing to say" in lines
    assert lines[-1] == "Calls of the language model: 0 made. Nothing was sent or recorded."


@pytest.mark.parametrize(
    ("arguments", "code", "sentence"),
    [
        (("rehearse", "maria", "--ask-model"), 2, "set GROQ_API_KEY"),
        (("rehearse", "nobody"), 1, "There is no such creator"),
        (("replay", "nobody"), 1, "There is no such creator"),
        (("replay", "--limit", "0"), 2, "take 1 or more"),
    ],
)
@pytest.mark.usefixtures("app")
def test_what_cannot_be_done_is_said(
    data_dir: Path, database_url: str, arguments: tuple[str, ...], code: int, sentence: str
) -> None:
    done = in_process(data_dir, "agent", *arguments, DATABASE_URL=database_url)
    assert (done.returncode, done.stdout) == (code, "")
    assert sentence in done.stderr
