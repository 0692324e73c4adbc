"""What a creator may settle, and what is refused."""

from dataclasses import replace
from decimal import Decimal

import pytest

from domain.application import Clonnect
from domain.creator import MAX_PRODUCTS, Config, Creator, CreatorSettings, Product
from domain.errors import Conflict, Invalid, NotFound
from domain.follower.follower import Follower
from domain.nurturing.steps import Step
from domain.vocabulary import Intent, Language, Mode, Platform, SequenceType
from tests.domain.builders import ANA, COURSE, NAMESPACE, NOW, Business, an_id, at, nothing_happens, this_happens

BOOK = Product(an_id(2), "Libro", Decimal("19.90"), "EUR")


@pytest.fixture
def business() -> Business:
    return Business()


def test_a_new_creator_begins_with_every_sequence_off(business: Business) -> None:
    business.signs_up("bea")
    for sequence_type in SequenceType:
        sequence = business.app.sequence("bea", sequence_type)
        assert sequence.steps
        assert not sequence.is_active


def test_a_name_is_given_once(business: Business) -> None:
    with nothing_happens(business), pytest.raises(Conflict):
        business.signs_up(ANA)


@pytest.mark.parametrize("name", ["", "Ana", "-ana", "a b", "ñ", "a" * 64, "config"])
def test_a_name_that_could_not_stand_in_an_address_is_refused(business: Business, name: str) -> None:
    with nothing_happens(business), pytest.raises(Invalid) as refused:
        business.signs_up(name)
    assert [error.field for error in refused.value.errors] == ["/name"]


def test_nobody_signs_up_in_a_zone_that_does_not_exist(business: Business) -> None:
    with nothing_happens(business), pytest.raises(Invalid) as refused:
        business.do(Clonnect.sign_up_creator, "bea", None, CreatorSettings("Europe/Atlantis"))
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
        business.do(Clonnect.change_settings, ANA, {"timezone": "Mars/Olympus"}, Mode.REVIEW)
    with this_happens(business, "creator.settings_changed", "creator.mode_changed"):
        business.do(Clonnect.change_settings, ANA, {"cap_per_day": 1}, Mode.REVIEW)


def test_a_zone_that_does_not_exist_is_refused_before_it_can_fail_a_send(business: Business) -> None:
    with nothing_happens(business), pytest.raises(Invalid):
        business.do(Clonnect.change_settings, ANA, {"timezone": "Mars/Olympus"}, None)


def test_what_is_said_of_the_voice_changes_field_by_field_and_the_address_stays(business: Business) -> None:
    business.do(Clonnect.sign_up_creator, "bea", "bea@example.com", CreatorSettings())
    business.do(Clonnect.configure, "bea", {"clone_name": "Bea", "clone_tone": "warm"}, None)
    with this_happens(business, "creator.configured"):
        business.do(Clonnect.configure, "bea", {"clone_tone": None, "clone_name": "Bea"}, None)
    bea = business.app.creator("bea")
    assert bea.config == Config(email="bea@example.com", clone_name="Bea")
    assert list(business.app.events.get(bea.id))[-1].changed == ("clone_tone",)  # type: ignore[attr-defined]


def test_the_voice_and_the_switch_change_together_and_leave_no_trace_where_nothing_changes(business: Business) -> None:
    with this_happens(business, "creator.configured", "creator.mode_changed"):
        business.do(Clonnect.configure, ANA, {"email": "ana@example.com"}, False)
    with nothing_happens(business):
        business.do(Clonnect.configure, ANA, {"email": "ana@example.com", "welcome_message": None}, False)


def test_who_writes_for_a_creator_has_the_name_that_the_creator_gave(business: Business) -> None:
    assert business.creator.clone_name == ANA
    business.do(Clonnect.configure, ANA, {"clone_name": "Ana de Fotos"}, None)
    assert business.creator.clone_name == "Ana de Fotos"


@pytest.mark.parametrize("before", [Mode.AUTO, Mode.REVIEW])
def test_the_switch_turns_the_bot_off_and_back_to_what_it_did_before(business: Business, before: Mode) -> None:
    business.do(Clonnect.change_mode, ANA, before)
    turned = [business.do(Clonnect.switch_bot, ANA, None, reason) for reason in ("holidays", None)]
    assert [(creator.mode, creator.mode_reason) for creator in turned] == [(Mode.OFF, "holidays"), (before, None)]


def test_a_bot_that_is_on_is_switched_on_without_a_trace(business: Business) -> None:
    business.do(Clonnect.change_mode, ANA, Mode.REVIEW)
    with nothing_happens(business):
        business.do(Clonnect.switch_bot, ANA, True)


