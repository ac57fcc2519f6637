"""Every kind of fault is found, on its line. Each case breaks a copy of the real plan in one place."""

from pathlib import Path
from typing import Any

import pytest

from shared.catalogue import CatalogueError, check, load
from shared.catalogue.__main__ import main

CASES = {
    # file, text, replacement, code of the fault, words of its message
    "unknown unit as owner": ("indicators", "{unit: SO_NOI_VU,", "{unit: SO_LAO,", "unknown_unit", "SO_LAO"),
    "unknown unit as parent": ("units", 'parent: "660"', 'parent: "999"', "unknown_unit", "999"),
    "unknown unit on a form": ("forms", "units: [MTTQ_TINH]", "units: [MTTQ]", "unknown_unit", "MTTQ"),
    "unknown unit in an obligation": ("obligations", "via: SO_LDTBXH", "via: SO_LD", "unknown_unit", "SO_LD"),
    "unknown group": ("agencies", "successor: UBND_XA", "successor: UBND_PHUONG", "unknown_unit", "UBND_PHUONG"),
    "unknown unit merged": ("units", 'from: ["24616"]', 'from: ["24699", "11111"]', "unknown_unit", "11111"),
    "unknown element in a formula": (
        "indicators",
        "numerator: n_female_wage_workers",
        "numerator: n_wage",
        "unknown_element",
        "n_wage",
    ),
    "unknown element on a form": ("forms", "[n_items_in_quarter]", "[n_items]", "unknown_element", "n_items"),
    "unknown dimension": ("elements", "optional_by: [sex]", "optional_by: [age]", "unknown_dimension", "age"),
    "unknown dimension tested": ("indicators", "tested_by: sex", "tested_by: age", "unknown_dimension", "age"),
    "unknown category": ("forms", "violence_type=BLGD", "violence_type=XYZ", "unknown_category", "XYZ"),
    "unknown objective": ("indicators", "objective: 1", "objective: 7", "unknown_objective", "7"),
    "unknown source": ("indicators", "source: EVN", "source: VNE", "unknown_source", "VNE"),
    "unknown obligation": ("forms", "obligation: O1", "obligation: O99", "unknown_obligation", "O99"),
    "unknown due rule": ("forms", "due: quarter_before_15", "due: someday", "unknown_due_rule", "someday"),
    "unknown key": (
        "indicators",
        "direction: higher",
        "direction: higher\n        colour: red",
        "unknown_key",
        "colour",
    ),
    "measure missing": ("indicators", "    measures:\n", "    measures: []\n    note_:\n", "measure_missing", "1.1"),
    "gap in a code's validity": (
        "units",
        'code: "24736", level: commune, kind: xa, vi: "Xã Quảng Trực", en: "Quảng Trực Commune", parent: DAK_NONG, '
        "valid_from: 2025-07-01",
        'code: "24736", level: commune, kind: xa, vi: "Xã Quảng Trực", en: "Quảng Trực Commune", parent: DAK_NONG, '
        "valid_from: 2025-08-01",
        "validity_gap",
        "24736",
    ),
    "overlap in a code's validity": (
        "units",
        'parent: "667", valid_from: 2021-01-01, valid_to: 2025-07-01',
        'parent: "667", valid_from: 2021-01-01, valid_to: 2025-08-01',
        "validity_overlap",
        "24736",
    ),
    "gap between owners": (
        "indicators",
        "{unit: SO_NOI_VU, valid_from: 2025-03-01, confirmed: false}",
        "{unit: SO_NOI_VU, valid_from: 2025-04-01, confirmed: false}",
        "owner_gap",
        "2025-03-01 to 2025-04-01",
    ),
    "no owner at the end": (
        "indicators",
        "{unit: SO_NOI_VU, valid_from: 2021-04-06, confirmed: true}",
        "{unit: SO_NOI_VU, valid_from: 2021-04-06, valid_to: 2030-01-01}",
        "owner_gap",
        "2030-01-01 to 2031-01-01",
    ),
    "two owners where one is asked for": (
        "indicators",
        "- {unit: SO_NOI_VU, valid_from: 2021-04-06, confirmed: true}",
        "- {unit: SO_NOI_VU, valid_from: 2021-04-06}\n      - {unit: SO_Y_TE, valid_from: 2024-01-01}",
        "two_owners",
        "SO_Y_TE",
    ),
    "two owners without the split": ("indicators", "    split_by: violence_type\n", "", "unknown_part", "BLG"),
    "part outside the split": ("indicators", "part: BLGD", "part: TREEM", "unknown_part", "TREEM"),
    "owner dissolved": (
        "indicators",
        "{unit: SO_LDTBXH, valid_from: 2021-04-06, valid_to: 2025-03-01, confirmed: true}",
        "{unit: SO_LDTBXH, valid_from: 2021-04-06, valid_to: 2025-03-02, confirmed: true}",
        "unit_not_valid",
        "SO_LDTBXH",
    ),
    "form of a dissolved body": (
        "forms",
        "{units: [SO_KHDT], valid_from: 2021-04-06, valid_to: 2025-03-01,",
        "{units: [SO_KHDT], valid_from: 2021-04-06,",
        "unit_not_valid",
        "SO_KHDT",
    ),
    "two coordinators": (
        "agencies",
        "valid_to: 2025-03-01, confirmed: true}\n  - {unit",
        "confirmed: true}\n  - {unit",
        "two_coordinators",
        "SO_NOI_VU",
    ),
    "target missing": (
        "indicators",
        '          - {year: 2030, op: ">=", value: 75}\n',
        "",
        "target_missing",
        "2030",
    ),
    "target twice": ("indicators", "{year: 2030, op", "{year: 2025, op", "duplicate_target", "2025"),
    "formula without denominator": (
        "indicators",
        "        denominator: n_female_employed\n",
        "",
        "denominator_missing",
        "2.1",
    ),
    "denominator without a formula": (
        "indicators",
        "numerator: female_key_leader",
        "numerator: female_key_leader\n        denominator: population",
        "denominator_unexpected",
        "1.1",
    ),
    "mean without persons": (
        "indicators",
        "        numerator_persons: n_persons_unpaid_female\n",
        "",
        "persons_missing",
        "3.1",
    ),
    "flag count over a number": (
        "indicators",
        "numerator: female_key_leader",
        "numerator: population",
        "not_a_flag",
        "population",
    ),
    "tested by what is not reported": (
        "elements",
        'unit_vi: "học sinh", unit_en: "pupils", required_by: sex',
        'unit_vi: "học sinh", unit_en: "pupils"',
        "not_disaggregated",
        "5.2a",
    ),
    "nobody is asked": ("forms", "fields: [n_stations, ", "fields: [", "not_collected", "n_stations"),
    "nobody is asked after a while": (
        "forms",
        "      - {units: [SO_TAI_CHINH], valid_from: 2025-03-01, confirmed: false}\n",
        "",
        "not_collected",
        "from 2025-03-01",
    ),
    "nobody is asked at first": (
        "forms",
        "      - {units: [SO_TTTT], valid_from: 2021-04-06, valid_to: 2025-03-01, confirmed: true}\n",
        "",
        "not_collected",
        "n_stations from 2021-04-06",
    ),
    "reminders missing": ("calendar", "  after: [1, 3, 7]\n", "", "missing_key", "after"),
    "minimum missing": ("indicators", "        quarter_minimum: 4\n", "", "minimum_missing", "6.3"),
    "duplicate key": (
        "indicators",
        "direction: higher",
        "direction: higher\n        direction: lower",
        "duplicate_key",
        "direction",
    ),
    "duplicate code": ("obligations", "{code: O2,", "{code: O1,", "duplicate_code", "O1"),
    "duplicate field": (
        "forms",
        "[n_items_in_quarter]",
        "[n_items_in_quarter, n_items_in_quarter]",
        "duplicate_field",
        "n_items_in_quarter",
    ),
    "bad date": ("agencies", "valid_to: 2025-03-01", "valid_to: 2025-02-29", "bad_date", "2025-02-29"),
    "bad date written the Vietnamese way": ("plan", "2021-04-06", "06/04/2021", "bad_date", "06/04/2021"),
    "bad interval": ("agencies", "valid_to: 2025-03-01", "valid_to: 2020-03-01", "bad_interval", "2020-03-01"),
    "bad decimal": ("indicators", "value: 1.7", 'value: "1,7"', "bad_decimal", "1,7"),
    "bad operator": ("indicators", 'op: "<"', 'op: "=<"', "bad_operator", "=<"),
    "bad flag": ("elements", "sensitive: true", "sensitive: maybe", "bad_flag", "maybe"),
    "bad choice": ("indicators", "direction: lower", "direction: down", "bad_choice", "down"),
    "cycle in the tree": (
        "units",
        'code: "660", level: district, kind: thanh_pho, vi: "Thành phố Gia Nghĩa", en: "Gia Nghĩa City", '
        "parent: DAK_NONG",
        'code: "660", level: district, kind: thanh_pho, vi: "Thành phố Gia Nghĩa", en: "Gia Nghĩa City", '
        'parent: "24611"',
        "tree_cycle",
        "660@2021-01-01",
    ),
    "parent gone before the child": (
        "units",
        'en: "Tuy Đức District", parent: DAK_NONG, valid_from: 2021-01-01, valid_to: 2025-07-01',
        'en: "Tuy Đức District", parent: DAK_NONG, valid_from: 2021-01-01, valid_to: 2025-06-01',
        "parent_not_valid",
        "667@2021-01-01",
    ),
    "missing Vietnamese text": ("elements", 'vi: "Tổng dân số"', 'vi: ""', "missing_text", "vi"),
    "missing English text": ("indicators", 'en: "Sex ratio at birth"', "", "missing_text", "en"),
    "text not in NFC": ("units", "Đắk Nông area", "Đa\u0306\u0301k Nông area", "not_nfc", "en"),
    "successor missing": (
        "agencies",
        ", successors: [{code: SO_TAI_CHINH, confirmed: true}]",
        "",
        "successor_missing",
        "SO_KHDT",
    ),
    "commune without successor": ("units", ', "24622"]', "]", "successor_missing", "24622@2021-01-01"),
    "commune mapped twice": ("units", 'from: ["24616"]', 'from: ["24616", "24622"]', "mapped_twice", "24622"),
    "bad code": ("elements", "id: population", 'id: "dân số"', "bad_code", "dân số"),
    "bad integer": ("calendar", "day: 15, year_offset", "day: 31, year_offset", "bad_integer", "31"),
    "bad disaggregation": ("forms", "violence_type=BLGD", "violence_type", "bad_disaggregation", "B08-BLGD"),
    "key missing": ("obligations", "by: [ALL], ", "", "missing_key", "O1"),
    "no coordinator for a while": (
        "agencies",
        "{unit: SO_NOI_VU, valid_from: 2025-03-01, confirmed: false}",
        "{unit: SO_NOI_VU, valid_from: 2025-05-01}",
        "coordinator_gap",
        "2025-03-01 to 2025-05-01",
    ),
    "flag that may be not applicable": (
        "elements",
        "{id: female_key_leader, kind: flag,",
        "{id: female_key_leader, kind: flag, may_be_not_applicable: true,",
        "not_a_count",
        "female_key_leader",
    ),
    "one side of a measure not applicable": (
        "elements",
        "{id: n_people_reached, kind: count,",
        "{id: n_people_reached, kind: count, may_be_not_applicable: true,",
        "not_applicable_in_part",
        "measure 6.1",
    ),
    "hours without bounds": (
        "forms",
        "      - {kind: hours_of_persons, hours: total_unpaid_hours_male, persons: n_persons_unpaid_male, "
        "at_least: 1, at_most: 168}\n",
        "",
        "bounds_missing",
        "total_unpaid_hours_male",
    ),
    "bounds the wrong way round": (
        "forms",
        "at_least: 1, at_most: 168",
        "at_least: 168, at_most: 1",
        "bad_interval",
        "168",
    ),
    "hours of what are no persons": (
        "forms",
        "persons: n_persons_unpaid_male",
        "persons: n_phd_total",
        "bad_choice",
        "n_phd",
    ),
    "note in one language": ("indicators", "note_vi:", "note_vie:", "missing_text", "note_vi"),
    "milestones missing": ("plan", "  milestones:", "  milestones_:", "missing_key", "milestones"),
    "breaks missing": ("plan", "  breaks:", "  breaks_:", "missing_key", "breaks"),
    "no milestone at all": (
        "plan",
        '\n    - {year: 2025, vi: "Sơ kết", en: "Mid-term review"}'
        '\n    - {year: 2030, vi: "Tổng kết", en: "Final review"}',
        " []",
        "missing_key",
        "milestones",
    ),
    "milestone without a name": ("plan", ', en: "Final review"', "", "missing_text", "en"),
    "milestone after the plan": ("plan", "{year: 2030,", "{year: 2031,", "outside_plan", "milestone 2031"),
    "milestone twice": ("plan", "{year: 2030,", "{year: 2025,", "duplicate_code", "milestone 2025"),
    "milestone without targets": ("plan", "{year: 2025,", "{year: 2026,", "target_missing", "no target for 2026"),
    "target after the plan": ("indicators", "{year: 2030, op", "{year: 2035, op", "outside_plan", "target of 2035"),
    "plan that ends before it begins": ("plan", "valid_to: 2031", "valid_to: 2011", "bad_interval", "2011-01-01"),
    "break after the plan": ("plan", "date: 2025-07-01", "date: 2031-07-01", "outside_plan", "break 2031-07-01"),
    "break without a name": ("plan", 'vi: "sắp xếp 01/7/2025"', 'vi: ""', "missing_text", "vi"),
    "break on a day without a change": (
        "plan",
        "date: 2025-07-01",
        "date: 2025-07-02",
        "break_without_change",
        "2025-07-02",
    ),
    "merge without a break": ("plan", "date: 2025-07-01", "date: 2025-03-01", "break_missing", "2025-07-01"),
    "unknown level": ("units", "level: district", "level: province", "bad_choice", "province"),
}


