"""An event as a person may read it: the log, dead letters, and whatever else shows events."""

import re
from collections.abc import Collection, Mapping
from typing import Any

from shared.access import EndedUnits, Person, no_ended_units
from shared.disclosure.policy import DisclosurePolicy
from shared.events import DATA_TYPES, Event

HASHES = ("content_sha256", "prevhash", "live_checksum", "rebuilt_checksum")
COVERAGE = frozenset({"reported", "expected"})
FIGURES = frozenset({"value", "numerator", "denominator", "assessment", "needs_check"})

# What ops read of an event, whatever is in it: a list of what is hidden would miss what nobody foresaw.
ENVELOPE = frozenset(Event.model_fields) - {"data", "prevhash"}
NAMED = frozenset({
    "acting_role", "acting_subject", "acting_unit", "as_of", "causes", "channel", "changed_at", "consumer",
    "decided_at", "due_at", "event_id", "finding_id", "finished_at", "form", "handled_at", "indicator",
    "inspection_id", "kind", "logged_at", "measure", "message_id", "obligation", "obligation_id", "origin",
    "origin_topic", "outcome", "period", "projection", "reason_code", "rebuild_id", "received_at", "recipient_role",
    "recipient_roles", "reminder_id", "severity", "stage", "started_at", "started_on", "submission_id", "unit",
})  # fmt: skip
COUNTED = frozenset({
    "attempt", "days_left", "equal", "events", "facts", "findings", "illustrative", "letter", "offset", "partition",
    "pending", "revision", "sequence", "swapped", "version",
})  # fmt: skip
DECLARED = frozenset(name for model in DATA_TYPES.values() for name in model.model_fields)
UNDECLARED = "…"
"""Stands for members that no event has: their names may say a figure, too."""
_NAME = re.compile(r"\S{1,300}")


def disclosed_data(
    policy: DisclosurePolicy, person: Person, data: Mapping[str, Any], answers_for: EndedUnits = no_ended_units
) -> dict[str, Any]:
    """The data with None in place of each figure that the person may not read, and of the hashes that would tell it."""
    if person.role == "ops":
        shown = _allowed(data, NAMED, COUNTED, DECLARED)
        return shown | {"values": _coverage(data["values"])} if "values" in data else shown
    unit, measure = (said if isinstance(said := data.get(name), str) else "" for name in ("unit", "measure"))
    shown = dict(data)
    if "observations" in data:
        shown["observations"] = _observations(policy, person, unit, data["observations"], answers_for)
    if "values" in data and not policy.may_read_all(person, unit, policy.of_measure(measure), answers_for):
        shown["values"] = _coverage(data["values"])
    withheld = shown.get("observations") != data.get("observations")
    if withheld or not policy.may_read_exactly(person, unit, answers_for):
        shown |= {name: None for name in HASHES if name in shown}
    return shown


def disclosed_document(
    policy: DisclosurePolicy, person: Person, document: Any, answers_for: EndedUnits = no_ended_units
) -> Any:
    """A whole event. None in place of what is no event: nobody can say what it holds."""
    if policy.needs_to_know(person):
        return document
    if not isinstance(document, Mapping) or not isinstance(data := document.get("data"), Mapping):
        return None
    if person.role == "ops":
        around = {name: value for name, value in document.items() if name != "data"}
        envelope = _allowed(around, ENVELOPE, (), Event.model_fields)
    else:
        envelope = {name: None if name in HASHES else value for name, value in document.items()}
    return envelope | {"data": disclosed_data(policy, person, data, answers_for)}


def _allowed(
    members: Mapping[str, Any], named: Collection[str], counted: Collection[str], declared: Collection[str]
) -> dict[str, Any]:
    """None in place of what is not on the lists, or is no name or count where the lists foresee one."""

    def keeps(name: str, value: Any) -> bool:
        if isinstance(value, list):
            return name in named and all(isinstance(one, str) and _NAME.fullmatch(one) for one in value)
        if isinstance(value, str):
            return name in named and _NAME.fullmatch(value) is not None
        return name in counted and isinstance(value, int)

    return {
        name if name in declared else UNDECLARED: value if keeps(name, value) else None
        for name, value in members.items()
    }


def _observations(policy: DisclosurePolicy, person: Person, unit: str, given: Any, answers_for: EndedUnits) -> Any:
    if not isinstance(given, list):
        return None
    return [_observation(policy, person, unit, one, answers_for) for one in given]


def _observation(policy: DisclosurePolicy, person: Person, unit: str, observation: Any, answers_for: EndedUnits) -> Any:
    if not isinstance(observation, Mapping):
        return None
    element = observation.get("measure")
    known = element if isinstance(element, str) else ""
    if policy.may_read(person, unit, known, answers_for):
        return observation
    kept = {name: observation[name] for name in ("measure", "disaggregation", "status") if name in observation}
    return kept | {"value": None, "suppressed": True}


def _coverage(values: Any) -> Any:
    """Values of a measure without its figures and what is judged by them. How many units have reported stays."""
    if not isinstance(values, Mapping):
        return None
    return {
        basis: _allowed(figures, (), COVERAGE, COVERAGE | FIGURES) if isinstance(figures, Mapping) else None
        for basis, figures in values.items()
        if basis in ("received", "accepted")
    }
