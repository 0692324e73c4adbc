"""The state of an aggregate as bytes and back: plain JSON in which every value says what it is."""

import importlib
from collections.abc import Callable
from dataclasses import fields, is_dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from enum import Enum
from functools import cache
from typing import Any, TypeVar
from uuid import UUID

from pydantic_core import from_json, to_json

from eventstore.state_fingerprint import sources

Aggregate = TypeVar("Aggregate")

_HOUSEKEEPING = ("_id", "_version", "_pending_events")
"""What an aggregate holds beside its state: these stand in the columns of a snapshot, or must be empty."""

_MICROSECOND = timedelta(microseconds=1)

_WRITTEN: dict[type[Any], tuple[str, Callable[[Any], Any]]] = {
    UUID: ("uuid", str),
    Decimal: ("decimal", str),
    datetime: ("datetime", datetime.isoformat),
    date: ("date", date.isoformat),
    time: ("time", time.isoformat),
    timedelta: ("timedelta", lambda value: value // _MICROSECOND),
    tuple: ("tuple", lambda value: [_plain(each) for each in value]),
    list: ("list", lambda value: [_plain(each) for each in value]),
    set: ("set", lambda value: [_plain(each) for each in value]),
    frozenset: ("frozenset", lambda value: [_plain(each) for each in value]),
    dict: ("dict", lambda value: [[_plain(key), _plain(each)] for key, each in value.items()]),
}
"""What is written of each kind of value that JSON does not know, behind which name."""

Modules = frozenset[str]
"""Those whose values a state may hold: the ones that its fingerprint stands for."""

_READ: dict[str, Callable[[Any, Modules], Any]] = {
    "uuid": lambda plain, _: UUID(plain),
    "decimal": lambda plain, _: Decimal(plain),
    "datetime": lambda plain, _: datetime.fromisoformat(plain),
    "date": lambda plain, _: date.fromisoformat(plain),
    "time": lambda plain, _: time.fromisoformat(plain),
    "timedelta": lambda plain, _: plain * _MICROSECOND,
    "tuple": lambda plain, modules: tuple(_value(each, modules) for each in plain),
    "list": lambda plain, modules: [_value(each, modules) for each in plain],
    "set": lambda plain, modules: {_value(each, modules) for each in plain},
    "frozenset": lambda plain, modules: frozenset(_value(each, modules) for each in plain),
    "dict": lambda plain, modules: {_value(key, modules): _value(each, modules) for key, each in plain},
}


def written(aggregate: Any) -> bytes:
    """The state of an aggregate, without its id and version; raises `TypeError` for what could not be read back."""
    state = {name: _plain(value) for name, value in vars(aggregate).items() if name not in _HOUSEKEEPING}
    return to_json(state, inf_nan_mode="constants")


def read(aggregate_class: type[Aggregate], aggregate_id: UUID, version: int, state: bytes) -> Aggregate:
    """The aggregate as it was when its state was written; raises `TypeError` for a value that nothing vouches for."""
    modules = _modules_behind(aggregate_class.__module__)
    aggregate = object.__new__(aggregate_class)
    vars(aggregate).update({name: _value(plain, modules) for name, plain in from_json(state).items()})
    vars(aggregate).update(_id=aggregate_id, _version=version, _pending_events=[])
    return aggregate


def _plain(value: Any) -> Any:
    kind = type(value)
    if value is None or kind in (str, bool, int, float):
        return value
    if kind in _WRITTEN:
        name, write = _WRITTEN[kind]
        return [name, write(value)]
    name = f"{kind.__module__}:{kind.__qualname__}"
    if isinstance(value, Enum):
        return [name, value.value]
    if is_dataclass(value):
        return [name, {field.name: _plain(getattr(value, field.name)) for field in fields(value)}]
    raise TypeError(f"a value of type {name} cannot be kept")


def _value(plain: Any, modules: Modules) -> Any:
    if type(plain) is not list:
        return plain
    name, content = plain
    if name in _READ:
        return _READ[name](content, modules)
    kind = _class_named(name, modules)
    if issubclass(kind, Enum):
        return kind(content)
    return kind(**{field: _value(each, modules) for field, each in content.items()})


@cache
def _class_named(name: str, modules: Modules) -> type[Any]:
    """A dataclass or an enumeration of one of these modules, and nothing else that could be called."""
    module_name, _, path = name.partition(":")
    if module_name not in modules:
        raise TypeError(f"{name} is none of what the aggregate is made of")
    found: Any = importlib.import_module(module_name)
    for part in path.split("."):
        found = getattr(found, part)
    if not isinstance(found, type) or not (issubclass(found, Enum) or is_dataclass(found)):
        raise TypeError(f"{name} is no value")
    return found


@cache
def _modules_behind(module: str) -> Modules:
    package = module.partition(".")[0]
    return frozenset(name for name in sources(module) if name.partition(".")[0] == package)
