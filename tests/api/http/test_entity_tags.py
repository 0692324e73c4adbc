"""`If-Match` and `If-None-Match` as RFC 9110 has them: lists, weak tags, the star."""

import pytest

from api.http.entity_tags import EntityTags, entity_tags
from api.http.problems import BadRequest


@pytest.mark.parametrize(
    ("text", "is_same", "is_alike"),
    [
        ('"7"', True, True),
        ('W/"7"', False, True),
        ('"x", "7"', True, True),
        ('"a,b" ,\t"7"', True, True),
        ('"x", W/"7"', False, True),
        (', "7",,', True, True),
        ('"8"', False, False),
        ('"99999999999999999999999999"', False, False),
        ('"7-gzip"', False, False),
        ('"", "ñ"', False, False),
        (" * ", True, True),
    ],
)
def test_a_list_is_matched_by_its_members(text: str, is_same: bool, is_alike: bool) -> None:
    tags = entity_tags("If-Match", [text])
    assert tags is not None
    assert (tags.match(7), tags.match_weakly(7)) == (is_same, is_alike)


def test_several_lines_are_one_list() -> None:
    assert entity_tags("If-Match", ['"x"', 'W/"y", "7"']) == EntityTags(
        strong=frozenset({'"x"', '"7"'}), weak=frozenset({'"y"'})
    )
    assert entity_tags("If-Match", []) is None


@pytest.mark.parametrize(
    "text",
    [
        *("7", "", ",", 'w/"7"', '"7', '"a"b"', '"7" "8"', '"7", *', '*, "7"', '"a b"', '"7"\x0b', "abc"),
        f'"7",{" " * 30_000}x',
    ],
)
def test_what_is_no_list_of_tags_is_refused(text: str) -> None:
    with pytest.raises(BadRequest, match="If-Match must look like"):
        entity_tags("If-Match", [text])
