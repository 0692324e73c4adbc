"""How PostgreSQL reckons the purchase intent of many at once: as `domain.scoring.Score.shown` does of one."""

from collections.abc import Iterable
from typing import Final

from domain.scoring import (
    ADJUSTMENTS,
    BURST,
    BY_PERSON,
    CUSTOMER,
    ENGAGED_WITHIN,
    ENGAGEMENT_AT_MOST,
    HALF_LIFE,
    LEVELS,
    SHOWN_PARTS,
)


def _listed(words: Iterable[str]) -> str:
    return ", ".join(f"'{word}'" for word in words)


_FADED: Final = f"""weight * power(2::float8, -extract(epoch FROM greatest(interval '0', %(now)s - at))::float8
                                                     / {HALF_LIFE.total_seconds()}::float8)"""
_IS_LEVEL: Final = f"what IN ({_listed(LEVELS)}) OR starts_with(what, '{BY_PERSON}')"
_IS_ENGAGED: Final = f"what = '{BURST}' AND %(now)s - at <= make_interval(secs => {ENGAGED_WITHIN.total_seconds()})"

INTENT: Final = f"""
    SELECT round({SHOWN_PARTS} * CASE WHEN bool_or(what = '{CUSTOMER}') THEN 1 ELSE least(1,
               greatest(0, coalesce(max(faded) FILTER (WHERE {_IS_LEVEL}), 0)
                           + coalesce(sum(faded) FILTER (WHERE what IN ({_listed(ADJUSTMENTS)})), 0))
               + least({ENGAGEMENT_AT_MOST}, coalesce(sum(weight) FILTER (WHERE is_engaged), 0)
                                             - coalesce((array_agg(weight) FILTER (WHERE is_engaged))[1], 0))
           ) END) / {SHOWN_PARTS} AS intent
      FROM (SELECT what, weight, {_FADED} AS faded, {_IS_ENGAGED} AS is_engaged
              FROM jsonb_to_recordset(lead.terms) AS term (what text, weight float8, at timestamptz)) AS term"""
"""A query for the one of `lead`, at the time that is given as `now`."""
