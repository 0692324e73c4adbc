"""procrastinate and aiohttp: `python with_procrastinate.py [COUNT FIRST]` works, or adds so many jobs at once."""

import asyncio
import sys
import time

import aiohttp
from procrastinate_jobs import AT_ONCE, app, clients, send

TEXT = "¿Tuviste algún problema?"


async def add(count: int, first: int) -> None:
    async with app.open_async():
        await send.batch_defer_async(*({"chat_id": first + number, "text": TEXT} for number in range(count)))
        print(time.monotonic(), flush=True)


async def work() -> None:
    async with (
        app.open_async(),
        aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=AT_ONCE)) as client,
    ):
        clients.append(client)
        if not await app.check_connection_async():
            await app.schema_manager.apply_schema_async()
        print("working", flush=True)
        await app.run_worker_async(concurrency=AT_ONCE)


if __name__ == "__main__":
    asyncio.run(add(int(sys.argv[1]), int(sys.argv[2])) if len(sys.argv) > 1 else work())
