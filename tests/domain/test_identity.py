"""One person, one id, in every spelling."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.errors import Invalid
from domain.person.identity import check_shape, format_id, parse_id, require_id
from domain.vocabulary import Platform

ON_A_CHANNEL = [platform for platform in Platform if platform is not Platform.MANUAL]


@given(st.sampled_from(ON_A_CHANNEL), st.from_regex(r"[0-9A-Za-z+@._-]{1,40}", fullmatch=True))
def test_an_id_that_is_shown_can_be_told_again(platform: Platform, raw: str) -> None:
    assert parse_id(format_id(platform, raw)) == parse_id(raw, platform)


@pytest.mark.parametrize("platform", ON_A_CHANNEL)
def test_an_id_may_be_given_with_its_prefix_or_without(platform: Platform) -> None:
    assert parse_id("1001", platform) == parse_id(format_id(platform, "1001"), platform) == (platform, "1001")


def test_a_manual_id_is_shown_as_it_is() -> None:
    assert format_id(Platform.MANUAL, "marta") == "marta"


def test_an_id_without_prefix_tells_no_platform() -> None:
    assert parse_id("1001") == (None, "1001")


def test_a_prefix_with_nothing_behind_it_is_no_prefix() -> None:
    assert parse_id("ig_") == (None, "ig_")


def test_a_prefix_that_contradicts_the_platform_is_refused_where_it_was_given() -> None:
    with pytest.raises(Invalid) as refused:
        parse_id("ig_1001", Platform.TELEGRAM, field="path:follower_id")
    assert [error.field for error in refused.value.errors] == ["path:follower_id"]


def test_a_phone_number_is_the_same_with_its_plus() -> None:
    spellings = [
        parse_id("wa_34611"),
        parse_id("wa_+34611"),
        parse_id("34611", Platform.WHATSAPP),
        parse_id("+34611", Platform.WHATSAPP),
    ]
    assert set(spellings) == {(Platform.WHATSAPP, "34611")}


NO_IDS = [
    *(f"tg_{each}" for each in ("marta", "0", "01001", "1001.0", "1.001E+9", "1e5", "-1", "+1", "٣٤", str(2**52))),
    *(f"ig_{each}" for each in ("ana", "017841", "1.78414E+16", "17841,0", "@ana", "+1", "1789_x")),
    *(f"wa_{each}" for each in ("marta", "34.611", "+", "٣٤", "3.46E+10", "034611223344", "34611", "600111222")),
    *(f"wa_{each}" for each in ("3461122334", "346112233440", "34611223344.0")),
]


@pytest.mark.parametrize("given", NO_IDS)
def test_nobody_is_made_known_by_an_id_that_their_platform_does_not_give(given: str) -> None:
    platform, raw = parse_id(given)
    assert platform is not None
    for spelling, said in ((given, None), (raw, platform)):
        with pytest.raises(Invalid) as refused:
            require_id(spelling, said)
        assert [(error.field, error.code) for error in refused.value.errors] == [("/platform_user_id", "form")]


@pytest.mark.parametrize("given", NO_IDS)
def test_what_a_platform_delivers_is_held_to_the_form_of_its_ids(given: str) -> None:
    platform, raw = parse_id(given)
    assert platform is not None
    if given in ("wa_600111222", "wa_3461122334", "wa_346112233440"):
        check_shape(platform, raw)  # how long a country's numbers are, WhatsApp knows better
        return
    with pytest.raises(Invalid):
        check_shape(platform, raw, field="telegram")


def test_a_number_that_lacks_its_country_is_the_creators_countrys() -> None:
    spellings = [require_id(each, Platform.WHATSAPP, country="ES") for each in ("600111222", "34600111222")]
    assert set(spellings) == {(Platform.WHATSAPP, "34600111222")}
    with pytest.raises(Invalid):  # with the prefix it is all there is
        require_id("wa_600111222", country="ES")


def test_an_id_that_was_made_up_here_is_taken_for_every_platform() -> None:
    made_up = f"manual_{'0a' * 16}"
    for platform in Platform:
        assert require_id(made_up, platform) == (platform, made_up)


def test_who_tells_no_platform_is_known_by_hand() -> None:
    assert require_id("marta") == (Platform.MANUAL, "marta")
    assert require_id("3.46E+10") == (Platform.MANUAL, "3.46E+10")
    assert require_id("tg_1001") == (Platform.TELEGRAM, "1001")


def test_an_id_that_was_made_up_belongs_to_no_channel() -> None:
    made_up = f"manual_{'0a' * 16}"
    assert [format_id(platform, made_up) for platform in Platform] == [made_up] * len(Platform)
