"""What is known is told, and what could not be looked up is never taken for good."""

import json
from typing import Any

import pytest

from tools.audit import AuditResult, lines, of_npm_audit, of_pip_audit, verdict

GOOD = {"name": "anyio", "version": "4.16.0", "vulns": []}
BAD = {"name": "jinja2", "version": "2.4.1", "vulns": [{"id": "PYSEC-2014-8"}]}
PASSED_OVER = {"name": "groq", "skip_reason": "Dependency not found on PyPI and could not be audited: groq (1.7.0)"}


@pytest.mark.parametrize(
    ("packages", "vulnerable", "unknown", "code"),
    [
        ([GOOD], [], [], 0),
        ([GOOD, BAD], ["jinja2 2.4.1: PYSEC-2014-8"], [], 1),
        ([GOOD, PASSED_OVER], [], [PASSED_OVER["skip_reason"]], 3),
        ([BAD, PASSED_OVER], ["jinja2 2.4.1: PYSEC-2014-8"], [PASSED_OVER["skip_reason"]], 1),
    ],
)
def test_what_pip_audit_says_is_taken_as_it_is_meant(
    packages: list[Any], vulnerable: list[str], unknown: list[str], code: int
) -> None:
    found = of_pip_audit("a.lock", json.dumps({"dependencies": packages, "fixes": []}), "")
    assert found == AuditResult("a.lock", vulnerable, unknown)
    assert verdict([found]) == code


@pytest.mark.parametrize(
    ("report", "vulnerable", "code"),
    [
        ({"auditReportVersion": 2, "vulnerabilities": {}}, [], 0),
        ({"vulnerabilities": {"vite": {"range": "<8.3.9", "severity": "high"}}}, ["vite <8.3.9: high"], 1),
    ],
)
def test_what_npm_audit_says_is_taken_as_it_is_meant(report: Any, vulnerable: list[str], code: int) -> None:
    found = of_npm_audit("frontend", json.dumps(report), "")
    assert (list(found.vulnerable), verdict([found])) == (vulnerable, code)


@pytest.mark.parametrize("read", [of_pip_audit, of_npm_audit])
@pytest.mark.parametrize("said", ["", "[]", '{"message": "405 Method Not Allowed", "statusCode": 405}', "no JSON"])
def test_without_an_answer_nothing_is_good(read: Any, said: str) -> None:
    found = read("a.lock", said, "npm warn audit 405\nnpm error audit endpoint returned an error\n\n")
    assert verdict([AuditResult("another"), found]) == 3
    reason = "npm error audit endpoint returned an error"
    if "message" in said and read is of_npm_audit:
        reason = "405 Method Not Allowed"
    assert list(lines([found])) == [f"a.lock: not audited: {reason}"]