@pytest.mark.parametrize("case", CASES.values(), ids=CASES.keys())
def test_each_kind_of_fault_is_found(case: tuple[str, str, str, str, str], plan_copy: Any) -> None:
    name, old, new, code, words = case
    plan_copy.edit(name, old, new)
    found = [fault for fault in plan_copy.faults() if fault.code == code]
    assert any(words in fault.message for fault in found), plan_copy.faults()


def test_a_plan_under_which_nobody_can_inspect_is_told(plan_copy: Any) -> None:
    plan_copy.edit("obligations", "kind: inspection", "kind: review")
    assert not plan_copy.faults()
    plan_copy.edit("obligations", "kind: inspection", "kind: review")
    [fault] = plan_copy.faults()
    assert (fault.code, "of the kind inspection" in fault.message) == ("no_inspection", True)


def test_a_fault_names_file_and_line(plan_copy: Any) -> None:
    line = plan_copy.edit("indicators", 'op: "<"', 'op: "=<"')
    [fault] = plan_copy.faults()
    expected = (str(plan_copy.folder / "indicators.yaml"), line, "bad_operator")
    assert (fault.file, fault.line, fault.code) == expected


def test_every_fault_is_named_at_once(plan_copy: Any) -> None:
    for name, old, new, code, _ in (
        CASES["unknown unit on a form"],
        CASES["unknown element in a formula"],
        CASES["bad operator"],
        CASES["bad decimal"],
        CASES["two coordinators"],
        CASES["duplicate code"],
        CASES["commune mapped twice"],
        CASES["missing English text"],
        CASES["duplicate key"],
        CASES["unknown source"],
    ):
        assert code not in {fault.code for fault in plan_copy.faults()}
        plan_copy.edit(name, old, new)
    found = {fault.code for fault in plan_copy.faults()}
    assert found >= {
        "unknown_unit",
        "unknown_element",
        "bad_operator",
        "bad_decimal",
        "two_coordinators",
        "duplicate_code",
        "mapped_twice",
        "missing_text",
        "duplicate_key",
        "unknown_source",
    }


