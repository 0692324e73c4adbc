"""API reference as one HTML page: made from the description, without scripts, readable without the internet."""

import json
import re
from base64 import b64encode
from collections.abc import Iterable, Iterator, Mapping
from hashlib import sha256
from html import escape
from typing import Any, Final

Part = Mapping[str, Any]

STYLE: Final = """
:root { color-scheme: light dark; --line: #d7d7de; --soft: #f4f4f7; --quiet: #5b5b66; --link: #3b3bb3 }
@media (prefers-color-scheme: dark) {
  :root { --line: #3a3a42; --soft: #202024; --quiet: #a9a9b5; --link: #a8a8ff }
}
* { box-sizing: border-box }
body { font: 16px/1.5 system-ui, sans-serif; margin: 0 auto; max-width: 78rem; padding: 1rem }
body { overflow-wrap: break-word }
a { color: var(--link) }
h1 { margin: .5rem 0 } h2 { margin: 3rem 0 .5rem; text-transform: capitalize }
h4 { margin: 1.2rem 0 .3rem; font-size: 1rem }
p { margin: .4rem 0; max-width: 46rem }
code, pre { font: .875em/1.5 ui-monospace, monospace }
pre { background: var(--soft); padding: .7rem; border-radius: .4rem; overflow-x: auto; overflow-wrap: normal }
nav ul { list-style: none; padding: 0; margin: .2rem 0 1rem } nav li { padding: .1rem 0; font-size: .875rem }
nav b { text-transform: capitalize }
details.operation { border: 1px solid var(--line); border-radius: .5rem; margin: .6rem 0 }
details.operation > summary { cursor: pointer; padding: .6rem .8rem }
details.operation > div { border-top: 1px solid var(--line); padding: .4rem .8rem 1rem }
.method { display: inline-block; min-width: 4.2em; font-weight: 700 }
.quiet { color: var(--quiet) }
.wide { overflow-x: auto }
table { border-collapse: collapse; width: 100% }
th, td { border-bottom: 1px solid var(--line); padding: .35rem .8rem .35rem 0; text-align: left; vertical-align: top }
th { color: var(--quiet); font-weight: 400; font-size: .875rem }
@media (min-width: 60rem) {
  body { display: grid; grid-template-columns: 19rem minmax(0, 1fr); gap: 0 2.5rem }
  nav { position: sticky; top: 0; height: 100vh; overflow-y: auto; padding-right: .5rem }
}
@media (max-width: 59.99rem) {
  nav { max-height: 40vh; overflow-y: auto; border: 1px solid var(--line); border-radius: .5rem; padding: .5rem .8rem }
}
"""

WORDS: Final[Mapping[str | None, str]] = {"string": "text", None: "anything"}

