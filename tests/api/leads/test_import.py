"""Leads from a file: which files and rows are taken, what becomes of them, and how all of it is taken back."""

import asyncio
from typing import Any
from uuid import UUID, uuid4

import httpx
import psycopg
import pytest

from api.http.commands import Commands
from api.leads.csv_format import WRITTEN
from api.leads.spreadsheet import MAX_ROWS
from api.leads.transfer_routes import CHUNK
from tests.api.answers import refused
from tests.api.leads.test_creating_a_lead import REFUSED as BAD_LEADS
from tests.harness.http import Served
from tests.harness.waiting import PATIENCE
from tests.world import CREATOR, OTHER

CSV = {"Content-Type": "text/csv"}
PATH = f"/dm/leads/{CREATOR}/import"


async def sent(served: Served, text: str | bytes, **headers: str) -> httpx.Response:
    content = text.encode() if isinstance(text, str) else text
    return await served.client.post(PATH, content=content, headers=CSV | headers)


async def imported(served: Served, text: str | bytes, **headers: str) -> dict[str, Any]:
    """The answer to an import that is shown by the reads."""
    answer = await sent(served, text, **headers)
    assert answer.status_code in (200, 202), answer.text
    assert await served.runtime.progress.wait_until(int(answer.headers["x-position"]), PATIENCE)
    said: dict[str, Any] = answer.json()
    return said


async def tried(served: Served, text: str) -> dict[str, Any]:
    """The answer to a trial, which has changed nothing."""
    head = served.head()
    answer = await served.client.post(PATH, params={"dry_run": "true"}, content=text.encode(), headers=CSV)
    assert answer.status_code == 200, answer.text
    assert answer.headers["x-position"] == str(head)
    assert served.head() == head
    said: dict[str, Any] = answer.json()
    return said


async def board(served: Served) -> dict[str, dict[str, Any]]:
    """All leads by name."""
    page = (await served.client.get(f"/dm/leads/{CREATOR}")).json()
    return {lead["name"]: lead for lead in page["leads"]}


def counts(said: dict[str, Any]) -> dict[str, int]:
    fates = ("created", "returned", "updated", "unchanged", "refused")
    return {fate: said[fate] for fate in fates if said[fate]}


async def reverted(served: Served, import_id: str) -> dict[str, Any]:
    answer = await served.client.post(f"{PATH}/{import_id}/revert")
    assert answer.status_code in (200, 202), answer.text
    assert await served.runtime.progress.wait_until(int(answer.headers["x-position"]), PATIENCE)
    said: dict[str, Any] = answer.json()
    return said


async def test_each_row_becomes_a_lead(served: Served) -> None:
    said = await imported(
        served,
        "name,platform,platform_user_id,username,email,phone,notes,tags,status,score,purchase_intent\r\n"
        'Ana,instagram,5001,@ana,ana@example.com,+34 600 000 000,"says ""hi"",\nthen more",vip; new,warm,40,\r\n'
        "Eva,,tg_7,,,,,,customer,,0.25\r\n"
        "Bo,,,,,,,,,,\r\n",
    )
    assert said | {"correlation_id": ""} == {
        "status": "ok",
        "dry_run": False,
        "read_as": {"encoding": "utf-8", "separator": ","},
        "passed_over": [],
        "rows": 3,
        "created": 3,
        "returned": 0,
        "updated": 0,
        "unchanged": 0,
        "refused": 0,
        "errors": [],
        "repeated": [],
        "correlation_id": "",
    }
    leads = await board(served)
    ana, eva, bo = leads["Ana"], leads["Eva"], leads["Bo"]
    assert (ana["follower_id"], ana["username"], ana["email"]) == ("ig_5001", "ana", "ana@example.com")
    assert (ana["phone"], ana["notes"], ana["tags"]) == ("+34 600 000 000", 'says "hi",\nthen more', ["vip", "new"])
    assert (ana["status"], ana["score"], ana["source"]) == ("active", 40, "import")
    assert (eva["follower_id"], eva["status"], eva["score"]) == ("tg_7", "customer", 25)
    assert (bo["platform"], bo["status"], bo["follower_id"][:7]) == ("manual", "new", "manual_")