def test_the_packaged_plan_has_no_fault(plan_copy: Any) -> None:
    assert plan_copy.faults() == []


def test_loading_a_broken_plan_raises_all_its_faults(plan_copy: Any) -> None:
    plan_copy.edit("indicators", 'op: "<"', 'op: "=<"')
    plan_copy.edit("elements", 'vi: "Tổng dân số"', 'vi: ""')
    with pytest.raises(CatalogueError) as caught:
        load(plan_copy.folder)
    assert {fault.code for fault in caught.value.faults} == {"bad_operator", "missing_text"}
    assert "indicators.yaml" in str(caught.value)


def test_a_missing_file_is_one_fault(plan_copy: Any) -> None:
    (plan_copy.folder / "elements.yaml").unlink()
    assert [fault.code for fault in plan_copy.faults()] == ["missing_file"]


def test_faults_of_other_files_are_found_beside_an_unreadable_one(plan_copy: Any) -> None:
    plan_copy.edit("elements", "dimensions:", "dimensions: [")
    plan_copy.edit("indicators", 'op: "<"', 'op: "=<"')
    assert {fault.code for fault in plan_copy.faults()} == {"bad_yaml", "bad_operator"}


def test_a_single_file_is_checked_against_the_packaged_plan(plan_copy: Any, tmp_path: Path) -> None:
    plan_copy.edit("forms", "units: [MTTQ_TINH]", "units: [MTTQ]")
    for name in ("forms.yaml", "my-forms.yml"):
        alone = tmp_path / "alone" / name
        alone.parent.mkdir(exist_ok=True)
        alone.write_bytes((plan_copy.folder / "forms.yaml").read_bytes())
        assert [(fault.file, fault.code) for fault in check([alone])] == [(str(alone), "unknown_unit")]


