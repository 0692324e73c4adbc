"""Examples of the OpenAPI document: one small world from which all parameters, bodies and answers are taken."""

from collections.abc import Mapping
from typing import Any, Final

Schema = Mapping[str, Any]

LEAD: Final = "0b8c1f6e-2d54-5c5b-9d0e-6a3b5d7f9e21"
OTHER_ID: Final = "3d5a1c9e-7b42-4f0d-8a6c-1e2f3a4b5c6d"
NOON: Final = "2026-03-03T12:00:00.000000+00:00"
LATER: Final = "2026-03-04T09:30:00.000000+00:00"
MUCH_LATER: Final = "2099-12-31T23:59:59.000000+00:00"
QUESTION: Final = "Hola, ¿cuánto cuesta el curso?"
REPLY: Final = "¡Hola, Ana! El curso cuesta 97 €."
STEP: Final = "¡Hola! ¿Pudiste pensarlo? Si quieres, te cuento más."

WORLD: Final[Mapping[str, object]] = {
    "action": "reply",
    "product_id": OTHER_ID,
    "advance_seconds": 3600,
    "after": 1,
    "api_key": "clk_0123456789ab4f5e6d7c8b9a0123456789abcdef0123456789abcdef01234567",
    "archived": False,
    "attachments": [],
    "AttentionItem.id": f"overdue:silence:{LEAD}",
    "AttentionItem.kind": "overdue",
    "About.code": "",
    "About.part": "silence",
    "sentence": "A word after a long silence has been due for more than a minute.",
    "asked": QUESTION,
    "author": "follower",
    "code": "required",
    "content": QUESTION,
    "correlation_id": OTHER_ID,
    "creator_id": "maria",
    "creators": ["maria"],
    "csrf_token": "Jm0hXw3cQk9bS2r7tVfYpA",
    "cursor": None,
    "clone_name": "Nina",
    "clone_style": "Short sentences, one question at the end.",
    "clone_tone": "friendly",
    "clone_vocabulary": "curso, cámara, luz",
    "CreatorList.creators": [
        {
            "id": LEAD,
            "name": "maria",
            "creator_id": "maria",
            "bot_active": True,
            "mode": "auto",
            "created_at": NOON,
            "version": 3,
        }
    ],
    "creator_name": "maria",
    "currency": "EUR",
    "description": "Eight weeks, one photograph a day.",
    "encoding": "utf-8",
    "separator": ";",
    "item_id": f"overdue:silence:{LEAD}",
    "keywords": ["curso", "course"],
    "last_delivery_at": NOON,
    "payment_link": "https://pay.example/curso",
    "price": 97.5,
    "token_age_seconds": 86400,
    "url": "https://pay.example/curso",
    "forwarded": False,
    "note": None,
    "way_in": "webhook",
    "trouble": None,
    "welcome_message": "¡Hola! ¿En qué te ayudo?",
    "ConversationDeleted.deleted": "ig_5001",
    "current": "correct horse battery",
    "DraftItem.text": REPLY,
    "DraftItem.source": "template",
    "DraftItem.why": ["review"],
    "DraftSent.reason": None,
    "EditDraft.text": REPLY,
    "confidence": 0.86,
    "kind": "webhook",
    "TargetItem.address": "https://crm.example/hooks/clonnect",
    "TargetItem.failing_since": None,
    "TargetItem.failure": None,
    "TargetItem.is_off": False,
    "SetTarget.address": "https://crm.example/hooks/clonnect",
    "TargetSet.secret": "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
    "TargetTested.reason": None,
    "delivered": True,
    "EscalationItem.reason": "asked",
    "EscalationItem.message": "¿Puedo hablar con una persona?",
    "draft_id": OTHER_ID,
    "debounce_seconds": 8,
    "delay_hours": 24,
    "delivery": "sent",
    "detail": "`name` is missing.",
    "due_before": LATER,
    "email": "ana@example.com",
    "errors": [],
    "expires_at": MUCH_LATER,
    "failure": None,
    "field": "/name",
    "first_contact": NOON,
    "first_name": "Ana",
    "follower_id": "ig_5001",
    "from": "21:00",
    "full_name": "Ana López",
    "held_reason": None,
    "if-match": "*",
    "if-none-match": '"3"',
    "intent": "question_product",
    "label": "Website",
    "LeadResult.error": None,
    "LeadResult.id": "ig_5001",
    "lag_events": 0,
    "lag_seconds": 0.0,
    "language": "es",
    "Last-Event-ID": "1042",
    "last_event_id": "1042",
    "lead_id": "ig_5001",
    "lead_status": "hot",
    "limit": 50,
    "link": "http://127.0.0.1:8000/app#link=mXv3JrL0eYp7kQ2dZtB9sUcN5aWfHg8i",
    "message": QUESTION,
    "message_id": "m_1001",
    "message_preview": STEP,
    "message_template": STEP,
    "metadata": {"enrolment_id": OTHER_ID},
    "missing": [],
    "mode": "auto",
    "name": "Ana López",
    "ModelHealth.name": None,
    "ProcessHealth.name": "replies",
    "ProjectionHealth.name": "board",
    "channel": "telegram",
    "parked": 0,
    "needs_person": False,
    "new_status": "hot",
    "next_cursor": None,
    "notes": "Met at the fair in Madrid.",
    "password": None,
    "pause_reason": None,
    "per_day": 2,
    "per_person_week": 4,
    "phone": "+34 600 111 222",
    "pipeline_score": 75,
    "plan": "asked",
    "platform": "instagram",
    "platform_user_id": "ig_5001",
    "position": 1042,
    "prefix": "0123456789ab",
    "prefer": "respond-async",
    "product_mentioned": "Curso de fotografía",
    "products_discussed": ["Curso de fotografía"],
    "purchase_intent": 0.7,
    "purchase_intent_score": 70,
    "q": "ana",
    "reason": "On holiday.",
    "FollowUpItem.reason": None,
    "MessageItem.reason": None,
    "MessageSent.message": "Sent.",
    "MessageSent.reason": None,
    "RunItem.reason": None,
    "refers_to": None,
    "response": REPLY,
    "revoked": "0123456789ab",
    "role": "owner",
    "scheduled_at": LATER,
    "score": 70,
    "sender_id": "ig_5001",
    "sent_at": None,
    "sequence_type": "objection_price",
    "source": "manual",
    "status": "hot",
    "SequenceItem.id": "seq_objection_price",
    "SequenceItem.name": "Price objection",
    "StepItem.message": STEP,
    "StepItem.messages": None,
    "step": 1,
    "tag": "vip",
    "tags": ["vip"],
    "template": None,
    "text": QUESTION,
    "timezone": "Europe/Madrid",
    "title": "The input breaks a rule",
    "to": "09:00",
    "type": "objection_price",
    "types": "lead.*",
    "User.email": "maria@example.com",
    "User.id": "3d5a1c9e-7b42-4f0d-8a6c-1e2f3a4b5c6d",
    "username": "ana.lopez",
    "variants": [],
    "version": 3,
    "weight": 1,
    "wished_at": LATER,
}
"""What a field or a parameter of this name holds, wherever it fits its schema."""

