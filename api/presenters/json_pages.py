"""Pages of the board and the inbox as JSON that PostgreSQL writes, equal to `LeadItem` and `ConversationItem`."""

from typing import Final

from fastapi import Response
from pydantic_core import to_json

from api.http.cursors import ListCursors
from api.http.fields import Listed
from api.presenters.items import pipeline_score
from api.presenters.sql_json import choice, number, record, text, time, word
from domain.person.identity import MADE_UP, PREFIXES
from domain.vocabulary import Status
from projections.people.filters import Page, Shelf
from projections.people.intent_sql import INTENT

PREVIEW: Final = 5
"""Messages of a conversation that the inbox shows."""


def json_page_response(page: Page, cursors: ListCursors, name: str, response: Response, **more: object) -> Response:
    """The answer with a page of `CARD` or `CONVERSATION` under this name, beside what else is said of the list.

    `response` holds the headers that the route's dependencies have set.
    """
    head = Listed(count=len(page.rows), total=page.total, next_cursor=cursors.end(page)).model_dump() | more
    items = ",".join([row["written"] for row in page.rows])
    content = b'%b,"%b":[%b]}' % (to_json(head)[:-1], name.encode(), items.encode())
    return Response(content, headers=response.headers, media_type="application/json")


_MADE_UP: Final = f"^{MADE_UP.pattern}$".replace("{", "{{").replace("}", "}}")
_PREFIX: Final = choice("lead.platform", {platform: f"'{prefix}'" for platform, prefix in PREFIXES.items()}, "''")
_FOLLOWER_ID: Final = text(
    f"CASE WHEN lead.platform_user_id ~ '{_MADE_UP}' THEN '' ELSE {_PREFIX} END || lead.platform_user_id"
)
_PIPELINE_SCORE: Final = choice("lead.status", {status: f"'{pipeline_score(status)}'" for status in Status}, "NULL")


def _next_follow_up(table: str) -> str:
    fields = {
        "sequence_type": word("f.sequence_type"),
        "step": number("f.step"),
        "scheduled_at": time("f.scheduled_at"),
    }
    return f"""(SELECT {record(fields)} FROM {{{table}}} AS f
                 WHERE f.lead_id = lead.lead_id ORDER BY f.scheduled_at, f.step LIMIT 1)"""


_PERSON: Final = {
    "id": word("lead.lead_id"),
    "follower_id": _FOLLOWER_ID,
    "platform": word("lead.platform"),
    "username": text("lead.username"),
    "name": text("lead.name"),
    "pipeline_score": _PIPELINE_SCORE,
    "purchase_intent": number(INTENT),
    "purchase_intent_score": number(f"round(100 * {INTENT})"),
    "tags": text("lead.tags"),
    "assigned_to": word("lead.assigned_to"),
    "version": number("lead.version"),
}

_CARD: Final = _PERSON | {
    "platform_user_id": _FOLLOWER_ID,
    "full_name": text("lead.name"),
    "score": number(f"round(100 * {INTENT})"),
    "status": word("lead.status"),
    "email": text("lead.email"),
    "phone": text("lead.phone"),
    "notes": text("lead.notes"),
    "source": word("lead.source"),
    "created_at": time("lead.created_at"),
    "last_contact_at": time("lead.last_contact_at"),
    "archived": text(f"lead.shelf = '{Shelf.ARCHIVED}'"),
    "spam": text(f"lead.shelf = '{Shelf.SPAM}'"),
    "last_message": f"""CASE WHEN lead.last_message_at IS NOT NULL THEN {
        record(
            {
                "text": text("lead.last_message"),
                "author": word("lead.last_message_author"),
                "at": time("lead.last_message_at"),
            }
        )
    } END""",
    "next_follow_up": _next_follow_up("lead_follow_ups"),
}

_MESSAGE: Final = {
    "id": word("m.message_row"),
    "role": choice("m.author", {"follower": "'\"user\"'", "platform": "'\"user\"'"}, "'\"assistant\"'"),
    "content": text("m.content"),
    "timestamp": time("m.occurred_at"),
    "author": word("m.author"),
    "delivery": choice("m.author", {"follower": "NULL", "platform": "NULL"}, word("m.delivery")),
    "reason": text("m.reason"),
    "attachments": choice("m.attachments", {"[]": "'[]'"}, "jsonb_path_query_array(m.attachments, '$[*].kind')::text"),
    "forwarded": text("m.forwarded"),
    "note": text("m.note"),
}

_CONVERSATION: Final = _PERSON | {
    "total_messages": number("lead.messages_in"),
    "message_count": number("lead.messages_all"),
    "lead_status": word("lead.status"),
    "last_messages": f"""(
        SELECT concat('[', string_agg({record(_MESSAGE)}, ',' ORDER BY m.occurred_at, m.position), ']')
          FROM (SELECT * FROM {{messages}} WHERE lead_id = lead.lead_id AND note IS NULL
                 ORDER BY occurred_at DESC, position DESC LIMIT {PREVIEW}) AS m)""",
    "last_contact": time("lead.last_contact"),
    "email": text("coalesce(lead.email, '')"),
    "phone": text("coalesce(lead.phone, '')"),
    "notes": text("coalesce(lead.notes, '')"),
    "unread": number("lead.unread"),
    "needs_person": text("lead.needs_person"),
    "next_follow_up": _next_follow_up("conversation_follow_ups"),
    "bot_paused": text("lead.bot_paused"),
    "paused_until": time("lead.paused_until"),
}


CARD: Final = f"{record(_CARD)} AS written"
CONVERSATION: Final = f"{record(_CONVERSATION)} AS written"
"""What to select of `lead`; both ask for the time as `now`."""
