"""Creators who share an installation: what each asks about its own people, and about the other's."""

import random
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

import httpx

from domain.vocabulary import Platform, SequenceType
from tests.harness.program import ANSWER_SECONDS, Serving

READ = frozenset({200})
DONE = READ | {202}
READ_OR_GONE = READ | {404}
DONE_OR_GONE = DONE | {404}
PEOPLE = range(10, 50)
"""Numbers of people, all of one length."""
RECENT = 60


@dataclass(frozen=True)
class Ask:
    """A request with names to be filled in, and the statuses that its answer may have."""

    call: str
    body: Any = None
    may: frozenset[int] = READ
    headers: Mapping[str, str] = field(default_factory=dict)
    sheet: str | None = None

    def filled(self, names: Mapping[str, str]) -> "Ask":
        return Ask(
            _filled(self.call, names),
            _filled(self.body, names),
            self.may,
            _filled(self.headers, names),
            _filled(self.sheet, names),
        )


def _filled(value: Any, names: Mapping[str, str]) -> Any:
    match value:
        case str():
            for name, known in names.items():
                value = value.replace(f"{{{name}}}", known)
            return value
        case Mapping():
            return {name: _filled(each, names) for name, each in value.items()}
        case list():
            return [_filled(each, names) for each in value]
    return value


def new_mark() -> str:
    """A token that stands in nothing yet."""
    return uuid4().hex[:12]


def named(mark: str) -> str:
    """The name of the creator with a mark."""
    return f"c-{mark}"


@dataclass
class Tenant:
    """A creator, the mark that all of its texts carry, and what it has."""

    name: str
    mark: str
    key: str
    client: httpx.AsyncClient
    leads: list[str] = field(default_factory=list)
    cursors: list[str] = field(default_factory=list)
    owned: dict[str, str] = field(default_factory=dict)
    """What it has one of: a product, an import, a user, a lead that stays."""

    async def send(self, ask: Ask) -> httpx.Response:
        """The answer; of one that has no end its beginning."""
        method, _, path = ask.call.partition(" ")
        body = {"json": ask.body} if ask.sheet is None else {"content": ask.sheet.encode()}
        headers = dict(ask.headers) if ask.sheet is None else {"Content-Type": "text/csv"}
        async with self.client.stream(method, path, headers=headers, **body) as answer:
            if answer.headers.get("content-type", "").startswith("text/event-stream"):
                begin = await anext(answer.aiter_text())
                return httpx.Response(answer.status_code, headers=answer.headers, text=begin)
            await answer.aread()
        return answer

    def learn(self, ask: Ask, answer: httpx.Response) -> None:
        """Remember leads and cursors for later requests."""
        if not answer.headers.get("content-type", "").startswith("application/json"):
            return
        said = answer.json()
        if "lead" in said:
            self.leads.append(said["lead"]["id"])
            del self.leads[:-RECENT]
        if said.get("next_cursor") and ask.call.endswith("/dm/leads/{c}?limit=3"):
            self.cursors.append(said["next_cursor"])
            del self.cursors[:-RECENT]

    def names(self, chance: random.Random) -> dict[str, str]:
        """What this creator's own requests are about."""
        few = str(chance.choice(PEOPLE))
        someone = chance.choice([*self.leads, f"sim_{self.mark}.{few}", f"ig_{few}", f"tg_{few}"])
        return self.owned | {
            "c": self.name,
            "mark": self.mark,
            "id": someone,
            "few": few,
            "new": uuid4().hex,
            "stage": chance.choice(["cold", "warm", "hot", "customer"]),
            "says": chance.choice(SAYINGS),
            "cursor": chance.choice(self.cursors),
        }

    def names_for_others(self, chance: random.Random) -> dict[str, str]:
        """What of this creator's somebody else may try to name."""
        return {
            "their_person": f"sim_{self.mark}.{chance.choice(PEOPLE)}",
            "their_lead": chance.choice(self.leads),
            "their_key": self.key.removeprefix("clk_")[:12],
            **{f"their_{what}": known for what, known in self.owned.items()},
            "other": self.name,
            "their_mark": self.mark,
        }


@asynccontextmanager
async def a_tenant(program: Serving) -> AsyncIterator[Tenant]:
    """A new creator with one of everything, whose bot and sequences are on at any hour."""
    mark = new_mark()
    person = program.creator(named(mark))
    person.client.close()
    program.connect(person.name, Platform.INSTAGRAM, Platform.TELEGRAM, Platform.SIMULATOR)
    unlimited = httpx.Limits(max_connections=None, max_keepalive_connections=None)
    headers = {"X-API-Key": person.key}
    async with httpx.AsyncClient(
        base_url=program.address, headers=headers, limits=unlimited, timeout=ANSWER_SECONDS
    ) as client:
        tenant = Tenant(person.name, mark, person.key, client)
        await _settle_in(tenant)
        yield tenant


