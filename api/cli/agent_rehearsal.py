"""`clonnect agent rehearse`: what would be answered to bursts that a person has answered, beside what they sent."""

import asyncio
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import cast

from api.cli.exits import Misuse
from api.cli.installation import installation
from api.settings import Settings, groq_account, model_names
from domain.random_ids import random_id
from eventstore.log import Log
from eventstore.mapper import TypedMapper
from eventstore.recorder import Recorder
from processes.language_models.account import GroqAccount
from processes.language_models.language_model import LanguageModel
from processes.rehearsal import Rehearsal, RehearsedAnswer, rehearse_model, rehearse_templates


def rehearse(settings: Settings, creator: str, last: int, *, ask_model: bool) -> str:
    """The last bursts of a creator answered again, and the figures of it; raises `NotFound`.

    With `ask_model` by the language model, whose calls are paid for and not recorded; `Misuse` without its key.
    """
    account = groq_account(settings) if ask_model else None
    if ask_model and account is None:
        raise Misuse("--ask-model needs the language model's key: set GROQ_API_KEY.")
    with installation(settings) as (app, _):
        rehearsal = Rehearsal(app, Log(cast(Recorder, app.recorder), cast(TypedMapper, app.mapper)), creator)
        if account is None:
            answers = [rehearse_templates(*each) for each in rehearsal.cases(last)]
        else:
            answers = asyncio.run(_asked(settings, account, rehearsal, last))
    return "\n".join([*_each(answers), *_figures(answers, rehearsal)])


async def _asked(settings: Settings, account: GroqAccount, rehearsal: Rehearsal, last: int) -> list[RehearsedAnswer]:
    async with LanguageModel(
        account, model_names(settings), seconds=time.monotonic, sleep=asyncio.sleep, new_id=random_id
    ) as language_model:
        return [await rehearse_model(language_model, *each) for each in rehearsal.cases(last)]


def _each(answers: Sequence[RehearsedAnswer]) -> Iterator[str]:
    for each in answers:
        verdict = "acceptable" if each.is_acceptable else ", ".join((*each.problems, *each.why_draft))
        yield f"{each.understood_at:%Y-%m-%d %H:%M}  lead {each.lead_id}"
        yield f"  asked  {each.said!r}"
        yield f"  sent   {each.sent!r}"
        if each.answer is None:
            yield "  now    nothing to say\n"
        else:
            yield f"  now    {each.answer.text!r}  ({each.answer.source}: {verdict})\n"


def _figures(answers: Sequence[RehearsedAnswer], rehearsal: Rehearsal) -> Iterator[str]:
    total = len(answers)
    yield f"{total:,} bursts that a person answered"
    if total:
        refused = Counter(problem.value for each in answers for problem in each.problems)
        waits = Counter(reason for each in answers for reason in each.why_draft)
        yield f"{_share(sum(each.is_acceptable for each in answers), total)}  acceptable"
        yield f"{_share(sum(bool(each.problems) for each in answers), total)}  refused by a check{_named(refused)}"
        yield f"{_share(sum(bool(each.why_draft) for each in answers), total)}  left to a person{_named(waits)}"
        yield f"{_share(sum(each.answer is None for each in answers), total)}  nothing to say"
        yield f"{_share(sum(each.differs for each in answers), total)}  other than what the person sent"
    yield f"Left out: {rehearsal.erased:,} erased answers, {rehearsal.unreadable:,} that cannot be read."
    yield f"Calls of the language model: {sum(each.calls for each in answers):,} made. Nothing was sent or recorded."


def _share(count: int, total: int) -> str:
    return f"{count:5,}  {100 * count / total:5.1f} %"


def _named(counts: Counter[str]) -> str:
    named = ", ".join(f"{word} {count:,}" for word, count in counts.most_common())
    return f": {named}" if named else ""
