"""What the rules make of the ledger (docs/design.md 5.2, 5.3): written from the rules, importing nothing of ours."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction
from math import floor
from typing import Literal

from tests.resilience.actors.ledger import Act, Kind, Ledger, Obligation

Basis = Literal["received", "accepted"]
BASES: tuple[Basis, ...] = ("received", "accepted")
ROOT = "DAK_NONG"

STATE: dict[Kind, str] = {"submit": "submitted", "accept": "accepted", "return": "returned", "withdraw": "withdrawn"}
EVENT: dict[Kind, str] = {
    "submit": "vn.tiendo.submission.received.v1",
    "accept": "vn.tiendo.submission.accepted.v1",
    "return": "vn.tiendo.submission.returned.v1",
    "withdraw": "vn.tiendo.submission.withdrawn.v1",
}
OPENED = "vn.tiendo.obligation.opened.v1"


@dataclass(frozen=True)
class Measure:
    """A ratio of sums that form B01-XA alone feeds."""

    code: str
    numerator: str
    denominator: str
    scale: int


MEASURES = (
    Measure("4.1", "n_live_births_male", "n_live_births_female", 100),
    Measure("4.3", "n_adolescent_births", "n_adolescent_women", 1000),
    Measure("6.1", "n_people_reached", "population", 100),
)


@dataclass(frozen=True)
class Revision:
    """A submission as it stands now."""

    submit: Act
    state: str
    ever_accepted: bool = False

    @property
    def number(self) -> int:
        return self.submit.revision

    def value(self, element: str) -> int:
        return (self.submit.values or {})[element]


def revisions(acts: Iterable[Act]) -> list[Revision]:
    """In order of their number."""
    found: dict[str, Revision] = {}
    for act in acts:
        if act.kind == "submit":
            found[act.submission] = Revision(act, STATE[act.kind])
        else:
            before = found[act.submission]
            accepted = before.ever_accepted or act.kind == "accept"
            found[act.submission] = replace(before, state=STATE[act.kind], ever_accepted=accepted)
    return sorted(found.values(), key=lambda r: r.number)


def counting(acts: Iterable[Act], basis: Basis) -> Revision | None:
    """The revision that counts: earlier ones never come back.

    `received`: the latest, unless it was returned or withdrawn. `accepted`: the highest ever accepted, if it still is.
    """
    all_of = revisions(acts)
    if basis == "received":
        latest = all_of[-1] if all_of else None
        return latest if latest and latest.state in ("submitted", "accepted") else None
    accepted = [r for r in all_of if r.ever_accepted]
    return accepted[-1] if accepted and accepted[-1].state == "accepted" else None


def state(acts: Sequence[Act]) -> str:
    """Of the obligation: that of its latest revision."""
    all_of = revisions(acts)
    return all_of[-1].state if all_of else "open"


def version(acts: Sequence[Act]) -> int:
    """Opening is version 1, every act adds one."""
    return 1 + len(acts)


def events(acts: Sequence[Act]) -> list[tuple[str, int, str | None, int | None]]:
    """The obligation's events in the log: type, version, submission, revision."""
    told = [(EVENT[act.kind], n, act.submission, act.revision) for n, act in enumerate(acts, start=2)]
    return [(OPENED, 1, None, None), *told]


@dataclass(frozen=True)
class Figures:
    """Sums over units with their coverage. `numerator` and `denominator` are None when nobody reported."""

    numerator: int | None
    denominator: int | None
    reported: int
    expected: int

    def value(self, measure: Measure) -> Decimal | None:
        """Six decimals, halves up, as stored; None for 0/0 and for nothing."""
        if not self.denominator or self.numerator is None:
            return None
        exact = Fraction(measure.scale * self.numerator * 10**6, self.denominator)
        return Decimal(floor(exact + Fraction(1, 2))) / 10**6


def figures(ledger: Ledger, measure: Measure, period: str, basis: Basis, unit: str | None = None) -> Figures:
    """Of the province, or of one commune."""
    here = obligations(ledger, lambda d: d.period == period and unit in (None, d.unit))
    counted = [r for d in here if (r := counting(ledger.acts[d.id], basis))]
    sums = [sum(r.value(element) for r in counted) for element in (measure.numerator, measure.denominator)]
    return Figures(sums[0] if counted else None, sums[1] if counted else None, len(counted), len(here))


def obligations(ledger: Ledger, wanted: Callable[[Obligation], bool]) -> list[Obligation]:
    return [obligation for obligation in ledger.obligations.values() if wanted(obligation)]
