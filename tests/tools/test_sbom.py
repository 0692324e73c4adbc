"""The bill of materials names every package of the lock, with its version and the hashes of its files."""

import json
import re
import shutil
import subprocess
from base64 import b64decode
from pathlib import Path

from tools.sbom import bill

ROOT = Path(__file__).parents[2]


def test_every_package_of_the_lock_is_on_the_bill_with_version_and_hashes() -> None:
    lock = (ROOT / "requirements.lock").read_text()
    components = bill(lock)["components"]
    pinned = re.findall(r"^(\S+?)(?:\[\S+\])?==(\S+)", lock, re.MULTILINE)
    assert len(pinned) > 20
    assert [(each["name"], each["version"]) for each in components] == pinned
    assert sum(len(each["hashes"]) for each in components) == lock.count("--hash=sha256:")
    assert all(each["hashes"] for each in components)
    assert all(each["purl"] == f"pkg:pypi/{each['name']}@{each['version']}" for each in components)


def test_a_package_that_only_some_machines_need_says_which() -> None:
    lock = "uvloop==0.23.0 ; sys_platform != 'win32' \\\n    --hash=sha256:" + "a" * 64 + "\n    # via clonnect\n"
    (component,) = bill(lock)["components"]
    assert component["properties"] == [{"name": "python:environment_marker", "value": "sys_platform != 'win32'"}]
    assert component["hashes"] == [{"alg": "SHA-256", "content": "a" * 64}]


def test_npm_lists_every_package_of_the_frontend_with_its_hash() -> None:
    npm = shutil.which("npm")
    assert npm is not None
    command = [npm, "sbom", "--sbom-format", "cyclonedx", "--package-lock-only"]
    said = subprocess.run(command, cwd=ROOT / "frontend", capture_output=True, text=True, check=True).stdout
    listed = {(each["name"], each["version"]): each for each in json.loads(said)["components"]}
    lock = json.loads((ROOT / "frontend" / "package-lock.json").read_text())
    for place, package in lock["packages"].items():
        if place and "integrity" in package:
            name = package.get("name", place.rpartition("node_modules/")[2])
            (hashed,) = listed[name, package["version"]]["hashes"]
            assert hashed["content"] == b64decode(package["integrity"].partition("-")[2]).hex()
