"""Checks of the words of a report: narrative, evidence and the reason for a correction."""

import re
from collections.abc import Mapping, Sequence

from shared.text.words import hiding_faults, kept
from submissions.rules import limits
from submissions.rules.form import FormRules
from submissions.rules.violation import Violation, escape, shown, violation

KEY = re.compile(r"[a-z0-9_]{1,40}")


def check_narrative(narrative: Mapping[str, str], evidence: Sequence[str]) -> list[Violation]:
    violations = []
    if len(narrative) > limits.NARRATIVES:
        violations.append(
            violation("too_many_narratives", "/narrative", length=len(narrative), limit=limits.NARRATIVES)
        )
    for key, text in list(narrative.items())[: limits.NARRATIVES]:
        at = f"/narrative/{escape(key)}"
        if not KEY.fullmatch(key):
            violations.append(violation("narrative_key_invalid", at, name=shown(key)))
        violations += check_length("narrative_too_long", text, at, limits.NARRATIVE)
    if len(evidence) > limits.EVIDENCE:
        violations.append(violation("too_much_evidence", "/evidence", length=len(evidence), limit=limits.EVIDENCE))
    for index, text in enumerate(evidence[: limits.EVIDENCE]):
        violations += check_length("evidence_too_long", text, f"/evidence/{index}", limits.EVIDENCE_ITEM)
    return violations


def warn_narrative(rules: FormRules, narrative: Mapping[str, str]) -> list[Violation]:
    """A part that the form calls required and that is empty: remarkable, but the figures are taken."""
    return [
        violation("narrative_missing", f"/narrative/{part.code}", name=part.title)
        for part in rules.narrative
        if part.required and part.code not in narrative
    ]


def check_reason(reason: str | None, revision: int) -> list[Violation]:
    """From revision 2 on a report is a correction and says why (docs/domain.md trap 13)."""
    text = kept(reason)
    if revision > 1 and not text:
        return [violation("reason_missing", "/reason", revision=revision)]
    return check_length("reason_too_long", text, "/reason", limits.REASON)


def check_decision_reason(reason: str | None, *, required: bool) -> list[Violation]:
    text = kept(reason)
    if required and not text:
        return [violation("reason_required", "/reason")]
    return check_length("reason_too_long", text, "/reason", limits.REASON)


def check_length(
    code: str, text: str, pointer: str, limit: int, cell: tuple[str, str] | None = None
) -> list[Violation]:
    """Also of characters that hide something: they are no part of a report (`shared.text.words`)."""
    violations = [violation(code, pointer, cell, length=len(text), limit=limit)] if len(text) > limit else []
    return violations + [
        Violation(hiding.code.replace("-", "_"), hiding.pointer, hiding.text, cell)
        for hiding in hiding_faults(text, pointer)
    ]
