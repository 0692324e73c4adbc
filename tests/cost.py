"""What each part of a run has cost: wall clock and processor, in a table when the run is over.

A part is a folder of `tests`; `--cost files` tells it of every file. The processor's seconds are those of the test's
process, of the processes it has started, and, in a line of its own, of the PostgreSQL that all share. What begins
once for many tests (a server, a program) is told with the test that begins it.
"""

import os
import resource
import time
from collections import defaultdict
from collections.abc import Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

import psutil
import pytest

from tools.cost import Cost, table

POSTGRES = "PostgreSQL"
REST = "starting, collecting"
TICKS = os.sysconf("SC_CLK_TCK")

Spent = tuple[int, float, float]
"""Tests, seconds of wall clock, seconds of processor."""


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--cost", choices=("parts", "files"), default="parts", help="what to tell the cost of")


def pytest_configure(config: pytest.Config) -> None:
    config.pluginmanager.register(Ledger(config), "cost")


class Ledger:
    """What the tests of this process have cost, and in a run on several processes what those have reported."""

    def __init__(self, config: pytest.Config) -> None:
        self._config = config
        self._began = time.perf_counter()
        self._spent: defaultdict[str, Spent] = defaultdict(lambda: (0, 0.0, 0.0))

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Iterator[None]:
        wall, processor = time.perf_counter(), processor_seconds()
        try:
            return (yield)
        finally:
            file = item.nodeid.partition("::")[0]
            self._add(file, (1, time.perf_counter() - wall, processor_seconds() - processor))

    def server_used(self, directory: Path) -> None:
        """Note what the server of this data directory has used; the last of those who share it knows most."""
        with suppress(OSError, ValueError, psutil.Error):
            pid = int((directory / "postmaster.pid").read_text().split()[0])
            server = psutil.Process(pid)
            used = sum(_of(each.pid) for each in (server, *server.children()))
            self._spent[POSTGRES] = (0, 0.0, used)

    def pytest_sessionfinish(self) -> None:
        if (output := getattr(self._config, "workeroutput", None)) is not None:
            output["cost"] = dict(self._spent)

    @pytest.hookimpl(optionalhook=True)
    def pytest_testnodedown(self, node: Any) -> None:
        reported: Mapping[str, Spent] = getattr(node, "workeroutput", {}).pop("cost", {})
        for name, spent in reported.items():
            if name == POSTGRES:
                self._spent[POSTGRES] = max(self._spent[POSTGRES], spent)
            else:
                self._add(name, spent)

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        if not any(tests for tests, _, _ in self._spent.values()):
            return
        terminalreporter.section("cost", sep="-")
        for line in self._table():
            terminalreporter.write_line(line)

    def _table(self) -> Iterator[str]:
        by_file = self._config.getoption("cost") == "files"
        server = self._spent.pop(POSTGRES, (0, 0.0, 0.0))
        shown: defaultdict[str, Spent] = defaultdict(lambda: (0, 0.0, 0.0))
        for file, spent in sorted(self._spent.items()):
            name = file if by_file else _part(file)
            shown[name] = _sum(shown[name], spent)
        known = sum(processor for _, _, processor in shown.values())
        shown[REST] = (0, 0.0, max(processor_seconds() - known, 0.0))
        shown[POSTGRES] = server
        tests, processor = sum(spent[0] for spent in shown.values()), sum(spent[2] for spent in shown.values())
        shown["in all"] = (tests, time.perf_counter() - self._began, processor)
        yield from table(Cost(name, *spent) for name, spent in shown.items())

    def _add(self, name: str, spent: Spent) -> None:
        self._spent[name] = _sum(self._spent[name], spent)


def processor_seconds() -> float:
    """What this process has used, those it has started and waited for, and those that still run."""
    ended = (resource.getrusage(resource.RUSAGE_SELF), resource.getrusage(resource.RUSAGE_CHILDREN))
    return sum(each.ru_utime + each.ru_stime for each in ended) + sum(map(_of, _running()))


def _sum(one: Spent, other: Spent) -> Spent:
    return (one[0] + other[0], one[1] + other[1], one[2] + other[2])


def _part(file: str) -> str:
    folders = Path(file).parts[1:-1]
    return folders[0] if folders else file


def _running() -> Iterator[int]:
    """The processes that this one has started; only Linux tells cheaply enough to ask before and after each test."""
    for children in Path("/proc/self/task").glob("*/children"):
        with suppress(OSError):
            yield from map(int, children.read_text().split())


def _of(pid: int) -> float:
    """What a process has used, with those it has waited for."""
    with suppress(OSError):
        told = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        return sum(map(int, told[11:15])) / TICKS
    return 0.0
