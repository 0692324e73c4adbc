"""A provider on this machine, a clock that jumps over every wait, and a prompt to send."""

import asyncio
from collections.abc import Callable, Iterator
from contextlib import AbstractAsyncContextManager
from datetime import UTC, datetime
from itertools import count
from uuid import UUID

import pytest

from domain.vocabulary import Intent, Language
from processes.language_models.account import GroqAccount, ModelNames
from processes.language_models.language_model import LanguageModel
from processes.language_models.prompt import Hint, Prompt, PromptInputs, Utterance, build_prompt
from tests.platforms.groq_api import GPT_OSS_20B, GPT_OSS_120B, GROQ_KEY, GroqApi

NAMES = ModelNames(GPT_OSS_120B, GPT_OSS_20B)
NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)

OpenModel = Callable[..., AbstractAsyncContextManager[LanguageModel]]


class JumpingClock:
    """Seconds that pass by waiting only, and at once."""

    def __init__(self) -> None:
        self.now = 1000.0
        self.waits: list[float] = []

    def seconds(self) -> float:
        return self.now

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(0)
        self.waits.append(round(seconds, 3))
        self.now += seconds


@pytest.fixture
def clock() -> JumpingClock:
    return JumpingClock()


@pytest.fixture
def groq() -> Iterator[GroqApi]:
    with GroqApi() as api:
        yield api


@pytest.fixture
def open_model(groq: GroqApi, clock: JumpingClock) -> OpenModel:
    """A model at the provider; every keyword is one of `GroqAccount`."""
    numbers = count(1)

    def opened(**account: object) -> LanguageModel:
        wanted = {"api_key": GROQ_KEY, "base_url": groq.url, **account}
        return LanguageModel(
            GroqAccount(**wanted),  # type: ignore[arg-type]
            NAMES,
            seconds=clock.seconds,
            sleep=clock.sleep,
            new_id=lambda: UUID(int=next(numbers)),
        )

    return opened


@pytest.fixture
def prompt() -> Prompt:
    return build_prompt(
        PromptInputs(
            burst_id=UUID(int=7),
            creator_name="María",
            language=Language.ES,
            conversation=(Utterance("follower", NOON, "¿Cuánto cuesta?"),),
            hint=Hint(((Intent.QUESTION_PRODUCT, 0.9),)),
        )
    )
