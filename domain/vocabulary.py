"""Enumerations: the closed sets of words that the business speaks in."""

from enum import StrEnum


class Status(StrEnum):
    """The columns of the board, ordered from left to right (not as text)."""

    NEW = "new"
    ACTIVE = "active"
    HOT = "hot"
    CUSTOMER = "customer"

    @property
    def rank(self) -> int:
        return list(Status).index(self)

    # All four, because a StrEnum inherits the order of texts, in which hot comes before new.

    def __lt__(self, other: str) -> bool:
        return self.rank < Status(other).rank

    def __le__(self, other: str) -> bool:
        return self.rank <= Status(other).rank

    def __gt__(self, other: str) -> bool:
        return self.rank > Status(other).rank

    def __ge__(self, other: str) -> bool:
        return self.rank >= Status(other).rank


class Mark(StrEnum):
    """What a person has put a lead aside as; it stands beside the stage and leaves it alone."""

    ARCHIVED = "archived"
    SPAM = "spam"


class Platform(StrEnum):
    """Where a follower writes from; `MANUAL` has no channel, `SIMULATOR` exists in a demo only."""

    INSTAGRAM = "instagram"
    WHATSAPP = "whatsapp"
    TELEGRAM = "telegram"
    SIMULATOR = "simulator"
    MANUAL = "manual"


class PollingTrouble(StrEnum):
    """What keeps a bot's messages from coming in where Telegram is asked for them."""

    OTHER_POLLER = "other_poller"
    WEBHOOK_SET = "webhook_set"
    TOKEN_REFUSED = "token_refused"  # noqa: S105  (a reason, no secret)
    UNREACHABLE = "unreachable"
    FAILED = "failed"


class Role(StrEnum):
    """What a key or a person may do for a creator; an admin for every creator of the installation."""

    OWNER = "owner"
    AGENT = "agent"
    AUDITOR = "auditor"
    ANALYST = "analyst"
    ADMIN = "admin"


class Language(StrEnum):
    """The languages that are understood and written."""

    EN = "en"
    ES = "es"
    PT = "pt"


class Mode(StrEnum):
    """What the bot may do for a creator: nothing, drafts, or replies."""

    OFF = "off"
    REVIEW = "review"
    AUTO = "auto"


class NotificationKind(StrEnum):
    """The occasions on which a person of the creator's is told something."""

    ESCALATED = "escalated"
    UNRESOLVED = "unresolved"
    DRAFT_WAITING = "draft_waiting"
    TEST = "test"


class Intent(StrEnum):
    """What a burst of messages means, highest rank first: of several the highest counts."""

    OPT_OUT = "opt_out"
    ESCALATION = "escalation"
    SUPPORT = "support"
    INTEREST_STRONG = "interest_strong"
    OBJECTION_PRICE = "objection_price"
    OBJECTION_TIME = "objection_time"
    OBJECTION_DOUBT = "objection_doubt"
    OBJECTION_LATER = "objection_later"
    OBJECTION_WORKS = "objection_works"
    OBJECTION_NOT_FOR_ME = "objection_not_for_me"
    OBJECTION_COMPLICATED = "objection_complicated"
    OBJECTION_ALREADY_HAVE = "objection_already_have"
    QUESTION_PRODUCT = "question_product"
    LEAD_MAGNET = "lead_magnet"
    INTEREST_SOFT = "interest_soft"
    QUESTION_GENERAL = "question_general"
    GREETING = "greeting"
    THANKS = "thanks"
    GOODBYE = "goodbye"
    OTHER = "other"


class SequenceType(StrEnum):
    """The eight nurturing sequences, in the order every answer lists them."""

    INTEREST_COLD = "interest_cold"
    OBJECTION_PRICE = "objection_price"
    OBJECTION_TIME = "objection_time"
    OBJECTION_DOUBT = "objection_doubt"
    OBJECTION_LATER = "objection_later"
    ABANDONED = "abandoned"
    RE_ENGAGEMENT = "re_engagement"
    POST_PURCHASE = "post_purchase"