def test_until_a_creator_says_otherwise_the_bot_proposes_and_sends_nothing(business: Business) -> None:
    business.signs_up("bea")
    assert business.app.creator("bea").mode is Mode.REVIEW


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
        business.do(Clonnect.connect_channel, ANA, Platform.TELEGRAM, "ana-account", in_transaction=None)
    with this_happens(business, "creator.channel_connected"):
        business.do(Clonnect.connect_channel, ANA, Platform.TELEGRAM, "another-account", in_transaction=None)
    assert business.creator.channels == {Platform.TELEGRAM: "another-account"}


def test_a_token_that_is_new_is_told_though_the_account_is_the_same(business: Business) -> None:
    with this_happens(business, "creator.channel_connected"):
        business.do(Clonnect.connect_channel, ANA, Platform.TELEGRAM, "ana-account", in_transaction=("SELECT 1", ()))


def test_a_channel_is_let_go_once_and_only_by_the_account_that_speaks(business: Business) -> None:
    with nothing_happens(business), pytest.raises(Conflict):
        business.do(Clonnect.disconnect_channel, ANA, Platform.TELEGRAM, "another-account", in_transaction=())
    with this_happens(business, "creator.channel_disconnected"):
        business.do(Clonnect.disconnect_channel, ANA, Platform.TELEGRAM, "ana-account", in_transaction=())
    assert business.creator.channels == {}
    with nothing_happens(business), pytest.raises(NotFound):
        business.do(Clonnect.disconnect_channel, ANA, Platform.TELEGRAM, "ana-account", in_transaction=())


def test_what_waits_to_be_sent_is_held_when_its_channel_is_let_go(business: Business) -> None:
    business.says()
    send_id = business.answers(business.understood(Intent.QUESTION_PRODUCT))
    assert send_id is not None
    business.do(Clonnect.disconnect_channel, ANA, Platform.TELEGRAM, "ana-account", in_transaction=())
    assert business.attempted(send_id) is None
    cancelled = list(business.app.events.get(business.follower.id))[-1]
    assert isinstance(cancelled, Follower.SendCancelled)
    assert (cancelled.send_id, cancelled.reason) == (send_id, "channel_not_connected")
    by_hand = business.do(Clonnect.send_by_hand, ANA, business.lead.id, "Buenas", an_id(3))
    assert by_hand.held == "channel_not_connected"


def test_a_product_changes_field_by_field(business: Business) -> None:
    with this_happens(business, "creator.product_changed"):
        business.do(Clonnect.change_product, ANA, COURSE.product_id, {"price": Decimal("97.50"), "is_active": False})
    assert business.creator.products == {
        COURSE.product_id: replace(COURSE, price=Decimal("97.50"), is_active=False),
    }
    with nothing_happens(business):
        business.do(Clonnect.change_product, ANA, COURSE.product_id, {"price": Decimal("97.5")})


def test_a_product_that_is_removed_is_sold_no_more(business: Business) -> None:
    business.do(Clonnect.add_product, ANA, BOOK)
    with this_happens(business, "creator.product_removed"):
        business.do(Clonnect.remove_product, ANA, COURSE.product_id)
    assert business.creator.active_products == [BOOK]
    with nothing_happens(business), pytest.raises(NotFound):
        business.do(Clonnect.remove_product, ANA, COURSE.product_id)
    with nothing_happens(business), pytest.raises(NotFound):
        business.do(Clonnect.change_product, ANA, COURSE.product_id, {"name": "Curso"})


def test_a_creator_has_at_most_a_thousand_products() -> None:
    with at(NOW):
        creator = Creator.sign_up(NAMESPACE, "bea", None, CreatorSettings())
        for number in range(MAX_PRODUCTS):
            creator.add_product(Product(an_id(number + 10), f"{number}", None, "EUR"))
        with pytest.raises(Conflict):
            creator.add_product(BOOK)
        creator.remove_product(an_id(10))
        creator.add_product(BOOK)
    assert len(creator.products) == MAX_PRODUCTS


def test_a_follow_up_whose_product_is_removed_waits_for_a_person(business: Business) -> None:
    steps = (Step(1, "¿Te apuntas? {link}"),)
    business.do(Clonnect.change_steps, ANA, SequenceType.OBJECTION_PRICE, steps)
    business.says()
    business.understood(Intent.OBJECTION_PRICE)
    assert business.enrolled()
    assert business.follower.run is not None
    assert business.follower.run.product_id == COURSE.product_id
    business.do(Clonnect.remove_product, ANA, COURSE.product_id)
    assert business.decided(business.falls_due()) is None
    assert (business.steps[1].state, business.steps[1].hold_reason) == ("held", "content:link")


def test_nobody_is_promised_a_product_that_was_removed(business: Business) -> None:
    business.do(Clonnect.add_product, ANA, BOOK)
    business.says()
    business.understood(Intent.OBJECTION_PRICE, product_id=COURSE.product_id)
    business.do(Clonnect.remove_product, ANA, COURSE.product_id)
    assert business.follower.product_id == COURSE.product_id
    assert business.enrolled()
    assert business.follower.run is not None
    assert business.follower.run.product_id == BOOK.product_id
