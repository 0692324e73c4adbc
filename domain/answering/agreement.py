"""Agreement: which reading of a burst counts where the classifier and a language model have each read it."""

from collections.abc import Sequence
from dataclasses import dataclass

from domain.understanding.intents import SURE, UNSURE
from domain.vocabulary import Intent

MODEL_OVERRULES = 0.90
"""From here on the model is believed against a classifier that is sure, and a person looks at it."""
MODEL_DECIDES = 0.70
"""From here on where the classifier is not sure …"""
MODEL_GUESSES = 0.60
"""… and from here on where it has understood nothing."""
CONFIDENT = 0.70
"""With less than this no answer leaves without a person."""
DISAGREEMENT, UNSURE_WHAT = "disagreement", "unsure"


@dataclass(frozen=True)
class AgreedReading:
    """What a burst is answered as, how sure that is, and in a word why a person should see the answer."""

    intent: Intent
    confidence: float
    why_draft: tuple[str, ...] = ()


def agree(intents: Sequence[tuple[Intent, float]], model_intent: Intent, model_confidence: float) -> AgreedReading:
    """Weigh what the classifier believed of a burst against what a model read in it."""
    intent, confidence = intents[0]
    if model_intent in {each for each, _ in intents}:
        return _judged(model_intent, max(confidence, model_confidence))
    if confidence >= SURE:
        if model_confidence >= MODEL_OVERRULES:
            return AgreedReading(model_intent, model_confidence, (DISAGREEMENT,))
        return _judged(intent, confidence)
    if confidence >= UNSURE and intent is not Intent.OTHER:
        if model_confidence >= MODEL_DECIDES:
            return _judged(model_intent, model_confidence)
        return _judged(intent, confidence)
    if model_confidence >= MODEL_GUESSES:
        return _judged(model_intent, model_confidence)
    return AgreedReading(Intent.OTHER, confidence, (UNSURE_WHAT,))


def _judged(intent: Intent, confidence: float) -> AgreedReading:
    return AgreedReading(intent, confidence, () if confidence >= CONFIDENT else (UNSURE_WHAT,))
