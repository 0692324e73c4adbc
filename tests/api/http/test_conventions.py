"""Conventions: what holds for every address, body and answer."""

import re
from typing import Any
from uuid import UUID, uuid4

import pytest

from api.access.credentials import prefix_of
from tests.api.answers import TIME, bad, good, times
from tests.api.description import DESCRIBED
from tests.harness.program import NOTHING, Person, Serving

SCHEMAS: dict[str, Any] = DESCRIBED["components"]["schemas"]
NOBODY = "00000000-0000-4000-8000-000000000000"


def test_the_front_door_tells_name_version_and_links_and_sends_a_browser_on(program: Serving) -> None:
    with program.client() as nobody:
        assert set(nobody.get("/").json()) == {"status", "name", "version", "links"}
        browser = nobody.get("/", headers={"Accept": "text/html"})
        assert (browser.status_code, browser.headers["location"]) == (307, "/app/")


@pytest.mark.parametrize("spelled", ["upper", "dot", "space", "other"])
def test_a_creator_is_known_by_exactly_their_name(creator: Person, spelled: str) -> None:
    name = {
        "upper": creator.name.upper(),
        "dot": f"{creator.name}.",
        "space": f"{creator.name}%20",
        "other": "somebody-else",
    }[spelled]
    bad(creator.ask(f"GET /dm/leads/{name}"), 404, "not-found")


BY_ANY_ID = (
    "GET /dm/leads/{c}/ID",
    "PUT /dm/leads/{c}/ID",
    "GET /dm/follower/{c}/ID",
    "PUT /dm/follower/{c}/ID/status",
    "POST /dm/leads/{c}/ID/purchases",
    "GET /dm/conversations/{c}/ID/messages",
    "POST /dm/conversations/{c}/ID/archive",
    "POST /dm/conversations/{c}/ID/spam",
    "POST /dm/conversations/{c}/ID/read",
    "POST /dm/conversations/{c}/ID/takeover",
    "POST /dm/conversations/{c}/ID/release",
    "POST /dm/conversations/{c}/ID/assign",
    "POST /dm/send/{c}",
    "GET /nurturing/{c}/followups?follower_id=ID",
    "DELETE /nurturing/{c}/cancel/ID",
    "DELETE /nurturing/{c}/followers/ID/nurturing",
    "DELETE /dm/conversations/{c}/ID",
)
BODIES: dict[str, Any] = {
    "PUT /dm/leads/{c}/ID": {"notes": "met"},
    "PUT /dm/follower/{c}/ID/status": {"status": "hot"},
    "POST /dm/leads/{c}/ID/purchases": {"amount": 97, "currency": "EUR"},
    "POST /dm/conversations/{c}/ID/assign": {"user_id": None},
    "POST /dm/send/{c}": {"follower_id": "ID", "message": "Hola"},
    "PUT /settings/{c}": {"language": "pt"},
    "POST /access/{c}/keys": {"role": "agent"},
    "POST /access/{c}/users": {"email": "bea@example.com", "role": "agent"},
}


@pytest.mark.parametrize("spelled", ["uuid", "prefixed", "raw"])
@pytest.mark.parametrize("call", BY_ANY_ID)
def test_a_lead_is_found_by_its_uuid_and_by_the_platforms_id_with_prefix_or_without(
    ana: Person, call: str, spelled: str
) -> None:
    lead = good(ana.ask("GET /dm/leads/{c}/ig_5001"))["lead"]
    given = {"uuid": lead["id"], "prefixed": "ig_5001", "raw": "5001"}[spelled]
    body = {name: given if value == "ID" else value for name, value in BODIES.get(call, {}).items()}
    answer = ana.ask(call.replace("ID", given), **({"json": body} if body else {}))
    said = good(answer)
    if "follower_id" in said and call.partition(" ")[2] != "/dm/follower/{c}/ID":
        assert said["follower_id"] == given
    if call == "GET /dm/follower/{c}/ID":
        assert said["follower_id"] == "ig_5001"


