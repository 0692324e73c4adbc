"""FastAPI and SQLAlchemy's asyncio on asyncpg, under uvicorn with uvloop and httptools: `python with_fastapi.py`."""

import hashlib
import os
import time
import uuid
from collections.abc import AsyncIterator
from datetime import datetime
from typing import Annotated, Any

import uvicorn
from fastapi import Depends, FastAPI, Header, HTTPException, Path, Query, Response
from pydantic import BaseModel
from sqlalchemy import Text, func, select, text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker, create_async_engine
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

KNOWN_FOR = 5.0
"""Seconds, as long as Clonnect remembers a key."""
PIPELINE = {"new": 25, "active": 50, "hot": 75, "customer": 100}
STATUSES = {"new": "new", "cold": "new", "active": "active", "hot": "hot", "customer": "customer"}

engine = create_async_engine(
    os.environ["DATABASE_URL"], pool_size=int(os.environ["POOL_SIZE"]), max_overflow=0, pool_timeout=60
)
sessions = async_sessionmaker(engine, expire_on_commit=False)
app = FastAPI()
known: dict[bytes, tuple[str, str, float]] = {}


class PeerTable(DeclarativeBase):
    """All tables."""


class ApiKeyRow(PeerTable):
    __tablename__ = "api_keys"
    sha256: Mapped[bytes] = mapped_column(primary_key=True)
    creator_id: Mapped[str]
    name: Mapped[str]


class LeadRow(PeerTable):
    __tablename__ = "leads"
    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    creator_id: Mapped[str]
    platform: Mapped[str]
    platform_user_id: Mapped[str]
    username: Mapped[str | None]
    name: Mapped[str]
    status: Mapped[str]
    score: Mapped[float]
    email: Mapped[str | None]
    phone: Mapped[str | None]
    notes: Mapped[str | None]
    tags: Mapped[list[str]] = mapped_column(ARRAY(Text))
    source: Mapped[str]
    assigned_to: Mapped[str | None]
    archived: Mapped[bool]
    spam: Mapped[bool]
    unread: Mapped[int]
    messages: Mapped[int]
    messages_in: Mapped[int]
    needs_person: Mapped[bool]
    paused_until: Mapped[datetime | None]
    next_follow_up: Mapped[datetime | None]
    last_message: Mapped[str | None]
    last_message_author: Mapped[str | None]
    last_message_at: Mapped[datetime | None]
    created_at: Mapped[datetime]
    status_since: Mapped[datetime]
    version: Mapped[int] = mapped_column()
    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012  # as SQLAlchemy names it


class HistoryRow(PeerTable):
    __tablename__ = "lead_history"
    id: Mapped[int] = mapped_column(primary_key=True)
    lead_id: Mapped[uuid.UUID] = mapped_column()
    creator_id: Mapped[str]
    actor: Mapped[str]
    kind: Mapped[str]
    before: Mapped[dict[str, Any]] = mapped_column(JSONB)
    after: Mapped[dict[str, Any]] = mapped_column(JSONB)


class PeerMove(BaseModel):
    status: str


class PeerLastMessage(BaseModel):
    text: str
    author: str | None
    at: datetime | None


class PeerPerson(BaseModel):
    id: uuid.UUID
    follower_id: str
    platform: str
    platform_user_id: str
    pipeline_score: int
    username: str | None
    name: str
    purchase_intent: float
    purchase_intent_score: int
    tags: list[str]
    assigned_to: str | None
    email: str | None
    phone: str | None
    notes: str | None
    version: int
    next_follow_up: datetime | None


class PeerCard(PeerPerson):
    full_name: str
    score: int
    status: str
    source: str
    created_at: datetime
    last_contact_at: datetime | None
    archived: bool
    spam: bool
    last_message: PeerLastMessage | None


class PeerConversation(PeerPerson):
    lead_status: str
    message_count: int
    total_messages: int
    unread: int
    needs_person: bool
    bot_paused: bool
    paused_until: datetime | None
    last_contact: datetime | None
    last_messages: list[dict[str, Any]]


class PeerMoved(BaseModel):
    status: str = "ok"
    lead: PeerCard


class PeerColumn(BaseModel):
    status: str = "ok"
    count: int
    leads: list[PeerCard]


class PeerInbox(BaseModel):
    status: str = "ok"
    count: int
    conversations: list[PeerConversation]


async def session() -> AsyncIterator[AsyncSession]:
    async with sessions() as session:
        yield session


Session = Annotated[AsyncSession, Depends(session)]


async def caller(creator: Annotated[str, Path()], x_api_key: Annotated[str, Header()] = "") -> tuple[str, str]:
    """Whose key it is, and its name; for some seconds as it was last found."""
    digest = hashlib.sha256(x_api_key.encode()).digest()
    found = known.get(digest)
    if found is None or found[2] < time.monotonic():
        async with sessions() as own:
            key = await own.get(ApiKeyRow, digest)
        if key is None:
            raise HTTPException(401, "This key is not known.")
        found = known[digest] = key.creator_id, key.name, time.monotonic() + KNOWN_FOR
    if found[0] != creator:
        raise HTTPException(404, "There is no such creator.")
    return found[0], found[1]


