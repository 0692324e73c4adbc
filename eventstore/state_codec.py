"""The state of an aggregate as bytes and back: plain JSON in which every value says what it is."""

import importlib
import importlib.metadata
from collections.abc import Callable
from dataclasses import fields, is_dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from enum import Enum
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any, TypeVar
from uuid import UUID

from pydantic_core import from_json, to_json

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

_READ: dict[str, Callable[[Any, str], Any]] = {
    "uuid": lambda plain, _: UUID(plain),
    "decimal": lambda plain, _: Decimal(plain),
    "datetime": lambda plain, _: datetime.fromisoformat(plain),
    "date": lambda plain, _: date.fromisoformat(plain),
    "time": lambda plain, _: time.fromisoformat(plain),
    "timedelta": lambda plain, _: plain * _MICROSECOND,
    "tuple": lambda plain, package: tuple(_value(each, package) for each in plain),
    "list": lambda plain, package: [_value(each, package) for each in plain],
    "set": lambda plain, package: {_value(each, package) for each in plain},
    "frozenset": lambda plain, package: frozenset(_value(each, package) for each in plain),
    "dict": lambda plain, package: {_value(key, package): _value(each, package) for key, each in plain},
}


def written(aggregate: Any) -> bytes:
    """The state of an aggregate, without its id and version; raises `TypeError` for what could not be read back."""
    state = {name: _plain(value) for name, value in vars(aggregate).items() if name not in _HOUSEKEEPING}
    return to_json(state, inf_nan_mode="constants")


def read(aggregate_class: type[Aggregate], aggregate_id: UUID, version: int, state: bytes) -> Aggregate:
    """The aggregate as it was when its state was written."""
    package = _package_of(aggregate_class)
    aggregate = object.__new__(aggregate_class)
    vars(aggregate).update({name: _value(plain, package) for name, plain in from_json(state).items()})
    vars(aggregate).update(_id=aggregate_id, _version=version, _pending_events=[])
    return aggregate


@cache
def fingerprint(*packages: str) -> bytes:
    """Stands for the code that makes states from events: every source of these packages, and the library."""
    digest = sha256(importlib.metadata.version("eventsourcing").encode())
    for package in packages:
        (folder,) = importlib.import_module(package).__path__
        sources = sorted(Path(folder).rglob("*.py"))
        if not sources:
            raise LookupError(f"the sources of {package} are not there")
        for source in sources:
            code = source.read_bytes()
            digest.update(f"{source.relative_to(folder)} {len(code)} ".encode() + code)
    return digest.digest()


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


def _value(plain: Any, package: str) -> Any:
    if type(plain) is not list:
        return plain
    name, content = plain
    if name in _READ:
        return _READ[name](content, package)
    kind = _class_named(name, package)
    if issubclass(kind, Enum):
        return kind(content)
    return kind(**{field: _value(each, package) for field, each in content.items()})


@cache
def _class_named(name: str, package: str) -> type[Any]:
    """A dataclass or an enumeration of the aggregate's own package, and nothing else that could be called."""
    module_name, _, path = name.partition(":")
    if module_name.partition(".")[0] != package:
        raise TypeError(f"{name} is none of {package}")
    found: Any = importlib.import_module(module_name)
    for part in path.split("."):
        found = getattr(found, part)
    if not isinstance(found, type) or not (issubclass(found, Enum) or is_dataclass(found)):
        raise TypeError(f"{name} is no value")
    return found


def _package_of(aggregate_class: type[Any]) -> str:
    return aggregate_class.__module__.partition(".")[0]
