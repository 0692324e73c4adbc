"""Exactly which fields an answer has, as the contract lists them, and how a refusal looks."""

import re
from collections.abc import Awaitable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx

from tests.harness.program import Person

Fields = set[str]
TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}\+00:00")
UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


def words(text: str) -> Fields:
    """Field names as a table lists them."""
    return set(text.replace(",", " ").split())


MESSAGE = words("id role content timestamp author delivery") | words("reason attachments forwarded note")
NEXT_FOLLOW_UP = words("sequence_type step scheduled_at")
LAST_MESSAGE = words("text author at")

CONVERSATION = words(
    """follower_id id username name platform total_messages message_count purchase_intent purchase_intent_score
       lead_status pipeline_score last_messages last_contact email phone notes tags unread needs_person
       next_follow_up version"""
) | words("assigned_to bot_paused paused_until")
LEAD = words(
    """id follower_id platform_user_id platform username full_name name status pipeline_score score purchase_intent
       purchase_intent_score email phone notes tags source created_at last_contact_at archived version"""
) | words("last_message next_follow_up spam assigned_to")
FOLLOWER = words(
    """status follower_id id username name platform total_messages purchase_intent purchase_intent_score is_lead
       is_customer lead_status pipeline_score last_messages last_contact first_contact email phone notes tags
       products_discussed window mode version"""
) | words("archived spam assigned_to bot_paused paused_until unread needs_person")
PAGE = words("status count total next_cursor")
PROCESSED = words(
    """status response intent language action product_mentioned escalate confidence message_id follower_id lead_id
       draft_id duplicate"""
)
SENT = words("status sent platform follower_id message_id delivery reason message")
MOVED = words("status follower_id new_status db_status purchase_intent lead")

STEP = words("delay_hours message messages template human_task compressible late variants")
SEQUENCE = words(
    "id type name is_active steps enrolled_count pending_count sent_count replied_count version updated_at"
)
NUMBERS = words("pending sent cancelled held skipped uncertain people") | words("converted failed")
FOLLOW_UP = words(
    """id creator_id follower_id sequence_type step scheduled_at wished_at plan message_template message_preview
       status reason created_at sent_at metadata"""
)
ENROLLED = words("follower_id id name next_scheduled pending_steps version held_reason")
RUN_ITEM = words(
    "followup_id follower_id sequence_type step scheduled_at message_preview channel_guess decision reason"
)

PUT_ASIDE = words(
    "id follower_id username name platform status lead_status total_messages purchase_intent last_contact"
) | words("pipeline_score purchase_intent_score version")

METRICS = words("total_messages total_followers leads customers high_intent_followers conversion_rate")
OVERVIEW = words(
    """metrics recent_conversations leads config products_count bot_active clone_active creator_name waiting
       followups"""
)
CONFIG = words(
    """id name creator_id email bot_active clone_name clone_tone clone_style clone_vocabulary welcome_message"""
) | words("version")
CREATOR = words("id name creator_id bot_active mode created_at version")
PRODUCT = words("id name description price currency payment_link url is_active active keywords version")

KEY = words("prefix role label created_at last_used_at expires_at")
USER = words("id email name role") | words("created_at has_password")
SETTINGS = words("creator_id timezone language mode quiet_hours caps debounce_seconds version")
CHANNEL = words("channel configured token_age_seconds") | words(
    "changeable name connected_at last_delivery_at way_in trouble"
)


def good(answer: httpx.Response, fields: Fields | None = None) -> dict[str, Any]:
    """The body of an answer of 200 with exactly these fields, `status: ok` among them."""
    assert answer.status_code == 200, answer.text
    body: dict[str, Any] = answer.json()
    assert body["status"] == "ok"
    if fields is not None:
        assert set(body) == fields | {"status"}
    return body


def bad(answer: httpx.Response, status: int, slug: str, *fields: str) -> dict[str, Any]:
    """The problem of a refusal, complete and of one shape; `fields` are those that 422 names."""
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    problem: dict[str, Any] = answer.json()
    more = words("errors existing_id current_version")
    assert set(problem) - more == words("type title status detail instance")
    assert (problem["type"], problem["status"]) == (f"/problems/{slug}", status)
    assert isinstance(problem["detail"], str)
    assert problem["detail"]
    assert problem["instance"] == answer.headers["x-request-id"]
    if fields:
        assert [error["field"] for error in problem["errors"]] == list(fields)
    return problem


async def refused(answer: Awaitable[httpx.Response], status: int, slug: str, *fields: str) -> dict[str, Any]:
    """Assert that an answer is this problem, complete and of one shape."""
    response = await answer
    assert response.status_code == status, response.text
    assert response.headers["content-type"] == "application/problem+json"
    problem: dict[str, Any] = response.json()
    assert problem["type"] == f"/problems/{slug}"
    assert problem["status"] == status
    assert isinstance(problem["detail"], str)
    assert problem["detail"]
    assert problem["instance"] == response.headers["x-request-id"]
    assert [error["field"] for error in problem.get("errors", [])] == list(fields)
    return problem


def says(person: Person, text: str, sender: str = "ig_5002", **more: Any) -> dict[str, Any]:
    """A message that is handed in; the answer has exactly its fields."""
    body = {"creator_id": person.name, "sender_id": sender, "message": text, **more}
    return good(person.ask("POST /dm/process", body), PROCESSED)


def times(value: object) -> Iterator[str]:
    """Every text in a body that begins as a time."""
    match value:
        case str() if re.match(r"\d{4}-\d\d-\d\dT", value):
            yield value
        case dict():
            for each in value.values():
                yield from times(each)
        case list():
            for each in value:
                yield from times(each)


def together(person: Person, asked: Sequence[tuple[str, Any]]) -> list[httpx.Response]:
    """Requests that are all under way at the same time."""
    with ThreadPoolExecutor(len(asked)) as pool:
        return list(pool.map(lambda each: person.ask(*each), asked))
