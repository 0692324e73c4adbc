"""So many connections, and so many bytes of bodies, at the same time: in all and from each address."""

from dataclasses import dataclass, field

import pytest

from api.http.concurrency_limits import CROWDED, FULL, Budget, OpenConnections
from api.http.problems import RateLimited, Unavailable

ANA, BEA, PROXY = "192.0.2.1", "192.0.2.2", "10.0.0.1"


@dataclass(eq=False)
class Line:
    """A connection that is busy unless it says otherwise."""

    is_idle: bool = False
    closed: list[bool] = field(default_factory=list)

    def hang_up(self) -> None:
        self.closed.append(True)


def test_an_address_has_so_many_connections_and_another_as_many() -> None:
    places = OpenConnections(10, 2, ())
    first = Line()
    assert [places.admit(line, ANA) for line in (first, Line(), Line())] == [None, None, CROWDED]
    assert places.admit(Line(), BEA) is None
    places.leave(first)
    assert places.admit(Line(), ANA) is None


def test_addresses_of_one_network_count_as_one() -> None:
    places = OpenConnections(10, 1, ())
    assert [places.admit(Line(), host) for host in ("2001:db8::1", "2001:db8::2")] == [None, CROWDED]


def test_only_so_many_in_all() -> None:
    places = OpenConnections(2, 2, ())
    assert [places.admit(Line(), f"192.0.2.{number}") for number in range(3)] == [None, None, FULL]


def test_a_connection_that_is_only_kept_open_makes_room() -> None:
    for places, host in ((OpenConnections(9, 2, ()), ANA), (OpenConnections(2, 9, ()), BEA)):
        busy, idle = Line(), Line(is_idle=True)
        assert (places.admit(busy, ANA), places.admit(idle, ANA), places.admit(Line(), host)) == (None, None, None)
        assert (busy.closed, idle.closed) == ([], [True])
        places.leave(idle)  # as it does when it is closed at last
        assert places.admit(Line(), host) is not None


def test_a_proxy_has_as_many_connections_as_there_are_in_all() -> None:
    places = OpenConnections(3, 1, {PROXY})
    assert [places.admit(Line(), PROXY) for _ in range(4)] == [None, None, None, FULL]


def test_who_was_refused_leaves_nothing_behind() -> None:
    places = OpenConnections(1, 1, ())
    refused = Line()
    assert (places.admit(Line(), ANA), places.admit(refused, BEA)) == (None, FULL)
    places.leave(refused)
    assert places.admit(Line(), BEA) == FULL


def test_bodies_have_so_many_bytes_in_all_and_from_an_address() -> None:
    budget = Budget(10, 6)
    budget.take(ANA, 4)
    with pytest.raises(RateLimited):
        budget.take(ANA, 3)
    budget.take(BEA, 6)
    with pytest.raises(Unavailable):
        budget.take(PROXY, 1)
    budget.give_back(BEA, 6)
    budget.take(ANA, 2)
    budget.take(PROXY, 4)
