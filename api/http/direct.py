"""Direct handling of routes: what a route takes is settled when it is made, so that a request has only to be read."""

from collections.abc import Callable, Coroutine
from contextlib import AsyncExitStack
from typing import Any

from fastapi import Request, Response, params
from fastapi.datastructures import DefaultPlaceholder
from fastapi.routing import APIRoute
from starlette.types import ASGIApp, Receive, Scope, Send

Handle = Callable[[Request], Coroutine[Any, Any, Response]]


def is_direct(route: APIRoute) -> bool:
    """Whether a route takes parameters of its path, one body of JSON, and parts, and answers JSON: then it is handled
    without the framework."""
    takes = route.dependant
    others = takes.dependencies or takes.query_params or takes.header_params or takes.cookie_params
    body = route.body_field
    is_json = body is None or (
        len(takes.body_params) == 1
        and takes.body_params[0] is body
        and isinstance(body.field_info, params.Body)
        and not isinstance(body.field_info, params.Form)
    )
    answers_json = route.response_field is not None and isinstance(route.response_class, DefaultPlaceholder)
    return not others and is_json and answers_json


def direct_app(handle: Handle) -> ASGIApp:
    """The application of a direct route. Whatever it raises is answered by the one around all routes."""

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        response = await handle(Request(scope, receive, send))
        await response(scope, receive, send)

    return app


def direct_handler(route: APIRoute, solve: Handle) -> Handle:
    """What handles a direct route; whatever does not fit it gives to the framework, which says what is wrong with it.

    The framework solves a tree of dependencies, takes the content type apart and opens stacks for every request: a
    fifth of a command.
    """
    takes, body_field, answer = route.dependant, route.body_field, route.response_field
    endpoint: Any = takes.call
    fields = [(field.name, field.alias, field) for field in takes.path_params]
    usual = route.status_code or 200
    assert answer is not None

    async def framework(request: Request) -> Response:
        async with AsyncExitStack() as stack:  # under the names by which the framework's handler asks for them
            request.scope["fastapi_inner_astack"] = request.scope["fastapi_function_astack"] = stack
            return await solve(request)

    async def handle(request: Request) -> Response:
        values: dict[str, Any] = {}
        given = request.path_params
        for name, alias, field in fields:
            value, wrong = field.validate(given[alias], values, loc=("path", alias))
            if wrong:
                return await framework(request)
            values[name] = value
        if body_field is not None:
            if not await request.body():
                return await framework(request)
            value, wrong = body_field.validate(await request.json(), values, loc=("body",))
            if wrong:
                return await framework(request)
            values[body_field.name] = value
        headers = Response(status_code=204)  # without content, so without any header yet
        headers.status_code = None  # type: ignore[assignment]  # as the framework has it
        if takes.request_param_name:
            values[takes.request_param_name] = request
        if takes.response_param_name:
            values[takes.response_param_name] = headers
        said = await endpoint(**values)
        if isinstance(said, Response):
            return said
        valid, wrong = answer.validate(said, {}, loc=("response",))
        if wrong:
            raise TypeError(f"{route.name} answers what it does not declare")
        response = Response(answer.serialize_json(valid), headers.status_code or usual, media_type="application/json")
        response.raw_headers.extend(headers.raw_headers)
        return response

    return handle
