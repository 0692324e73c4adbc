"""Concurrency limits: connections and bytes of bodies at the same time, in all and from each address."""

from collections.abc import Container, Iterable
from typing import Final, Protocol

from api.http.client_address import network_of
from api.http.problems import RateLimited, Unavailable

CROWDED: Final = 429
FULL: Final = 503


class Closable(Protocol):
    """A connection, as far as places are concerned."""

    @property
    def is_idle(self) -> bool:
        """Whether it is only kept open for a next request."""

    def hang_up(self) -> None:
        """Close it."""


class OpenConnections:
    """Gives each connection a place; one that is only kept open makes room for one that is new.

    Of `proxies` only the number in all is limited: whoever comes through them is counted by requests.
    """

    def __init__(self, in_all: int, each: int, proxies: Container[str]) -> None:
        self._in_all = in_all
        self._each = each
        self._proxies = proxies
        self._open: dict[Closable, str] = {}
        self._of: dict[str, set[Closable]] = {}

    def admit(self, connection: Closable, host: str) -> int | None:
        """Give it a place; else the status that says why there is none: `CROWDED` or `FULL`."""
        address = network_of(host)
        theirs = self._of.get(address, set())
        if len(theirs) >= self._each and host not in self._proxies and not self._close_idle(theirs):
            return CROWDED
        if len(self._open) >= self._in_all and not self._close_idle(self._open):
            return FULL
        self._open[connection] = address
        self._of.setdefault(address, set()).add(connection)
        return None

    def leave(self, connection: Closable) -> None:
        """Take its place back, if it has one."""
        address = self._open.pop(connection, None)
        if address is not None:
            self._of[address].remove(connection)
            if not self._of[address]:
                del self._of[address]

    def _close_idle(self, among: Iterable[Closable]) -> bool:
        idle = next((each for each in among if each.is_idle), None)
        if idle is None:
            return False
        self.leave(idle)
        idle.hang_up()
        return True


class Budget:
    """Bytes of bodies that requests hold at the same time, in all and from one address."""

    def __init__(self, in_all: int, each: int) -> None:
        self._in_all = in_all
        self._each = each
        self._held = 0
        self._of: dict[str, int] = {}

    def take(self, address: str, size: int) -> None:
        """Hold so many more; raises `RateLimited` when that is too much for the address, `Unavailable` for all."""
        theirs = self._of.get(address, 0) + size
        if theirs > self._each:
            raise RateLimited(1, "Too much that comes from your address is being read: try again in 1 s.")
        if self._held + size > self._in_all:
            raise Unavailable("Too much is being read at the moment: try again in a second.")
        self._held += size
        self._of[address] = theirs

    def give_back(self, address: str, size: int) -> None:
        """Hold so many less."""
        self._held -= size
        left = self._of.pop(address, 0) - size
        if left > 0:
            self._of[address] = left
