"""The packaged plan against the facts of the resolution and of Plan 175/KH-UBND."""

import unicodedata
from collections import Counter
from datetime import date

import pytest

from shared.catalogue import PACKAGED_PLAN, Catalogue

OPERATORS = {
    # measure: (2025, 2030), from the resolution: "dưới" is <, "trên" is >
    "1.1": (">=60", ">=75"),
    "2.1": (">=50", "~>=60"),
    "2.2": ("<30", "<25"),
    "2.3": (">=27", ">=30"),
    "3.1": ("<=1.7", "<=1.4"),
    "3.2a": (">=80", ">=90"),
    "3.2b": (">=50", ">=70"),
    "3.3": (">=100", ">=100"),
    "3.4": (">=70", ">=100"),
    "4.1": ("<=111", "<=109"),
    "4.2": ("<=42", "<42"),
    "4.3": ("<=18", "<18"),
    "4.4": (">=1", ">=1"),
    "5.1": (">=1", ">=1"),
    "5.2a": (">90", "~>=99"),
    "5.2b": ("~>=85", ">=90"),
    "5.3": (">30", ">=40"),
    "5.4a": (">=50", ">=50"),
    "5.4b": (">=30", ">=35"),
    "6.1": (">=60", ">=80"),
    "6.2": (">=100", ">=100"),
    "6.3": (">=100", ">=100"),
    "6.4": (">=100", ">=100"),
}

BEFORE = {  # measure: owners until the reorganisation of 1 March 2025, and since
    "1.1": ("SO_NOI_VU", "SO_NOI_VU"),
    "2.1": ("SO_LDTBXH", "SO_NOI_VU"),
    "2.2": ("SO_LDTBXH", "SO_NOI_VU"),
    "2.3": ("SO_KHDT", "SO_TAI_CHINH"),
    "3.1": ("SO_KHDT", "SO_TAI_CHINH"),
    "3.2a": ("SO_LDTBXH SO_VHTTDL", "SO_NOI_VU SO_VHTTDL"),
    "3.2b": ("SO_LDTBXH SO_VHTTDL", "SO_NOI_VU SO_VHTTDL"),
    "3.3": ("SO_LDTBXH", "SO_Y_TE"),
    "3.4": ("SO_LDTBXH", "SO_Y_TE"),
    "4.1": ("SO_Y_TE", "SO_Y_TE"),
    "4.2": ("SO_Y_TE", "SO_Y_TE"),
    "4.3": ("SO_Y_TE", "SO_Y_TE"),
    "4.4": ("SO_Y_TE", "SO_Y_TE"),
    "5.1": ("SO_GDDT", "SO_GDDT"),
    "5.2a": ("SO_GDDT", "SO_GDDT"),
    "5.2b": ("SO_GDDT", "SO_GDDT"),
    "5.3": ("SO_LDTBXH", "SO_GDDT"),
    "5.4a": ("SO_KHDT", "SO_TAI_CHINH"),
    "5.4b": ("SO_KHDT", "SO_TAI_CHINH"),
    "6.1": ("SO_LDTBXH", "SO_NOI_VU"),
    "6.2": ("SO_LDTBXH", "SO_NOI_VU"),
    "6.3": ("SO_TTTT", "SO_VHTTDL"),
    "6.4": ("SO_TTTT", "SO_VHTTDL"),
}


def test_it_is_complete(catalogue: Catalogue) -> None:
    assert len(catalogue.objectives) == 6
    assert len(catalogue.indicators) == 20
    assert Counter(indicator.objective for indicator in catalogue.indicators.values()) == {
        1: 1,
        2: 3,
        3: 4,
        4: 4,
        5: 4,
        6: 4,
    }
    assert len(catalogue.measures) == 23
    assert list(catalogue.obligations) == [f"O{n}" for n in range(1, 18)]
    tests = 0
    for measure in catalogue.measures.values():
        tests += len(catalogue.dimensions[measure.tested_by].categories) if measure.tested_by else 1
    assert tests == 25