@pytest.mark.parametrize(
    ("given", "platform", "shown"),
    [
        ("5001", "instagram", "ig_5001"),
        ("ig_5001", "instagram", "ig_5001"),
        ("ig_5001", None, "ig_5001"),
        ("34611223344", "whatsapp", "wa_34611223344"),
        ("tg_42", None, "tg_42"),
        ("walk-in", None, "walk-in"),
    ],
)
def test_a_platform_user_id_is_shown_with_its_prefix(
    creator: Person, given: str, platform: str | None, shown: str
) -> None:
    body = {"name": "Ana", "platform_user_id": given, "platform": platform}
    lead = good(creator.ask("POST /dm/leads/{c}", body))["lead"]
    assert (lead["platform_user_id"], lead["follower_id"]) == (shown, shown)


def test_a_prefix_that_contradicts_the_platform_is_refused(creator: Person) -> None:
    body = {"name": "Ana", "platform_user_id": "ig_5001", "platform": "telegram"}
    bad(creator.ask("POST /dm/leads/{c}", body), 422, "invalid", "/platform_user_id")


@pytest.mark.parametrize("platform", [None, "instagram", "whatsapp"])
def test_a_platform_user_id_that_is_left_out_is_made_up(creator: Person, platform: str | None) -> None:
    lead = good(creator.ask("POST /dm/leads/{c}", {"name": "Ana", "platform": platform}))["lead"]
    assert lead["platform"] == (platform or "manual")
    assert good(creator.ask(f"GET /dm/leads/{{c}}/{lead['follower_id']}"))["lead"]["id"] == lead["id"]
    assert re.fullmatch(r"manual_[0-9a-f]{32}", lead["platform_user_id"])


@pytest.mark.parametrize(
    ("content_type", "content", "status", "slug"),
    [
        ("text/plain", b'{"name": "Ana"}', 415, "unsupported-media-type"),
        ("application/x-www-form-urlencoded", b"name=Ana", 415, "unsupported-media-type"),
        ("application/json", b"{", 422, "invalid"),
        ("application/json", b"", 422, "invalid"),
        ("application/json", b"[]", 422, "invalid"),
        ("application/json", b'"Ana"', 422, "invalid"),
        ("application/json", b"null", 422, "invalid"),
        ("application/json", b"\xff", 422, "invalid"),
        ("application/json", b'{"name": "\\ud800"}', 422, "invalid"),
        ("application/json", b'{"name": "a\\u0000b"}', 422, "invalid"),
        ("application/json", b'{"\\u0000": 1}', 422, "invalid"),
        ("application/json", b"[" * 100_000, 422, "invalid"),
        ("application/json", b"9" * 5_000, 422, "invalid"),
        ("application/jsonp", b'{"name": "Ana"}', 415, "unsupported-media-type"),
        ("", b'{"name": "Ana"}', 415, "unsupported-media-type"),
        ("application/json; charset=utf-8", b'{"name": "Ana"}', 200, ""),
    ],
)
def test_a_body_is_one_json_object(creator: Person, content_type: str, content: bytes, status: int, slug: str) -> None:
    answer = creator.ask("POST /dm/leads/{c}", content=content, headers={"Content-Type": content_type})
    if status == 200:
        good(answer)
    else:
        bad(answer, status, slug, *([""] if status == 422 else []))


TAKES_JSON = [
    (f"{method.upper()} {path}", content["example"])
    for path, operations in DESCRIBED["paths"].items()
    for method, operation in operations.items()
    for media_type, content in operation.get("requestBody", {}).get("content", {}).items()
    # An owner does not get as far as making creators.
    if media_type == "application/json" and not path.startswith("/webhook/") and path != "/creator"
]


@pytest.mark.parametrize(("call", "example"), TAKES_JSON, ids=[call for call, _ in TAKES_JSON])
def test_a_field_that_is_unknown_is_refused_by_name_in_every_body(creator: Person, call: str, example: Any) -> None:
    path = re.sub(r"\{\w+\}", "x", call.replace("{creator_id}", "{c}").replace("{c}", creator.name))
    if "/users/x" in path:
        path = path.replace("/users/x", f"/users/{NOBODY}")
    problem = bad(creator.ask(path, {**example, "creator_of_worlds": 1}), 422, "invalid")
    assert "/creator_of_worlds" in [error["field"] for error in problem["errors"]]


