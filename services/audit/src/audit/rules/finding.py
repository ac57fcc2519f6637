"""A finding: what should be (criteria), what is (condition), why (cause), and what follows (effect).

The four parts are those of public audit (GAO Yellow Book 6.25-6.28); a finding without one of them cannot be acted on.
"""

from collections.abc import Collection
from dataclasses import dataclass, fields

from audit.rules.form_reader import FormReader
from shared.text import Fault

SEVERITIES = ("high", "medium", "low")
PARTS = ("criteria", "condition", "cause", "effect")
PART_LIMIT = 4_000
MAX_FINDINGS = 50


@dataclass(frozen=True, slots=True)
class Finding:
    """`measure` is a catalogue measure code such as 4.1, or None when the finding is about none."""

    measure: str | None
    criteria: str
    condition: str
    cause: str
    effect: str
    severity: str


FINDING_FIELDS = tuple(field.name for field in fields(Finding))


def read_finding(raw: object, pointer: str, faults: list[Fault], measures: Collection[str]) -> Finding:
    """The finding in `raw`; everything wrong with it is added to `faults`."""
    reader = FormReader(raw, pointer, faults, FINDING_FIELDS)
    measure = reader.choice("measure", measures, code="unknown-measure", required=False)
    parts = {part: reader.text(part, limit=PART_LIMIT) for part in PARTS}
    severity = reader.choice("severity", SEVERITIES, code="unknown-severity")
    return Finding(measure=measure or None, severity=severity, **parts)


def by_severity(findings: Collection[Finding]) -> dict[str, int]:
    """Counts, every severity named, also where it is 0."""
    return {severity: sum(f.severity == severity for f in findings) for severity in SEVERITIES}
