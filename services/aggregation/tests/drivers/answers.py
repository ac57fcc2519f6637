"""Answers of a commune's yearly form."""

BIRTHS = {"n_live_births_male": 60, "n_live_births_female": 50}


def commune_answer(**changed: object) -> dict[str, object]:
    plain: dict[str, object] = {
        "female_key_leader": 1,
        **BIRTHS,
        "n_adolescent_births": 2,
        "n_adolescent_women": 100,
        "n_people_reached": 40,
        "population": 100,
        "n_orgs_informed_committed": 5,
        "n_orgs_total": 5,
    }
    return plain | changed