@pytest.mark.parametrize(
    ("call", "is_known"),
    [
        ("GET /settings/{c}?x=1", False),
        ("PUT /settings/{c}?x=1", False),
        ("GET /settings/{c}/channels?x=1", False),
        ("POST /settings/{c}/channels/telegram/test?x=1", False),
        ("DELETE /settings/{c}/channels/telegram?x=1", False),
        ("GET /access/{c}/keys?x=1", False),
        ("POST /access/{c}/keys?x=1", False),
        ("DELETE /access/{c}/keys/nothing?x=1", False),
        ("GET /access/{c}/users?x=1", False),
        ("POST /access/{c}/users?x=1", False),
        (f"DELETE /access/{{c}}/users/{NOBODY}?x=1", False),
        ("GET /dashboard/{c}/overview?x=1", True),
        ("GET /creator/config/{c}?x=1", True),
        ("GET /dm/leads/{c}?x=1", True),
        ("GET /dm/conversations/{c}?x=1", True),
        ("GET /nurturing/{c}/sequences?x=1", True),
    ],
)
def test_an_unknown_parameter_is_refused_where_the_contract_says_so(creator: Person, call: str, is_known: bool) -> None:
    answer = creator.ask(call, BODIES.get(call.partition("?")[0], NOTHING))
    if is_known:
        good(answer)
    else:
        bad(answer, 422, "invalid", "query:x")


@pytest.mark.parametrize(
    "call",
    [
        "GET /dm/leads/{c}",
        "GET /dm/conversations/{c}",
        "GET /dm/follower/{c}/ig_5002",
        "GET /dm/conversations/{c}/ig_5002/messages",
        "GET /nurturing/{c}/sequences",
        "GET /nurturing/{c}/followups",
        "GET /nurturing/{c}/sequences/objection_price/enrolled",
        "GET /dashboard/{c}/overview",
        "GET /bot/{c}/status",
        "GET /access/{c}/keys",
        "GET /settings/{c}/channels",
        "GET /simulator/{c}/clock",
    ],
)
def test_every_time_is_utc_with_microseconds(only_read: Person, call: str) -> None:
    found = list(times(good(only_read.ask(call))))
    assert found
    assert [each for each in found if not TIME.fullmatch(each)] == []


@pytest.mark.parametrize(
    ("call", "body", "field"),
    [
        ("POST /dm/leads/{c}", {"name": "Ana", "score": "50"}, "/score"),
        ("POST /dm/leads/{c}", {"name": "Ana", "score": True}, "/score"),
        ("POST /dm/leads/{c}", {"name": "Ana", "purchase_intent": "0.5"}, "/purchase_intent"),
        ("POST /nurturing/{c}/sequences/abandoned/toggle", {"enabled": "true"}, "/enabled"),
        ("POST /nurturing/{c}/sequences/abandoned/toggle", {"enabled": 1}, "/enabled"),
        ("PUT /settings/{c}", {"caps": {"per_day": "2"}}, "/caps/per_day"),
        ("PUT /creator/config/{c}", {"is_active": "true"}, "/is_active"),
        ("POST /creator/{c}/products", {"name": "Curso", "price": "97"}, "/price"),
        ("POST /creator/{c}/products", {"name": "Curso", "is_active": 1}, "/is_active"),
    ],
)
def test_a_text_is_no_number_and_a_number_no_boolean(
    creator: Person, program: Serving, call: str, body: Any, field: str
) -> None:
    head = program.head()
    bad(creator.ask(call, body), 422, "invalid", field)
    assert [each for each in program.log(creator.name, head) if each["topic"] != "access.opened"] == []


def test_a_whole_number_may_be_written_with_a_point(creator: Person) -> None:
    assert good(creator.ask("POST /dm/leads/{c}", {"name": "Ana", "score": 50.0}))["lead"]["score"] == 50


def test_a_text_is_trimmed_then_measured_and_blank_is_empty(creator: Person) -> None:
    lead = good(creator.ask("POST /dm/leads/{c}", {"name": f"  {'x' * 255}\n", "notes": " \t "}))["lead"]
    assert (lead["name"], lead["notes"]) == ("x" * 255, None)
    bad(creator.ask("POST /dm/leads/{c}", {"name": " \n "}), 422, "invalid", "/name")


