"""Parts of the program in the signature of a route: handed over by us, where the framework would solve a dependency."""

import inspect
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any, get_type_hints

from fastapi import Request, Response

Endpoint = Callable[..., Awaitable[Any]]


@dataclass(frozen=True)
class Part:
    """For `Annotated`: what `of` answers for a request, whose answer's headers are those of the response.

    The framework's `Depends` takes a fiftieth of a command for each; these ask for nothing that it would have to read.
    """

    of: Callable[[Request, Response], object]


def parts_of(endpoint: Endpoint) -> Mapping[str, Part]:
    """The parameters of a route that are parts, in their order."""
    found: Mapping[str, Part] = getattr(endpoint, "parts", {})
    return found or {
        name: mark
        for name, hint in get_type_hints(endpoint, include_extras=True).items()
        for mark in getattr(hint, "__metadata__", ())
        if isinstance(mark, Part)
    }


def with_parts(endpoint: Endpoint) -> Endpoint:
    """The route without the parameters that are parts: they are filled in when it is called."""
    parts = parts_of(endpoint)
    if not parts or hasattr(endpoint, "parts"):
        return endpoint
    hints = get_type_hints(endpoint, include_extras=True)
    asked = [each for each in inspect.signature(endpoint).parameters.values() if each.name not in parts]
    known = {hints.get(each.name): each.name for each in asked}
    request, response = known.get(Request, "request"), known.get(Response, "response")
    getters = [(name, part.of) for name, part in parts.items()]
    wants = {name for name, kind in ((request, Request), (response, Response)) if kind in known}

    async def filled(**values: Any) -> Any:
        about = values[request], values[response]
        for name in (request, response):
            if name not in wants:
                del values[name]
        for name, of in getters:
            values[name] = of(*about)
        return await endpoint(**values)

    more = [(request, Request), (response, Response)]
    added = [_keyword(name, kind) for name, kind in more if name not in wants]
    signature = inspect.Signature(
        [*(_keyword(each.name, hints[each.name], each.default) for each in asked), *added],
        return_annotation=hints.get("return", inspect.Signature.empty),
    )
    for name in ("__name__", "__qualname__", "__module__", "__doc__"):
        setattr(filled, name, getattr(endpoint, name))
    filled.__dict__.update(__signature__=signature, parts=parts)
    return filled


def _keyword(name: str, kind: Any, default: Any = inspect.Parameter.empty) -> inspect.Parameter:
    return inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, default=default, annotation=kind)
