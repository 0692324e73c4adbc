"""Finds a Chromium for the browser tests: that of CHROMIUM, one on the machine, else the one from npm."""

import json
import os
import shutil
import subprocess
from dataclasses import dataclass, field
from pathlib import Path

HERE = Path(__file__).parent
ON_THE_PATH = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
ON_A_MAC = Path("/Applications/Google Chrome.app/Contents/MacOS/Google Chrome")
FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


class NoChromium(Exception):
    """There is no browser to test with; says which command brings one."""


@dataclass(frozen=True)
class Chromium:
    """An executable, and what it needs in its environment."""

    executable: str
    environment: dict[str, str] = field(default_factory=dict)


def on_this_machine() -> Chromium | None:
    """A browser that was there before us."""
    given = os.environ.get("CHROMIUM")
    if given:
        if not shutil.which(given):
            raise NoChromium(f"CHROMIUM names {given}, which is not a program: correct it or unset it.")
        return Chromium(given)
    found = next(filter(None, map(shutil.which, ON_THE_PATH)), None)
    if found is None and ON_A_MAC.exists():
        found = str(ON_A_MAC)
    return Chromium(found) if found else None


def find() -> Chromium:
    """The browser to test with; raises `NoChromium`."""
    return on_this_machine() or _from_npm()


def _from_npm() -> Chromium:
    done = subprocess.run(["node", HERE / "chromium.mjs"], capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise NoChromium(
            "There is no Chromium for the browser tests: run `npm ci --prefix tests/browser`, "
            f"or set CHROMIUM to one ({done.stderr.strip().splitlines()[-1]})."
        )
    unpacked = json.loads(done.stdout)
    environment = {"FONTCONFIG_FILE": unpacked["fonts"]}
    linked = subprocess.run(["ldd", unpacked["executable"]], capture_output=True, text=True, check=False)
    if "not found" in linked.stdout:
        environment["LD_LIBRARY_PATH"] = unpacked["libraries"]
    return Chromium(unpacked["executable"], environment)
