"""The writer of answers that the settings ask for: a language model where there is a key, else the templates."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import datetime

from api.settings import Settings, groq_account, model_names
from domain.application import Clonnect
from domain.random_ids import random_id
from processes.generation import AnswerWriter
from processes.template_answers import TemplateAnswers
from projections.event_history import EventHistory
from projections.model_usage import ModelUsage


@asynccontextmanager
async def answer_writer(
    settings: Settings, app: Clonnect, history: EventHistory, usage: ModelUsage, clock: Callable[[], datetime]
) -> AsyncIterator[AnswerWriter]:
    """Who writes answers as long as the program runs."""
    account = groq_account(settings)
    if account is None:
        yield TemplateAnswers(app)
        return
    # Only where there is a key: the library behind it takes most of a second to import.
    from processes.language_models.language_model import LanguageModel
    from processes.model_answers import ModelAnswers, ModelBudget

    names = model_names(settings)
    budget = ModelBudget(settings.model_calls_per_day, settings.model_tokens_per_day)
    async with LanguageModel(
        account, names, seconds=time.monotonic, sleep=asyncio.sleep, new_id=random_id
    ) as language_model:
        yield ModelAnswers(app, history, usage, language_model, names.reply, budget, clock)
