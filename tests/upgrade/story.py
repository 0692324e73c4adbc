"""Seventeen days with three creators in which every kind of event happens, for databases that are to be kept."""

import json
import re
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any, cast
from urllib.parse import unquote

import httpx

from api.simulator.time_travel import move_clock, settle
from domain import context
from domain.application import Clonnect
from domain.follower.values import ServiceNote
from domain.vocabulary import Platform, Role
from processes.channels.base import ChannelName, ErrorClass
from processes.channels.simulator import Fate
from processes.parked_reactions import park
from tests.harness.http import Served
from tests.world import CREATOR as MARIA
from tests.world import OTHER as PEDRO

EVA = "eva"
BEGINS = datetime(2026, 3, 2, 9, tzinfo=UTC)
"""Ten o'clock, where all three live, on a Monday."""

ACCOUNTS = (Platform.INSTAGRAM, Platform.WHATSAPP, Platform.TELEGRAM, Platform.SIMULATOR)
PASSWORD = "only for test data"
PRICEY = "uf, me parece caro el curso"


class UpgradeStory:
    """What happens, in order; `known` is what a program that goes on with it should be told."""

    def __init__(self, served: Served) -> None:
        self.served = served
        self.runtime = served.runtime
        self.keys = served.keys
        self.known: dict[str, Any] = {"phones": []}
        self._said = 0

    async def told(self) -> None:
        """All of it."""
        await self.creators_begin()
        await self.people_get_in()
        await self.leads_are_entered()
        await self.people_write()
        await self.channels_refuse()
        await self.leads_are_put_aside_and_leave()
        await self.days_pass()
        await self.what_is_left_open()

    # How things are done.

    async def ask(self, call: str, body: Any = None, *, creator: str = MARIA, **more: Any) -> Any:
        """A request with the owner's key: `PUT /settings/{c}`."""
        method, _, path = call.partition(" ")
        headers = {"X-API-Key": self.keys[creator]} | more.pop("headers", {})
        if body is not None:
            more["json"] = body
        answer = await self.served.client.request(method, path.replace("{c}", creator), headers=headers, **more)
        assert answer.is_success, f"{call}: {answer.text}"
        await self.comes_to_rest()
        return answer.json()

    async def comes_to_rest(self) -> None:
        assert await settle(self.runtime)

    async def says(self, phone: str, text: str, name: str | None = None, creator: str = MARIA) -> str:
        """Somebody writes; answers the lead's id."""
        self._said += 1
        if [creator, phone] not in self.known["phones"]:
            self.known["phones"].append([creator, phone])
        body = {"follower_id": phone, "text": text, "message_id": f"m{self._said}"}
        told = await self.ask("POST /simulator/{c}/messages", body | ({"name": name} if name else {}), creator=creator)
        return str(told["lead_id"])

    async def writes(self, phone: str, text: str) -> None:
        """The creator writes."""
        await self.ask("POST /dm/send/{c}", {"follower_id": phone, "message": text})

    async def passes(self, **elapsed: float) -> None:
        assert await move_clock(self.runtime, self.runtime.clock() + timedelta(**elapsed))

    def meets(self, phone: str, fate: Fate | ErrorClass) -> None:
        """What becomes of the next message to this phone; the simulator plays every channel."""
        channel: Any = self.runtime.channels[ChannelName.SIMULATOR]
        channel.next_fate(phone, fate)

    # What happens.

    async def creators_begin(self) -> None:
        self.keys["admin"] = await self.served.key(None, Role.ADMIN)
        await self.served.creator(EVA)
        for creator in (MARIA, PEDRO, EVA):
            for platform in ACCOUNTS:
                await self.served.connect(platform, f"{creator}-{platform}", f"{creator}, {platform}", creator=creator)
        forget = [("DELETE FROM app.channels WHERE channel = 'whatsapp' AND creator_id = %s", (PEDRO,))]
        await self.served.do(
            Clonnect.disconnect_channel, PEDRO, Platform.WHATSAPP, "pedro-whatsapp", in_transaction=forget
        )
        course = {
            "name": "Curso de fotografía",
            "price": 97,
            "currency": "EUR",
            "payment_link": "https://pay.example/curso",
            "keywords": ["curso", "course"],
        }
        for creator in (MARIA, EVA):
            await self.ask("POST /creator/{c}/products", course, creator=creator)
        guide = (await self.ask("POST /creator/{c}/products", {"name": "Guía de luz", "price": 0}))["product"]["id"]
        gone = (await self.ask("POST /creator/{c}/products", {"name": "Taller"}))["product"]["id"]
        await self.ask(f"PUT /creator/{{c}}/products/{guide}", {"is_active": False, "description": "Veinte páginas"})
        await self.ask(f"DELETE /creator/{{c}}/products/{gone}")
        wishes = {"quiet_hours": {"from": "22:00", "to": "08:00"}, "caps": {"per_day": 2, "per_person_week": 6}}
        await self.ask("PUT /settings/{c}", wishes | {"mode": "auto"})
        await self.ask("PUT /creator/config/{c}", {"clone_name": "Mery", "email": "maria@clonnect.example"})
        await self.ask("PUT /settings/{c}", {"timezone": "America/Bogota"}, creator=PEDRO)
        await self.ask("PUT /settings/{c}", {"mode": "auto", "language": "es"}, creator=EVA)
        for creator in (MARIA, EVA):
            for sequence in (await self.ask("GET /nurturing/{c}/sequences", creator=creator))["sequences"]:
                if sequence["type"] != "re_engagement":
                    await self.ask(f"POST /nurturing/{{c}}/sequences/{sequence['type']}/toggle", creator=creator)

    async def people_get_in(self) -> None:
        issued = await self.ask("POST /access/{c}/keys", {"role": "agent", "label": "La tienda"})
        await self.ask("POST /access/{c}/keys", {"role": "analyst", "expires_at": "2099-01-01T00:00:00Z"})
        await self.ask(f"DELETE /access/{{c}}/keys/{issued['key']['prefix']}")
        olga = await self.ask("POST /access/{c}/users", {"email": "olga@clonnect.example", "role": "owner"})
        await self.ask("POST /access/{c}/users", {"email": "ivan@clonnect.example", "role": "agent", "name": "Iván"})
        leaving = await self.ask("POST /access/{c}/users", {"email": "ute@clonnect.example", "role": "agent"})
        await self.ask(f"DELETE /access/{{c}}/users/{leaving['user']['id']}")
        await self.ask(f"PUT /access/{{c}}/users/{olga['user']['id']}", {"name": "Olga"})
        async with self.served.anybody() as browser:
            token = unquote(re.split("#(?:link=)?", olga["link"])[1])
            await _logged_in(browser, {"link": token, "password": "the first password"})
            token = await self.served.link("olga@clonnect.example")
            csrf = await _logged_in(browser, {"link": token})
            changed = {"current": "the first password", "password": PASSWORD}
            answer = await browser.put("/auth/password", json=changed, headers={"X-CSRF-Token": csrf})
            assert answer.is_success, answer.text
            csrf = await _logged_in(browser, {"email": "olga@clonnect.example", "password": PASSWORD})
            self.known["person"] = {"email": "olga@clonnect.example", "password": PASSWORD}
            self.known["session"] = {"cookies": dict(browser.cookies), "csrf_token": csrf}

    async def leads_are_entered(self) -> None:
        body = {"name": "Berta Ficticia", "platform_user_id": "ig_2100", "email": "berta@clonnect.example"}
        once = {"Idempotency-Key": "berta-is-entered-once"}
        answer = await self.ask("POST /dm/leads/{c}", body, headers=once)
        self.known["repeatable"] = {"call": "POST /dm/leads/maria", "body": body, "headers": once, "answer": answer}
        await self.ask(
            "POST /dm/leads/{c}", {"name": "Del mercado", "status": "hot", "tags": ["vip"], "notes": "Tímida"}
        )
        await self.ask("PUT /dm/leads/{c}/ig_2100", {"phone": "+34600000001", "status": "active"})
        mine = (
            "name,platform,platform_user_id,email,status\r\nCésar,instagram,2101,,active\r\nBerta,instagram,2100,,\r\n"
        )
        await self.imports(mine)
        wrong = await self.imports("name,platform,platform_user_id\r\nNadie,telegram,1190\r\nDario,telegram,1191\r\n")
        await self.ask(f"POST /dm/leads/{{c}}/import/{wrong}/revert")
        many = {"action": "tag_add", "tag": "marzo", "ids": ["ig_2100", "ig_2101"]}
        await self.ask("POST /dm/leads/{c}/bulk", many)

    async def imports(self, sheet: str) -> str:
        headers = {"Content-Type": "text/csv"}
        told = await self.ask("POST /dm/leads/{c}/import", content=sheet.encode(), headers=headers)
        return str(told["correlation_id"])

    async def people_write(self) -> None:
        """Long talks on two channels, and those who want it their way."""
        for text in ("Hola!", "¿Cuánto cuesta el curso?", "¿Qué incluye?", "me interesa el curso, cuéntame más"):
            await self.says("tg_1001", text, "Marta Inventada")
            await self.says("wa_34600000002", text, "Luis Inventado")
            await self.passes(minutes=7)
        for text in ("¿Y cuánto dura?", "¿Hay clases en directo?"):
            await self.says("wa_34600000002", text)
        await self.says("ig_2001", PRICEY, "Ana Ficticia")
        await self.says("ig_2001", "gracias!")
        await self.says("ig_2002", "me interesa el curso, cuéntame más", "Pau Ficticio")
        await self.says("tg_1002", "Me encanta tu trabajo pero no tengo tiempo para un curso", "Rita Inventada")
        asks = await self.says("tg_1003", "quiero hablar con una persona por favor", "Saúl Inventado")
        await self.writes("tg_1003", "Aquí estoy, soy María.")
        await self.ask(f"POST /dm/conversations/{{c}}/{asks}/release", {})
        await self.says("tg_1004", "me interesa el curso", "Toni Inventado")
        await self.says("tg_1004", "baja")
        await self.says("tg_1005", PRICEY, "Vera Inventada")
        await self.says("tg_1005", "baja")
        await self.says("tg_1005", "alta")
        await self.says("tg_1006", "ya no quiero, déjame de escribir por hoy", "Wendy Inventada")
        await self.says("sim_7001", "Olá, quanto custa o curso?", "Xico Inventado")
        for text in ("Hi, how much is the course?", "I want to buy it, where do I pay?"):
            await self.says("tg_5001", text, "Yves Invented", creator=EVA)
        await self.says("tg_6001", "Hola!", "Zoe Inventada", creator=PEDRO)
        marta = await self.says("tg_1001", "ok, gracias")
        note = ServiceNote("pinned_message", "note-1", self.runtime.clock(), "simulator")
        await self.served.do(Clonnect.keep_note, MARIA, Platform.TELEGRAM, "1001", note)
        await self.ask(f"POST /dm/conversations/{{c}}/{marta}/read")
        me = (await self.ask("GET /access/{c}/users"))["users"]
        olga = next(each["id"] for each in me if each["email"].startswith("olga"))
        await self.ask(f"POST /dm/conversations/{{c}}/{marta}/assign", {"user_id": olga})
        await self.ask(f"POST /dm/conversations/{{c}}/{asks}/takeover", {})

    async def channels_refuse(self) -> None:
        """Whatever a platform can answer, to a word of the creator or to a follow-up."""
        words: tuple[Fate | ErrorClass, ...] = (
            Fate.LOST,
            Fate.ACCEPTED_BUT_LOST,
            ErrorClass.DEFER,
            ErrorClass.REJECTED,
            Fate.ACCEPT,
        )
        for number, fate in enumerate(words):
            phone = f"tg_12{number:02}"
            await self.says(phone, "Hola!", f"Persona {number}")
            self.meets(phone, fate)
            await self.writes(phone, "¿Qué tal?")
        await self.passes(minutes=2)
        follow_ups: tuple[Fate | ErrorClass, ...] = (
            Fate.LOST,
            ErrorClass.REJECTED,
            ErrorClass.WINDOW_CLOSED,
            ErrorClass.SUPPRESS,
            ErrorClass.DEFER_24H,
            ErrorClass.CHANNEL_DOWN,
        )
        for number, fate in enumerate(follow_ups):
            phone = f"ig_22{number:02}"
            await self.says(phone, PRICEY, f"Persona {number}")
            self.meets(phone, fate)
        await self.ask("POST /nurturing/{c}/run?dry_run=false&force_due=true&limit=1")
        await self.passes(hours=5)
        await self.says("ig_2203", "aquí estoy otra vez")
        for phone in ("1203", "1204"):
            await self.served.do(Clonnect.report_reachability, MARIA, Platform.TELEGRAM, phone, False)

    async def leads_are_put_aside_and_leave(self) -> None:
        spam = await self.says("tg_1301", "gana dinero ya", "Oferta Falsa")
        away = await self.says("tg_1302", "Hola!", "Abel Inventado")
        back = await self.says("tg_1303", PRICEY, "Bea Inventada")
        await self.ask(f"POST /dm/conversations/{{c}}/{spam}/spam")
        for lead in (away, back):
            await self.ask(f"POST /dm/conversations/{{c}}/{lead}/archive")
        await self.ask(f"POST /dm/conversations/{{c}}/{back}/restore")
        gone = await self.says("tg_1304", PRICEY, "Ciro Inventado")
        await self.ask(f"DELETE /dm/leads/{{c}}/{gone}")
        await self.says("tg_1304", "Hola de nuevo")
        await self.says("ig_2301", PRICEY, "Erased Person")
        await self.says("ig_2302", "Hola!", "Erased Person, too")
        with context.acting("system"):
            for person in ("ig_2301", "ig_2302"):
                assert await self.runtime.erasure.erase(MARIA, person)
        await self.comes_to_rest()
        await self.says("ig_2302", "Hola, soy yo otra vez", "Somebody Returns")
        products = (await self.ask("GET /creator/{c}/products"))["products"]
        purchase = {"amount": 97, "currency": "EUR", "product_id": products[0]["id"], "reference": "R-1"}
        await self.ask("POST /dm/leads/{c}/wa_34600000002/purchases", purchase)
        await self.ask("PUT /dm/follower/{c}/ig_2101/status", {"status": "customer"})

    async def days_pass(self) -> None:
        """Follow-ups go out, are held, let go and become tasks; who is silent for two weeks is left alone."""
        await self.ask("POST /nurturing/{c}/sequences/objection_time/toggle")
        await self.passes(hours=20)
        await self.says("tg_1007", PRICEY, "Gil Inventado")
        await self.ask("POST /bot/{c}/pause", {"reason": "vacaciones"})
        await self.passes(hours=6)
        await self.ask("POST /bot/{c}/resume")
        await self.passes(days=15)

    async def what_is_left_open(self) -> None:
        """What a program that opens this finds waiting."""
        await self.ask("POST /nurturing/{c}/sequences/re_engagement/toggle")
        await self.says("tg_1001", PRICEY)
        await self.says("tg_1008", PRICEY, "Hilda Inventada")
        await self.says("ig_2003", "Ahora no puedo, más adelante te digo", "Iris Ficticia")
        steps = [{"delay_hours": hours, "message": f"¿Lo vemos? ({hours} h)"} for hours in (4, 24)]
        await self.ask("PUT /nurturing/{c}/sequences/objection_price", {"steps": steps, "enrolled": "move"})
        await self.writes("ig_2001", "¿Sigues ahí?")
        await self.says("tg_1009", "quiero hablar con una persona por favor", "Juno Inventada")
        with context.acting("system"):
            body = {"follower_id": "wa_034600000003", "text": "Hola", "message_id": "unreadable"}
            raw = json.dumps(body).encode()
            handled = await self.runtime.deliveries.store(
                ChannelName.WHATSAPP, "maria-whatsapp", MARIA, raw, "simulator"
            )
        assert handled.quarantined is not None
        async with self.runtime.pool.connection() as conn:
            cursor = await conn.execute(
                """SELECT max(notification_id) AS last FROM log.events
                    WHERE topic = 'follower.message_received' AND metadata->>'creator_id' = %s""",
                (EVA,),
            )
            row = await cursor.fetchone()
            assert row is not None
            await park(conn, "replies", row["last"], "KeyError (replies.py:7)")
        agenda = self.runtime.agenda
        (row,) = await agenda.select("SELECT key, event_id FROM {agenda} WHERE kind = 'resume' ORDER BY due_at LIMIT 1")
        await agenda.dismiss(cast(Any, SimpleNamespace(**row)), "refused:NotFound")
        await self.says("tg_1010", "Hola!", "Kai Inventado")
        self.meets("tg_1010", Fate.LOST)
        await self.writes("tg_1010", "¿Te ha llegado?")


async def _logged_in(browser: httpx.AsyncClient, credentials: dict[str, str]) -> str:
    answer = await browser.post("/auth/login", json=credentials)
    assert answer.is_success, answer.text
    return str(answer.json()["csrf_token"])
