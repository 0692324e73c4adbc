"""Two creators ask everything of one installation at the same time; nothing of one may reach the other."""

import asyncio
import contextlib
import json
import random
import time
from collections import Counter
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, cast

import httpx
from pydantic_core import to_jsonable_python

from domain.application import Clonnect
from eventstore.log import Log
from eventstore.mapper import TypedMapper
from eventstore.recorder import Recorder
from tests.chaos.tenants import OTHERS, OWN, Ask, Tenant, a_tenant, nobody_like
from tests.domain.ownership import ID, owners_of, strays
from tests.harness.program import Serving

AT_ONCE = 200
HEARD_WITHIN = 30.0
TRIES = 30
"""Of a request that is answered 503, beside the first; the last is judged as it is."""
OF_THE_REQUEST = {"date", "x-request-id", "x-position"}
"""Headers that differ between any two answers."""


@dataclass
class TenancyFindings:
    """What is not as it must be; all empty when all is well. The rest says how hard the test was."""

    leaked: list[str] = field(default_factory=list)
    unexpected: list[str] = field(default_factory=list)
    told_apart: list[str] = field(default_factory=list)
    misheard: list[str] = field(default_factory=list)
    strayed: list[str] = field(default_factory=list)
    answers: Counter[int] = field(default_factory=Counter)
    under_way: int = 0
    most_under_way: int = 0
    about_the_other: int = 0
    heard: int = 0
    events: int = 0

    @property
    def faults(self) -> dict[str, list[str]]:
        """Each kind of fault that happened."""
        found = {
            "leaked": self.leaked,
            "unexpected": self.unexpected,
            "told apart": self.told_apart,
            "misheard": self.misheard,
            "strayed": self.strayed,
        }
        return {name: those for name, those in found.items() if those}


class TenantProbe:
    """Sends what one creator asks, and looks through every answer for what is the other's."""

    def __init__(self, tenant: Tenant, other: Tenant, found: TenancyFindings) -> None:
        self.tenant = tenant
        self.other = other
        self.found = found
        self.has_asked_everything = False
        self.heard: list[int] = []
        self.told_ids: dict[str, str] = {}
        """Every id that the creator was told without having named it, with the request that it was told first."""
        self._hand: list[Ask] = []
        self._has_heard = asyncio.Event()

    async def ask(self, chance: random.Random) -> None:
        """The next request: each in turn, in an order that changes every time."""
        if not self._hand:
            self._hand = [*OWN, *OWN, *OTHERS]
            chance.shuffle(self._hand)
        template = self._hand.pop()
        self.has_asked_everything |= not self._hand
        own = self.tenant.names(chance) | {"their_cursor": chance.choice(self.other.cursors)}
        if template in OTHERS:
            await self._ask_about_the_other(template, own, chance)
        else:
            await self._send(template, own)

    async def _ask_about_the_other(self, template: Ask, own: Mapping[str, str], chance: random.Random) -> None:
        """What is the other's must be answered as what does not exist."""
        self.found.about_the_other += 1
        likenesses = []
        for whose in (self.other, nobody_like(self.other)):
            theirs = whose.names_for_others(chance)
            likenesses.append(likeness(await self._send(template, {**own, **theirs}), theirs))
        if likenesses[0] != likenesses[1]:
            self.found.told_apart.append(f"{template.call}: {likenesses[0]}, but {likenesses[1]} for nobody")

    async def _send(self, template: Ask, names: Mapping[str, str]) -> httpx.Response:
        asked, found = template.filled(names), self.found
        found.under_way += 1
        found.most_under_way = max(found.most_under_way, found.under_way)
        answer = await self.tenant.send(asked)
        for _ in range(TRIES):  # with so many under way; whoever is told to come again does, but not for ever
            if answer.status_code != 503:
                break
            await asyncio.sleep(float(answer.headers["retry-after"]))
            answer = await self.tenant.send(asked)
        found.under_way -= 1
        found.answers[answer.status_code] += 1
        if answer.status_code not in asked.may:
            found.unexpected.append(f"{asked.call}: {answer.status_code} {answer.text[:300]}")
        self._look_at(asked, f"{answer.headers} {answer.text}")
        self.tenant.learn(template, answer)
        return answer

    async def listen(self, is_listening: asyncio.Event) -> None:
        """Follow the creator's stream for as long as it goes on."""
        asked = Ask("GET /stream/{c}")
        async with self.tenant.client.stream("GET", f"/stream/{self.tenant.name}") as answer:
            async for line in answer.aiter_lines():
                is_listening.set()
                self._look_at(asked, line)
                if line.startswith("id: "):
                    self.heard.append(int(line.removeprefix("id: ")))
                    self._has_heard.set()

    async def hear(self, position: int) -> None:
        """Wait until the stream has told of a position."""
        while not self.heard or self.heard[-1] < position:
            self._has_heard.clear()
            await self._has_heard.wait()

    def judge(self, log: Sequence[Mapping[str, Any]], owners: Mapping[str, str], after: int) -> None:
        """Compare what the creator was told with what the log says is whose."""
        self.found.leaked += [
            f"{call} tells {self.tenant.name} the id {each} of {self.other.name}"
            for each, call in self.told_ids.items()
            if owners.get(each) == self.other.name
        ]
        self.found.strayed += [
            f"position {event['position']}: a text of {self.other.name}"
            for event in log
            if event["metadata"].get("creator_id") == self.tenant.name
            and self.other.mark in json.dumps(event, ensure_ascii=False)
        ]
        happened = [position for position in positions_of(self.tenant, log) if position > after]
        heard = [position for position in self.heard if after < position <= happened[-1]]
        self.found.heard += len(heard)
        if heard != happened:
            wrong = sorted(set(heard) ^ set(happened)) or "another order"
            self.found.misheard.append(f"{self.tenant.name} heard {len(heard)} of {len(happened)} events: {wrong}")

    def _look_at(self, asked: Ask, told: str) -> None:
        said = f"{asked.call} {asked.body}"
        if self.other.mark in told and self.other.mark not in said:
            self.found.leaked.append(f"{asked.call} tells {self.tenant.name} the mark of {self.other.name}")
        for each in ID.finditer(told):
            if each[0] not in said:
                self.told_ids.setdefault(each[0], asked.call)


