"""The next revision of the answer to an obligation: from what came in to what is kept, or everything wrong with it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from shared.calendar import Period
from shared.text import figures
from shared.text.words import kept
from submissions.rules.checks.narrative import check_narrative, check_reason, warn_narrative
from submissions.rules.checks.observations import check_observations
from submissions.rules.checks.personal_data import check_personal_data, texts_of
from submissions.rules.checks.plausibility import (
    NO_YARDSTICKS,
    Yardsticks,
    check_notes,
    doubts,
    marked,
    warn_implausible,
)
from submissions.rules.checks.sums import warn_floors
from submissions.rules.content import CanonicalContent, canonical_content
from submissions.rules.form import FormRules
from submissions.rules.obligation import LockedObligation, check_intake, is_late
from submissions.rules.observation import NumberReader, Observation, ObservationEntry, read_plain
from submissions.rules.violation import Violation, violation


@dataclass(frozen=True)
class Report:
    """What a unit sends, unchecked. `read` tells how its numbers are written, `wrong` what had the wrong shape.

    `confirmed` are the codes of what the sender has looked at again.
    """

    entries: Sequence[ObservationEntry | None]
    narrative: Mapping[str, str] = field(default_factory=dict)
    evidence: Sequence[str] = ()
    reason: str | None = None
    illustrative: bool = False
    read: NumberReader = read_plain
    wrong: Sequence[Violation] = ()
    confirmed: frozenset[str] = frozenset()

    @property
    def length(self) -> int:
        """In characters of everything that somebody wrote."""
        notes = (entry.note for entry in self.entries if entry is not None and entry.note)
        words = (*self.narrative.values(), *self.evidence, self.reason or "", *notes)
        return sum(len(one) for one in words if isinstance(one, str))


@dataclass(frozen=True)
class Arrival:
    """The id that a report gets, when it came, and who sent it in which trace. `by` is the person's subject."""

    id: UUID
    received_at: datetime
    role: str
    unit: str
    trace_id: str
    by: str


@dataclass(frozen=True)
class NewRevision:
    """A checked revision: its `content` is kept, its `observations` are published in the order of the report."""

    arrival: Arrival
    obligation_id: UUID
    revision: int
    observations: Sequence[Observation]
    content: CanonicalContent
    reason: str | None
    late: bool
    illustrative: bool
    warnings: Sequence[Violation]


@dataclass(frozen=True)
class Rejected:
    violations: Sequence[Violation]


def revise(
    rules: FormRules,
    obligation: LockedObligation,
    report: Report,
    arrival: Arrival,
    close_after_years: int,
    yardsticks: Yardsticks = NO_YARDSTICKS,
) -> NewRevision | Rejected:
    """The next revision of the answer to `obligation`, or everything that is wrong with the report.

    A figure outside its bands of plausibility is marked, and some are taken with a note only.
    """
    number = obligation.revision + 1
    observations, violations = check_observations(rules, report.entries, report.read)
    narrative = {key: words for key, text in report.narrative.items() if (words := kept(text))}
    evidence = [kept(text) for text in report.evidence]
    found = doubts(rules, observations, yardsticks)
    violations += check_notes(rules, observations, found)
    violations += report.wrong
    violations += check_narrative(narrative, evidence) + check_reason(report.reason, number)
    written = texts_of(rules, report.entries, narrative, evidence, report.reason)
    personal, confirmed = check_personal_data(written, report.confirmed)
    violations += personal
    violations += check_period(obligation, report, arrival, close_after_years)
    if violations:
        return Rejected(violations)
    observations = marked(observations, found)
    late = is_late(arrival.received_at, obligation.due_at)
    content = canonical_content(obligation, observations, narrative, [text for text in evidence if text])
    warnings = warn_floors(rules, {(o.measure, o.key): o for o in observations}) + warn_narrative(rules, narrative)
    return NewRevision(
        arrival=arrival,
        obligation_id=obligation.id,
        revision=number,
        observations=observations,
        content=content,
        reason=kept(report.reason) or None,
        late=late,
        illustrative=report.illustrative,
        warnings=warn_implausible(rules, observations, found)
        + warnings
        + confirmed
        + warn_circumstances(obligation, content.timeless_sha256, late),
    )


def check_period(
    obligation: LockedObligation, report: Report, arrival: Arrival, close_after_years: int
) -> list[Violation]:
    """Illustrative reports may be for a closed period: demonstrations play past years."""
    violations = check_intake(Period.parse(obligation.period), arrival.received_at, close_after_years)
    return [v for v in violations if not (report.illustrative and v.code == "period_closed")]


def warn_circumstances(obligation: LockedObligation, timeless_sha256: str, late: bool) -> list[Violation]:
    """The report of the year before sent again, and a report that came too late."""
    warnings = []
    if timeless_sha256 == obligation.previous_timeless_sha256:
        warnings.append(violation("same_as_previous_year", "", period=obligation.previous_period))
    if late:
        warnings.append(violation("late", "", day=figures.day(figures.last_day(obligation.due_at))))
    return warnings
