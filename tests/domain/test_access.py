"""Who may act for a creator, and who may not be shut out."""

from datetime import timedelta

import pytest

from domain.access import Membership
from domain.application import Clonnect
from domain.errors import Conflict, NotFound
from domain.vocabulary import Role
from tests.domain.builders import ANA, Business, an_id, nothing_happens, this_happens

BEA = an_id(1)


@pytest.fixture
def business() -> Business:
    return Business()


def issued(business: Business, prefix: str, role: Role = Role.OWNER, days: int | None = None) -> None:
    expires_at = None if days is None else business.now + timedelta(days=days)
    business.do(Clonnect.issue_key, ANA, prefix, role, None, expires_at, in_transaction=())


def revoked(business: Business, prefix: str, role: Role = Role.OWNER) -> None:
    business.do(Clonnect.revoke_key, ANA, prefix, role, in_transaction=())


def invited(business: Business, role: Role = Role.OWNER) -> None:
    business.do(Clonnect.invite_user, ANA, BEA, "bea@example.com", None, role, in_transaction=())


def came(business: Business) -> None:
    business.do(Clonnect.accept_invitation, ANA, BEA, in_transaction=())


def test_the_first_change_opens_the_record(business: Business) -> None:
    with this_happens(business, "access.opened", "access.key_issued"):
        issued(business, "aaa")
    with this_happens(business, "access.key_issued"):
        issued(business, "bbb")


def test_whoever_is_invited_gets_a_link(business: Business) -> None:
    issued(business, "aaa")
    with this_happens(business, "access.user_invited", "access.link_issued"):
        invited(business)


def test_the_last_owner_is_not_shut_out(business: Business) -> None:
    issued(business, "aaa")
    issued(business, "bbb", Role.AGENT)
    with nothing_happens(business), pytest.raises(Conflict):
        revoked(business, "aaa")
    revoked(business, "bbb", Role.AGENT)


def test_a_person_counts_as_a_way_in_as_long_as_they_are_an_owner(business: Business) -> None:
    issued(business, "aaa")
    invited(business)
    came(business)
    revoked(business, "aaa")
    with nothing_happens(business), pytest.raises(Conflict):
        business.do(Clonnect.change_user, ANA, BEA, None, Role.OWNER, Role.AGENT, in_transaction=())
    with nothing_happens(business), pytest.raises(Conflict):
        business.do(Clonnect.remove_user, ANA, BEA, Role.OWNER, in_transaction=())
    issued(business, "bbb")
    business.do(Clonnect.remove_user, ANA, BEA, Role.OWNER, in_transaction=())


def test_who_was_invited_and_has_never_come_is_no_way_in(business: Business) -> None:
    issued(business, "aaa")
    invited(business)
    with nothing_happens(business), pytest.raises(Conflict):
        revoked(business, "aaa")
    came(business)
    revoked(business, "aaa")


def test_a_key_that_ran_out_is_no_way_in(business: Business) -> None:
    issued(business, "aaa", days=1)
    issued(business, "bbb")
    business.passes(days=1)
    with nothing_happens(business), pytest.raises(Conflict):
        revoked(business, "bbb")


def test_an_admin_of_the_installation_is_counted_apart(business: Business) -> None:
    business.do(Clonnect.issue_key, None, "aaa", Role.ADMIN, None, None, in_transaction=())
    with nothing_happens(business), pytest.raises(Conflict):
        business.do(Clonnect.revoke_key, None, "aaa", Role.ADMIN, in_transaction=())


def test_a_password_is_recorded_with_everybody_for_whom_a_person_acts(business: Business) -> None:
    issued(business, "aaa")
    invited(business)
    memberships = [Membership(ANA, BEA, Role.OWNER), Membership(None, an_id(2), Role.ADMIN)]
    with this_happens(business, "access.password_set", "access.opened", "access.password_set"):
        business.do(Clonnect.set_password, memberships, in_transaction=())
    revoked(business, "aaa")


def test_nobody_acts_for_a_creator_that_does_not_exist(business: Business) -> None:
    with nothing_happens(business), pytest.raises(NotFound):
        business.do(Clonnect.issue_key, "nobody", "aaa", Role.OWNER, None, None, in_transaction=())
