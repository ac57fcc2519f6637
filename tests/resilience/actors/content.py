"""What a commune says on form B01-XA, and the hash its receipt must carry.

The hash is computed here from the published rule (services/submissions/README.md): SHA-256 of UTF-8 JSON, keys sorted
and no blanks, of form, unit, period, observations, narrative and evidence.
"""

import hashlib
import json
from collections.abc import Mapping
from random import Random
from typing import Any

FORM = "B01-XA"
Values = Mapping[str, int]


def invent(rng: Random) -> dict[str, int]:
    """Figures that the form takes without a question: shares at most 1, every count of any two reports within a factor
    of two, boys and girls within it, births few beside the population; no sensitive count from 1 to 4 (not shown)."""
    women, population, organisations = rng.randint(1_000, 2_000), rng.randint(15_000, 30_000), rng.randint(5, 40)
    return {
        "female_key_leader": rng.randint(0, 1),
        "n_live_births_male": rng.randint(201, 400),
        "n_live_births_female": rng.randint(201, 400),
        "n_adolescent_births": rng.randint(5, 49),
        "n_adolescent_women": women,
        "n_people_reached": rng.randint(7_500, population),
        "population": population,
        "n_orgs_informed_committed": rng.randint(0, organisations),
        "n_orgs_total": organisations,
    }


def observations(values: Values) -> list[dict[str, Any]]:
    """As the API takes and shows them: sorted by measure."""
    return [
        {"measure": measure, "value": str(value), "disaggregation": {}, "status": "final", "note": None}
        for measure, value in sorted(values.items())
    ]


def report(values: Values, reason: str | None) -> dict[str, Any]:
    return {"observations": observations(values), "narrative": {}, "evidence": [], "reason": reason}


def sha256(unit: str, period: str, values: Values) -> str:
    said = {
        "form": FORM,
        "unit": unit,
        "period": period,
        "observations": observations(values),
        "narrative": {},
        "evidence": [],
    }
    text = json.dumps(said, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()
