"""`clonnect agent replay`: how the present understanding differs from what was recorded of every burst."""

import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import islice
from typing import Final, cast

from api.cli.installation import installation
from api.cli.tables import table
from api.settings import Settings
from domain.understanding.intents import UNDERSTANDING_VERSION
from eventstore.log import Log
from eventstore.mapper import TypedMapper
from eventstore.recorder import Recorder
from processes.understanding_replay import ReplayedBurst, UnderstandingReplay

EXAMPLES: Final = 20
"""Bursts that are shown by themselves, the first that differ."""


@dataclass
class ReplayReport:
    """What a replay has found so far, without anything personal but the texts of its examples."""

    read: Counter[int] = field(default_factory=Counter)
    differing: Counter[int] = field(default_factory=Counter)
    changes: Counter[tuple[str, str, str]] = field(default_factory=Counter)
    examples: list[ReplayedBurst] = field(default_factory=list)

    def count(self, burst: ReplayedBurst) -> None:
        self.read[burst.version] += 1
        if not burst.changes:
            return
        self.differing[burst.version] += 1
        self.changes.update(_worded(burst))
        if len(self.examples) < EXAMPLES:
            self.examples.append(burst)


def replay(settings: Settings, creator: str | None, limit: int | None, *, show_texts: bool, as_json: bool) -> str:
    """Understand recorded bursts again, `limit` at most; raises `NotFound`. Texts are shown only where asked for."""
    with installation(settings) as (app, _):
        log = Log(cast(Recorder, app.recorder), cast(TypedMapper, app.mapper))
        run, report = UnderstandingReplay(app, log), ReplayReport()
        for burst in islice(run.bursts(creator), limit):
            report.count(burst)
    if as_json:
        return json.dumps(_as_json(run, report, show_texts), indent=2, ensure_ascii=False)
    return "\n".join(_lines(run, report, show_texts))


def _lines(run: UnderstandingReplay, report: ReplayReport, show_texts: bool) -> Iterator[str]:
    differing, total = report.differing.total(), report.read.total()
    yield f"{total:,} bursts understood again; {differing:,} would be understood otherwise"
    if total:
        yield "\n" + table(
            [
                ("version", "bursts", "otherwise"),
                *(
                    (f"{version} → {UNDERSTANDING_VERSION}", f"{count:,}", f"{report.differing[version]:,}")
                    for version, count in sorted(report.read.items())
                ),
            ]
        )
    if differing:
        yield "\n" + table(
            [
                ("what", "recorded", "now", "times"),
                *(
                    (what, old, new, f"{times:,}")
                    for (what, old, new), times in sorted(report.changes.items(), key=lambda each: (-each[1], each[0]))
                ),
            ]
        )
        yield "\nexamples"
        for burst in report.examples:
            yield f"  lead {burst.lead_id}: " + ", ".join(f"{what} {old} → {new}" for what, old, new in _worded(burst))
            if show_texts:
                yield f"    {burst.text!r}"
    yield f"\nLeft out: {run.erased:,} erased bursts, {run.unreadable:,} conversations that cannot be read."
    yield f"Calls of the language model: {run.model_calls:,} recorded, 0 made."


def _as_json(run: UnderstandingReplay, report: ReplayReport, show_texts: bool) -> dict[str, object]:
    return {
        "understanding_version": UNDERSTANDING_VERSION,
        "bursts": report.read.total(),
        "differing": report.differing.total(),
        "versions": [
            {"version": version, "bursts": count, "differing": report.differing[version]}
            for version, count in sorted(report.read.items())
        ],
        "changes": [
            {"what": what, "recorded": old, "now": new, "times": times}
            for (what, old, new), times in sorted(report.changes.items(), key=lambda each: (-each[1], each[0]))
        ],
        "examples": [
            {
                "lead_id": str(burst.lead_id),
                "burst_id": str(burst.burst_id),
                "version": burst.version,
                "changes": [{"what": what, "recorded": old, "now": new} for what, old, new in _worded(burst)],
                **({"text": burst.text} if show_texts else {}),
            }
            for burst in report.examples
        ],
        "erased": run.erased,
        "unreadable": run.unreadable,
        "model_calls": {"recorded": run.model_calls, "made": 0},
    }


def _worded(burst: ReplayedBurst) -> list[tuple[str, str, str]]:
    return [(what, _word(old), _word(new)) for what, (old, new) in burst.changes.items()]


def _word(value: object) -> str:
    return {True: "yes", False: "no"}[value] if isinstance(value, bool) else str(value)