async def _settle_in(tenant: Tenant) -> None:
    async def done(call: str, body: Any = None, sheet: str | None = None) -> Any:
        names = {"c": tenant.name, "mark": tenant.mark}
        asked = Ask(call, body, sheet=sheet)
        answer = await tenant.send(asked.filled(names))
        assert answer.status_code in DONE, answer.text
        tenant.learn(asked, answer)
        return answer.json()

    course = {"name": "Curso {mark}", "price": 97, "payment_link": "https://pay.example/{mark}", "keywords": ["curso"]}
    step = {"delay_hours": 1, "message": "¿Sigues ahí, {first_name|tú}? {mark}"}
    rows = "".join(f"Dani {{mark}},sim_{{mark}}.{number},row of {{mark}}\r\n" for number in PEOPLE)
    await done("PUT /settings/{c}", {"quiet_hours": {"from": "00:00", "to": "00:00"}, "mode": "auto"})
    await done("PUT /creator/config/{c}", {"clone_name": "Clon {mark}", "welcome_message": "Hola de {mark}"})
    for kind in SequenceType:
        await done(f"PUT /nurturing/{{c}}/sequences/{kind}", {"steps": [step]})
        await done(f"POST /nurturing/{{c}}/sequences/{kind}/toggle", {"enabled": True})
    user = {"email": "bea@{mark}.example", "role": "agent", "name": "Bea {mark}"}
    tenant.owned = {
        "product": (await done("POST /creator/{c}/products", course))["product"]["id"],
        "user": (await done("POST /access/{c}/users", user))["user"]["id"],
        "import": (await done("POST /dm/leads/{c}/import", sheet=f"name,platform_user_id,notes\r\n{rows}"))[
            "correlation_id"
        ],
        "kept": (await done("POST /dm/leads/{c}", {"name": "Kept {mark}"}))["lead"]["id"],
    }
    tenant.leads.remove(tenant.owned["kept"])
    await done("POST /dm/leads/{c}", {"name": "Ana {mark}"})
    await done("GET /dm/leads/{c}?limit=3")


def nobody_like(other: Tenant) -> Tenant:
    """Somebody who does not exist, with names of the same form."""
    mark = new_mark()
    owned = {what: str(uuid4()) for what in other.owned}
    return Tenant(named(mark), mark, f"clk_{uuid4().hex}", other.client, [str(uuid4())], [], owned)


SAYINGS = [
    "hola",
    "¿cuánto cuesta el curso?",
    "me parece caro",
    "no tengo tiempo ahora",
    "quiero comprar el curso",
    "gracias",
    "quiero hablar con una persona",
]

MESSAGE = {"creator_id": "{c}", "sender_id": "ig_{few}", "message": "{says} {mark}", "name": "Luz {mark}"}
LEAD = {
    "name": "Ana {mark}",
    "username": "ana_{mark}",
    "platform_user_id": "sim_{mark}.{few}",
    "email": "ana@{mark}.example",
    "notes": "met in {mark}",
    "tags": ["vip", "{mark}"],
}