@pytest.mark.parametrize(
    ("call", "body", "field"),
    [
        ("PUT /dm/leads/{c}/ig_5001", {"name": None}, "/name"),
        ("PUT /dm/leads/{c}/ig_5001", {"status": None}, "/status"),
        ("PUT /settings/{c}", {"timezone": None}, "/timezone"),
        ("PUT /settings/{c}", {"caps": {"per_day": None}}, "/caps/per_day"),
        ("PUT /creator/config/{c}", {"is_active": None}, "/is_active"),
        ("PUT /dm/follower/{c}/ig_5001/status", {"status": None}, "/status"),
        ("POST /dm/send/{c}", {"follower_id": "ig_5001", "message": None}, "/message"),
    ],
)
def test_null_is_refused_where_it_clears_nothing(ana: Person, call: str, body: Any, field: str) -> None:
    bad(ana.ask(call, body), 422, "invalid", field)


def test_null_clears_in_a_put_and_is_as_good_as_nothing_in_a_post(ana: Person) -> None:
    assert good(ana.ask("PUT /dm/leads/{c}/ig_5001", {"email": None}))["lead"]["email"] is None
    body = {"name": "Eva", "email": None, "status": None, "score": None, "tags": None, "platform": None}
    assert good(ana.ask("POST /dm/leads/{c}", body))["lead"]["status"] == "new"


def test_every_name_is_in_snake_case() -> None:
    names = {name for schema in SCHEMAS.values() for name in schema.get("properties", {})}
    assert [name for name in names if not re.fullmatch(r"[a-z]+(_[a-z]+)*", name)] == []


def test_no_other_origin_is_let_in(creator: Person) -> None:
    answer = creator.ask("GET /dm/leads/{c}", headers={"Origin": "https://evil.example"})
    assert not any(name.startswith("access-control-") for name in answer.headers)


# Headers


def test_every_answer_carries_the_clients_request_id_if_it_is_a_uuid(creator: Person) -> None:
    given = str(uuid4())
    for call in ("GET /dm/leads/{c}", "GET /nothing", "GET /dm/leads/nobody", "PATCH /dm/leads/{c}"):
        assert creator.ask(call, headers={"X-Request-ID": given}).headers["x-request-id"] == given
        for strange in ("strange", given.replace("-", ""), "x" * 1000):
            made = creator.ask(call, headers={"X-Request-ID": strange}).headers["x-request-id"]
            assert str(UUID(made)) == made != strange


def test_events_carry_the_request_id_as_correlation_id(creator: Person, program: Serving) -> None:
    given, head = str(uuid4()), program.head()
    good(creator.ask("POST /dm/leads/{c}", {"name": "Ana"}, headers={"X-Request-ID": given}))
    caused = program.log(creator.name, head)
    assert {"lead.captured", "follower.met"} <= {event["topic"] for event in caused}
    assert {event["metadata"]["correlation_id"] for event in caused} == {given}
    assert {event["metadata"]["actor"] for event in caused} == {f"key:{prefix_of(creator.key)}"}


def test_a_command_tells_the_position_of_its_last_event_and_the_head_when_it_changed_nothing(
    ana: Person, program: Serving
) -> None:
    moved = ana.ask("PUT /dm/follower/{c}/ig_5001/status", {"status": "hot"})
    assert int(moved.headers["x-position"]) == program.log(ana.name)[-1]["position"]
    again = ana.ask("PUT /dm/follower/{c}/ig_5001/status", {"status": "hot"})
    assert int(again.headers["x-position"]) >= int(moved.headers["x-position"])
    assert program.log(ana.name, int(moved.headers["x-position"])) == []


@pytest.mark.parametrize(
    "call",
    [
        "GET /dm/leads/{c}",
        "GET /dm/leads/{c}/ig_5001",
        "GET /dm/conversations/{c}",
        "GET /dm/conversations/{c}/ig_5001/messages",
        "GET /dm/follower/{c}/ig_5001",
        "GET /nurturing/{c}/sequences",
        "GET /nurturing/{c}/stats",
        "GET /nurturing/{c}/followups",
        "GET /nurturing/{c}/sequences/abandoned/enrolled",
        "GET /dm/conversations/{c}/archived",
        "GET /dashboard/{c}/overview",
        "GET /dm/metrics/{c}",
        "GET /creator/{c}/products",
    ],
)
def test_a_read_tells_what_it_reflects_and_waits_for_what_it_is_asked_for(ana: Person, call: str) -> None:
    at = ana.ask("PUT /dm/leads/{c}/ig_5001", {"notes": "met"}, headers={"Prefer": "respond-async"}).headers[
        "x-position"
    ]
    assert int(ana.ask(f"{call}?after={at}").headers["x-position"]) >= int(at)
    for wrong in ("-1", "now", "1.5", ""):
        bad(ana.ask(f"{call}?after={wrong}"), 422, "invalid", "query:after")


