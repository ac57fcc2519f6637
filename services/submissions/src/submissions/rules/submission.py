"""A revision of the answer to an obligation: from what came in to the row that is kept, or everything wrong with it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import uuid6

from shared.calendar import Period
from shared.text.figures import last_day
from submissions.rules.checks.observations import check_observations
from submissions.rules.checks.sums import warn_floors
from submissions.rules.checks.texts import check_narrative, check_reason, warn_narrative
from submissions.rules.content import content_sha256, observations_json, timeless_sha256
from submissions.rules.form import FormRules
from submissions.rules.obligation import check_intake, is_late
from submissions.rules.observation import Entry, NumberReader, Observation, read_plain
from submissions.rules.violation import Finding, find


@dataclass(frozen=True)
class Report:
    """What a unit sends, unchecked. `read` tells how its numbers are written, `wrong` what had the wrong shape."""

    entries: Sequence[Entry | None]
    narrative: Mapping[str, str] = field(default_factory=dict)
    evidence: Sequence[str] = ()
    reason: str | None = None
    illustrative: bool = False
    read: NumberReader = read_plain
    wrong: Sequence[Finding] = ()


@dataclass(frozen=True)
class Revision:
    """A checked revision: the row to keep (less who and in which trace) and its observations."""

    row: Mapping[str, Any]
    observations: Sequence[Observation]


@dataclass(frozen=True)
class Rejected:
    faults: Sequence[Finding]


def revise(
    rules: FormRules, duty: Mapping[str, Any], report: Report, now: datetime, close_after_years: int
) -> Revision | Rejected:
    """The next revision of `duty` (the obligation's row with `previous_timeless_sha256`), or all of its faults.

    Illustrative reports may be for a closed period: demonstrations play past years.
    """
    period, revision = Period.parse(duty["period"]), duty["revision"] + 1
    observations, faults = check_observations(rules, report.entries, report.read)
    narrative = {key: text.strip() for key, text in report.narrative.items() if text.strip()}
    faults += report.wrong
    faults += check_narrative(narrative, report.evidence) + check_reason(report.reason, revision)
    closed = check_intake(period, now, close_after_years)
    faults += [f for f in closed if not (report.illustrative and f.code == "period_closed")]
    if faults:
        return Rejected(faults)
    told = observations_json(observations)
    evidence = list(report.evidence)
    row = {
        "id": uuid6.uuid7(),
        "obligation_id": duty["id"],
        "revision": revision,
        "state": "submitted",
        "observations": told,
        "narrative": narrative,
        "evidence": evidence,
        "reason": (report.reason or "").strip() or None,
        "content_sha256": content_sha256(duty["form"], duty["unit"], duty["period"], told, narrative, evidence),
        "timeless_sha256": timeless_sha256(told, narrative),
        "received_at": now,
        "illustrative": report.illustrative,
    }
    warnings = warn_floors(rules, {(o.measure, o.key): o for o in observations})
    warnings += warn_narrative(rules, narrative)
    if row["timeless_sha256"] == duty["previous_timeless_sha256"]:
        warnings.append(find("same_as_previous_year", "", period=previous(duty["period"])))
    if is_late(now, duty["due_at"]):
        warnings.append(find("late", "", day=f"{last_day(duty['due_at']):%d/%m/%Y}"))
    row["warnings"] = [{"pointer": w.pointer, "code": w.code, "vi": w.text.vi, "en": w.text.en} for w in warnings]
    return Revision(row, observations)


def previous(period: str) -> str:
    """The same period of the year before: 2026-Q3 → 2025-Q3."""
    return f"{int(period[:4]) - 1}{period[4:]}"
