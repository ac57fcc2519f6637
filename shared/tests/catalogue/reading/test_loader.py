"""A plan is read as a whole: every fault at once, each with its file and line."""

import os
from pathlib import Path

import pytest

from shared.catalogue import CatalogueError, check, load

from ..plan_copy import PlanCopy

# Faults of ten kinds, each with the edit that makes it.
ONE_OF_EACH = {
    "unknown_unit": ("forms", "units: [MTTQ_TINH]", "units: [MTTQ]"),
    "unknown_element": ("indicators", "numerator: n_female_wage_workers", "numerator: n_wage"),
    "bad_operator": ("indicators", 'op: "<"', 'op: "=<"'),
    "bad_decimal": ("indicators", "value: 1.7", 'value: "1,7"'),
    "two_coordinators": (
        "agencies",
        "valid_to: 2025-03-01, confirmed: true}\n  - {unit",
        "confirmed: true}\n  - {unit",
    ),
    "duplicate_code": ("obligations", "{code: O2,", "{code: O1,"),
    "mapped_twice": ("units", 'from: ["24616"]', 'from: ["24616", "24622"]'),
    "missing_text": ("indicators", 'en: "Sex ratio at birth"', ""),
    "duplicate_key": ("indicators", "direction: higher", "direction: higher\n        direction: lower"),
    "unknown_source": ("indicators", "source: EVN", "source: VNE"),
}


def test_a_fault_names_file_and_line(plan_copy: PlanCopy) -> None:
    line = plan_copy.edit("indicators", 'op: "<"', 'op: "=<"')
    [fault] = plan_copy.faults()
    expected = (str(plan_copy.folder / "indicators.yaml"), line, "bad_operator")
    assert (fault.file, fault.line, fault.code) == expected


def test_every_fault_is_named_at_once(plan_copy: PlanCopy) -> None:
    for code, (name, old, new) in ONE_OF_EACH.items():
        assert code not in {fault.code for fault in plan_copy.faults()}
        plan_copy.edit(name, old, new)
    assert {fault.code for fault in plan_copy.faults()} >= set(ONE_OF_EACH)


def test_the_packaged_plan_has_no_fault(plan_copy: PlanCopy) -> None:
    assert plan_copy.faults() == []


def test_loading_a_broken_plan_raises_all_its_faults(plan_copy: PlanCopy) -> None:
    plan_copy.edit("indicators", 'op: "<"', 'op: "=<"')
    plan_copy.edit("elements", 'vi: "Tổng dân số"', 'vi: ""')
    with pytest.raises(CatalogueError) as caught:
        load(plan_copy.folder)
    assert {fault.code for fault in caught.value.faults} == {"bad_operator", "missing_text"}
    assert "indicators.yaml" in str(caught.value)


def test_a_missing_file_is_one_fault(plan_copy: PlanCopy) -> None:
    (plan_copy.folder / "elements.yaml").unlink()
    assert [fault.code for fault in plan_copy.faults()] == ["missing_file"]


def test_faults_of_other_files_are_found_beside_an_unreadable_one(plan_copy: PlanCopy) -> None:
    plan_copy.edit("elements", "dimensions:", "dimensions: [")
    plan_copy.edit("indicators", 'op: "<"', 'op: "=<"')
    assert {fault.code for fault in plan_copy.faults()} == {"bad_yaml", "bad_operator"}


def test_a_single_file_is_checked_against_the_packaged_plan(plan_copy: PlanCopy, tmp_path: Path) -> None:
    plan_copy.edit("forms", "units: [MTTQ_TINH]", "units: [MTTQ]")
    for name in ("forms.yaml", "my-forms.yml"):
        alone = tmp_path / "alone" / name
        alone.parent.mkdir(exist_ok=True)
        alone.write_bytes((plan_copy.folder / "forms.yaml").read_bytes())
        assert [(fault.file, fault.code) for fault in check([alone])] == [(str(alone), "unknown_unit")]


def test_a_file_is_read_again_when_it_changes_though_its_size_and_time_do_not(plan_copy: PlanCopy) -> None:
    path = plan_copy.folder / "indicators.yaml"
    before, content = path.stat(), path.read_bytes()
    assert not plan_copy.faults()
    for text, faults in ((content.replace(b'op: "<"', b'op: "?"', 1), {"bad_operator"}), (content, set())):
        path.write_bytes(text)
        os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
        assert (path.stat().st_size, path.stat().st_mtime_ns) == (before.st_size, before.st_mtime_ns)
        assert {fault.code for fault in plan_copy.faults()} == faults
