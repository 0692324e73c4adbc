"""A cell is text for every spreadsheet, whatever it splits a line at, and the same text when it comes back."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.leads.csv_format import guarded, unguarded

CELLS = st.text("=+-@＝'\";,|\t\r\n aé1.", max_size=14) | st.text(max_size=20)


@given(CELLS)
def test_no_part_of_a_cell_begins_as_a_formula(cell: str) -> None:
    parts = re.split(r"[,;|\t\r\n]", guarded(cell))
    assert not any(re.match(r"[\s\"]*[=+\-@＝]", part) for part in parts)


@given(CELLS)
def test_a_guarded_cell_is_read_as_what_it_was(cell: str) -> None:
    assert unguarded(guarded(cell)) == cell


@pytest.mark.parametrize(
    ("cell", "kept"),
    [
        ("Ana;=cmd|' /C calc'!A0", "Ana;'=cmd|' /C calc'!A0"),
        ("Ana, +34", "Ana,' +34"),
        ("Ana\t@x|-1", "Ana\t'@x|'-1"),
        ("- one\n- two", "'- one\n'- two"),
        ('Ana;"=1"', 'Ana;\'"=1"'),
        ("López-Ñandú, a=1", "López-Ñandú, a=1"),
    ],
)
def test_an_apostrophe_stands_where_a_formula_might_begin_and_nowhere_else(cell: str, kept: str) -> None:
    assert guarded(cell) == kept
