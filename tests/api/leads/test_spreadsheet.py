"""A file as spreadsheets write it: what is read of it, and which numbers in it nobody can trust any more."""

from typing import Any

import pytest

from api.leads.spreadsheet import Sheet, read_sheet
from domain.errors import Invalid

ANA = {"name": "Ana López", "email": "ana@example.com"}


def entered(sheet: Sheet) -> list[dict[str, Any]]:
    return [sheet.entered(cells) for _, cells in sheet]


def row(**cells: str) -> dict[str, Any]:
    """What the only row of a file with these columns says."""
    (said,) = entered(read_sheet(f"{'|'.join(cells)}\n{'|'.join(cells.values())}\n".replace("|", "\t").encode()))
    return said


SAVED: list[tuple[bytes, str, str]] = [
    ("nombre;correo\r\nAna López;ana@example.com\r\n".encode("cp1252"), "windows-1252", ";"),
    ("nome\te-mail\r\nAna López\tana@example.com\r\n".encode("utf-16"), "utf-16-le", "\t"),
    (b"\xfe\xff" + "name,email\nAna López,ana@example.com".encode("utf-16-be"), "utf-16-be", ","),
    ("sep=;\r\nname;email\r\nAna López;ana@example.com\r\n".encode(), "utf-8", ";"),
    ("\ufeffSEP=|\nname|email\nAna López|ana@example.com\n".encode(), "utf-8", "|"),
    ('"sep=,",\r\nname,email\r\nAna López,ana@example.com\r\n'.encode(), "utf-8", ","),
    ("Nombre de pila;Apellidos;Correo\nAna;López;ana@example.com\n".encode(), "utf-8", ";"),
    ("first name,last name,email\nAna,López,ana@example.com\n".encode(), "utf-8", ","),
    ("nome;sobrenome;email\nAna;López;ana@example.com\n".encode(), "utf-8", ";"),
    ("name;first name;last name;email\nAna López;Ana;López;ana@example.com\n".encode(), "utf-8", ";"),
    ("nombre;apellidos;email\nAna López;LOPEZ;ana@example.com\n".encode(), "utf-8", ";"),
]


@pytest.mark.parametrize(("file", "encoding", "separator"), SAVED)
def test_a_file_is_read_as_it_was_saved_and_says_how(file: bytes, encoding: str, separator: str) -> None:
    sheet = read_sheet(file)
    assert entered(sheet) == [ANA]
    assert (sheet.encoding, sheet.separator, sheet.rows, sheet.passed_over) == (encoding, separator, 1, ())


def test_the_line_that_names_the_separator_counts_as_one() -> None:
    assert [line for line, _ in read_sheet(b"sep=;\r\nname;email\r\nAna;\r\n\r\nBo;\r\n")] == [3, 5]


def test_columns_that_are_not_known_are_passed_over_and_listed_or_refused() -> None:
    file = b"name,favourite colour,,email,mail\nAna,blue,x,ana@example.com,other@example.com\n"
    sheet = read_sheet(file)
    assert entered(sheet) == [{"name": "Ana", "email": "ana@example.com"}]
    assert sheet.passed_over == ("favourite colour", "", "mail")
    with pytest.raises(Invalid) as refused:
        read_sheet(file, strict=True)
    assert [(error.field, error.code) for error in refused.value.errors] == [
        ("/favourite colour", "unknown"),
        ("/", "unknown"),
        ("/email", "twice"),
    ]


def test_a_row_may_end_early_and_may_not_go_on() -> None:
    sheet = read_sheet(b"name,email,notes\nAna\nBo,,met,surplus\n")
    (_, short), (_, long) = sheet
    assert sheet.entered(short) == {"name": "Ana"}
    with pytest.raises(Invalid, match="4 cells, and the header 3"):
        sheet.entered(long)


@pytest.mark.parametrize(
    ("words", "stage"),
    [
        ("cold NEW Frío nuevo NUEVA frio Novo nova", "new"),
        ("warm Active tibio activo TEMPLADA morno Ativo", "active"),
        ("HOT Caliente quente", "hot"),
        ("Customer client CLIENTE", "customer"),
        ("banana", "banana"),
    ],
)
def test_a_stage_is_known_in_three_languages_in_any_case(words: str, stage: str) -> None:
    assert {row(name="Ana", status=word)["status"] for word in words.split()} == {stage}


def test_a_number_in_a_numbers_column_may_be_written_as_spreadsheets_do() -> None:
    assert [row(name="Ana", score=text)["score"] for text in ("7", "7.0", "7,00", " 7\u00a0", "-1", "1\u202f000")] == [
        *(7, 7, 7, 7, -1, 1000)
    ]
    assert row(name="Ana", purchase_intent="0,5\u00a0")["purchase_intent"] == 0.5
    assert [row(name="Ana", score=text)["score"] for text in ("7.5", "1e1", "١")] == ["7.5", "1e1", "١"]


@pytest.mark.parametrize(
    "text",
    [
        *("3.46E+10", "3,46E+10", "346e8", "34600111222.0", "34600111222,0", "34.600.111.222", "1001.5"),
        *("34 600 111 222", "34\u00a0600\u00a0111\u00a0222", "34\u202f600\u202f111\u202f222", "34'600'111'222"),
        "17841405793187200",  # what is left of 17841405793187218
    ],
)
def test_an_id_that_a_spreadsheet_may_have_rewritten_is_refused(text: str) -> None:
    with pytest.raises(Invalid) as refused:
        row(name="Ana", platform_user_id=text)
    assert [(error.field, error.code) for error in refused.value.errors] == [("/platform_user_id", "damaged")]


@pytest.mark.parametrize("text", ["34600111222", "+34600111222", "ig_17841405793187200", "17841405793187218", "a.1"])
def test_an_id_that_no_spreadsheet_has_touched_is_taken(text: str) -> None:
    assert row(name="Ana", platform_user_id=text)["platform_user_id"] == text


@pytest.mark.parametrize("text", ["3.46E+10", "3,46E+10", "600111222.0", "600111222,0"])
def test_a_phone_number_that_a_spreadsheet_may_have_rewritten_is_refused(text: str) -> None:
    with pytest.raises(Invalid) as refused:
        row(name="Ana", phone=text)
    assert [(error.field, error.code) for error in refused.value.errors] == [("/phone", "damaged")]


UNREADABLE: list[tuple[bytes, str]] = [
    (b"name\nAna\n\x81\n", "byte 10, on line 3"),
    (b"\xef\xbb\xbfname\nAna\xf1\n", "byte 12, on line 2"),
    (b"\xff\xfen\x00\n\x00\x00\xd8", "byte 7, on line 2"),
    (b"name\nAna\nB\x00o\n", "Line 3"),
    ("name\nAna\n".encode("utf-32"), "Line 1"),
    (b'name,notes\nAna,"never closed\nBo,\n', "line 2"),
    (b'sep=;\nname;notes\nAna;"a" b\n', "line 3"),
]


@pytest.mark.parametrize(("file", "told"), UNREADABLE)
def test_a_file_that_cannot_be_read_to_its_end_is_told_where(file: bytes, told: str) -> None:
    with pytest.raises(Invalid) as refused:
        read_sheet(file)
    assert told in str(refused.value)