BODIES: Final[Mapping[str, object]] = {
    "CaptureLead": {
        "name": "Ana López",
        "platform": "instagram",
        "platform_user_id": "5001",
        "username": "@ana.lopez",
        "email": "ana@example.com",
        "status": "warm",
        "tags": ["vip"],
    },
    "ChangePassword": {"current": "correct horse battery", "password": "staple horse correct"},
    "ChangeLeads": {"ids": ["ig_5001"], "action": "tag_add", "tag": "vip"},
    "TakeOver": {"until": MUCH_LATER},
    "SignUp": {"name": "maria", "email": "maria@example.com"},
    "AddProduct": {"name": "Curso de fotografía", "price": 97.5, "payment_link": "https://pay.example/curso"},
    "Configure": {"clone_name": "Nina", "clone_tone": "friendly"},
    "ConnectChannel": {"token": "7123456789:AAEexample-token-of-a-bot_0123456789"},
    "EditProduct": {"price": 120},
    "RecordPurchase": {"amount": 97.5, "currency": "EUR", "reference": "order-1042"},
    "LogIn": {"link": "mXv3JrL0eYp7kQ2dZtB9sUcN5aWfHg8i"},
    "MoveClock": {"advance_seconds": 3600},
    "SimulatedMessage": {"follower_id": "ig_5001", "text": QUESTION, "name": "Ana López"},
    "StepIn": {"delay_hours": 24, "message": STEP},
}
"""Bodies of which nobody would send all fields at once."""