POLICY: Final = (
    f"default-src 'none'; style-src 'sha256-{b64encode(sha256(STYLE.encode()).digest()).decode()}';"
    " base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
"""What a browser may do with the page: use this one style, and nothing else."""


def page(description: Part) -> str:
    """HTML with every operation: who may call it, what it takes, and what it answers."""
    return "".join(_Page(description).parts())


class _Page:
    def __init__(self, description: Part) -> None:
        self._info: Part = description["info"]
        self._components: Part = description["components"]
        self._tags: list[Part] = description["tags"]
        self._by_tag: dict[str, list[tuple[str, str, Part]]] = {tag["name"]: [] for tag in self._tags}
        for path, operations in description["paths"].items():
            for method, operation in operations.items():
                self._by_tag[operation["tags"][0]].append((method.upper(), path, operation))

    def parts(self) -> Iterator[str]:
        title = escape(self._info["title"])
        yield '<!doctype html><html lang="en"><meta charset="utf-8">'
        yield '<meta name="viewport" content="width=device-width, initial-scale=1">'
        yield f"<title>{title}: the API</title><style>{STYLE}</style>"
        yield f'<nav aria-label="Operations">{"".join(self._contents())}</nav>'
        yield f"<main><h1>{title}: the API</h1><p>{_prose(self._info['description'])}</p>"
        yield '<p>For programs: <a href="/openapi.json">openapi.json</a>.</p>'
        yield "<h2>Credentials</h2>"
        schemes = self._components["securitySchemes"].items()
        yield _table(("name", "what it is"), ((_code(name), _prose(each["description"])) for name, each in schemes))
        for tag in self._tags:
            yield f'<h2 id="{escape(tag["name"])}">{escape(tag["name"])}</h2><p>{_prose(tag["description"])}</p>'
            for method, path, operation in self._by_tag[tag["name"]]:
                yield "".join(self._operation(method, path, operation))
        yield '<h2 id="shapes">Shapes</h2><p>What bodies and answers are made of.</p>'
        for name, schema in self._components["schemas"].items():
            yield "".join(self._shape(name, schema))
        yield "</main></html>"

    def _contents(self) -> Iterator[str]:
        for tag, operations in self._by_tag.items():
            yield f'<b><a href="#{escape(tag)}">{escape(tag)}</a></b><ul>'
            for _, _, operation in operations:
                yield f'<li><a href="#{escape(operation["operationId"])}">{_prose(operation["summary"])}</a></li>'
            yield "</ul>"
        yield '<b><a href="#shapes">Shapes</a></b>'

    def _operation(self, method: str, path: str, operation: Part) -> Iterator[str]:
        yield f'<details class="operation" id="{escape(operation["operationId"])}"><summary><code>'
        yield f'<span class="method">{method}</span>{escape(path)}</code>'
        yield f'<br><span class="quiet">{_prose(operation["summary"])}</span></summary><div>'
        yield "".join(f"<p>{_prose(paragraph)}</p>" for paragraph in operation["description"].split("\n\n"))
        yield "<h4>Takes</h4>"
        yield _table(("name", "in", "is", "meaning"), map(self._parameter, operation["parameters"]))
        for media_type, content in operation.get("requestBody", {}).get("content", {}).items():
            needed = "" if operation["requestBody"].get("required") else ", which may be left out"
            yield f"<h4>Body{needed}</h4><p>{_code(media_type)}: {self._is(content['schema'])}</p>"
            yield _example(content["example"])
        for status, reference in operation["responses"].items():
            answer = self._resolved(reference)
            if status < "400":
                yield from self._answer(status, answer)
        yield "<h4>Refuses</h4>"
        refused = {status: self._resolved(each) for status, each in operation["responses"].items() if status >= "400"}
        yield _table(("status", "problem", "for example"), self._refusals(refused))
        yield "</div></details>"

    def _parameter(self, reference: Part) -> tuple[str, ...]:
        parameter = self._resolved(reference)
        needed = "" if parameter.get("required") else '<br><span class="quiet">optional</span>'
        example = parameter.get("example")
        shown = "" if example is None else f'<br><span class="quiet">for example</span> {_code(_plain(example))}'
        meaning = f"{_prose(parameter['description'])}{shown}"
        return f"{_code(parameter['name'])}{needed}", escape(parameter["in"]), self._is(parameter["schema"]), meaning

    def _answer(self, status: str, answer: Part) -> Iterator[str]:
        yield f"<h4>Answers {escape(status)}</h4><p>{_prose(answer['description'])}</p>"
        headers = ((name, self._resolved(header)) for name, header in answer["headers"].items())
        yield _table(("header", "meaning"), ((_code(name), _prose(each["description"])) for name, each in headers))
        for media_type, content in answer.get("content", {}).items():
            yield f"<p>{_code(media_type)}: {self._is(content['schema'])}</p>"
            if status == "200":
                yield _example(content["example"])

    def _refusals(self, answers: Mapping[str, Part]) -> Iterator[tuple[str, ...]]:
        for status, answer in answers.items():
            for content in answer["content"].values():
                for slug, example in content.get("examples", {}).items():
                    yield (
                        _code(status),
                        f"{_code(slug)}<br>{escape(example['summary'])}",
                        escape(example["value"]["detail"]),
                    )
                if "examples" not in content:
                    yield _code(status), self._is(content["schema"]), _prose(answer["description"])

    def _shape(self, name: str, schema: Part) -> Iterator[str]:
        yield f'<h4 id="shape-{escape(name)}">{escape(name)}</h4><p>{_prose(schema.get("description", ""))}</p>'
        if "properties" not in schema:
            yield f"<p>{self._is(schema)}</p>"
            return
        required = schema.get("required", ())
        rows = (
            (
                _code(field) + ("" if field in required else '<br><span class="quiet">optional</span>'),
                self._is(each) + (f"<br>{_prose(each['description'])}" if "description" in each else ""),
            )
            for field, each in schema["properties"].items()
        )
        yield _table(("field", "is"), rows)

    def _is(self, schema: Part) -> str:
        """What a value must be, in a few words."""
        if "$ref" in schema:
            name = escape(schema["$ref"].rpartition("/")[2])
            return f'<a href="#shape-{name}">{name}</a>'
        if alternatives := schema.get("anyOf", schema.get("oneOf")) if "properties" not in schema else None:
            return " or ".join(self._is(each) for each in alternatives)
        if "const" in schema:
            return _code(_plain(schema["const"]))
        if "enum" in schema:
            return " · ".join(_code(_plain(word)) for word in schema["enum"])
        match schema.get("type"):
            case "array":
                return f"list of {self._is(schema['items'])}{_between(schema, 'Items')}"
            case "object" if "additionalProperties" in schema and isinstance(schema["additionalProperties"], dict):
                return f"object of {self._is(schema['additionalProperties'])}"
            case "integer":
                return f"whole number{_between(schema, 'imum')}"
            case kind:
                form = f" ({schema['format']})" if "format" in schema else ""
                measured = _between(schema, "imum") if kind == "number" else _between(schema, "Length")
                return f"{escape(WORDS.get(kind, str(kind)))}{form}{measured}"

    def _resolved(self, part: Part) -> Part:
        if "$ref" not in part:
            return part
        _, _, kind, name = part["$ref"].split("/")
        found: Part = self._components[kind][name]
        return found


def _between(schema: Part, what: str) -> str:
    least, most = schema.get(f"min{what}"), schema.get(f"max{what}")
    if least is None and most is None:
        return ""
    return f", {least if least is not None else 0:,} to {most:,}" if most is not None else f", from {least:,}"


def _prose(text: str) -> str:
    """Text with its words in backticks as code."""
    return re.sub(r"`([^`]+)`", r"<code>\1</code>", escape(text))


def _code(text: str) -> str:
    return f"<code>{escape(text)}</code>"


def _plain(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _example(value: object) -> str:
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, indent=2)
    return f"<pre>{escape(text)}</pre>"


def _table(heads: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    head = "".join(f"<th>{escape(each)}</th>" for each in heads)
    body = "".join(f"<tr>{''.join(f'<td>{cell}</td>' for cell in row)}</tr>" for row in rows)
    return f'<div class="wide"><table><tr>{head}</tr>{body}</table></div>'
