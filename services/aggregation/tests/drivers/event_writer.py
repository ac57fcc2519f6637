"""The events that submissions would publish, made by hand, with the truth that aggregation must reach from them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, Literal
from uuid import UUID, uuid4

from aiokafka import ConsumerRecord

from shared.catalogue import Catalogue, Period, parse_disaggregation
from shared.events import (
    SUBMISSIONS,
    Event,
    EventData,
    ObligationOpened,
    ObservationValue,
    Status,
    SubmissionAccepted,
    SubmissionReceived,
    SubmissionReturned,
    SubmissionWithdrawn,
)

NOW = datetime(2026, 11, 24, 5, tzinfo=UTC)
Decision = Literal["accepted", "returned", "withdrawn"]
MODELS = {"accepted": SubmissionAccepted, "returned": SubmissionReturned, "withdrawn": SubmissionWithdrawn}
Cell = tuple[Decimal | None, Status]


@dataclass
class Answer:
    """Revision of one obligation as the writer has it: the truth that aggregation must reach."""

    state: str
    cells: dict[tuple[str, str], Cell]
    was_accepted: bool = False
    implausible: frozenset[tuple[str, str]] = frozenset()


@dataclass
class Obligation:
    id: UUID
    form: str
    unit: str
    period: str
    version: int = 0
    answers: list[Answer] = field(default_factory=list)
    ids: list[UUID] = field(default_factory=list)


class EventWriter:
    """Every method returns the event that submissions would publish, and remembers it."""

    def __init__(self, catalogue: Catalogue) -> None:
        self.catalogue = catalogue
        self.obligations: list[Obligation] = []

    def open(self, form: str, unit: str, period: str) -> tuple[Obligation, Event]:
        o = Obligation(uuid4(), form, unit, period)
        self.obligations.append(o)
        return o, self._event(ObligationOpened(**self._obligation(o), due_at=NOW))

    def open_period(self, period: str, forms: Iterable[str] | None = None) -> list[Event]:
        obligations_owed = self.catalogue.forms_owed(Period.parse(period))
        chosen = [d for d in obligations_owed if forms is None or d.form in forms]
        return [self.open(d.form, d.unit, period)[1] for d in chosen]

    def find(self, form: str, unit: str, period: str) -> Obligation:
        return next(o for o in self.obligations if (o.form, o.unit, o.period) == (form, unit, period))

    def submit(
        self,
        o: Obligation,
        values: Mapping[str, Any],
        *,
        status: Status = "final",
        illustrative: bool = False,
        implausible: Iterable[str] = (),
    ) -> Event:
        """`values`: "element" or "element|dim=cat" → number, None (không phát sinh) or (number, status).

        `implausible`: those of them that were marked when they were taken in.
        """
        cells: dict[tuple[str, str], Cell] = {}
        for name, given in values.items():
            element, _, part = name.partition("|")
            value, of = given if isinstance(given, tuple) else (given, "not_applicable" if given is None else status)
            cells[(element, part)] = (None if value is None else Decimal(str(value)), of)
        marked = frozenset((name.partition("|")[0], name.partition("|")[2]) for name in implausible)
        o.answers.append(Answer("received", cells, implausible=marked))
        o.ids.append(uuid4())
        observations = [
            ObservationValue(
                measure=e, value=v, disaggregation=parse_disaggregation(p), status=s, implausible=(e, p) in marked
            )
            for (e, p), (v, s) in cells.items()
        ]
        return self._event(
            SubmissionReceived(
                **self._obligation(o),
                submission_id=o.ids[-1],
                revision=len(o.answers),
                received_at=NOW,
                due_at=NOW,
                content_sha256="0" * 64,
                illustrative=illustrative,
                observations=observations,
            )
        )

    def decide(self, o: Obligation, decision: Decision, revision: int | None = None) -> Event:
        number = revision or len(o.answers)
        o.answers[number - 1].state = decision
        o.answers[number - 1].was_accepted |= decision == "accepted"
        model = MODELS[decision]
        return self._event(
            model(**self._obligation(o), submission_id=o.ids[number - 1], revision=number, decided_at=NOW)
        )

    def _obligation(self, o: Obligation) -> dict[str, Any]:
        o.version += 1
        names = {"obligation_id": o.id, "obligation": "O1", "form": o.form, "unit": o.unit, "period": o.period}
        return names | {"version": o.version}

    def _event(self, data: EventData) -> Event:
        subject = str(data.obligation_id)  # type: ignore[attr-defined]
        version = self.catalogue.version
        return Event.of(data, source="/submissions", subject=subject, time=NOW, catalogue_version=version)


def record_of(event: Event, offset: int = 0) -> Any:
    value = event.to_bytes()
    return ConsumerRecord(SUBMISSIONS, 0, offset, 0, 0, event.subject.encode(), value, None, 0, len(value), ())