Caller = Annotated[tuple[str, str], Depends(caller)]
Limit = Annotated[int, Query(ge=1, le=1000)]


@app.put("/dm/follower/{creator}/{person}/status")
async def move(
    person: str,
    body: PeerMove,
    caller: Caller,
    session: Session,
    response: Response,
    if_match: Annotated[str | None, Header()] = None,
) -> PeerMoved:
    creator_id, actor = caller
    status = STATUSES.get(body.status)
    if status is None:
        raise HTTPException(422, "This is no status.")
    async with session.begin():
        lead = await session.scalar(
            select(LeadRow)
            .where(
                LeadRow.creator_id == creator_id,
                LeadRow.platform == "telegram",
                LeadRow.platform_user_id == person.removeprefix("tg_"),
            )
            .with_for_update()
        )
        if lead is None:
            raise HTTPException(404, "There is no such lead.")
        if if_match is not None and if_match != f'"{lead.version}"':
            raise HTTPException(412, "It was changed meanwhile.")
        if lead.status != status:
            before, lead.status, lead.status_since = lead.status, status, func.now()
            session.add(
                HistoryRow(
                    lead_id=lead.id,
                    creator_id=creator_id,
                    actor=actor,
                    kind="status_changed",
                    before={"status": before},
                    after={"status": status},
                )
            )
    response.headers["ETag"] = f'"{lead.version}"'
    return PeerMoved(lead=card(lead))


@app.get("/dm/leads/{creator}")
async def column(caller: Caller, session: Session, status: str, limit: Limit = 50) -> PeerColumn:
    rows = await session.scalars(
        select(LeadRow)
        .where(LeadRow.creator_id == caller[0], LeadRow.status == status)
        .order_by(LeadRow.created_at.desc())
        .limit(limit)
    )
    leads = [card(lead) for lead in rows]
    return PeerColumn(count=len(leads), leads=leads)


INBOX = text("""
    SELECT l.*, m.last_messages
      FROM (SELECT * FROM leads WHERE creator_id = :creator ORDER BY last_message_at DESC LIMIT :limit) AS l
     CROSS JOIN LATERAL (
           SELECT jsonb_agg(jsonb_build_object(
                      'id', m.id, 'role', CASE m.author WHEN 'follower' THEN 'user' ELSE 'assistant' END,
                      'content', m.content, 'timestamp', m.occurred_at, 'author', m.author,
                      'delivery', m.delivery, 'reason', m.reason, 'attachments', m.attachments,
                      'forwarded', m.forwarded, 'note', m.note) ORDER BY m.occurred_at) AS last_messages
             FROM (SELECT * FROM messages WHERE lead_id = l.id ORDER BY occurred_at DESC LIMIT 5) AS m
          ) AS m
     ORDER BY l.last_message_at DESC""").columns(last_messages=JSONB)


@app.get("/dm/conversations/{creator}")
async def inbox(caller: Caller, session: Session, limit: Limit = 50) -> PeerInbox:
    rows = await session.execute(INBOX, {"creator": caller[0], "limit": limit})
    conversations = [
        PeerConversation(
            **person(row),
            lead_status=row.status,
            message_count=row.messages,
            total_messages=row.messages_in,
            needs_person=row.needs_person,
            bot_paused=row.paused_until is not None,
            paused_until=row.paused_until,
            unread=row.unread,
            last_contact=row.last_message_at,
            last_messages=row.last_messages or [],
        )
        for row in rows
    ]
    return PeerInbox(count=len(conversations), conversations=conversations)


def person(lead: Any) -> dict[str, Any]:
    """What every list says of a person; `lead` is a row of `leads`."""
    return {
        "id": lead.id,
        "follower_id": f"tg_{lead.platform_user_id}",
        "platform": lead.platform,
        "platform_user_id": f"tg_{lead.platform_user_id}",
        "pipeline_score": PIPELINE[lead.status],
        "username": lead.username,
        "name": lead.name,
        "purchase_intent": lead.score,
        "purchase_intent_score": round(lead.score * 100),
        "tags": lead.tags,
        "assigned_to": lead.assigned_to,
        "email": lead.email,
        "phone": lead.phone,
        "notes": lead.notes,
        "version": lead.version,
        "next_follow_up": lead.next_follow_up,
    }


def card(lead: LeadRow) -> PeerCard:
    last = lead.last_message
    return PeerCard(
        **person(lead),
        full_name=lead.name,
        score=round(lead.score * 100),
        status=lead.status,
        source=lead.source,
        created_at=lead.created_at,
        last_contact_at=lead.last_message_at,
        archived=lead.archived,
        spam=lead.spam,
        last_message=last and PeerLastMessage(text=last, author=lead.last_message_author, at=lead.last_message_at),
    )


if __name__ == "__main__":
    uvicorn.run(app, host="127.0.0.1", port=int(os.environ["PORT"]), log_level="warning", access_log=False)