FILES: list[str | bytes] = [
    "name,email,tags\nAna,ana@example.com,a;b\n",
    "name;email;tags\r\nAna;ana@example.com;a,b\r\n",
    "name\temail\ttags\rAna\tana@example.com\ta,b\r",
    b"\xef\xbb\xbfname,email,tags\nAna,ana@example.com,a;b",
    '"name";"email";"tags"\n"Ana";"ana@example.com";"a;b"\n',
    "Etiquetas, Correo Electrónico ,NOMBRE\na;;b,ana@example.com,  Ana \n",
    "Full-Name;E-Mail;Tags;;\n;;;;\nAna;ana@example.com;a,b;;\n\n",
    '\n\nfull_name,email,tags\n\nAna,ana@example.com,"a\n;b"\n,,\n',
    "tags,name,email,created_at,source,id,last_contact_at\na;b,Ana,ana@example.com,yesterday,moon,7,\n",
]


async def test_a_file_may_look_as_spreadsheets_write_it(served: Served) -> None:
    for file in FILES:
        said = await imported(served, file)
        assert (counts(said), said["rows"]) == ({"created": 1}, 1), file
        lead = (await board(served))["Ana"]
        assert (lead["email"], lead["tags"]) == ("ana@example.com", ["a", "b"]), file
        await reverted(served, said["correlation_id"])


BAD_FILES: list[tuple[bytes, list[str], str]] = [
    (b"", ["/name"], "first line"),
    (b"\r\n \t\r\n", ["/name"], "first line"),
    (b"email\nana@example.com\n", ["/name"], "first line"),
    (b"Ana,ana@example.com\n", ["/Ana", "/ana@example.com", "/name"], "no column"),
    (b"name\nAna\xf1\x81\n", [""], "byte 10, on line 2"),
    (b"name\nAna\nB\0o\n", [""], "Line 3"),
    (b'name,notes\nAna,"never closed\nBo,\n', [""], "line 2"),
    (b'name,notes\nAna,"a" b\n', [""], "line 2"),
    (b'"name\nAna\n', [""], "line 1"),
]

STRICTLY_BAD_FILES: list[tuple[bytes, list[str], str]] = [
    (b"name,api_key\nAna,x\n", ["/api_key"], "`api_key`"),
    (b"name,,email\nAna,,\n", ["/"], "``"),
    (b"name,a/b,phone,~\nAna\n", ["/a~1b", "/~0"], "`a/b`"),
    (b"name,full_name\nAna,Ana\n", ["/name"], "once more"),
]


async def test_a_file_that_cannot_be_read_to_its_end_is_refused_as_a_whole(served: Served) -> None:
    head = served.head()
    for file, fields, told in [*BAD_FILES, *STRICTLY_BAD_FILES]:
        answer = served.client.post(PATH, params={"unknown": "refuse"}, content=file, headers=CSV)
        problem = await refused(answer, 422, "invalid", *fields)
        assert told in problem["detail"], file
    await refused(served.client.post(PATH, params={"unknown": "ask"}, headers=CSV), 422, "invalid", "query:unknown")
    assert served.head() == head


async def test_what_nobody_knows_in_a_file_is_passed_over_and_listed(served: Served) -> None:
    passed_over = [["api_key"], [""], ["a/b", "~"], ["full_name"]]
    for (file, _, _), columns in zip(STRICTLY_BAD_FILES, passed_over, strict=True):
        said = await tried(served, file.decode())
        assert (counts(said), said["passed_over"]) == ({"created": 1}, columns)


