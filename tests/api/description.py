"""The description of the API, made once for all tests of a process."""

from typing import Any, Final

from api.app import openapi

DESCRIBED: Final[dict[str, Any]] = openapi()
