"""Refusals in the OpenAPI document: which a route may answer, by what it declares, and how each looks."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from api.access.roles import EVERYBODY, Roles
from api.http.problems import MEDIA_TYPE, TITLES

SAFE: Final = ("GET", "HEAD")
REQUEST_ID: Final = "6f1c1d2e-3a4b-4c5d-8e6f-708192a3b4c5"


@dataclass(frozen=True)
class Call:
    """What is declared of one operation: who may call it, and what it takes."""

    method: str
    path: str
    parameters: frozenset[str]
    roles: Roles | None
    """`None`: whoever comes."""
    is_judged: bool
    """Whether its body is judged as JSON before anything else looks at it."""
    takes_keys: bool
    """Whether its answer may be kept under an idempotency key."""
    also: tuple[str, ...] = ()
    """What the route says itself."""

    @property
    def writes(self) -> bool:
        return self.method not in SAFE

    @property
    def may_be_repeated(self) -> bool:
        """Whether it takes a key under which it is carried out once."""
        return self.method == "POST" and self.takes_keys


@dataclass(frozen=True)
class DocumentedRefusal:
    """One kind of refusal, with a sentence that is an example of its `detail`."""

    status: int
    detail: str
    more: Mapping[str, Any] | None = None
    headers: tuple[str, ...] = ()


REFUSALS: Final[Mapping[str, DocumentedRefusal]] = {
    "bad-request": DocumentedRefusal(400, 'If-Match must look like "7".'),
    "unauthenticated": DocumentedRefusal(401, "Send an API key, or log in.", headers=("WWW-Authenticate",)),
    "forbidden": DocumentedRefusal(403, "The role `analyst` does not allow this."),
    "csrf": DocumentedRefusal(403, "A write with the session's cookie needs the header X-CSRF-Token."),
    "signature": DocumentedRefusal(403, "The delivery is not signed by a channel that is connected."),
    "not-found": DocumentedRefusal(404, "There is no such creator."),
    "duplicate-lead": DocumentedRefusal(
        409, "This person already is a lead.", {"existing_id": "0b8c1f6e-2d54-5c5b-9d0e-6a3b5d7f9e21"}
    ),
    "conflict": DocumentedRefusal(409, "More than one lead has this id: say which with its prefix, such as `ig_`."),
    "settled-draft": DocumentedRefusal(409, "This draft is settled already."),
    "outdated-draft": DocumentedRefusal(409, "This person has written since."),
    "in-progress": DocumentedRefusal(409, "The first request with this key is not answered yet."),
    "version-mismatch": DocumentedRefusal(412, "It has changed since: it has version 4 now.", {"current_version": 4}),
    "headers-too-large": DocumentedRefusal(431, "The address and the headers are too long."),
    "too-large": DocumentedRefusal(413, "The body is over 1 MiB."),
    "unsupported-media-type": DocumentedRefusal(415, "Send the body as `application/json`."),
    "invalid": DocumentedRefusal(
        422,
        "`name` is missing.",
        {"errors": [{"field": "/name", "code": "required", "detail": "`name` is missing."}]},
    ),
    "idempotency-key-reused": DocumentedRefusal(422, "This key was used for another request."),
    "rate-limited": DocumentedRefusal(429, "That was too often: try again in 3 s.", headers=("Retry-After",)),
    "not-caught-up": DocumentedRefusal(503, "The reads have not reached position 1042 yet.", headers=("Retry-After",)),
    "unavailable": DocumentedRefusal(
        503, "Clonnect cannot do this at the moment; try again in a second.", headers=("Retry-After",)
    ),
}


def refusals(call: Call) -> Iterator[str]:
    """The slugs of what may be refused, as far as it follows from what is declared."""
    yield from call.also
    yield "headers-too-large"
    if call.parameters & {"if-match", "if-none-match"}:
        yield "bad-request"
    if "if-match" in call.parameters:
        yield "version-mismatch"
    if call.roles is not None:
        yield "unauthenticated"
        if call.roles != EVERYBODY:
            yield "forbidden"
        if call.writes:
            yield "csrf"
    if "{" in call.path:
        yield "not-found"
    if "prefer" in call.parameters or call.parameters & {"lead_id", "follower_id", "draft_id"}:
        yield "conflict"
    if "draft_id" in call.parameters:
        yield "settled-draft"
    if call.may_be_repeated:
        yield from ("in-progress", "idempotency-key-reused")
    if call.writes:
        yield "too-large"
        if call.is_judged:
            yield "unsupported-media-type"
    if call.roles is not None or (call.writes and call.is_judged):
        yield from ("invalid", "rate-limited")
    if "after" in call.parameters:
        yield "not-caught-up"
    if call.roles is not None or call.writes:
        yield "unavailable"


def named(slugs: Iterable[str]) -> dict[str, str]:
    """The name of the answer for each status, of an operation that refuses with these."""
    by_status: dict[int, list[str]] = {}
    for slug in TITLES:
        if slug in slugs:
            by_status.setdefault(REFUSALS[slug].status, []).append(slug)
    return {str(status): ".".join(kinds) for status, kinds in sorted(by_status.items())}


def answer(name: str) -> dict[str, Any]:
    """The answer of that name."""
    kinds = {slug: REFUSALS[slug] for slug in name.split(".")}
    headers = {header for refused in kinds.values() for header in refused.headers}
    return {
        "description": " · ".join(f"`{slug}`: {TITLES[slug]}" for slug in kinds),
        "headers": {
            header: {"$ref": f"#/components/headers/{header}"} for header in ("X-Request-ID", *sorted(headers))
        },
        "content": {
            MEDIA_TYPE: {
                "schema": {"$ref": "#/components/schemas/Problem"},
                "examples": {
                    slug: {"summary": TITLES[slug], "value": _problem(slug, refused)} for slug, refused in kinds.items()
                },
            }
        },
    }


def _problem(slug: str, refused: DocumentedRefusal) -> dict[str, Any]:
    return {
        "type": f"/problems/{slug}",
        "title": TITLES[slug],
        "status": refused.status,
        "detail": refused.detail,
        "instance": REQUEST_ID,
        **(refused.more or {}),
    }
