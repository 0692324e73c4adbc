"""One person, one id, in every spelling."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.errors import Invalid
from domain.identity import checked, shown, told
from domain.vocabulary import Platform

ON_A_CHANNEL = [platform for platform in Platform if platform is not Platform.MANUAL]


@given(st.sampled_from(ON_A_CHANNEL), st.from_regex(r"[0-9A-Za-z+@._-]{1,40}", fullmatch=True))
def test_an_id_that_is_shown_can_be_told_again(platform: Platform, raw: str) -> None:
    assert told(shown(platform, raw)) == told(raw, platform)


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


def test_a_phone_number_is_the_same_with_its_plus() -> None:
    spellings = [
        told("wa_34611"),
        told("wa_+34611"),
        told("34611", Platform.WHATSAPP),
        told("+34611", Platform.WHATSAPP),
    ]
    assert set(spellings) == {(Platform.WHATSAPP, "34611")}


@pytest.mark.parametrize("given", ["wa_marta", "wa_34.611", "wa_+", "wa_٣٤"])
def test_nobody_is_made_known_by_a_whatsapp_id_that_is_no_number(given: str) -> None:
    with pytest.raises(Invalid) as refused:
        checked(given)
    assert [(error.field, error.code) for error in refused.value.errors] == [("/platform_user_id", "form")]


def test_who_tells_no_platform_is_known_by_hand() -> None:
    assert checked("marta") == (Platform.MANUAL, "marta")
    assert checked("tg_1001") == (Platform.TELEGRAM, "1001")


def test_an_id_that_was_made_up_belongs_to_no_channel() -> None:
    made_up = f"manual_{'0a' * 16}"
    assert [shown(platform, made_up) for platform in Platform] == [made_up] * len(Platform)