MISSING: Final = object()


def of_parameter(name: str, schema: Schema, schemas: Schema) -> Any:
    """A value for a parameter, or `None` where nothing is known; of one that may be repeated a list."""
    if schema.get("type") == "array":
        return [of_parameter(name, schema["items"], schemas)]
    value = example_of(schema, schemas, name)
    return None if value is MISSING else value


def example_of(schema: Schema, schemas: Schema, *names: str) -> Any:
    """A value of a schema: what the schema says itself, else what the world has under one of the names.

    `MISSING` where neither knows what a text might be.
    """
    if "$ref" in schema:
        model = schema["$ref"].rpartition("/")[2]
        return BODIES[model] if model in BODIES else example_of(schemas[model], schemas, *names)
    if "examples" in schema:
        return schema["examples"][0]
    if "const" in schema:
        return schema["const"]
    for name in names:
        if name in WORLD and _fits(WORLD[name], schema, schemas):
            return WORLD[name]
    if schema.get("default") is not None:
        return schema["default"]
    for alternative in schema.get("anyOf", schema.get("oneOf", ())):
        return example_of(alternative, schemas, *names)
    if "enum" in schema:
        return schema["enum"][0]
    match schema.get("type"):
        case "object":
            return _object(schema, schemas)
        case "array":
            item = example_of(schema["items"], schemas, *names)
            return [] if item is MISSING else [item]
        case "boolean":
            return True
        case "integer" | "number":
            return max(1, schema.get("minimum", 1))
        case "null":
            return None
    return BY_FORMAT.get(schema.get("format", ""), MISSING)


def _object(schema: Schema, schemas: Schema) -> dict[str, Any]:
    if "properties" not in schema:
        keys = schema.get("propertyNames", {}).get("enum", ())[:1]
        made = {key: example_of(schema["additionalProperties"], schemas, key) for key in keys}
    else:
        made = {
            name: example_of(field, schemas, f"{schema.get('title')}.{name}", name)
            for name, field in schema["properties"].items()
        }
    return {name: value for name, value in made.items() if value is not MISSING}


def _fits(value: object, schema: Schema, schemas: Schema) -> bool:
    if "$ref" in schema:
        return _fits(value, schemas[schema["$ref"].rpartition("/")[2]], schemas)
    if alternatives := schema.get("anyOf", schema.get("oneOf")):
        return any(_fits(value, each, schemas) for each in alternatives)
    if "enum" in schema:
        return value in schema["enum"]
    if "const" in schema:
        return bool(value == schema["const"])
    if schema.get("format") in BY_FORMAT:
        return value in IN_FORM
    return schema.get("type") in TYPES[type(value)]


TYPES: Final[Mapping[type, tuple[str, ...]]] = {
    type(None): ("null",),
    bool: ("boolean",),
    int: ("integer", "number"),
    float: ("number",),
    str: ("string",),
    list: ("array",),
    dict: ("object",),
}
BY_FORMAT: Final[Mapping[str, str]] = {"uuid": LEAD, "date-time": NOON}
IN_FORM: Final = (LEAD, OTHER_ID, NOON, LATER, MUCH_LATER)
