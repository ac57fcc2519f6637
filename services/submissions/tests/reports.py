"""Right reports of a commune on form B01-XA, and what a test changes in them."""

from collections.abc import Sequence
from typing import Any

from submissions.rules.checks.observations import check_observations
from submissions.rules.form import FormRules
from submissions.rules.observation import ObservationEntry

RIGHT = {
    "female_key_leader": "1",
    "n_live_births_male": "61",
    "n_live_births_female": "55",
    "n_adolescent_births": "3",
    "n_adolescent_women": "410",
    "n_people_reached": "5200",
    "population": "8123",
    "n_orgs_informed_committed": "11",
    "n_orgs_total": "12",
}


SEX = {"sex": "female"}


def commune_report(**changed: Any) -> dict[str, Any]:
    """The JSON of a right report of a commune on B01-XA, with some values changed (None leaves the cell out)."""
    values = RIGHT | changed
    observations = [{"measure": m, "value": v} for m, v in values.items() if v is not None]
    return {"observations": observations}


def entries(*more: ObservationEntry, **changed: Any) -> list[ObservationEntry]:
    values = RIGHT | changed
    return [ObservationEntry(m, v) for m, v in values.items() if v is not ...] + list(more)


def codes(rules: FormRules, given: Sequence[ObservationEntry | None]) -> list[tuple[str, str]]:
    return [(f.code, f.pointer) for f in check_observations(rules, given)[1]]