@pytest.mark.parametrize(
    "call",
    [
        "GET /dm/leads/{c}/ig_5001",
        "GET /dm/follower/{c}/ig_5001",
        "GET /settings/{c}",
        "GET /bot/{c}/status",
        "GET /creator/config/{c}",
    ],
)
def test_a_single_resource_has_a_version_and_spares_who_has_it(ana: Person, call: str) -> None:
    tag = ana.ask(call).headers["etag"]
    assert re.fullmatch(r'"\d+"', tag)
    for known in (tag, f"W/{tag}", f'"0", {tag}', "*"):
        answer = ana.ask(call, headers={"If-None-Match": known})
        assert (answer.status_code, answer.content, answer.headers["etag"]) == (304, b"", tag)
    assert ana.ask(call, headers={"If-None-Match": '"0"'}).status_code == 200


VERSIONED: list[tuple[str, Any]] = [
    ("PUT /dm/leads/{c}/ig_5001", {"notes": "other"}),
    ("PUT /dm/follower/{c}/ig_5001/status", {"status": "hot"}),
    ("DELETE /dm/leads/{c}/ig_5001", None),
    ("DELETE /dm/conversations/{c}/ig_5001", None),
    ("POST /nurturing/{c}/sequences/abandoned/toggle", {"enabled": True}),
    ("PUT /nurturing/{c}/sequences/abandoned", {"steps": [{"delay_hours": 1, "message": "¿Sigues ahí?"}]}),
    ("POST /dm/leads/{c}/ig_5001/purchases", {"amount": 97, "currency": "EUR"}),
    ("POST /dm/conversations/{c}/ig_5001/archive", None),
    ("POST /dm/conversations/{c}/ig_5001/spam", None),
    ("PUT /settings/{c}", {"language": "pt"}),
    ("PUT /creator/config/{c}", {"clone_name": "María"}),
    ("POST /creator/{c}/products", {"name": "Curso"}),
    ("PUT /dashboard/{c}/toggle?active=false", None),
    ("POST /bot/{c}/pause", None),
    ("PUT /bot/{c}/mode", {"mode": "auto"}),
]


@pytest.mark.parametrize(("call", "body"), VERSIONED, ids=[call for call, _ in VERSIONED])
def test_a_command_on_an_old_version_changes_nothing(ana: Person, program: Serving, call: str, body: Any) -> None:
    given = {} if body is None else {"json": body}
    before = program.log(ana.name)
    problem = bad(ana.ask(call, headers={"If-Match": '"99999"'}, **given), 412, "version-mismatch")
    for wrong in ("7", 'w/"7"', ""):
        bad(ana.ask(call, headers={"If-Match": wrong}, **given), 400, "bad-request")
    now = problem["current_version"]
    for other in ('"seven"', f'W/"{now}"', f'"0", W/"{now}"', f'"{now}-gzip"'):
        bad(ana.ask(call, headers={"If-Match": other}, **given), 412, "version-mismatch")
    assert program.log(ana.name) == before
    current = f'"x", "{now}"'
    answer = ana.ask(call, headers={"If-Match": current}, **given)
    good(answer)
    if not call.startswith("DELETE"):
        assert int(answer.headers["etag"].strip('"')) > problem["current_version"]


def test_a_star_only_asks_that_the_thing_exists(ana: Person) -> None:
    good(ana.ask("PUT /dm/leads/{c}/ig_5001", {"notes": "x"}, headers={"If-Match": "*"}))
    bad(ana.ask("PUT /dm/leads/{c}/ig_5999", {"notes": "x"}, headers={"If-Match": "*"}), 404, "not-found")


