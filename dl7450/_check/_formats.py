"""How findings are written: for a reader, for a program, and for what shows them at their lines.

Two forms are for CI. GitHub's annotations are lines that a job prints: no upload and no permission is needed. SARIF is
the OASIS standard that GitHub, GitLab, Azure DevOps, Jenkins and editors read, and has each rule's source.
"""

from __future__ import annotations

import json
import os
import urllib.parse
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Final

from .._version import __version__
from ._rule import Finding, Level


def as_text(findings: Sequence[Finding]) -> str:
    """The findings as compilers write them, and how many there are; empty if there are none."""
    if not findings:
        return ""
    count = Counter(finding.level for finding in findings)
    counted = [f"{count[level]} {level}{'s' * (count[level] != 1)}" for level in Level if count[level]]
    return (
        "\n".join(
            f"{finding.path}:{finding.line}:{finding.column}: {finding.level}: {finding.code}\n"
            f"  Problem:  {finding.problem}\n"
            f"  Solution: {finding.solution}\n"
            for finding in findings
        )
        + f"\n{', '.join(counted)}\n"
    )


def as_json(findings: Sequence[Finding]) -> str:
    """One JSON object with the number of errors and of warnings, and the findings."""
    count = Counter(finding.level for finding in findings)
    listed = [asdict(finding) | {"path": str(finding.path)} for finding in findings]
    return f"{json.dumps({'errors': count[Level.ERROR], 'warnings': count[Level.WARNING], 'findings': listed})}\n"


def as_github(findings: Sequence[Finding]) -> str:
    """Commands for GitHub Actions, one line a finding (GitHub's docs, Workflow commands: Setting an error message)."""
    return "".join(
        f"::{finding.level} file={_property(str(finding.path))},line={finding.line},col={finding.column},"
        f"title={_property(finding.code)}::{_data(f'{finding.problem} {finding.solution}')}\n"
        for finding in findings
    )


def as_sarif(findings: Sequence[Finding]) -> str:
    """A SARIF 2.1.0 log, with the rules that found something."""
    driver = {
        "name": "dl7450 check",
        "version": __version__,
        "rules": [
            {"id": code, "help": {"text": f"Source: {source}"}}
            for code, source in sorted({finding.code: finding.source for finding in findings}.items())
        ],
    }
    results = [
        {
            "ruleId": finding.code,
            "level": finding.level,
            "message": {"text": f"{finding.problem} {finding.solution}"},
            "locations": [
                {
                    "physicalLocation": {
                        "artifactLocation": {"uri": _uri(finding.path)},
                        "region": {"startLine": finding.line, "startColumn": finding.column},
                    }
                }
            ],
        }
        for finding in findings
    ]
    log = {
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [{"tool": {"driver": driver}, "columnKind": "unicodeCodePoints", "results": results}],
    }
    return f"{json.dumps(log, indent=2)}\n"


FORMATS: Final[dict[str, Callable[[Sequence[Finding]], str]]] = {
    "text": as_text,
    "json": as_json,
    "github": as_github,
    "sarif": as_sarif,
}


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")


def _uri(path: Path) -> str:
    # Relative to where the check runs, which CI takes for the repository; characters that a URI has not are escaped.
    return path.as_uri() if path.is_absolute() else urllib.parse.quote(os.fsencode(path.as_posix()))
