"""Asks whether vulnerabilities of what we install are known: `python -m tools.audit`, of every lock.

Exit code 1: some are known. 3: none is known, but not everything could be looked up, and it is said what. 0: none.
"""

import json
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[1]
PYTHON = ("requirements.lock", "requirements-dev.lock")
NPM = ("frontend", "tests/browser")
WITHIN = 300
"""Seconds for each lock."""


@dataclass(frozen=True)
class AuditResult:
    """What is known of a lock's packages; `unknown` says what could not be looked up, and why."""

    lock: str
    vulnerable: Sequence[str] = ()
    unknown: Sequence[str] = ()


def of_pip_audit(lock: str, said: str, complaint: str) -> AuditResult:
    """What pip-audit's report says; it passes over packages that its service does not know, and ends well."""
    try:
        packages = json.loads(said)["dependencies"]
    except (ValueError, KeyError, TypeError):
        return AuditResult(lock, unknown=[_last_line(complaint)])
    vulnerable = [
        f"{package['name']} {package['version']}: {each['id']}"
        for package in packages
        for each in package.get("vulns", ())
    ]
    return AuditResult(lock, vulnerable, [package["skip_reason"] for package in packages if "skip_reason" in package])


def of_npm_audit(lock: str, said: str, complaint: str) -> AuditResult:
    """What the report of `npm audit --json` says."""
    try:
        report = json.loads(said)
        known = report.get("vulnerabilities")
    except (ValueError, AttributeError):
        report, known = {}, None
    if known is None:
        return AuditResult(lock, unknown=[report.get("message") or _last_line(complaint)])
    return AuditResult(lock, [f"{name} {about['range']}: {about['severity']}" for name, about in sorted(known.items())])


def verdict(found: Sequence[AuditResult]) -> int:
    """The exit code."""
    if any(each.vulnerable for each in found):
        return 1
    return 3 if any(each.unknown for each in found) else 0


def lines(found: Sequence[AuditResult]) -> Iterator[str]:
    """What there is to say, of each lock."""
    for each in found:
        yield from (f"{each.lock}: VULNERABLE: {package}" for package in each.vulnerable)
        if each.unknown:
            more = f" (and {len(each.unknown) - 1} more)" if len(each.unknown) > 1 else ""
            yield f"{each.lock}: not audited: {each.unknown[0]}{more}"
        elif not each.vulnerable:
            yield f"{each.lock}: no vulnerability is known"


def _audited(lock: str) -> AuditResult:
    if lock in PYTHON:
        uv = [str(Path(sys.executable).with_name("uv")), "tool", "run", "--quiet"]
        options = ["--require-hashes", "--disable-pip", "--progress-spinner", "off", "--format", "json"]
        return of_pip_audit(lock, *_run([*uv, "pip-audit", "--requirement", lock, *options], ROOT))
    npm = shutil.which("npm") or "npm"
    return of_npm_audit(lock, *_run([npm, "audit", "--json", "--package-lock-only"], ROOT / lock))


def _run(command: Sequence[str], folder: Path) -> tuple[str, str]:
    try:
        done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=WITHIN, check=False)
    except (OSError, subprocess.TimeoutExpired) as error:
        return "", str(error)
    return done.stdout, done.stderr


def _last_line(complaint: str) -> str:
    return next((line for line in reversed(complaint.splitlines()) if line.strip()), "it said nothing")


if __name__ == "__main__":
    everything = [_audited(lock) for lock in (*PYTHON, *NPM)]
    print(*lines(everything), sep="\n")
    sys.exit(verdict(everything))
