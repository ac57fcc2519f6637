"""A finding: what should be (criteria), what is (condition), why (cause), and what follows (effect).

The four parts are those of public audit (GAO Yellow Book 6.25-6.28); a finding without one of them cannot be acted on.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field, fields

from audit.rules.form_reader import FormReader
from shared.text import Fault

SEVERITIES = ("high", "medium", "low")
PARTS = ("criteria", "condition", "cause", "effect")
PART_LIMIT = 4_000
MAX_FINDINGS = 50


@dataclass(frozen=True, slots=True)
class Finding:
    """`measure` is a catalogue measure code such as 4.1, or None when the finding is about none.

    `confirmed` are codes of what the texts look like and their writer has confirmed not to be.
    """

    measure: str | None
    criteria: str
    condition: str
    cause: str
    effect: str
    severity: str
    confirmed: Sequence[str] = field(default=(), kw_only=True)


FINDING_FIELDS = tuple(one.name for one in fields(Finding) if one.name != "confirmed")


def read_finding(
    raw: object,
    pointer: str,
    faults: list[Fault],
    measures: Collection[str],
    confirmed: Collection[str] | None = None,
) -> Finding:
    """The finding in `raw`; everything wrong with it is added to `faults`.

    `confirmed` is said once for a whole inspection; None for a finding alone, which says it itself.
    """
    allowed = FINDING_FIELDS if confirmed is not None else (*FINDING_FIELDS, "confirmed")
    reader = FormReader(raw, pointer, faults, allowed)
    measure = reader.choice("measure", measures, code="unknown-measure", required=False)
    parts = {part: reader.text(part, limit=PART_LIMIT) for part in PARTS}
    severity = reader.choice("severity", SEVERITIES, code="unknown-severity")
    confirmed = reader.check_personal(parts, reader.confirmed() if confirmed is None else confirmed)
    return Finding(measure=measure or None, severity=severity, confirmed=confirmed, **parts)


def by_severity(findings: Collection[Finding]) -> dict[str, int]:
    """Counts, every severity named, also where it is 0."""
    return {severity: sum(f.severity == severity for f in findings) for severity in SEVERITIES}
