"""Observations of a revision, as they are kept: written for every event, read for the revisions that count."""

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any, NamedTuple

from pydantic_core import to_json

from shared.catalogue import disaggregation_key
from shared.events import ObservationValue, Status


class ReportedObservation(NamedTuple):
    """One answered field."""

    element: str
    disaggregation: str
    value: Decimal | None
    status: Status
    implausible: bool = False


def written(observations: Iterable[ObservationValue]) -> str:
    """As JSON: numbers as strings, exact; a mark only where there is one, as before there were marks."""
    return to_json([_written(observation) for observation in observations]).decode()


def _written(observation: ObservationValue) -> dict[str, object]:
    value = observation.value
    kept: dict[str, object] = {
        "element": observation.measure,
        "disaggregation": disaggregation_key(observation.disaggregation),
        "value": None if value is None else str(value),
        "status": observation.status,
    }
    if observation.implausible:
        kept["implausible"] = True
    return kept


def read(content: Iterable[Mapping[str, Any]]) -> tuple[ReportedObservation, ...]:
    """The inverse of `written`."""
    return tuple(
        ReportedObservation(
            kept["element"],
            kept["disaggregation"],
            None if kept["value"] is None else Decimal(kept["value"]),
            kept["status"],
            kept.get("implausible", False),
        )
        for kept in content
    )