OWN = (
    Ask("POST /dm/leads/{c}", LEAD, DONE | {409}),
    Ask("POST /dm/leads/{c}/manual", {"name": "Bea {mark}", "status": "{stage}"}, DONE),
    Ask(
        "POST /dm/leads/{c}",
        {"name": "Eva {mark}", "platform_user_id": "tg_{few}"},
        DONE | {409},
        {"Idempotency-Key": "both creators use key {few}"},
    ),
    Ask("PUT /dm/leads/{c}/{id}", {"notes": "{new} {mark}"}, DONE_OR_GONE),
    Ask("PUT /dm/follower/{c}/{id}/status", {"status": "{stage}"}, DONE_OR_GONE),
    Ask(
        "POST /dm/leads/{c}/{id}/purchases",
        {"amount": 97, "currency": "EUR", "reference": "order {few}", "product_id": "{product}"},
        DONE_OR_GONE,
    ),
    Ask("POST /dm/conversations/{c}/{id}/archive", None, DONE_OR_GONE),
    Ask("POST /dm/conversations/{c}/{id}/restore", None, DONE_OR_GONE | {409}),
    Ask("POST /dm/conversations/{c}/{id}/spam", None, DONE_OR_GONE),
    Ask("POST /dm/conversations/{c}/{id}/restore", None, DONE_OR_GONE | {409}),
    Ask("POST /dm/conversations/{c}/{id}/read", None, DONE_OR_GONE),
    Ask("POST /dm/conversations/{c}/{id}/takeover", None, DONE_OR_GONE),
    Ask("POST /dm/conversations/{c}/{id}/release", None, DONE_OR_GONE),
    Ask("POST /dm/conversations/{c}/{id}/assign", {"user_id": "{user}"}, DONE_OR_GONE),
    Ask("DELETE /dm/leads/{c}/{id}", None, DONE_OR_GONE),
    Ask("DELETE /dm/conversations/{c}/{id}", None, DONE_OR_GONE),
    Ask("POST /dm/send/{c}", {"follower_id": "{id}", "message": "Hola de {mark}"}, DONE_OR_GONE),
    Ask(
        "POST /dm/send/{c}",
        {"follower_id": "ig_{few}", "message": "Otra vez {mark}"},
        DONE_OR_GONE | {409},
        {"Idempotency-Key": "both creators send under {few}"},
    ),
    Ask("POST /dm/process", MESSAGE, DONE),
    Ask("POST /dm/process", MESSAGE | {"sender_id": "sim_{mark}.{few}", "message_id": "{new}"}, DONE),
    Ask("POST /dm/process", MESSAGE | {"message_id": "m{few}"}, DONE),
    Ask("POST /simulator/{c}/messages", {"follower_id": "ig_{few}", "text": "{says} {mark}"}, DONE),
    Ask("POST /dm/leads/{c}/bulk", {"ids": ["{id}", "ig_{few}"], "action": "tag_add", "tag": "{mark}"}, DONE),
    Ask(
        "POST /dm/leads/{c}/import",
        may=DONE,
        sheet="name,platform_user_id,notes\r\nCai {mark},ig_{few},sheet {mark}\r\n",
    ),
    Ask("POST /nurturing/{c}/sequences/abandoned/toggle", {"enabled": True}, DONE),
    Ask("POST /nurturing/{c}/run?dry_run=false&force_due=true&limit=2", None, DONE),
    Ask("POST /nurturing/{c}/run?due_only=false"),
    Ask("DELETE /nurturing/{c}/cancel/{id}", None, DONE),
    Ask("PUT /creator/{c}/products/{product}", {"description": "{new} {mark}"}, DONE),
    Ask("PUT /creator/config/{c}", {"welcome_message": "Hola de {mark} {new}"}, DONE),
    Ask("PUT /settings/{c}", {"language": "es"}, DONE),
    Ask("GET /dm/leads/{c}?limit=3"),
    Ask("GET /dm/leads/{c}?limit=3&cursor={cursor}"),
    Ask("GET /dm/leads/{c}?q={mark}&limit=5&sort=name"),
    Ask("GET /dm/leads/{c}?q=ana&status=hot&status=warm&tag=vip&platform=instagram&limit=10"),
    Ask("GET /dm/leads/{c}/{id}", may=READ_OR_GONE),
    Ask("GET /dm/follower/{c}/{id}", may=READ_OR_GONE),
    Ask("GET /dm/conversations/{c}?limit=10"),
    Ask("GET /dm/conversations/{c}?unread=true&q=luz&limit=5"),
    Ask("GET /dm/conversations/{c}/archived?limit=10"),
    Ask("GET /dm/conversations/{c}/{id}/messages", may=READ_OR_GONE),
    Ask("GET /dm/leads/{c}/export?format=csv"),
    Ask("GET /dm/metrics/{c}"),
    Ask("GET /dashboard/{c}/overview"),
    Ask("GET /nurturing/{c}/sequences"),
    Ask("GET /nurturing/{c}/stats"),
    Ask("GET /nurturing/{c}/followups?limit=10"),
    Ask("GET /nurturing/{c}/followups?follower_id={id}"),
    Ask("GET /nurturing/{c}/sequences/objection_price/enrolled?limit=10"),
    Ask("GET /creator/{c}/products"),
    Ask("GET /creator/config/{c}"),
    Ask("GET /settings/{c}"),
    Ask("GET /settings/{c}/channels"),
    Ask("GET /access/{c}/keys"),
    Ask("GET /access/{c}/users"),
    Ask("GET /bot/{c}/status"),
    Ask("GET /auth/me"),
    Ask("GET /health"),
    Ask("GET /creator/list", may=frozenset({403})),
    Ask("GET /metrics", may=frozenset({403})),
    Ask("GET /dm/leads/{c}?limit=3&cursor={their_cursor}", may=frozenset({422})),
)
"""What a creator asks for; the last with the other's cursor."""

