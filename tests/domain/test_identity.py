"""One person, one id, in every spelling."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.errors import Invalid
from domain.identity import shown, told
from domain.vocabulary import Platform

ON_A_CHANNEL = [platform for platform in Platform if platform is not Platform.MANUAL]


@given(st.sampled_from(ON_A_CHANNEL), st.from_regex(r"[0-9A-Za-z+@._-]{1,40}", fullmatch=True))
def test_an_id_that_is_shown_can_be_told_again(platform: Platform, raw: str) -> None:
    assert told(shown(platform, raw)) == (platform, raw)


@pytest.mark.parametrize("platform", ON_A_CHANNEL)
def test_an_id_may_be_given_with_its_prefix_or_without(platform: Platform) -> None:
    assert told("1001", platform) == told(shown(platform, "1001"), platform) == (platform, "1001")


def test_a_manual_id_is_shown_as_it_is() -> None:
    assert shown(Platform.MANUAL, "marta") == "marta"


def test_an_id_without_prefix_tells_no_platform() -> None:
    assert told("1001") == (None, "1001")


def test_a_prefix_with_nothing_behind_it_is_no_prefix() -> None:
    assert told("ig_") == (None, "ig_")


def test_a_prefix_that_contradicts_the_platform_is_refused_where_it_was_given() -> None:
    with pytest.raises(Invalid) as refused:
        told("ig_1001", Platform.TELEGRAM, field="path:follower_id")
    assert [error.field for error in refused.value.errors] == ["path:follower_id"]