async def test_a_file_is_read_as_excel_saves_it_and_every_row_is_told(served: Served) -> None:
    await served.lead(name="Eva", platform_user_id="tg_7", notes="old")
    text = (
        "sep=;\r\nNombre;Apellidos;Canal;Etapa;follower_id;Teléfono;Notas;Color\r\n"
        "José;Núñez;Instagram;CALIENTE;17841001;600 111 222;;rojo\r\n"
        "Eva;;Telegram;cliente;7;;new;azul\r\n"
        "Eva;;Telegram;cliente;7;;new;azul\r\n"
        "Zoë;;;frío\r\n"
        "Max;;WhatsApp;;3,46E+10;;;\r\n"
    )
    said = await imported(served, text.encode("windows-1252"))
    assert (said["read_as"], said["passed_over"]) == ({"encoding": "windows-1252", "separator": ";"}, ["Color"])
    assert counts(said) == {"created": 2, "updated": 1, "unchanged": 1, "refused": 1}
    assert sum(said[fate] for fate in ("created", "updated", "unchanged", "refused")) == said["rows"] == 5
    assert [(error["line"], error["field"]) for error in said["errors"]] == [(7, "platform_user_id")]
    assert said["repeated"] == [{"line": 5, "first": 4}]
    leads = await board(served)
    assert {name: lead["status"] for name, lead in leads.items()} == {
        "José Núñez": "hot",
        "Eva": "customer",
        "Zoë": "new",
    }
    assert (leads["José Núñez"]["follower_id"], leads["José Núñez"]["phone"]) == ("ig_17841001", "600 111 222")


async def test_rows_whose_ids_a_spreadsheet_has_changed_become_nobody(served: Served) -> None:
    await served.lead(platform_user_id="wa_34600111222", notes="mine")
    head = served.head()
    said = await imported(
        served,
        "name;platform;platform_user_id;phone\n"
        "Ana;whatsapp;3,46E+10;\n"
        "Bea;whatsapp;3,46E+10;\n"
        "Cy;;3.46E+10;\n"
        "Di;telegram;1001.0;\n"
        "Eva;telegram;01001;\n"
        "Flo;whatsapp;346001112220;\n"
        "Gus;whatsapp;34\u00a0600\u00a0111\u00a0222;\n"
        "Hal;instagram;17841405793187200;\n"
        "Ida;;;3.46E+10\n"
        "Jan;instagram;17841405;\n"
        "Kim;instagram;17841405;\n"
        ";instagram;17841405;600000000\n",
    )
    assert counts(said) == {"refused": 12}
    assert [(error["line"], error["field"]) for error in said["errors"]] == [
        *((line, "platform_user_id") for line in range(2, 10)),
        (10, "phone"),
        *((line, "platform_user_id") for line in (11, 12, 13)),
    ]
    assert "Lines 11 and 12" in said["errors"][-1]["detail"]
    assert served.head() == head


async def test_numbers_of_a_file_belong_to_the_creators_country(served: Served) -> None:
    await served.client.put(f"/settings/{CREATOR}", json={"timezone": "Europe/Madrid"})
    said = await imported(
        served,
        "name,platform,platform_user_id\nAna,whatsapp,600111222\nAna,whatsapp,34600111222\nAna,,wa_34600111222\n",
    )
    assert (counts(said), len(said["repeated"])) == ({"created": 1, "unchanged": 2}, 2)
    assert (await board(served))["Ana"]["follower_id"] == "wa_34600111222"


async def test_a_file_is_csv_in_an_encoding_that_is_found_and_not_too_long(served: Served) -> None:
    head = served.head()
    for media_type in ("application/json", "text/plain", "", "text/csv; charset=iso-8859-1", "text/csvx"):
        answer = served.client.post(PATH, content=b"name\nAna\n", headers={"Content-Type": media_type})
        await refused(answer, 415, "unsupported-media-type")
    big = b"name,notes\n" + b"Ana,x\n" * 3_000_000
    await refused(served.client.post(PATH, content=big, headers=CSV), 413, "too-large")
    many = b"name\n" + b"A\n" * (MAX_ROWS + 1)
    problem = await refused(served.client.post(PATH, content=many, headers=CSV), 422, "invalid", "")
    assert "100,000 rows" in problem["detail"]
    assert served.head() == head
    for media_type in ("text/csv; charset=UTF-8", "text/csv; charset=windows-1252", 'TEXT/CSV; header="present"'):
        answer2 = await served.client.post(PATH, content=b"name\n", headers={"Content-Type": media_type})
        assert answer2.status_code == 200


async def test_two_mebibytes_are_fine_for_a_file_and_too_much_for_a_body(served: Served) -> None:
    notes = "x" * 5000
    said = await tried(served, "name,notes\n" + f"Ana,{notes}\n" * 420)
    assert said["created"] == 420
    body = {"name": "Ana", "notes": "x" * 2_100_000}
    await refused(served.client.post(f"/dm/leads/{CREATOR}/manual", json=body), 413, "too-large")