@pytest.mark.parametrize(
    ("call", "body"),
    [
        ("POST /dm/leads/{c}", {"name": "Eva"}),
        ("PUT /dm/leads/{c}/ig_5001", {"notes": "other"}),
        ("PUT /dm/follower/{c}/ig_5001/status", {"status": "hot"}),
        ("POST /dm/send/{c}", {"follower_id": "ig_5001", "message": "Hola"}),
        ("POST /dm/leads/{c}/ig_5001/purchases", {"amount": 97, "currency": "EUR"}),
        ("POST /dm/conversations/{c}/ig_5001/archive", None),
        ("POST /creator/{c}/products", {"name": "Curso"}),
        ("PUT /creator/config/{c}", {"clone_name": "María"}),
        ("PUT /settings/{c}", {"language": "pt"}),
        ("POST /access/{c}/keys", {"role": "agent"}),
        ("POST /bot/{c}/pause", {}),
        ("DELETE /dm/leads/{c}/ig_5001", None),
    ],
)
def test_who_prefers_not_to_wait_is_answered_202_with_the_same_body(ana: Person, call: str, body: Any) -> None:
    given = {} if body is None else {"json": body}
    answer = ana.ask(call, headers={"Prefer": "respond-async"}, **given)
    assert (answer.status_code, answer.headers["preference-applied"]) == (202, "respond-async")
    assert answer.json()["status"] == "ok"
    good(ana.ask(f"GET /dm/leads/{{c}}?after={answer.headers['x-position']}"))


def test_a_wish_that_is_fulfilled_already_leaves_no_event(ana: Person, program: Serving) -> None:
    good(ana.ask("PUT /creator/config/{c}", {"clone_name": "María"}))
    before = program.log(ana.name)
    for call, body in (
        ("PUT /dm/leads/{c}/ig_5001", {"name": "Ana", "status": "cold"}),
        ("PUT /dm/follower/{c}/ig_5001/status", {"status": "new"}),
        ("POST /nurturing/{c}/sequences/abandoned/toggle", {"enabled": False}),
        ("POST /bot/{c}/resume", {}),
        ("PUT /bot/{c}/mode", {"mode": "review"}),
        ("PUT /settings/{c}", {"timezone": "Europe/Madrid"}),
        ("PUT /creator/config/{c}", {"clone_name": " María ", "welcome_message": None, "is_active": True}),
        ("PUT /creator/config/{c}", {}),
        ("PUT /dm/leads/{c}/ig_5001", {}),
        ("POST /dm/conversations/{c}/ig_5001/read", {}),
        ("POST /dm/conversations/{c}/ig_5001/release", {}),
    ):
        good(ana.ask(call, body))
    assert program.log(ana.name) == before


def test_bad_input_is_refused_in_one_sentence_that_tells_nothing_of_the_inside(ana: Person, program: Serving) -> None:
    as_json = {"headers": {"Content-Type": "application/json"}}
    bodies = (b"{", b"[]", b'"x"', b"null", b'{"name": "\\ud800"}', b'{"name": "a\\u0000"}', b"\xff", b'{"name": NaN}')
    calls = (
        "POST /dm/leads/{c}",
        "PUT /dm/leads/{c}/ig_5001",
        "POST /dm/send/{c}",
        "POST /dm/process",
        "PUT /settings/{c}",
    )
    before = program.log(ana.name)
    problems = [bad(ana.ask(call, content=body, **as_json), 422, "invalid") for call in calls for body in bodies]
    for query in ("limit=1e9", "limit=99999999999999999999", "cursor=%00", "q=%00", "status=';--", "after=-1"):
        name = "" if "%00" in query else query.partition("=")[0]
        problems.append(bad(ana.ask(f"GET /dm/leads/{{c}}?{query}"), 422, "invalid", f"query:{name}"))
    for given in ("'; DROP TABLE leads;--", "%00", "../../etc/passwd", "x" * 2000):
        problems.append(bad(ana.ask(f"GET /dm/leads/{{c}}/{given.replace('/', '%2F')}"), 404, "not-found"))
    assert program.log(ana.name) == before
    for problem in problems:
        assert not re.search(r"\bselect\b|psycopg|traceback|relation \"|\.py\b", problem["detail"], re.IGNORECASE)
