"""What the fuzzer cannot know of a valid request: loaded by it, as `schemathesis.toml` says."""

import re
from typing import Any
from uuid import uuid4

import schemathesis

from domain.person.names import visible

SHOWN = {"name", "full_name", "tag", "tags"}


def seen(value: Any) -> Any:
    """With a letter in each text that shows nothing."""
    if isinstance(value, list):
        return [seen(each) for each in value]
    if isinstance(value, str) and value.strip() and visible(value) is None:
        return f"{value[1:]}x"
    return value


@schemathesis.hook
def before_call(context: schemathesis.HookContext, case: schemathesis.Case[Any], kwargs: Any) -> None:
    """Mend what is called valid and cannot be; what is meant to be wrong stays wrong."""
    headers: Any = case.headers or {}
    # A key stands for one request, and an example would be sent with many.
    if re.fullmatch("[ -~]{1,255}", str(headers.get("Idempotency-Key", ""))):
        headers["Idempotency-Key"] = uuid4().hex
    if case.meta is None or not case.meta.generation.mode.is_positive:
        return
    # Of a name or a tag something must be seen, which a pattern cannot say.
    if isinstance(case.body, dict):
        for field in SHOWN & case.body.keys():
            case.body[field] = seen(case.body[field])
    # A cursor comes from the answer before; nobody can make one up.
    if case.query:
        case.query.pop("cursor", None)
    # The coverage phase takes the number 0 in a header for a text of any pattern.
    for name in ("If-Match", "If-None-Match"):
        if headers.get(name) == "0":
            del headers[name]
