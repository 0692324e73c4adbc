"""Many leads at once: in files, and in one act."""

import csv
from io import StringIO
from typing import Any

import pytest

from tests.api.answers import bad, good, words
from tests.harness.program import Person, Serving

CSV = {"headers": {"Content-Type": "text/csv"}}
SHEET = b"nombre,correo,estado\r\nAna,ana@example.com,hot\r\nEva,not an address,\r\n"


def test_every_lead_is_exported_and_what_is_exported_can_be_imported(ana: Person) -> None:
    answer = ana.ask("GET /dm/leads/{c}/export?format=csv")
    assert answer.headers["content-type"].startswith("text/csv")
    assert answer.headers["content-disposition"].startswith("attachment; filename=")
    rows = list(csv.DictReader(StringIO(answer.text.removeprefix("\ufeff"))))
    assert [(row["platform_user_id"], row["name"], row["email"]) for row in rows] == [
        ("ig_5001", "Ana", "ana@example.com")
    ]
    again = good(ana.ask("POST /dm/leads/{c}/import", content=answer.content, **CSV))
    assert (again["created"], again["updated"], again["errors"]) == (0, 0, [])
    bad(ana.ask("GET /dm/leads/{c}/export?format=xlsx"), 422, "invalid", "query:format")


def test_an_import_takes_good_rows_reports_bad_ones_and_shares_one_correlation_id(
    creator: Person, program: Serving
) -> None:
    before = program.log(creator.name)
    tried = good(creator.ask("POST /dm/leads/{c}/import?dry_run=true", content=SHEET, **CSV))
    assert (tried["created"], tried["updated"], tried["dry_run"]) == (1, 0, True)
    assert program.log(creator.name) == before
    done = good(creator.ask("POST /dm/leads/{c}/import", content=SHEET, **CSV))
    assert set(done) >= words("status created updated errors")
    assert (done["created"], done["updated"]) == (1, 0)
    assert [set(error) for error in done["errors"]] == [words("line field detail")]
    assert (done["errors"][0]["line"], done["errors"][0]["field"]) == (3, "email")
    caused = program.log(creator.name)[len(before) :]
    assert {event["metadata"]["correlation_id"] for event in caused} == {done["correlation_id"]}
    assert [lead["name"] for lead in good(creator.ask("GET /dm/leads/{c}?status=hot"))["leads"]] == ["Ana"]


@pytest.mark.parametrize("content", [b"", b"\xff\xfe\x00", b"nothing,known\r\n1,2\r\n"])
def test_a_file_that_cannot_be_read_is_refused(creator: Person, program: Serving, content: bytes) -> None:
    before = program.log(creator.name)
    bad(creator.ask("POST /dm/leads/{c}/import", content=content, **CSV), 422, "invalid")
    bad(creator.ask("POST /dm/leads/{c}/import", {"rows": []}), 415, "unsupported-media-type")
    assert program.log(creator.name) == before


def test_an_import_is_taken_back_but_for_what_somebody_has_touched_since(creator: Person) -> None:
    sheet = b"name,platform_user_id\r\nAna,ig_5001\r\nEva,ig_5003\r\n"
    done = good(creator.ask("POST /dm/leads/{c}/import", content=sheet, **CSV))
    good(creator.ask("PUT /dm/leads/{c}/ig_5003", {"notes": "called"}))
    back = good(creator.ask(f"POST /dm/leads/{{c}}/import/{done['correlation_id']}/revert"), words("reverted kept"))
    assert back["reverted"] == 1
    assert [set(each) for each in back["kept"]] == [words("id reason")]
    assert [lead["name"] for lead in good(creator.ask("GET /dm/leads/{c}"))["leads"]] == ["Eva"]
    bad(creator.ask("POST /dm/leads/{c}/import/never-was/revert"), 404, "not-found")


def test_what_an_import_has_changed_is_changed_back(ana: Person) -> None:
    before = good(ana.ask("GET /dm/leads/{c}/ig_5001"))["lead"]
    sheet = b"name,platform_user_id,notes,status\r\nAna Maria,ig_5001,imported,hot\r\n"
    done = good(ana.ask("POST /dm/leads/{c}/import", content=sheet, **CSV))
    assert (done["created"], done["updated"]) == (0, 1)
    assert good(ana.ask("GET /dm/leads/{c}/ig_5001"))["lead"]["notes"] == "imported"
    back = good(ana.ask(f"POST /dm/leads/{{c}}/import/{done['correlation_id']}/revert"), words("reverted kept"))
    assert back == {"status": "ok", "reverted": 1, "kept": []}
    after = good(ana.ask("GET /dm/leads/{c}/ig_5001"))["lead"]
    assert {name: after[name] for name in ("name", "notes", "status")} == {
        name: before[name] for name in ("name", "notes", "status")
    }


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ({"action": "status", "status": "customer"}, {"status": "customer", "tags": ["vip"]}),
        ({"action": "tag_add", "tag": "madrid"}, {"tags": ["vip", "madrid"]}),
        ({"action": "tag_remove", "tag": "vip"}, {"tags": []}),
        ({"action": "archive"}, {"archived": True}),
        ({"action": "spam"}, {"spam": True}),
    ],
    ids=lambda value: str(value.get("action", "")),
)
def test_what_may_be_done_to_many(ana: Person, body: dict[str, Any], expected: dict[str, Any]) -> None:
    good(ana.ask("PUT /dm/leads/{c}/ig_5001", {"tags": ["vip"]}))
    done = good(ana.ask("POST /dm/leads/{c}/bulk", {"ids": ["ig_5001"], **body}), words("results correlation_id"))
    assert done["results"] == [{"id": "ig_5001", "ok": True, "error": None}]
    lead = good(ana.ask("GET /dm/leads/{c}/ig_5001"))["lead"]
    assert {name: lead[name] for name in expected} == expected


