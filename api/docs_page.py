"""The API on one page, for people: made from its description, without scripts, readable without the internet."""

from collections.abc import Mapping
from html import escape
from typing import Any, Final

STYLE: Final = """
:root { color-scheme: light dark }
body { font: 16px/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 60rem; padding: 0 1rem }
h2 { margin-top: 2.5rem; text-transform: capitalize }
code { font-size: .95em }
td { padding: .2rem .8rem .2rem 0; vertical-align: top }
.method { font-weight: 700; text-transform: uppercase } p { margin: .2rem 0 }
"""


def page(description: Mapping[str, Any]) -> str:
    """HTML with every operation, its parameters and its body, in the order of the description."""
    by_tag: dict[str, list[str]] = {}
    for path, operations in description["paths"].items():
        for method, operation in operations.items():
            by_tag.setdefault(operation["tags"][0], []).append(_operation(method, path, operation))
    sections = "".join(f"<h2>{escape(tag)}</h2>{''.join(rows)}" for tag, rows in by_tag.items())
    info = description["info"]
    return (
        f'<!doctype html><html lang="en"><meta charset="utf-8"><title>{escape(info["title"])}: the API</title>'
        f"<style>{STYLE}</style><h1>{escape(info['title'])} {escape(info['version'])}</h1>"
        f"<p>{escape(info['description'])}</p>"
        f'<p>For programs: <a href="/openapi.json">openapi.json</a></p>{sections}</html>'
    )


def _operation(method: str, path: str, operation: Mapping[str, Any]) -> str:
    rows = "".join(
        f"<tr><td><code>{escape(parameter['name'])}</code><td>{escape(parameter['in'])}"
        f"<td>{escape(parameter.get('description', ''))}</tr>"
        for parameter in operation.get("parameters", ())
        if parameter["in"] != "path"
    )
    body = operation.get("requestBody", {}).get("content", {}).get("application/json", {}).get("schema", {})
    name = _schema_name(body)
    taken = f"<p>Body: <code>{escape(name)}</code></p>" if name else ""
    return (
        f'<section id="{escape(operation["operationId"])}"><h3><code><span class="method">{escape(method)}</span> '
        f"{escape(path)}</code></h3><p>{escape(operation.get('description', ''))}</p>{taken}"
        f"<table>{rows}</table></section>"
    )


def _schema_name(schema: Mapping[str, Any]) -> str:
    found = schema.get("$ref") or next((each["$ref"] for each in schema.get("anyOf", ()) if "$ref" in each), "")
    return str(found).rpartition("/")[2]
