"""OpenAPI document, derived from the routes: what a route declares tells what it takes and may answer."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from fastapi.routing import APIRoute, RouteContext, iter_route_contexts

from api.access.callers import COOKIE, CSRF_HEADER
from api.access.guard import GuardedRoute, acting
from api.access.roles import Roles
from api.http.commands import commands, commands_on_version
from api.http.idempotency import HEADER as IDEMPOTENCY_KEY
from api.http.idempotency import REPLAYED
from api.http.parts import Part, parts_of
from api.http.problems import ALSO
from api.http.reads import versioned
from api.http.routing import PublicRoute
from api.openapi import examples, refusals
from api.openapi.refusals import REQUEST_ID, SAFE, Call
from domain.vocabulary import Role

Json = dict[str, Any]

VERSIONS: Final = {"pattern": r'^(\*|(W/)?"[!#-~]*"( ?, ?(W/)?"[!#-~]*")*)$'}

TAGS: Final[Mapping[str, str]] = {
    "webhooks": "The platforms' own way in: verified over the bytes as received, stored, then answered.",
    "conversations": (
        "The inbox: conversations and their messages, one follower, moving and writing by hand, and messages coming in."
    ),
    "leads": "Leads in files: the whole list as CSV, leads taken from CSV, and an import taken back.",
    "nurturing": "Nurturing: the eight sequences, who is enrolled, what was promised and what became of it.",
    "dashboard": "How a creator is doing, in numbers; and the one switch of the bot, by its several handles.",
    "creators": "The creators of an installation, and how each is reached and spoken for.",
    "products": "What a creator sells.",
    "settings": "When, in which language and how often a machine may write for a creator.",
    "channels": (
        "Which accounts speak for a creator: connected, looked after and let go; no answer ever holds a secret."
    ),
    "notifications": "Where a creator's people are told that somebody waits for a person, and whether that works.",
    "access": "Logging in and out, one's own password, and who is asking.",
    "attention": "What waits for a person, and another try.",
    "stream": "What happens, as it happens: server-sent events with ids only, once the reads show it.",
    "health": "Is the program alive, may it be sent requests, and how is everything that it consists of?",
    "metrics": "Is the program alive, may it be sent requests, and how is everything that it consists of?",
    "simulator": "The demo: writing from a follower's phone, and moving the clock.",
}

PARAMETERS: Final[Mapping[str, Mapping[str, Any]]] = {
    "creator_id": {
        "description": "The creator's name.",
        "schema": {"type": "string", "pattern": "^[a-z0-9][a-z0-9_-]{0,62}$"},
    },
    "if-match": {"schema": VERSIONS},
    "if-none-match": {"schema": VERSIONS},
    "lead_id": {"description": "The lead's id, or the person's id on their platform, with its prefix or without."},
    "follower_id": {"description": "The lead's id, or the person's id on their platform, with its prefix or without."},
    "draft_id": {"description": "The draft, as the list of drafts names it."},
    "escalation_id": {"description": "The escalation, as the list of escalations names it."},
    "sequence_type": {"description": "One of the eight sequences."},
    "active_only": {"description": "Only what is sold at present."},
    "channel": {"description": "The platform."},
    "kind": {"description": "The way to tell somebody: webhook, email or telegram."},
    "product_id": {"description": "The product, as the list of products names it."},
    "prefix": {"description": "The first letters of the key, by which it is listed."},
    "user_id": {"description": "The person who logs in."},
    "correlation_id": {"description": "That of the import, as its answer said."},
    "dry_run": {"description": "Only say what would happen."},
    "format": {"description": "How the file is written."},
    "limit": {"description": "How many rows the answer may have."},
    "status": {"description": "Only these; may be repeated."},
    "platform": {"description": "Only these; may be repeated."},
    "tag": {"description": "Only people with this tag; may be repeated."},
    "sort": {"description": "The order; what is equal is ordered by its id."},
    "reason": {"description": "Why; shown to whoever asks later."},
    "unread": {"description": "Only where something is unread."},
    "needs_person": {"description": "Only who waits for a person."},
    "due_before": {"description": "Only what is due before this instant."},
    "active": {"description": "On or off; left out, the other one of the two."},
}
"""What is known of parameters that several routes have; what a route says itself comes first."""

_PREFER: Final[Mapping[str, Any]] = {
    "name": "prefer",
    "in": "header",
    "required": False,
    "description": "`respond-async`: do not wait for the reads.",
    "schema": {"type": "string"},
}
_IF_MATCH: Final[Mapping[str, Any]] = {
    "name": "if-match",
    "in": "header",
    "required": False,
    "description": "The version that the command was decided on.",
    "schema": {"type": "string"},
}
_IF_NONE_MATCH: Final[Mapping[str, Any]] = {
    "name": "if-none-match",
    "in": "header",
    "required": False,
    "description": "The version that the client has already.",
    "schema": {"type": "string"},
}
TAKEN: Final[Mapping[Any, Sequence[Mapping[str, Any]]]] = {
    acting: [{"name": "creator_id", "in": "path", "required": True, "schema": {"type": "string"}}],
    commands: [_PREFER],
    commands_on_version: [_IF_MATCH, _PREFER],
    versioned: [_IF_NONE_MATCH],
}
"""What parts take of a request by themselves: each parameter that the framework takes costs a command 3 %."""

HEADERS: Final[Mapping[str, Mapping[str, Any]]] = {
    "X-Request-ID": {
        "description": "The id of the request: the client's, if it is a UUID, else a new one.",
        "required": True,
        "schema": {"type": "string", "format": "uuid"},
    },
    "X-Position": {
        "description": "The log's position behind what a command did, or that a read reflects.",
        "required": True,
        "schema": {"type": "string", "pattern": "^[0-9]+$"},
    },
    "ETag": {
        "description": "The version of what is shown, for `If-Match` and `If-None-Match`.",
        "schema": {"type": "string", "pattern": '^"[0-9]+"$'},
    },
    "Preference-Applied": {
        "description": "`respond-async`, where that was asked for.",
        "schema": {"type": "string", "const": "respond-async"},
    },
    REPLAYED: {
        "description": "`true`, where the answer is that of an earlier request with the same key.",
        "schema": {"type": "string", "const": "true"},
    },
    "Retry-After": {
        "description": "When to come back, in whole seconds.",
        "required": True,
        "schema": {"type": "string", "pattern": "^[0-9]+$"},
    },
    "WWW-Authenticate": {"description": "`Bearer`.", "required": True, "schema": {"type": "string"}},
}

SECURITY: Final[Mapping[str, Mapping[str, str]]] = {
    "key": {"type": "apiKey", "in": "header", "name": "X-API-Key", "description": "An API key, `clk_…`."},
    "bearer": {"type": "http", "scheme": "bearer", "description": "The same key as a bearer token."},
    "session": {"type": "apiKey", "in": "cookie", "name": COOKIE, "description": "The session of a log-in."},
    "csrf": {
        "type": "apiKey",
        "in": "header",
        "name": CSRF_HEADER,
        "description": "The `csrf_token` of the session; every write with the cookie carries it.",
    },
}

FOR_EVERYTHING: Final[Mapping[str, Any]] = {
    "name": "X-Request-ID",
    "in": "header",
    "required": False,
    "description": "A UUID of the client's choice, which the answer and all events of the request carry.",
    "schema": {"type": "string"},
    "example": REQUEST_ID,
}

FOR_POSTS: Final[Mapping[str, Any]] = {
    "name": IDEMPOTENCY_KEY,
    "in": "header",
    "required": False,
    "description": "The same request with the same key is carried out once, and answered the same for 24 hours.",
    "schema": {"type": "string", "minLength": 1, "maxLength": 255, "pattern": "^[ -~]+$"},
    "example": "order-1042",
}

STORED: Final = "Stored, and not shown by the reads yet; it must not be sent again."


def describe(app: FastAPI) -> Json:
    """The OpenAPI document of an application."""
    described: Json = get_openapi(title=app.title, version="1", description=app.description, routes=app.routes)
    components = described["components"]
    components["securitySchemes"] = SECURITY
    components["headers"] = HEADERS
    components["parameters"] = {each["name"]: each for each in (FOR_EVERYTHING, FOR_POSTS)}
    components["responses"] = {}
    tags: dict[str, str] = {}
    for route in iter_route_contexts(app.routes):
        if isinstance(route.original_route, APIRoute) and route.include_in_schema:
            for method in route.methods or ():
                operation = described["paths"][route.path_format][method.lower()]
                _complete(operation, route, method, components)
                tags.setdefault(operation["tags"][0], TAGS[operation["tags"][0]])
    described["tags"] = [{"name": name, "description": about} for name, about in tags.items()]
    return described


def _complete(operation: Json, route: RouteContext, method: str, components: Json) -> None:
    schemas = components["schemas"]
    parameters = operation.setdefault("parameters", [])
    parameters[:0] = [dict(each) for part in _parts(route) for each in TAKEN.get(part.of, ())]
    for parameter in parameters:
        _complete_parameter(parameter, schemas)
    for content in operation.get("requestBody", {}).get("content", {}).values():
        content.setdefault("example", examples.example_of(content["schema"], schemas))
    call = _call(operation, route, method)
    said = operation["description"]
    operation["summary"] = said.partition("\n")[0].removesuffix(".")
    operation["description"] = f"{said}\n\n{_for_whom(call.roles)}"
    operation["security"] = [] if call.roles is None else _security(call)
    answers = _good_answers(operation["responses"], call, schemas)
    for status, name in refusals.named(set(refusals.refusals(call))).items():
        if status not in answers:
            components["responses"].setdefault(name, refusals.answer(name))
            answers[status] = {"$ref": f"#/components/responses/{name}"}
    operation["responses"] = answers
    shared = (IDEMPOTENCY_KEY, "X-Request-ID") if call.may_be_repeated else ("X-Request-ID",)
    parameters += [{"$ref": f"#/components/parameters/{name}"} for name in shared]


def _parts(route: RouteContext) -> Iterable[Part]:
    original = route.original_route
    assert isinstance(original, APIRoute)
    return parts_of(original.endpoint).values()


def _call(operation: Json, route: RouteContext, method: str) -> Call:
    original, roles = route.original_route, None
    if isinstance(original, GuardedRoute):
        roles = original.reads if method in SAFE else original.writes
    return Call(
        method=method,
        path=str(route.path_format),
        parameters=frozenset(parameter["name"].lower() for parameter in operation["parameters"]),
        roles=roles,
        is_judged=isinstance(original, GuardedRoute | PublicRoute),
        takes_keys=isinstance(original, GuardedRoute) and original.takes_keys,
        also=tuple(operation.pop(ALSO, ())),
    )


def _complete_parameter(parameter: Json, schemas: Json) -> None:
    name = parameter["name"]
    known = PARAMETERS.get(name, {})
    parameter["schema"] = _never_null(parameter["schema"])
    if parameter["in"] in ("path", "header"):
        parameter["schema"] |= known.get("schema", {})
    if parameter["in"] == "header" and name.islower():
        parameter["name"] = "-".join(word.capitalize() for word in name.split("-"))
    description = parameter.get("description") or known.get("description")
    if description:
        parameter["description"] = description
    example = examples.of_parameter(name, parameter["schema"], schemas)
    if example is not None:
        parameter["example"] = example


def _never_null(schema: Json) -> Json:
    """A parameter is there or not; only in a body there is null."""
    alternatives = [each for each in schema.get("anyOf", ()) if each != {"type": "null"}]
    rest = {key: value for key, value in schema.items() if key not in ("anyOf", "title", "description")}
    return (alternatives[0] if len(alternatives) == 1 else {"anyOf": alternatives} if alternatives else {}) | rest


def _for_whom(roles: Roles | None) -> str:
    if roles is None:
        return "Needs no credential."
    return f"For {', '.join(f'`{role}`' for role in Role if role in roles)}."


def _security(call: Call) -> list[dict[str, list[str]]]:
    roles = sorted(str(role) for role in call.roles or ())
    with_cookie = {"session": roles, "csrf": []} if call.writes else {"session": roles}
    return [{"key": roles}, {"bearer": roles}, with_cookie]


def _good_answers(declared: Json, call: Call, schemas: Json) -> Json:
    said = {status: answer for status, answer in declared.items() if status != "default"}
    if "prefer" in call.parameters:
        said.setdefault("202", {})
    good = said["200"]
    if "202" in said:
        said["202"] = {"content": good.get("content", {}), "description": STORED} | said["202"]
    if "if-none-match" in call.parameters:
        said["304"] = {"description": "The client has this version already."}
    for status, answer in said.items():
        _complete_answer(answer, status, call, schemas)
    return said


def _what_it_is(schema: Json, schemas: Json) -> str:
    if "$ref" in schema:
        return str(schemas[schema["$ref"].rpartition("/")[2]]["description"]).partition("\n")[0]
    return " Or: ".join(_what_it_is(each, schemas) for each in schema.get("anyOf", ()))


def _complete_answer(answer: Json, status: str, call: Call, schemas: Json) -> None:
    headers = ["X-Request-ID"]
    if call.parameters & {"prefer", "after"} and status < "300":
        headers.append("X-Position")
    if call.parameters & {"if-match", "if-none-match"} and status < "400":
        headers.append("ETag")
    if status == "202" and "prefer" in call.parameters:
        headers.append("Preference-Applied")
    if call.may_be_repeated and status < "300":
        headers.append(REPLAYED)
    known = {name: {"$ref": f"#/components/headers/{name}"} for name in headers}
    answer["headers"] = known | answer.get("headers", {})
    for content in answer.get("content", {}).values():
        schema = content.get("schema", {})
        if answer["description"] == "Successful Response":
            answer["description"] = _what_it_is(schema, schemas)
        content.setdefault("example", examples.example_of(schema, schemas))