def test_command_prints_faults_and_exits_with_one(plan_copy: Any, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", str(plan_copy.folder)]) == 0
    line = plan_copy.edit("indicators", 'op: "<"', 'op: "=<"')
    assert main(["check", str(plan_copy.folder)]) == 1
    printed = capsys.readouterr().out
    assert printed.startswith(f"{plan_copy.folder / 'indicators.yaml'}:{line}: bad_operator: ")


def test_command_refuses_what_is_no_plan(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "notes.yaml").write_text("hello: world\n", encoding="utf-8")
    assert main(["check", str(tmp_path / "notes.yaml"), str(tmp_path / "absent")]) == 1
    assert capsys.readouterr().out.count("not_a_plan") == 2


def test_a_plan_without_its_years_is_told_where_they_belong(plan_copy: Any) -> None:
    plan = plan_copy.folder / "plan.yaml"
    text = plan.read_text(encoding="utf-8")
    start, end = text.index("  # The years whose targets"), text.index("  root: DAK_NONG")
    plan.write_text(text[:start] + text[end:], encoding="utf-8")
    line = text[: text.index("  code:")].count("\n") + 1
    found = {(fault.file, fault.line, fault.message.split()[0]) for fault in plan_copy.faults()}
    assert found >= {(str(plan), line, "'milestones'"), (str(plan), line, "'breaks'")}
