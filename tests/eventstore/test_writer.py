"""Commands run one after another, each completely or not at all."""

import asyncio
import contextlib
import contextvars
import threading
from collections.abc import AsyncIterator, Iterator

import pytest

from eventstore import writer as module
from eventstore.writer import Busy, Done, Writer

now = contextvars.ContextVar[int]("now")
who = contextvars.ContextVar[str]("who", default="nobody")


class TooLate(Exception):
    """Another program was faster."""


class Ledger:
    """An application of one number, in which others may be faster."""

    def __init__(self) -> None:
        self.saved_position: int | None = None
        self.total = 0
        self.entries: list[tuple[str, int, int]] = []
        self.others = 0
        self.gate = threading.Event()
        self.gate.set()
        self.begun = threading.Event()

    def add(self, amount: int) -> int:
        self.begun.set()
        self.gate.wait(10)
        if self.others:
            self.others -= 1
            raise TooLate
        self.total += amount
        self.entries.append((who.get(), now.get(), amount))
        self.saved_position = len(self.entries)
        return self.total

    def look(self) -> int:
        return self.total

    def refuse(self) -> int:
        raise ValueError("no")


class Times:
    def __init__(self) -> None:
        self.last = 0

    @contextlib.contextmanager
    def __call__(self) -> Iterator[None]:
        self.last += 1
        token = now.set(self.last)
        yield
        now.reset(token)


@pytest.fixture
def ledger() -> Ledger:
    return Ledger()


@pytest.fixture
async def writer(ledger: Ledger) -> AsyncIterator[Writer[Ledger]]:
    writer = Writer(ledger, conflict=TooLate, timed=Times())
    writer.start()
    yield writer
    ledger.gate.set()
    await asyncio.to_thread(writer.stop)


async def test_a_command_answers_with_its_result_and_its_position(writer: Writer[Ledger]) -> None:
    assert await writer.do(Ledger.add, 5) == Done(5, 1)
    assert await writer.do(Ledger.add, amount=7) == Done(12, 2)


async def test_a_command_that_appends_nothing_has_no_position(writer: Writer[Ledger]) -> None:
    await writer.do(Ledger.add, 5)
    assert await writer.do(Ledger.look) == Done(5, None)


async def test_commands_given_at_once_run_one_after_another(writer: Writer[Ledger], ledger: Ledger) -> None:
    done = await asyncio.gather(*(writer.do(Ledger.add, 1) for _ in range(200)))
    assert [each.result for each in done] == list(range(1, 201))
    assert ledger.total == 200


async def test_a_refusal_reaches_its_caller_and_nobody_else(writer: Writer[Ledger], ledger: Ledger) -> None:
    refused, done = await asyncio.gather(writer.do(Ledger.refuse), writer.do(Ledger.add, 1), return_exceptions=True)
    assert isinstance(refused, ValueError)
    assert done == Done(1, 1)


async def test_who_lost_a_race_runs_again_at_a_later_time(writer: Writer[Ledger], ledger: Ledger) -> None:
    ledger.others = 2
    assert await writer.do(Ledger.add, 1) == Done(1, 1)
    assert ledger.entries == [("nobody", 3, 1)]


async def test_who_loses_every_race_is_told_so(writer: Writer[Ledger], ledger: Ledger) -> None:
    ledger.others = 100
    with pytest.raises(TooLate):
        await writer.do(Ledger.add, 1)
    assert ledger.others == 95
    assert ledger.total == 0


async def test_a_command_runs_on_behalf_of_who_gave_it(writer: Writer[Ledger], ledger: Ledger) -> None:
    async def give(name: str) -> None:
        who.set(name)
        await writer.do(Ledger.add, 1)

    await asyncio.gather(asyncio.create_task(give("ana")), asyncio.create_task(give("eva")))
    assert {name for name, _, _ in ledger.entries} == {"ana", "eva"}


async def test_a_full_writer_says_that_it_is_busy(writer: Writer[Ledger], ledger: Ledger) -> None:
    ledger.gate.clear()
    first = asyncio.create_task(writer.do(Ledger.add, 1))
    await asyncio.to_thread(ledger.begun.wait, 5)
    waiting = [asyncio.create_task(writer.do(Ledger.add, 1)) for _ in range(module.MAX_WAITING)]
    await asyncio.sleep(0)
    with pytest.raises(Busy):
        await writer.do(Ledger.add, 1)
    ledger.gate.set()
    await asyncio.gather(first, *waiting)
    assert ledger.total == 1 + module.MAX_WAITING


async def test_a_caller_who_leaves_does_not_take_the_command_back(writer: Writer[Ledger], ledger: Ledger) -> None:
    ledger.gate.clear()
    impatient = asyncio.create_task(writer.do(Ledger.add, 1))
    await asyncio.to_thread(ledger.begun.wait, 5)
    impatient.cancel()
    ledger.gate.set()
    assert (await writer.do(Ledger.look)).result == 1


async def test_a_writer_that_stops_finishes_what_it_has_taken_and_takes_no_more(ledger: Ledger) -> None:
    writer = Writer(ledger, conflict=TooLate, timed=Times())
    writer.start()
    ledger.gate.clear()
    taken = [asyncio.create_task(writer.do(Ledger.add, 1)) for _ in range(20)]
    await asyncio.to_thread(ledger.begun.wait, 5)
    stopping = asyncio.create_task(asyncio.to_thread(writer.stop))
    ledger.gate.set()
    await stopping
    assert [done.result for done in await asyncio.gather(*taken)] == list(range(1, 21))
    with pytest.raises(Busy):
        await writer.do(Ledger.add, 1)
