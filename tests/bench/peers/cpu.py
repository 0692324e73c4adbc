"""How much CPU a system has taken: its own processes, and PostgreSQL's."""

from collections.abc import Iterable

import psutil
import psycopg


class CpuMeter:
    """Counts from when it is made: user and system time of programs with their children, and of all of PostgreSQL."""

    def __init__(self, programs: Iterable[int], postmaster: int) -> None:
        self._programs = [psutil.Process(pid) for pid in programs]
        self._postmaster = psutil.Process(postmaster)
        self._before = self._now()

    def seconds(self) -> tuple[float, float]:
        """Of the programs, and of PostgreSQL."""
        (programs, postgres), (programs_before, postgres_before) = self._now(), self._before
        return programs - programs_before, postgres - postgres_before

    def _now(self) -> tuple[float, float]:
        return sum(_tree(program) for program in self._programs), _tree(self._postmaster)


def _tree(process: psutil.Process) -> float:
    """Of a process, of those it has waited for, and of those that it still has."""
    times = process.cpu_times()
    own: float = times.user + times.system + times.children_user + times.children_system
    for child in process.children():
        try:
            own += _tree(child)
        except psutil.NoSuchProcess:  # counted among those that were waited for
            continue
    return own


def postmaster_of(url: str) -> int:
    """The process that all of a server's processes are children of."""
    with psycopg.connect(url) as conn:
        parent: int = psutil.Process(conn.info.backend_pid).ppid()
        return parent