def likeness(answer: httpx.Response, names: Mapping[str, str]) -> tuple[int, dict[str, str], str]:
    """An answer without what is of this one request: its id, its time, and what it named."""
    text = answer.text.replace(answer.headers["x-request-id"], "…")
    for name, value in names.items():
        text = text.replace(value, f"{{{name}}}")
    headers = {name: value for name, value in answer.headers.items() if name not in OF_THE_REQUEST}
    return answer.status_code, headers, text


async def mingle(program: Serving, seconds: float, *, seed: int = 0) -> TenancyFindings:
    """Have two new creators keep 200 requests under way for so long, and look through what they were told."""
    async with a_tenant(program) as one, a_tenant(program) as two:
        return await search(program, one, two, seconds, seed=seed)


async def search(program: Serving, one: Tenant, two: Tenant, seconds: float, *, seed: int = 0) -> TenancyFindings:
    """Ask until the time is up, and everything once however short that is; then compare with the log."""
    found = TenancyFindings()
    watches = [TenantProbe(one, two, found), TenantProbe(two, one, found)]
    async with listening(watches):
        after = program.head()
        until = time.monotonic() + seconds

        async def keep_asking(watch: TenantProbe, chance: random.Random) -> None:
            while time.monotonic() < until or not watch.has_asked_everything:
                await watch.ask(chance)

        async with asyncio.TaskGroup() as asking:
            for each in range(AT_ONCE):
                asking.create_task(keep_asking(watches[each % 2], random.Random(f"{seed}/{each}")))
        log = exported(program.app)
        await hear_out(watches, log)
    owners = owners_of(log)
    for watch in watches:
        watch.judge(log, owners, after)
    found.strayed += strays(log)
    found.events = len(log)
    return found


@asynccontextmanager
async def listening(watches: Sequence[TenantProbe]) -> AsyncIterator[None]:
    """Both creators follow their streams."""
    begun = [asyncio.Event() for _ in watches]
    ears = [asyncio.create_task(watch.listen(event)) for watch, event in zip(watches, begun, strict=True)]
    try:
        async with asyncio.timeout(HEARD_WITHIN):
            await asyncio.gather(*(event.wait() for event in begun))
        yield
    finally:
        for ear in ears:
            ear.cancel()
        await asyncio.gather(*ears, return_exceptions=True)


async def hear_out(watches: Sequence[TenantProbe], log: Sequence[Mapping[str, Any]]) -> None:
    """Wait until both have heard the last of what the log says; who has not by then misses something."""
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(HEARD_WITHIN):
            for watch in watches:
                await watch.hear(positions_of(watch.tenant, log)[-1])


def positions_of(tenant: Tenant, log: Sequence[Mapping[str, Any]]) -> list[int]:
    return [event["position"] for event in log if event["metadata"].get("creator_id") == tenant.name]


def exported(app: Clonnect) -> list[dict[str, Any]]:
    """The whole log in plain words, with what is sealed in it opened."""
    recorder, mapper = cast(Recorder, app.recorder), cast(TypedMapper, app.mapper)
    return [
        {
            "topic": each.event.TOPIC,
            "stream": str(each.event.originator_id),
            "position": each.position,
            "metadata": each.metadata,
            **to_jsonable_python(vars(each.event)),
        }
        for each in Log(recorder, mapper).read(0, 10_000_000)
    ]