def test_of_many_who_is_not_put_aside_is_not_restored(ana: Person) -> None:
    good(ana.ask("POST /dm/leads/{c}", {"name": "Eva", "platform_user_id": "ig_5003", "status": "hot"}))
    good(ana.ask("POST /dm/conversations/{c}/ig_5003/archive"))
    done = good(ana.ask("POST /dm/leads/{c}/bulk", {"ids": ["ig_5001", "ig_5003"], "action": "restore"}))
    assert [(each["id"], each["ok"]) for each in done["results"]] == [("ig_5001", False), ("ig_5003", True)]
    assert (done["results"][0]["error"]["status"], done["results"][0]["error"]["slug"]) == (409, "conflict")
    assert good(ana.ask("GET /dm/leads/{c}/ig_5003"))["lead"]["status"] == "hot"


def test_many_that_are_deleted_are_gone(ana: Person) -> None:
    good(ana.ask("POST /dm/leads/{c}/bulk", {"ids": ["ig_5001", "5001"], "action": "delete"}))
    bad(ana.ask("GET /dm/leads/{c}/ig_5001"), 404, "not-found")
    again = good(ana.ask("POST /dm/leads/{c}/bulk", {"ids": ["ig_5001"], "action": "delete"}))
    assert [each["error"]["slug"] for each in again["results"]] == ["not-found"]


def test_one_act_for_many_answers_for_each_and_shares_one_correlation_id(ana: Person, program: Serving) -> None:
    before = program.log(ana.name)
    body = {"ids": ["ig_5001", "ig_5999"], "action": "status", "status": "warm"}
    done = good(ana.ask("POST /dm/leads/{c}/bulk", body))
    assert [(each["id"], each["ok"]) for each in done["results"]] == [("ig_5001", True), ("ig_5999", False)]
    assert done["results"][1]["error"]["status"] == 404
    caused = program.log(ana.name)[len(before) :]
    assert {event["metadata"]["correlation_id"] for event in caused} == {done["correlation_id"]}
    assert good(ana.ask("GET /dm/leads/{c}/ig_5001"))["lead"]["status"] == "active"


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"action": "delete"}, "/ids"),
        ({"ids": "ig_5001", "action": "delete"}, "/ids"),
        ({"ids": ["ig_5001", 7], "action": "delete"}, "/ids/1"),
        ({"ids": ["ig_5001", " "], "action": "delete"}, "/ids/1"),
        ({"ids": ["x" * 301], "action": "delete"}, "/ids/0"),
        ({"ids": ["ig_5001"]}, "/action"),
        ({"ids": ["ig_5001"], "action": None}, "/action"),
        ({"ids": ["ig_5001"], "action": "status", "status": "banana"}, "/status"),
        ({"ids": ["ig_5001"], "action": "status", "status": "hot", "tag": "x"}, "/tag"),
        ({"ids": ["ig_5001"], "action": "tag_add"}, "/tag"),
        ({"ids": ["ig_5001"], "action": "tag_add", "tag": " "}, "/tag"),
        ({"ids": ["ig_5001"], "action": "tag_remove", "tag": "x" * 51}, "/tag"),
        ({"ids": ["ig_5001"], "action": "delete", "tag": "x"}, "/tag"),
        ({"ids": ["ig_5001"], "action": "delete", "reason": "x"}, "/reason"),
        ({"ids": [], "action": "delete"}, "/ids"),
        ({"ids": ["x"] * 1001, "action": "delete"}, "/ids"),
        ({"ids": ["ig_5001"], "action": "explode"}, "/action"),
        ({"ids": ["ig_5001"], "action": "status"}, "/status"),
        ({"ids": ["ig_5001"], "action": "delete", "status": "hot"}, "/status"),
    ],
)
def test_an_act_that_makes_no_sense_is_refused(ana: Person, program: Serving, body: dict[str, Any], field: str) -> None:
    before = program.log(ana.name)
    bad(ana.ask("POST /dm/leads/{c}/bulk", body), 422, "invalid", field)
    assert program.log(ana.name) == before
