"""From rows to the records of the rules and, where a column is JSON, back. JSON keeps numbers as strings, exact."""

import json
from collections.abc import Iterable
from dataclasses import asdict
from decimal import Decimal
from typing import Any

from aggregation.rules.fact import Fact
from aggregation.rules.formula import CellSum
from aggregation.rules.records import CellKey, FactKey, FactRow, ObligationRecord, Value, ValueKey, ValuePart
from aggregation.rules.revision import ReportedObservation, Revision


def obligation(row: Any) -> ObligationRecord:
    return ObligationRecord(row.obligation_id, row.obligation, row.form, row.unit, row.period)


def revision(row: Any) -> Revision:
    return Revision(
        number=row.number,
        state=row.state,
        version=row.version,
        submission_id=row.submission_id,
        observations=_observations(row.observations),
        illustrative=row.illustrative,
        was_accepted=row.was_accepted,
    )


def fact_row(row: Any) -> FactRow:
    key = FactKey(row.source, row.element, row.disaggregation, row.basis)
    return FactRow(key, row.unit, row.period, Fact(row.value, row.status, row.expected))


def cell_key(row: Any) -> CellKey:
    return CellKey(row.unit, row.period, row.element, row.disaggregation, row.basis)


def cell_sum(row: Any) -> CellSum:
    return CellSum(row.value, row.valued, row.reported, row.expected, row.estimates)


def value_key(row: Any) -> ValueKey:
    return ValueKey(row.measure, row.unit, row.period, row.basis)


def value(row: Any) -> Value:
    return Value(
        value=row.value,
        numerator=row.numerator,
        denominator=row.denominator,
        reported=row.reported,
        expected=row.expected,
        assessment=row.assessment,
        provisional=row.provisional,
        below_floor=row.below_floor,
        above_whole=row.above_whole,
        parts=tuple(_part(part) for part in row.parts),
        as_of=row.as_of,
    )


def parts_json(parts: Iterable[ValuePart]) -> str:
    return json.dumps([{name: _plain(field) for name, field in asdict(part).items()} for part in parts])


def observations_json(observations: tuple[ReportedObservation, ...] | None) -> str | None:
    """None while only the decision about a revision has arrived."""
    if observations is None:
        return None
    return json.dumps([o._asdict() | {"value": None if o.value is None else str(o.value)} for o in observations])


def _part(part: dict[str, Any]) -> ValuePart:
    return ValuePart(
        dimension=part["dimension"],
        category=part["category"],
        value=_number(part["value"]),
        numerator=_number(part["numerator"]),
        denominator=_number(part["denominator"]),
        reported=part["reported"],
        expected=part["expected"],
        meets=part["meets"],
    )


def _observations(content: list[dict[str, Any]] | None) -> tuple[ReportedObservation, ...] | None:
    if content is None:
        return None
    return tuple(
        ReportedObservation(o["element"], o["disaggregation"], _number(o["value"]), o["status"]) for o in content
    )


def _plain(field: object) -> object:
    return format(field, "f") if isinstance(field, Decimal) else field


def _number(text: str | None) -> Decimal | None:
    return None if text is None else Decimal(text)
