"""The job that procrastinate does: one message to the platform, over connections that are kept open."""

import os

import aiohttp
from procrastinate import App, PsycopgConnector

AT_ONCE = int(os.environ["CALLS_AT_ONCE"])

app = App(connector=PsycopgConnector(conninfo=os.environ["DATABASE_URL"], min_size=1, max_size=AT_ONCE + 2))
clients: list[aiohttp.ClientSession] = []


@app.task(name="send")
async def send(chat_id: int, text: str) -> None:
    (client,) = clients
    async with client.post(os.environ["PLATFORM_URL"], json={"chat_id": chat_id, "text": text}) as answer:
        if answer.status != 200 or not (await answer.json())["ok"]:
            raise RuntimeError(f"the platform answered {answer.status}")
