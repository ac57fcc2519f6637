"""An event as it is shown: a value of many figures, and to ops nothing but what an envelope says."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.access import Person, Role
from shared.catalogue import Catalogue
from shared.disclosure import DisclosurePolicy, disclosed_data, disclosed_document
from shared.disclosure.event_document import COUNTED, ENVELOPE, NAMED
from shared.events import DATA_TYPES

ROOT, COMMUNE = "DAK_NONG", "24736@2025-07-01"
OPS = Person("ops", ROOT, "x")
FIGURES = {"value": "75", "numerator": "3", "denominator": "4", "assessment": "not_met", "needs_check": True}
COVERAGE = {"reported": 1, "expected": 1}
WITHHELD = dict.fromkeys(FIGURES)
DECLARED = sorted({name for model in DATA_TYPES.values() for name in model.model_fields})


def value_of(measure: str, unit: str = ROOT) -> dict[str, Any]:
    return {"measure": measure, "unit": unit, "period": "2026", "values": {"received": FIGURES | COVERAGE}}


def read_by(catalogue: Catalogue, role: Role, unit: str, data: dict[str, Any]) -> Any:
    return disclosed_data(DisclosurePolicy(catalogue), Person(role, unit, "x"), data)["values"]["received"]


@pytest.mark.parametrize(("role", "of"), [("reporter", "SO_TU_PHAP"), ("head", COMMUNE), ("ops", ROOT)])
def test_what_a_body_counted_for_the_province_is_for_who_reads_each_figure(
    catalogue: Catalogue, role: Role, of: str
) -> None:
    """3 of 4 victims, or to ops the assessment, which says whether 3 or 4. How small the categories are no event says:
    so not only while a side is small."""
    assert read_by(catalogue, role, of, value_of("3.3")) == WITHHELD | COVERAGE


@pytest.mark.parametrize("role", ["leader", "coordinator", "auditor"])
def test_the_leader_reads_the_provinces_own_value(catalogue: Catalogue, role: Role) -> None:
    assert read_by(catalogue, role, ROOT, value_of("3.3")) == FIGURES | COVERAGE


def test_nobody_but_itself_reads_what_is_made_of_a_communes_figure(catalogue: Catalogue) -> None:
    assert read_by(catalogue, "leader", ROOT, value_of("4.3", COMMUNE)) == WITHHELD | COVERAGE
    assert read_by(catalogue, "reporter", COMMUNE, value_of("4.3", COMMUNE)) == FIGURES | COVERAGE
    assert read_by(catalogue, "reporter", "SO_TU_PHAP", value_of("1.1")) == FIGURES | COVERAGE


def test_what_has_another_shape_is_withheld_from_the_leader(catalogue: Catalogue) -> None:
    odd = {"unit": COMMUNE, "observations": {"0": {"value": "3"}}, "values": "3 of 4", "measure": ["4.3"]}
    shown = disclosed_data(DisclosurePolicy(catalogue), Person("leader", ROOT, "x"), odd)
    assert (shown["observations"], shown["values"]) == (None, None)


def test_a_dead_letter_tells_ops_no_figure_under_whatever_name(catalogue: Catalogue) -> None:
    """Dead letters are what fits no shape: here, a list of names that hide figures hid none of these."""
    letter = {
        "id": "1",
        "type": "vn.tiendo.submission.received.v1",
        "births": 3,
        "data": {
            "unit": COMMUNE,
            "revision": 2,
            "form": {"n_adolescent_births": 3},
            "period": "3 births",
            "observations": {"0": {"measure": "n_adolescent_births", "value": "3"}},
            "figures": [{"value": "3"}],
            "3 births": True,
        },
    }
    assert disclosed_document(DisclosurePolicy(catalogue), OPS, letter) == {
        "id": "1",
        "type": "vn.tiendo.submission.received.v1",
        "…": None,
        "data": {
            "unit": COMMUNE,
            "revision": 2,
            "form": None,
            "period": None,
            "observations": None,
            "…": None,
        },
    }


def test_of_each_member_of_an_event_it_is_decided_whether_ops_read_it() -> None:
    """A new member stands in one of the lists of `event_document.py`, or here."""
    withheld = {"observations", "values", "by_severity", "content_sha256", "hash", "live_checksum", "rebuilt_checksum"}
    assert set(DECLARED) - NAMED - COUNTED == withheld
    assert not NAMED & COUNTED and set(DECLARED) > NAMED | COUNTED, "nothing but members of events"


ANY_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)
MEMBERS = st.dictionaries(st.sampled_from(DECLARED) | st.text(), ANY_JSON, max_size=8)
VALUES = st.fixed_dictionaries({"values": st.dictionaries(st.sampled_from(["received", "x"]), MEMBERS)})


@given(
    data=MEMBERS | VALUES | ANY_JSON,
    envelope=st.dictionaries(st.sampled_from(sorted(ENVELOPE)) | st.text(), ANY_JSON, max_size=6),
)
def test_of_any_json_only_what_the_lists_allow_reaches_ops(catalogue: Catalogue, data: Any, envelope: Any) -> None:
    shown = disclosed_document(DisclosurePolicy(catalogue), OPS, envelope | {"data": data})
    json.dumps(shown)
    if shown is None:
        return
    left = dict(shown)
    left_of_data = dict(left.pop("data"))
    for coverage in (left_of_data.pop("values", None) or {}).values():
        assert {type(said) for name, said in coverage.items() if name in COVERAGE} <= {int, type(None)}
        assert all(said is None for name, said in coverage.items() if name not in COVERAGE)
        assert set(coverage) <= set(FIGURES) | set(COVERAGE) | {"…"}
    for part, allowed in ((left, ENVELOPE), (left_of_data, NAMED | COUNTED)):
        for name, said in part.items():
            assert name in {*allowed, *DECLARED, "…"}, "a name may say a number, too"
            assert said is None or (name in allowed and not isinstance(said, (dict, float)))
            assert not isinstance(said, str) or not any(letter.isspace() for letter in said)
