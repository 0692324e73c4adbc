"""What the lifespan gives to every request: the running parts."""

from typing import TYPE_CHECKING, Annotated, TypedDict

from fastapi import Depends, Request

if TYPE_CHECKING:
    from api.bootstrap import Runtime as Runtime
else:
    Runtime = object  # api.bootstrap imports the application, and with it this module


class State(TypedDict):
    """What is kept with every request."""

    runtime: Runtime


def running(request: Request) -> Runtime:
    """The running parts of the program that serves this request."""
    runtime: Runtime = request.state.runtime
    return runtime


async def _running(request: Request) -> Runtime:
    return running(request)


Running = Annotated[Runtime, Depends(_running)]