async def test_bad_rows_are_told_by_line_and_column_and_good_ones_are_taken(served: Served) -> None:
    said = await imported(
        served,
        "name,email,notes,score\r\n"
        'Ana,ana@example.com,"two\r\nlines",\r\n'
        "Bo,bo@host,,101\r\n"
        "\r\n"
        ",,nameless,\r\n"
        "Cy,,,,surplus\r\n"
        "Di,\r\n"
        "Eva,,,\r\n",
    )
    assert counts(said) == {"created": 3, "refused": 3}
    assert [(error["line"], error["field"]) for error in said["errors"]] == [
        (4, "email"),
        (4, "score"),
        (6, "name"),
        (7, ""),
    ]
    assert said["errors"][-1]["detail"] == "This row has 5 cells, and the header 4."
    assert set(await board(served)) == {"Ana", "Di", "Eva"}


def as_cells(body: dict[str, Any]) -> dict[str, str]:
    """A body as a row, as far as a row can say it."""
    return {
        field: ";".join(value) if isinstance(value, list) else str(value)
        for field, value in body.items()
        if field in WRITTEN and field != "id" and value not in (123, "vip")
    }


async def test_a_row_is_judged_as_a_lead_that_is_entered_by_hand(served: Served) -> None:
    head = served.head()
    judged = 0
    for body, field in BAD_LEADS:
        cells = as_cells(body)
        says_nothing = body.get("tags") == [" "] or not cells.get("platform_user_id", "x").strip()
        if not set(body) <= set(cells) or says_nothing or body.get("status") == "HOT":
            continue  # a cell has no type, an empty one says nothing, and a stage is known in capitals
        judged += 1
        cells = {"name": "", "notes": "seen", **cells}
        said = await imported(served, f"{','.join(cells)}\n{','.join(cells.values())}\n")
        assert counts(said) == {"refused": 1}, body
        assert [error["field"] for error in said["errors"]] == [field.split("/")[1]], body
        assert served.head() == head
    assert judged > 12


async def test_too_many_tags_are_one_error(served: Served) -> None:
    tags = ";".join(f"{'x' * 50}{number}" for number in range(100))
    said = await imported(served, f"name,tags\nAna,{tags}\n")
    assert [(error["line"], error["field"]) for error in said["errors"]] == [(2, "tags")]


async def test_numbers_are_read_as_spreadsheets_write_them(served: Served) -> None:
    said = await imported(
        served,
        "name;score;purchase_intent\nA;;0,5\nB;7;\nC;7.5;\nD;;1,5\nE;;nan\nF;1e1;\nG;;١\nH;-1;\n",
    )
    assert [(error["line"], error["field"]) for error in said["errors"]] == [
        (4, "score"),
        (5, "purchase_intent"),
        (6, "purchase_intent"),
        (7, "score"),
        (8, "purchase_intent"),
        (9, "score"),
    ]
    assert {name: lead["score"] for name, lead in (await board(served)).items()} == {"A": 50, "B": 7}


async def test_a_trial_says_the_same_and_changes_nothing(served: Served) -> None:
    gone = await served.lead(name="Gone", platform_user_id="tg_9")
    await served.client.delete(f"/dm/leads/{CREATOR}/{gone['id']}")
    await served.lead(notes="old")
    text = (
        "name,platform_user_id,notes,status\n"
        "Ana,ana,new,\n"  # the platform is not told: nobody known
        "Ana,ig_5001,new,\n"
        "Ana,ig_5001,new,\n"
        "Bo,tg_1,,hot\n"
        ",tg_1,later,\n"
        ",tg_2,,\n"
        "Back,tg_9,,\n"
        "Cy,,,\n"
        "Di,tg_3,,banana\n"
    )
    trial = await tried(served, text)
    assert trial["dry_run"] is True
    done = await imported(served, text)
    assert counts(done) == {"created": 4, "returned": 1, "updated": 2, "unchanged": 1, "refused": 2}
    assert {**trial, "dry_run": False, "correlation_id": ""} == {**done, "correlation_id": ""}


