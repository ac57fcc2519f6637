"""The ledger of what the system acknowledged over HTTP, and of nothing else.

Per obligation the acts in the order of their acknowledgement; one writer owns an obligation, so that the order is
plain. Beside them the requests without an answer yet, those refused, and what a writer saw that must not happen.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Literal

Kind = Literal["submit", "accept", "return", "withdraw"]


@dataclass(frozen=True)
class Obligation:
    """One opened obligation of a commune."""

    id: str
    unit: str
    period: str


@dataclass(frozen=True)
class Act:
    """Something that took effect. `values` and `sha256` belong to a submission; `reason` is what a person wrote, `key`
    the Idempotency-Key it was asked with.
    """

    kind: Kind
    submission: str
    revision: int
    reason: str | None = None
    values: Mapping[str, int] | None = None
    sha256: str | None = None
    key: str = ""
    at: datetime = field(default_factory=lambda: datetime.now(UTC))


@dataclass(frozen=True)
class Asked:
    """A request on its way. `submission` is the one decided about, None for a submission."""

    key: str
    obligation: str
    kind: Kind
    revision: int
    submission: str | None = None
    reason: str | None = None
    values: Mapping[str, int] | None = None
    sha256: str | None = None

    def act(self, submission: str) -> Act:
        return Act(self.kind, submission, self.revision, self.reason, self.values, self.sha256, self.key)


@dataclass(frozen=True)
class Refused:
    """A request that had to be refused and was: it leaves no trace. `mark` is a text that only it carried."""

    obligation: str
    what: str
    mark: str


@dataclass
class Ledger:
    obligations: dict[str, Obligation] = field(default_factory=dict)
    acts: dict[str, list[Act]] = field(default_factory=dict)
    unanswered: dict[str, Asked] = field(default_factory=dict)
    refused: list[Refused] = field(default_factory=list)
    findings: list[str] = field(default_factory=list)
    counts: Counter[str] = field(default_factory=Counter)

    def own(self, obligation: Obligation) -> None:
        self.obligations[obligation.id] = obligation
        self.acts.setdefault(obligation.id, [])

    def ask(self, asked: Asked) -> None:
        self.unanswered[asked.key] = asked

    def acknowledge(self, asked: Asked, submission: str) -> None:
        """The request took effect, on this submission."""
        self.unanswered.pop(asked.key, None)
        self.acts[asked.obligation].append(asked.act(submission))

    def drop(self, asked: Asked) -> None:
        """The request is known to have had no effect."""
        self.unanswered.pop(asked.key, None)

    def refuse(self, obligation: str, what: str, mark: str) -> None:
        self.refused.append(Refused(obligation, what, mark))

    def find(self, text: str) -> None:
        self.findings.append(text)

    @property
    def periods(self) -> list[str]:
        return sorted({obligation.period for obligation in self.obligations.values()})
