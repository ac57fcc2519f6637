import subprocess
import sys
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.catalogue import Catalogue, disaggregation_key, load, parse_disaggregation

Days = Callable[[date, date], list[date]]


def test_every_day_every_unit_hangs_on_the_root_by_one_chain(catalogue: Catalogue, every_day: Days) -> None:
    for day in every_day(date(2021, 1, 1), date(2030, 12, 31)):
        valid = {unit.key: unit for unit in catalogue.units_on(day)}
        communes = [unit for unit in valid.values() if unit.level == "commune"]
        assert len(communes) == (71 if day < date(2025, 7, 1) else 28)
        for unit in communes:
            chain = catalogue.ancestors(unit.key)
            assert chain[-1] == "DAK_NONG" and len(set(chain)) == len(chain)
            assert all(key in valid for key in chain)
            assert len(chain) == (2 if day < date(2025, 7, 1) else 1)


def test_every_day_every_measure_has_its_owners(catalogue: Catalogue, every_day: Days) -> None:
    for day in every_day(date(2021, 4, 6), date(2030, 12, 31)):
        valid = {unit.key for unit in catalogue.units_on(day)}
        for code, measure in catalogue.measures.items():
            owners = catalogue.owners(code, day)
            assert len(owners) == (2 if measure.indicator == "3.2" else 1)
            assert valid.issuperset(owners)


def test_the_tree_changes_overnight(catalogue: Catalogue) -> None:
    def count(day: date) -> tuple[int, int]:
        levels = [unit.level for unit in catalogue.units_on(day)]
        return levels.count("district"), levels.count("commune")

    assert count(date(2025, 6, 30)) == (8, 71)
    assert count(date(2025, 7, 1)) == (0, 28)


@given(st.dates(date(2021, 1, 1), date(2030, 12, 31)))
def test_children_and_parents_agree(day: date) -> None:
    catalogue = load()
    below = [child.key for unit in catalogue.units_on(day) for child in catalogue.children(unit.key, day)]
    assert sorted([*below, "DAK_NONG"]) == sorted(unit.key for unit in catalogue.units_on(day))


def test_predecessors_invert_successors(catalogue: Catalogue) -> None:
    for key in [*catalogue.units, *catalogue.receivers]:
        assert all(key in catalogue.predecessors(successor) for successor in catalogue.successors(key))
        assert all(key in catalogue.successors(predecessor) for predecessor in catalogue.predecessors(key))
    assert catalogue.successors("SO_LDTBXH") == ["SO_NOI_VU"]
    assert catalogue.successors("SO_TTTT") == ["SO_KHCN", "SO_VHTTDL"]
    assert catalogue.unit("SO_TTTT").unconfirmed_successors == ("SO_VHTTDL",)
    assert catalogue.successors("660@2021-01-01") == []
    with pytest.raises(KeyError):
        catalogue.unit("24611")


def test_version_follows_meaning_not_layout(catalogue: Catalogue, plan_copy: Any) -> None:
    assert len(catalogue.version) == 64
    plan_copy.edit("plan", "plan:", "# a comment\n\nplan:")
    plan_copy.edit(
        "indicators", "direction: higher\n        kind: flag_count", "kind: flag_count\n        direction: higher"
    )
    assert load(plan_copy.folder).version == catalogue.version
    plan_copy.edit("indicators", "value: 60}", "value: 61}")
    assert load(plan_copy.folder).version != catalogue.version


@pytest.mark.usefixtures("outside")
def test_version_is_the_same_in_another_process(catalogue: Catalogue) -> None:
    program = "from shared.catalogue import load; print(load().version)"
    run = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == catalogue.version


def test_loading_twice_gives_the_same_object(catalogue: Catalogue) -> None:
    assert load() is catalogue


@given(st.dictionaries(st.sampled_from(["sex", "area", "violence_type"]), st.sampled_from(["male", "urban", "BLG"])))
def test_disaggregation_key_round_trips(disaggregation: dict[str, str]) -> None:
    key = disaggregation_key(disaggregation)
    assert parse_disaggregation(key) == disaggregation
    assert disaggregation_key(dict(reversed(disaggregation.items()))) == key


@pytest.mark.parametrize("text", ["sex", "sex=", "=male", "sex=male,area=urban", "sex=a=b", "sex=male,", "sex=a,sex=b"])
def test_wrong_disaggregations_are_refused(text: str) -> None:
    with pytest.raises(ValueError, match="disaggregation"):
        parse_disaggregation(text)


def test_a_unit_answers_for_what_ended_in_it(catalogue: Catalogue) -> None:
    merged = "24678@2025-07-01"
    assert catalogue.inherited(merged, date(2025, 6, 30)) == []
    assert sorted(catalogue.inherited(merged, date(2025, 7, 1))) == sorted(catalogue.predecessors(merged))
    assert catalogue.inherited("24678@2021-01-01", date(2026, 1, 1)) == []
    assert catalogue.inherited("SO_NOI_VU", date(2025, 2, 28)) == []
    assert catalogue.inherited("SO_NOI_VU", date(2025, 3, 1)) == ["SO_LDTBXH"]
    assert catalogue.inherited("SO_KHCN", date(2026, 1, 1)) == catalogue.inherited("SO_VHTTDL", date(2026, 1, 1))


def test_every_ended_commune_and_agency_has_somebody_who_answers_for_it(catalogue: Catalogue) -> None:
    day = date(2026, 1, 1)
    answered = {key for unit in catalogue.units_on(day) for key in catalogue.inherited(unit.key, day)}
    ended = {u.key for u in catalogue.units.values() if u.valid_to and u.valid_to <= day and u.level != "district"}
    assert answered == ended