UNKNOWN = frozenset({404})


def _unknown(call: str, body: Any = None) -> Ask:
    return Ask(call, body, UNKNOWN)


OTHERS = (
    *(
        _unknown(call)
        for call in (
            "GET /dm/leads/{other}",
            "GET /dm/leads/{other}/{their_lead}",
            "GET /dm/leads/{other}/export",
            "GET /dm/conversations/{other}",
            "GET /dm/conversations/{other}/archived",
            "GET /dm/conversations/{other}/{their_person}/messages",
            "GET /dm/follower/{other}/{their_person}",
            "GET /dashboard/{other}/overview",
            "GET /dm/metrics/{other}",
            "GET /nurturing/{other}/stats",
            "GET /nurturing/{other}/followups",
            "GET /creator/config/{other}",
            "GET /creator/{other}/products",
            "GET /creator/{other}/products/{their_product}",
            "GET /settings/{other}",
            "GET /settings/{other}/channels",
            "GET /access/{other}/keys",
            "GET /access/{other}/users",
            "GET /bot/{other}/status",
            "GET /stream/{other}",
            "DELETE /dm/leads/{other}/{their_lead}",
            "DELETE /nurturing/{other}/cancel/{their_lead}",
            "POST /bot/{other}/pause",
            "POST /nurturing/{other}/run",
            "GET /dm/leads/{c}/{their_lead}",
            "GET /dm/leads/{c}/{their_person}",
            "GET /dm/follower/{c}/{their_lead}",
            "GET /dm/follower/{c}/{their_person}",
            "GET /dm/conversations/{c}/{their_lead}/messages",
            "GET /creator/{c}/products/{their_product}",
            "DELETE /creator/{c}/products/{their_product}",
            "DELETE /dm/leads/{c}/{their_lead}",
            "DELETE /dm/leads/{c}/{their_person}",
            "DELETE /dm/conversations/{c}/{their_lead}",
            "DELETE /access/{c}/keys/{their_key}",
            "DELETE /access/{c}/users/{their_user}",
            "POST /dm/leads/{c}/import/{their_import}/revert",
            *(
                f"POST /dm/conversations/{{c}}/{{their_lead}}/{act}"
                for act in ("archive", "spam", "restore", "read", "takeover", "release")
            ),
        )
    ),
    _unknown("PUT /dm/leads/{c}/{their_lead}", {"notes": "x"}),
    _unknown("PUT /dm/leads/{c}/{their_person}", {"status": "hot"}),
    _unknown("PUT /dm/follower/{c}/{their_lead}/status", {"status": "hot"}),
    _unknown("PUT /dm/follower/{other}/{their_lead}/status", {"status": "hot"}),
    _unknown("PUT /creator/{c}/products/{their_product}", {"name": "x"}),
    _unknown("PUT /settings/{other}", {"language": "en"}),
    _unknown("POST /dm/send/{c}", {"follower_id": "{their_lead}", "message": "x"}),
    _unknown("POST /dm/send/{other}", {"follower_id": "{their_lead}", "message": "x"}),
    _unknown("POST /dm/process", {"creator_id": "{other}", "sender_id": "ig_1", "message": "x"}),
    _unknown("POST /dm/leads/{other}", {"name": "x"}),
    _unknown("POST /dm/leads/{c}/{their_lead}/purchases", {"amount": 1, "currency": "EUR"}),
    _unknown("POST /dm/leads/{c}/{kept}/purchases", {"amount": 1, "currency": "EUR", "product_id": "{their_product}"}),
    _unknown("POST /dm/conversations/{c}/{kept}/assign", {"user_id": "{their_user}"}),
    Ask("POST /dm/leads/{c}/bulk", {"ids": ["{their_lead}", "{their_person}"], "action": "delete"}, DONE),
    Ask("DELETE /nurturing/{c}/cancel/{their_lead}", None, DONE),
    Ask("GET /nurturing/{c}/followups?follower_id={their_lead}"),
    Ask("GET /dm/leads/{c}?q={their_mark}"),
    Ask("GET /dm/leads/{c}?tag={their_mark}"),
    Ask("GET /dm/conversations/{c}?q={their_mark}"),
)
"""What names something of the other creator's, to be answered as if there were no such thing."""
