"""Kinds of commitments: what somebody would rely on if an answer said so."""

from enum import StrEnum


class Commitment(StrEnum):
    """A promise or a done deed; an event of the follower or a text of the creator's may say that it is so."""

    RESERVED = "reserved"  # a place, a date or a price is held
    SENT = "sent"  # something other than this text
    REFUNDED = "refunded"
    CANCELLED = "cancelled"
    PAID = "paid"  # a payment has come in
    ADDED = "added"  # to a group, a list, a course: access
    GUARANTEED = "guaranteed"  # or promised: a result, a price
    WARRANTED = "warranted"  # money back, no risk
    DISCOUNTED = "discounted"
    CHECKED = "checked"  # looked up, asked or arranged by somebody
    PASSED_ON = "passed_on"  # a person knows, and will answer
    CONTACTED = "contacted"  # somebody writes or calls by themselves
    LEFT_IN_PEACE = "left_in_peace"  # nobody writes any more
