"""What a creator may settle, and what is refused."""

from dataclasses import replace
from decimal import Decimal

import pytest

from domain.application import Clonnect
from domain.creator import Product, Settings
from domain.errors import Conflict, Invalid, NotFound
from domain.vocabulary import Language, Mode, Platform, SequenceType
from tests.domain.builders import ANA, COURSE, Business, an_id, nothing_happens, this_happens


@pytest.fixture
def business() -> Business:
    return Business()


def test_a_new_creator_begins_with_everything_off(business: Business) -> None:
    business.signs_up("bea")
    assert business.app.creator("bea").mode is Mode.OFF
    for sequence_type in SequenceType:
        sequence = business.app.sequence("bea", sequence_type)
        assert sequence.steps
        assert not sequence.is_active


def test_a_name_is_given_once(business: Business) -> None:
    with nothing_happens(business), pytest.raises(Conflict):
        business.signs_up(ANA)


def test_nobody_signs_up_in_a_zone_that_does_not_exist(business: Business) -> None:
    with nothing_happens(business), pytest.raises(Invalid) as refused:
        business.do(Clonnect.sign_up_creator, "bea", None, Settings("Europe/Atlantis"))
    assert [error.field for error in refused.value.errors] == ["/timezone"]


def test_an_unknown_creator_is_not_found(business: Business) -> None:
    with pytest.raises(NotFound):
        business.do(Clonnect.change_mode, "nobody", Mode.AUTO)


def test_settings_change_field_by_field(business: Business) -> None:
    before = business.creator.settings
    business.do(Clonnect.change_settings, ANA, {"language": Language.PT}, None)
    assert business.creator.settings == replace(before, language=Language.PT)


def test_settings_that_are_already_so_leave_no_trace(business: Business) -> None:
    with nothing_happens(business):
        business.do(Clonnect.change_settings, ANA, {"timezone": "Europe/Madrid"}, Mode.AUTO)


def test_settings_and_mode_change_together_or_not_at_all(business: Business) -> None:
    with nothing_happens(business), pytest.raises(Invalid):
        business.do(Clonnect.change_settings, ANA, {"cap_per_day": 1}, Mode.REVIEW)


def test_a_zone_that_does_not_exist_is_refused_before_it_can_fail_a_send(business: Business) -> None:
    with nothing_happens(business), pytest.raises(Invalid):
        business.do(Clonnect.change_settings, ANA, {"timezone": "Mars/Olympus"}, None)


def test_the_switch_turns_the_bot_off_and_on(business: Business) -> None:
    turned = [business.do(Clonnect.change_mode, ANA, None, reason) for reason in ("holidays", None)]
    assert [(creator.mode, creator.mode_reason) for creator in turned] == [(Mode.OFF, "holidays"), (Mode.AUTO, None)]


def test_the_mode_that_needs_drafts_is_refused_while_there_are_none(business: Business) -> None:
    with nothing_happens(business), pytest.raises(Invalid):
        business.do(Clonnect.change_mode, ANA, Mode.REVIEW)


def test_a_product_is_added_once(business: Business) -> None:
    with nothing_happens(business):
        business.do(Clonnect.add_product, ANA, replace(COURSE, price=Decimal(1)))
    assert business.creator.products[COURSE.product_id].price == Decimal(97)


def test_only_active_products_are_sold(business: Business) -> None:
    retired = Product(an_id(1), "Libro", None, "EUR", is_active=False)
    business.do(Clonnect.add_product, ANA, retired)
    assert business.creator.active_products == [COURSE]


def test_a_channel_speaks_for_the_account_that_was_connected_last(business: Business) -> None:
    with nothing_happens(business):
        business.do(Clonnect.connect_channel, ANA, Platform.TELEGRAM, "ana-account", beside=None)
    with this_happens(business, "creator.channel_connected"):
        business.do(Clonnect.connect_channel, ANA, Platform.TELEGRAM, "another-account", beside=None)
    assert business.creator.channels == {Platform.TELEGRAM: "another-account"}
