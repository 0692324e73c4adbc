"""Meanings that a phrase of the lexicon may have besides an intent."""

from enum import StrEnum

from domain.vocabulary import Intent


class MeaningMark(StrEnum):
    """A meaning that is not an intent of its own."""

    DIRECT_PURCHASE = "direct_purchase"  # interest_strong, in words that ask to pay or to buy
    REFUSAL = "refusal"  # other, and wants nothing
    COMPLAINT = "complaint"  # escalation, from somebody who is angry or wants their money back
    ACKNOWLEDGED = "acknowledged"  # "ok", "perfect": nothing to answer
    IDIOM = "idiom"  # means nothing here; keeps its words ("no problem") from being read otherwise


Meaning = Intent | MeaningMark
Phrases = dict[Meaning, str]