def test_units_before_and_after_the_merger(catalogue: Catalogue) -> None:
    units = catalogue.units.values()
    old = [unit for unit in units if unit.level == "commune" and unit.valid_to == date(2025, 7, 1)]
    new = [unit for unit in units if unit.level == "commune" and unit.valid_from == date(2025, 7, 1)]
    assert Counter(unit.kind for unit in old) == {"xa": 60, "phuong": 6, "thi_tran": 5}
    assert Counter(unit.kind for unit in new) == {"xa": 25, "phuong": 3}
    assert sum(unit.level == "district" for unit in units) == 8
    assert Counter(successor for unit in old for successor in unit.successors).keys() == {unit.key for unit in new}
    assert all(len(unit.successors) == 1 for unit in old)
    assert catalogue.predecessors("24678@2025-07-01") == ["24678@2021-01-01", "24679@2021-01-01", "24692@2021-01-01"]
    assert catalogue.unit("24611@2021-01-01").name_vi == "Phường Nghĩa Đức"
    assert catalogue.unit("24611@2025-07-01").name_vi == "Phường Bắc Gia Nghĩa"


def test_targets_are_those_of_the_resolution(catalogue: Catalogue) -> None:
    found = {}
    for code, measure in catalogue.measures.items():
        targets = [measure.target_for(year) for year in (2025, 2030)]
        found[code] = tuple(f"{'~' * t.approximate}{t.op}{t.value}" for t in targets if t is not None)
    assert found == OPERATORS


def test_standing_targets_hold_in_the_years_between(catalogue: Catalogue) -> None:
    def with_target(year: int) -> set[str]:
        return {code for code, measure in catalogue.measures.items() if measure.target_for(year) is not None}

    standing = {"3.3", "5.1", "5.4a", "6.2", "6.3", "6.4"}
    assert with_target(2020) == set()
    assert with_target(2021) == with_target(2024) == {"6.4"}
    assert with_target(2026) == with_target(2029) == with_target(2031) == standing
    assert with_target(2025) == with_target(2030) == set(catalogue.measures)


def test_next_target_is_the_one_to_work_towards(catalogue: Catalogue) -> None:
    births = catalogue.measures["4.1"]
    assert [getattr(births.next_target(year), "year", None) for year in (2021, 2025, 2026, 2031)] == [
        2025,
        2025,
        2030,
        None,
    ]


def test_lower_is_better_for_five_measures(catalogue: Catalogue) -> None:
    lower = {code for code, measure in catalogue.measures.items() if measure.direction == "lower"}
    assert lower == {"2.2", "3.1", "4.1", "4.2", "4.3"}
    for code, measure in catalogue.measures.items():
        for target in measure.targets:
            assert (target.op in ("<", "<=")) == (code in lower)


def test_special_measures(catalogue: Catalogue) -> None:
    measures = catalogue.measures
    assert measures["1.1"].kind == "flag_count" and measures["1.1"].partly_by == "admin_level"
    assert measures["3.1"].kind == "ratio_of_means"
    assert measures["3.1"].numerator_persons == "n_persons_unpaid_female"
    assert measures["4.1"].floor == 104 and not measures["4.1"].share
    assert measures["4.2"].scale == 100_000 and measures["4.3"].scale == 1000
    assert measures["4.4"].kind == "national_only"
    assert [target.value for target in measures["4.4"].national_targets] == [40, 70]
    assert measures["5.1"].kind == "milestone"
    assert measures["6.3"].kind == "every_quarter" and measures["6.3"].quarter_minimum == 4
    assert {code for code, measure in measures.items() if measure.tested_by == "sex"} == {"5.2a", "5.2b"}


