"""Thousands of messages that fall due at once, sent through one program."""

import asyncio
import itertools
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta

from processes.due_work import AT_ONCE
from tests.bench.peers.bots import ArrivedCalls, BotPlatform, lateness, monotonic_at
from tests.bench.peers.comparison import Comparison, PeerFigure, RoundOf, cpu_figures, in_turns
from tests.bench.peers.ground import Ground, clonnect_program, react_from_here, wait_until_dealt_with
from tests.bench.peers.people import fall_due, promise, sign_up_measured, writer_of
from tests.bench.results import percentiles

SENDS = 5_000
CAUGHT_UP_SECONDS = 2.0
"""Between the moment that everything is prepared and the one at which it falls due, and as long as preparing took."""


def measure_sends(ground: Ground, scale: float, rounds: int) -> Iterator[Comparison]:
    """Every system sends to the same platform, with as many calls in the air."""
    number = max(int(SENDS * scale), 1)
    systems: dict[str, RoundOf] = {"Clonnect (`work`)": ClonnectSends(ground, number)}
    yield in_turns(f"{number:,} sends due at once, {AT_ONCE} in the air", systems, rounds)


class ClonnectSends:
    """`clonnect work`, with a follow-up for each of so many people; others in each round."""

    def __init__(self, ground: Ground, number: int) -> None:
        self._ground = ground
        self._number = number
        self._url = ground.database("sends")
        self._chats = itertools.count(1)
        sign_up_measured(ground, self._url)

    def __call__(self) -> list[PeerFigure]:
        return asyncio.run(self._round())

    async def _round(self) -> list[PeerFigure]:
        ground, url = self._ground, self._url
        chats = list(itertools.islice(self._chats, self._number))
        begun = time.monotonic()
        async with writer_of(ground, url) as writer:
            promised = await promise(writer, chats)
            react_from_here(url)
            with ExitStack() as stack:
                worker = await asyncio.to_thread(stack.enter_context, clonnect_program(ground, url, "work"))
                prepared = time.monotonic() - begun
                due_at = datetime.now(UTC) + timedelta(seconds=CAUGHT_UP_SECONDS + prepared / 2)
                await fall_due(writer, promised, due_at)
                await asyncio.sleep((due_at - datetime.now(UTC)).total_seconds())
                meter = ground.meter(worker)
                await asyncio.to_thread(ground.bots.wait_for, self._number)
                await asyncio.to_thread(wait_until_dealt_with, url)
                seconds = meter.seconds()
                await asyncio.to_thread(stack.close)
        return send_figures(ground.bots, chats, monotonic_at(due_at.timestamp()), seconds)


def send_figures(bots: BotPlatform, chats: list[int], due_at: float, cpu: tuple[float, float]) -> list[PeerFigure]:
    """Of messages that fell due at this moment; raises unless each arrived, and once."""
    taken = bots.take()
    check_all_arrived(taken, chats)
    times = [call.at for call in taken.calls]
    median, worst = percentiles(lateness(taken.calls, due_at))
    return [
        PeerFigure("sends, first to last call", (len(times) - 1) / (times[-1] - times[0]), "1/s"),
        PeerFigure("lateness, p50", median, "ms"),
        PeerFigure("lateness, p99", worst, "ms"),
        *cpu_figures("a send", cpu, len(chats)),
        PeerFigure("most calls in the air", taken.most_at_once, ""),
    ]


def check_all_arrived(taken: ArrivedCalls, chats: list[int]) -> None:
    """Each of these was written to, once."""
    arrived = Counter(call.chat for call in taken.calls)
    if arrived != Counter(chats):
        doubled = sum(times > 1 for times in arrived.values())
        raise RuntimeError(f"{len(arrived)} of {len(chats)} were written to, {doubled} of them more than once")