async def test_one_person_is_one_lead_however_the_file_spells_the_id(served: Served) -> None:
    lead = await served.lead(email="ana@example.com")
    said = await imported(
        served,
        "name,platform,platform_user_id,notes\nAna,instagram,5001,one\nAna,,ig_5001,two\nAna,instagram,ig_5001,three\n",
    )
    assert counts(said) == {"updated": 3}
    leads = await board(served)
    assert list(leads) == ["Ana"]
    assert (leads["Ana"]["id"], leads["Ana"]["notes"]) == (lead["id"], "three")
    assert (leads["Ana"]["email"], leads["Ana"]["source"]) == ("ana@example.com", "manual")


async def test_a_stage_in_the_file_moves_a_lead_as_a_person_does(served: Served) -> None:
    await served.lead(status="hot")
    await imported(served, "name,platform_user_id,status\nAna,ig_5001,cold\n")
    lead = (await board(served))["Ana"]
    assert (lead["status"], lead["purchase_intent"]) == ("new", pytest.approx(0.1, abs=0.001))
    await served.writes("ig_5001", "quiero comprar el curso")
    assert (await board(served))["Ana"]["status"] == "new"


async def test_what_is_empty_or_only_for_new_leads_changes_nothing(served: Served) -> None:
    await served.lead(email="ana@example.com", tags=["vip"], score=60)
    head = served.head()
    said = await imported(served, "name,platform_user_id,email,tags,score\n,ig_5001,,,5\n")
    assert counts(said) == {"unchanged": 1}
    assert served.head() == head


async def test_the_same_file_again_makes_nobody_twice(served: Served) -> None:
    text = "name,email\nAna,ana@example.com\nAna,ana@example.com\n"
    assert counts(await imported(served, text)) == {"created": 2}
    head = served.head()
    assert counts(await imported(served, text)) == {"unchanged": 2}
    assert served.head() == head
    assert counts(await imported(served, text + "\n")) == {"created": 2}


