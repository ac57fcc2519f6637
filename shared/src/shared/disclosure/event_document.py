"""An event as a person may read it: the log, dead letters, and whatever else shows events."""

from collections.abc import Mapping
from typing import Any

from shared.access import EndedUnits, Person, no_ended_units
from shared.disclosure.policy import DisclosurePolicy

HASHES = ("content_sha256", "prevhash", "live_checksum", "rebuilt_checksum")
FIGURES = ("value", "numerator", "denominator")


def disclosed_data(
    policy: DisclosurePolicy, person: Person, data: Mapping[str, Any], answers_for: EndedUnits = no_ended_units
) -> dict[str, Any]:
    """The data with None in place of each figure that the person may not read, and of the hashes that would tell it."""
    unit = data.get("unit")
    where = unit if isinstance(unit, str) else ""
    shown = dict(data)
    withheld = False
    if isinstance(observations := data.get("observations"), list):
        shown["observations"] = [_observation(policy, person, where, one, answers_for) for one in observations]
        withheld = shown["observations"] != observations
    if isinstance(values := data.get("values"), Mapping) and person.role == "ops":
        shown["values"] = {basis: _without_figures(figures) for basis, figures in values.items()}
    if withheld or not policy.may_read_exactly(person, where, answers_for):
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
    envelope = {name: None if name in HASHES else value for name, value in document.items()}
    return envelope | {"data": disclosed_data(policy, person, data, answers_for)}


def _observation(policy: DisclosurePolicy, person: Person, unit: str, observation: Any, answers_for: EndedUnits) -> Any:
    if not isinstance(observation, Mapping):
        return None
    element = observation.get("measure")
    known = element if isinstance(element, str) else ""
    if policy.may_read(person, unit, known, answers_for):
        return observation
    kept = {name: observation[name] for name in ("measure", "disaggregation", "status") if name in observation}
    return kept | {"value": None, "suppressed": True}


def _without_figures(figures: Any) -> Any:
    if not isinstance(figures, Mapping):
        return None
    return {name: None if name in FIGURES else value for name, value in figures.items()}
