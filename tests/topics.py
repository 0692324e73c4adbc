"""Every event that there is, found by looking: a list could forget one."""

import importlib
import pkgutil
from collections.abc import Iterator
from typing import Any

import domain
from domain.aggregate import Aggregate

for _module in pkgutil.walk_packages(domain.__path__, "domain."):
    importlib.import_module(_module.name)


def kinds_of(base: type[Any]) -> Iterator[type[Any]]:
    """All subclasses that have a name in the log of their own, however deep."""
    for kind in base.__subclasses__():
        if kind.__module__.partition(".")[0] == domain.__name__:  # tests may have aggregates of their own
            if "TOPIC" in vars(kind):
                yield kind
            yield from kinds_of(kind)


def events_of(aggregate: type[Aggregate]) -> dict[str, type[Any]]:
    """The event classes of an aggregate by topic."""
    return {
        value.TOPIC: value
        for value in vars(aggregate).values()
        if isinstance(value, type) and issubclass(value, Aggregate.Event) and hasattr(value, "TOPIC")
    }


EVENTS: dict[str, type[Any]] = {
    topic: event for aggregate in kinds_of(Aggregate) for topic, event in events_of(aggregate).items()
}