@pytest.mark.usefixtures("patient_writer")
async def test_an_import_that_breaks_off_is_finished_by_the_same_file(
    served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    total = 3 * CHUNK
    text = "name\n" + "".join(f"Lead {number}\n" for number in range(total))
    is_in = asyncio.Event()
    go_on = Commands.and_go_on

    async def and_no_further(do: Commands, *args: Any) -> Any:
        taken = await go_on(do, *args)
        is_in.set()
        await asyncio.Event().wait()
        return taken

    with monkeypatch.context() as broken:
        broken.setattr(Commands, "and_go_on", and_no_further)
        request = asyncio.create_task(sent(served, text))
        async with asyncio.timeout(10):
            await is_in.wait()
        request.cancel()
        with pytest.raises(asyncio.CancelledError):
            await request
    said = await imported(served, text)
    assert counts(said) == {"created": total - CHUNK, "unchanged": CHUNK}
    assert (await served.client.get(f"/dm/leads/{CREATOR}")).json()["total"] == total


async def test_whoever_was_deleted_begins_anew(served: Served) -> None:
    gone = await served.lead(notes="old", email="old@example.com")
    await served.client.delete(f"/dm/leads/{CREATOR}/{gone['id']}")
    said = await imported(served, "name,platform_user_id\nAna,ig_5001\n")
    assert counts(said) == {"created": 1, "returned": 1}
    lead = (await board(served))["Ana"]
    assert (lead["id"] == gone["id"], lead["notes"], lead["email"], lead["source"]) == (False, None, None, "import")
    await refused(served.client.get(f"/dm/leads/{CREATOR}/{gone['id']}"), 404, "not-found")


async def test_all_events_of_an_import_are_one_story_in_several_transactions(served: Served) -> None:
    total = 2 * CHUNK + 1
    request_id = str(uuid4())
    before = served.head()
    text = "name\n" + "".join(f"Lead {number}\n" for number in range(total))
    said = await imported(served, text, **{"X-Request-ID": request_id})
    assert said["correlation_id"] != request_id
    with psycopg.connect(served.url) as conn:
        row = conn.execute(
            """SELECT array_agg(DISTINCT metadata->>'correlation_id'), array_agg(DISTINCT metadata->>'request_id'),
                      count(DISTINCT metadata->>'actor'),
                      count(DISTINCT xmin::text), count(*) FILTER (WHERE topic = 'lead.captured'),
                      count(*) FILTER (WHERE topic = 'lead_import.begun')
                 FROM log.events WHERE notification_id > %s""",
            (before,),
        ).fetchone()
    assert row == ([said["correlation_id"]], [request_id], 1, 3, total, 1)


async def test_a_client_that_says_one_request_id_for_everything_loses_nothing(served: Served) -> None:
    always = {"X-Request-ID": str(uuid4())}
    made = {"name": "By hand", "platform_user_id": "tg_1"}
    await served.client.post(f"/dm/leads/{CREATOR}", json=made, headers=always)
    first = await imported(served, "name,platform_user_id\nFirst,tg_2\nChanged,tg_3\n", **always)
    await imported(served, "name,platform_user_id\nSecond,tg_4\n", **always)
    await served.client.put(f"/dm/leads/{CREATOR}/tg_3", json={"notes": "mine"}, headers=always)
    path = f"{PATH}/{first['correlation_id']}/revert"
    undone = await served.client.post(path, headers=always)
    assert (undone.json()["reverted"], [kept["reason"] for kept in undone.json()["kept"]]) == (1, ["changed"])
    await served.client.put(f"/dm/leads/{CREATOR}/tg_3", json={"notes": "mine still"}, headers=always)
    again = await served.client.post(path, headers=always)
    assert again.json()["reverted"] == 0
    assert set(await board(served)) == {"By hand", "Changed", "Second"}
    await refused(served.client.post(f"{PATH}/{always['X-Request-ID']}/revert"), 404, "not-found")


async def test_who_does_not_want_to_wait_for_the_lists_is_told_that_it_is_stored(served: Served) -> None:
    answer = await sent(served, "name\nAna\n", Prefer="respond-async")
    assert (answer.status_code, answer.headers["preference-applied"]) == (202, "respond-async")
    assert answer.headers["x-position"] == str(served.head())
    assert answer.json()["created"] == 1


async def test_other_commands_are_not_kept_waiting_by_a_long_file(served: Served) -> None:
    text = "name\n" + "".join(f"Lead {number}\n" for number in range(20 * CHUNK))
    before = served.head()
    request = asyncio.create_task(sent(served, text))
    await served.runtime.progress.wait_for_change(before, 10)  # the first rows are in
    answer = await served.client.post(f"/dm/leads/{CREATOR}", json={"name": "Ana"}, headers={"Prefer": "respond-async"})
    assert answer.status_code == 202
    assert not request.done()
    assert counts((await request).json()) == {"created": 20 * CHUNK}


async def test_what_an_import_made_is_deleted_and_what_it_changed_is_as_before(served: Served) -> None:
    before = await served.lead(email="ana@example.com", tags=["vip"], status="warm")
    said = await imported(
        served,
        "name,platform_user_id,email,tags,status\nAna L,ig_5001,a@example.com,new,customer\nBo,tg_1,,,\nCy,,,,hot\n",
    )
    assert set(await board(served)) == {"Ana L", "Bo", "Cy"}
    assert await reverted(served, said["correlation_id"]) == {"status": "ok", "reverted": 3, "kept": []}
    leads = await board(served)
    after = leads["Ana"]
    assert list(leads) == ["Ana"]
    same = ("id", "name", "email", "tags", "status", "score", "created_at")
    assert {field: after[field] for field in same} == {field: before[field] for field in same}
    again = await reverted(served, said["correlation_id"])
    assert (again["reverted"], {kept["reason"] for kept in again["kept"]}, len(again["kept"])) == (0, {"reverted"}, 3)


async def test_what_somebody_has_touched_since_is_kept_and_said_why(served: Served) -> None:
    untouched = await served.lead(name="Known", platform_user_id="tg_5", notes="old")
    said = await imported(
        served,
        "name,platform_user_id,notes\nEdited,tg_1,\nWrote,tg_2,\nGone,tg_3,\nFine,tg_4,\nKnown,tg_5,new\nBoth,tg_6,\n",
    )
    leads = await board(served)
    await served.client.put(f"/dm/leads/{CREATOR}/tg_1", json={"notes": "mine"})
    await served.writes("tg_2", "hola")
    await served.client.delete(f"/dm/leads/{CREATOR}/tg_3")
    await served.writes("tg_6", "hola")
    await served.client.put(f"/dm/leads/{CREATOR}/tg_6", json={"status": "hot"})
    answer = await reverted(served, said["correlation_id"])
    assert answer["reverted"] == 2
    assert {kept["id"]: kept["reason"] for kept in answer["kept"]} == {
        leads["Edited"]["id"]: "changed",
        leads["Wrote"]["id"]: "conversation",
        leads["Gone"]["id"]: "deleted",
        leads["Both"]["id"]: "conversation",
    }
    left = await board(served)
    assert set(left) == {"Edited", "Wrote", "Known", "Both"}
    assert (left["Known"]["id"], left["Known"]["notes"], left["Edited"]["notes"]) == (untouched["id"], "old", "mine")
    await served.client.put(f"/dm/leads/{CREATOR}/tg_5", json={"notes": "newer"})
    again = await reverted(served, said["correlation_id"])
    assert sorted(kept["reason"] for kept in again["kept"]) == [
        "changed",
        "changed",
        "conversation",
        "conversation",
        "deleted",
        "reverted",
    ]


async def test_the_later_of_two_imports_keeps_the_earlier_from_being_taken_back(served: Served) -> None:
    first = await imported(served, "name,platform_user_id\nAna,ig_5001\nBo,tg_1\n")
    second = await imported(served, "name,platform_user_id,notes\nAna,ig_5001,met\n")
    answer = await reverted(served, first["correlation_id"])
    assert (answer["reverted"], [kept["reason"] for kept in answer["kept"]]) == (1, ["changed"])
    assert (await reverted(served, second["correlation_id"]))["reverted"] == 1
    assert (await board(served))["Ana"]["notes"] is None


async def test_a_sequence_that_the_import_set_off_ends_when_it_is_taken_back(served: Served) -> None:
    await served.answers()
    await served.writes("tg_1", "hola", name="Ana")
    said = await imported(served, "name,platform_user_id,status\n,tg_1,customer\n")
    stats = f"/nurturing/{CREATOR}/stats"
    while (await served.client.get(stats)).json()["pending"] == 0:
        await served.runtime.progress.wait_for_change(served.runtime.progress.position, 0.05)
    assert (await reverted(served, said["correlation_id"]))["reverted"] == 1
    assert (await served.client.get(stats)).json()["pending"] == 0
    assert (await board(served))["Ana"]["status"] == "new"


async def test_a_file_may_be_imported_again_after_it_was_taken_back(served: Served) -> None:
    text = "name,email\nAna,ana@example.com\n"
    first = await imported(served, text)
    await reverted(served, first["correlation_id"])
    assert counts(await imported(served, text)) == {"created": 1, "returned": 1}
    assert list(await board(served)) == ["Ana"]


async def test_an_import_longer_than_a_transaction_is_taken_back_whole(served: Served) -> None:
    total = CHUNK + 3
    said = await imported(served, "name\n" + "".join(f"Lead {number}\n" for number in range(total)))
    assert (await reverted(served, said["correlation_id"]))["reverted"] == total
    assert (await served.client.get(f"/dm/leads/{CREATOR}")).json()["total"] == 0


async def test_only_an_import_of_this_creator_can_be_taken_back(served: Served) -> None:
    said = await imported(served, "name\nAna\n")
    request_id = str(uuid4())
    made = await served.client.post(f"/dm/leads/{CREATOR}", json={"name": "Bo"}, headers={"X-Request-ID": request_id})
    assert made.status_code == 200
    trial = await tried(served, "name\nCy\n")
    nothing = await imported(served, "name,score\nDi,x\n")
    head = served.head()
    for unknown in (request_id, str(UUID(int=0)), "x", trial["correlation_id"], nothing["correlation_id"]):
        await refused(served.client.post(f"{PATH}/{unknown}/revert"), 404, "not-found")
    async with served.anybody(**{"X-API-Key": served.keys[OTHER]}) as stranger:
        path = f"/dm/leads/{OTHER}/import/{said['correlation_id']}/revert"
        await refused(stranger.post(path), 404, "not-found")
    assert served.head() == head
    assert set(await board(served)) == {"Ana", "Bo"}
