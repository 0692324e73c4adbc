"""What is measured beside others can be measured, at a size that says nothing about speed, and does what it says."""

import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, nullcontext
from pathlib import Path

import pytest

from tests.bench.peers.bots import ArrivedCalls, BotCall, bots
from tests.bench.peers.comparison import Comparison, PeerFigure, in_turns
from tests.bench.peers.cpu import CpuMeter
from tests.bench.peers.ground import Ground
from tests.bench.peers.messages import MESSAGES, check_order, measure_messages
from tests.bench.peers.moves import clonnect_systems, compare_moves
from tests.bench.peers.pages import compare_pages
from tests.bench.peers.sends import SENDS, check_all_arrived, measure_sends
from tests.bench.peers.streams import compare_streams
from tests.bench.peers.writing_in import WrittenIn


@pytest.fixture(scope="module")
def ground(template_database: str, database_like: Callable[[str], AbstractContextManager[str]]) -> Iterator[Ground]:
    """On the tests' own server, which may be on another machine: the CPU is that of this process instead."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="clonnect-peers-")))
        platform = stack.enter_context(bots())
        yield Ground(
            lambda template: stack.enter_context(database_like(template)),
            template_database,
            folder,
            os.getpid(),
            platform,
        )


def test_everybody_is_written_to_once(ground: Ground) -> None:
    (found,) = measure_sends(ground, 60 / SENDS, 1, with_others=False)
    assert _of(found, "sends, first to last call") > 0


def test_every_conversation_is_answered_in_its_order(ground: Ground) -> None:
    (found,) = measure_messages(ground, 40 / MESSAGES, 1)
    assert 10 <= _of(found, "answers; who has written again gets one for both") <= 40


def test_every_move_is_kept_every_stream_tells_of_it_and_every_page_is_given(ground: Ground) -> None:
    serve = clonnect_systems(ground)["Clonnect, `serve`"]
    with serve as served:
        moves = list(compare_moves(ground, {"serve": nullcontext(served)}, 0.2, 1))
        streams = compare_streams(ground, served, (0, 5), 1, 1)
        pages = list(compare_pages(ground, {"serve": served}, "500 leads", 0.1, 1))
    assert [_of(found, "moves") > 0 for found in moves] == [True] * 2
    assert _of(streams, "command → stream, p50", "5 streams") > 0
    assert [_of(found, "pages") > 0 for found in pages] == [True] * 4


def test_the_cpu_of_a_process_that_is_over_is_still_counted() -> None:
    meter = CpuMeter([os.getpid()], os.getpid())
    burning = "import time\nwhile time.process_time() < 0.2: pass"
    subprocess.run([sys.executable, "-S", "-c", burning], check=True)
    assert min(meter.seconds()) > 0.15


def test_what_arrived_twice_or_not_at_all_is_no_figure() -> None:
    once, twice = [BotCall(0.0, 1, 1, "hola")], [BotCall(0.0, 1, 1, "hola"), BotCall(0.1, 1, 2, "hola")]
    check_all_arrived(ArrivedCalls(once, 1), [1])
    for calls, chats in ((twice, [1]), (once, [1, 2])):
        with pytest.raises(RuntimeError):
            check_all_arrived(ArrivedCalls(calls, 1), chats)


def test_an_answer_out_of_order_or_to_nobody_is_no_figure() -> None:
    written = WrittenIn({1: 7, 2: 7, 3: 8}, {}, {})
    first, second, other = BotCall(1.0, 7, 91, ""), BotCall(2.0, 7, 92, ""), BotCall(3.0, 8, 93, "")
    messages = {91: 1, 92: 2, 93: 3}
    assert check_order(written, [first, second, other], messages) == {1: 1.0, 2: 2.0, 3: 3.0}
    assert check_order(written, [second, other], messages) == {2: 2.0, 3: 3.0}
    for calls in ([second, first, other], [first, other], [first, second], [second, second, other]):
        with pytest.raises(RuntimeError):
            check_order(written, calls, messages)


def test_systems_are_measured_in_turns_and_compared_by_their_medians() -> None:
    order: list[str] = []
    figures = {"ours": iter((4.0, 2.0, 3.0)), "theirs": iter((6.0, 5.0, 90.0))}

    def measuring(name: str) -> Callable[[], list[PeerFigure]]:
        def measure() -> list[PeerFigure]:
            order.append(name)
            return [PeerFigure("sends", next(figures[name]), "1/s")]

        return measure

    found = in_turns("title", {name: measuring(name) for name in figures}, 3)
    assert order == ["ours", "theirs"] * 3
    assert found.markdown().splitlines()[-1] == "| sends | 1/s | 3 | 6 (2.00 ×) |"


def _of(found: Comparison, what: str, system: str | None = None) -> float:
    (row,) = (values for (name, _), values in found.rows.items() if name == what)
    return row[system or found.systems[0]]