def test_what_is_unconfirmed_says_so(catalogue: Catalogue) -> None:
    by_wording: dict[str, set[str]] = {}
    for code, indicator in catalogue.indicators.items():
        by_wording.setdefault(indicator.wording, set()).add(code)
    assert by_wording["unconfirmed"] == {"5.3", "6.2", "6.3", "6.4"}
    assert by_wording["numbers"] == {"4.2", "5.2"}
    unconfirmed = {c for c, m in catalogue.measures.items() if not all(t.confirmed for t in m.targets)}
    assert unconfirmed == {"4.4", "5.2b", "5.3", "6.2", "6.3", "6.4"}
    assert all(indicator.source for indicator in catalogue.indicators.values() if indicator.wording == "confirmed")


@pytest.mark.parametrize("code", BEFORE)
def test_owners_change_with_the_reorganisation(code: str, catalogue: Catalogue) -> None:
    before, after = (text.split() for text in BEFORE[code])
    assert sorted(catalogue.owners(code, date(2021, 4, 6))) == before
    assert sorted(catalogue.owners(code, date(2025, 2, 28))) == before
    assert sorted(catalogue.owners(code, date(2025, 3, 1))) == after
    assert sorted(catalogue.owners(code, date(2030, 12, 31))) == after


def test_obligations_quote_the_plan(catalogue: Catalogue) -> None:
    annual = catalogue.obligations["O1"]
    assert "trước ngày 15/12" in annual.quote and annual.lines == "236"
    assert annual.due is not None and (annual.due.month, annual.due.day, annual.due.confirmed) == (12, 15, True)
    dated = {code for code, obligation in catalogue.obligations.items() if obligation.due is not None}
    assert dated == {"O1", "O9"}
    assert [catalogue.obligations[code].year for code in ("O3", "O4")] == [2025, 2030]


def test_recipients_and_lines_are_those_of_the_plan(catalogue: Catalogue) -> None:
    told = catalogue.obligations
    assert [told[code].to for code in ("O7", "O8", "O10")] == [(), (), ()]
    assert told["O8"].by == ("SO_KHDT", "UBND_HUYEN", "ALL")
    assert (told["O8"].lines, told["O12"].lines) == ("141-142; 211; 217", "90; 126-129; 223")


def test_only_what_cannot_occur_at_all_may_be_not_applicable(catalogue: Catalogue) -> None:
    assert {e.id for e in catalogue.elements.values() if e.may_be_not_applicable} == {
        "n_victims_served",
        "n_victims_detected",
        "n_perpetrators_counselled",
        "n_perpetrators_detected_noncriminal",
        "n_trafficking_victims_supported",
        "n_trafficking_victims_needing",
    }


def test_known_gaps_are_said_in_both_languages(catalogue: Catalogue) -> None:
    for code in ("1.1", "6.2"):
        measure = catalogue.measures[code]
        assert measure.note_vi and "chưa có biểu" in measure.note_vi
        assert measure.note_en and "on no form yet" in measure.note_en
    assert all((m.note_vi is None) == (m.note_en is None) for m in catalogue.measures.values())


def test_groups(catalogue: Catalogue) -> None:
    everybody = catalogue.groups["ALL"]
    assert everybody.has(catalogue.unit("SO_Y_TE")) and everybody.has(catalogue.unit("24611@2025-07-01"))
    assert not everybody.has(catalogue.unit("UBND_TINH")) and not everybody.has(catalogue.root)
    assert catalogue.groups["UBND_HUYEN"].successor == "UBND_XA"


def test_exact_words(catalogue: Catalogue) -> None:
    assert catalogue.indicators["4.1"].name_vi == (
        "Tỷ số giới tính khi sinh ở mức 111 bé trai/100 bé gái sinh ra sống vào năm 2025 "
        "và 109 bé trai/100 bé gái sinh ra sống vào năm 2030."
    )
    assert catalogue.indicators["2.3"].seed_ref == "chỉ tiêu 3 của mục tiêu 2"


def test_files_are_in_nfc() -> None:
    for path in PACKAGED_PLAN.glob("*.yaml"):
        assert unicodedata.is_normalized("NFC", path.read_text(encoding="utf-8")), path.name
