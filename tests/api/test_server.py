"""The socket that the program listens on, and how many connections it takes."""

import asyncio
import resource
import socket

import pytest

from api.server import descriptors_for, listen


async def test_an_answer_on_a_kept_connection_does_not_wait_for_the_one_before_to_be_acknowledged() -> None:
    accepted: asyncio.Future[int] = asyncio.get_running_loop().create_future()

    def connected(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        taken: socket.socket = writer.get_extra_info("socket")
        accepted.set_result(taken.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY))
        writer.close()

    with listen("127.0.0.1", 0) as listening:
        async with await asyncio.start_server(connected, sock=listening):
            _, writer = await asyncio.open_connection(*listening.getsockname())
            assert await accepted
            writer.close()
            await writer.wait_closed()


@pytest.mark.parametrize(
    ("soft", "hard", "raised", "connections"),
    [
        (1024, 524_288, 1256, 1000),
        (1024, resource.RLIM_INFINITY, 1256, 1000),
        (20_000, 20_000, None, 1000),
        (resource.RLIM_INFINITY, resource.RLIM_INFINITY, None, 1000),
        (256, 1024, 1024, 768),
    ],
)
def test_there_are_never_more_connections_than_descriptors_for_them(
    monkeypatch: pytest.MonkeyPatch, soft: int, hard: int, raised: int | None, connections: int
) -> None:
    said: list[tuple[int, int]] = []
    monkeypatch.setattr(resource, "getrlimit", lambda _: (soft, hard))
    monkeypatch.setattr(resource, "setrlimit", lambda _, limits: said.append(limits))
    assert descriptors_for(1000) == connections
    assert said == ([] if raised is None else [(raised, hard)])
