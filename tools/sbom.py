"""Lists what is installed of others, as CycloneDX 1.5 in JSON: `python -m tools.sbom LOCK > FILE`."""

import json
import re
import sys
from pathlib import Path
from typing import Any
from urllib.parse import quote

_PINNED = re.compile(r"(?P<name>[A-Za-z0-9._-]+)(?:\[[^\]]*\])?==(?P<version>[^\s;\\]+)(?:\s*;\s*(?P<marker>[^\\]+))?")
_HASH = re.compile(r"--hash=sha256:([0-9a-f]{64})")


def bill(lock: str) -> dict[str, Any]:
    """The packages of a lock of Python's, each with the hashes of all its files; the same lock gives the same bill."""
    components: list[dict[str, Any]] = []
    for line in lock.splitlines():
        if pinned := _PINNED.match(line):
            components.append(_component(pinned["name"], pinned["version"], pinned["marker"]))
        elif found := _HASH.search(line):
            components[-1]["hashes"].append({"alg": "SHA-256", "content": found[1]})
    return {"bomFormat": "CycloneDX", "specVersion": "1.5", "version": 1, "components": components}


def _component(name: str, version: str, marker: str | None) -> dict[str, Any]:
    purl = f"pkg:pypi/{quote(name.lower().replace('_', '-'))}@{quote(version)}"
    component = {"type": "library", "bom-ref": purl, "name": name, "version": version, "purl": purl, "hashes": []}
    where = [] if marker is None else [{"name": "python:environment_marker", "value": marker.strip()}]
    return component | ({"properties": where} if where else {})


if __name__ == "__main__":
    json.dump(bill(Path(sys.argv[1]).read_text()), sys.stdout, indent=1)
