import time
from collections import Counter
from datetime import UTC, date, datetime
from decimal import Decimal

from shared.catalogue import Catalogue, Period


def owed(catalogue: Catalogue, period: str) -> Counter[str]:
    return Counter(owed.form for owed in catalogue.forms_owed(Period.parse(period)))


def by_form(catalogue: Catalogue, period: str, form: str) -> set[str]:
    return {owed.unit for owed in catalogue.forms_owed(Period.parse(period)) if owed.form == form}


def test_yearly_duties_before_and_after_the_reorganisation(catalogue: Catalogue) -> None:
    codes = "B04-MT B05-LD B06-KT B07-BLG B08-BLGD B09-BTXH B10-YTE B11-GD B12-NGHE B13-TT"
    single = {code: 1 for code in codes.split(" ")}
    assert owed(catalogue, "2024") == {"B01-XA": 71, "B03-HUYEN": 8, "B04-CQ": 10, **single}
    assert owed(catalogue, "2025") == {"B01-XA": 28, "B04-CQ": 8, **single}
    assert owed(catalogue, "2030") == owed(catalogue, "2025")
    assert owed(catalogue, "2020") == {}


def test_quarterly_duties(catalogue: Catalogue) -> None:
    assert [owed(catalogue, f"2025-Q{n}")["B02-XA-Q"] for n in (1, 2, 3, 4)] == [71, 71, 28, 28]
    assert owed(catalogue, "2024-Q4") == {}


def test_dissolved_bodies_owe_nothing_and_their_successors_do(catalogue: Catalogue) -> None:
    gone = {"SO_LDTBXH", "SO_KHDT", "SO_TTTT"}
    assert {owed.unit for owed in catalogue.forms_owed(Period.parse("2025"))}.isdisjoint(gone)
    assert by_form(catalogue, "2024", "B06-KT") == {"SO_KHDT"}
    assert by_form(catalogue, "2025", "B06-KT") == {"SO_TAI_CHINH"}
    assert by_form(catalogue, "2025", "B12-NGHE") == {"SO_GDDT"}
    assert gone <= by_form(catalogue, "2024", "B04-CQ")


def test_who_stands_apart(catalogue: Catalogue) -> None:
    assert "CONG_AN_TINH" in by_form(catalogue, "2026", "B04-CQ")
    assert by_form(catalogue, "2026", "B04-MT") == {"MTTQ_TINH"}
    units = {owed.unit for owed in catalogue.forms_owed(Period.parse("2026"))}
    assert units.isdisjoint({"UBND_TINH", "BO_NOI_VU", "BO_LDTBXH", "DAK_NONG"})


def test_due_instants_are_utc(catalogue: Catalogue) -> None:
    assert {owed.due_at for owed in catalogue.forms_owed(Period.parse("2026"))} == {
        datetime(2026, 12, 14, 17, tzinfo=UTC)
    }
    [quarter] = {owed.due_at for owed in catalogue.forms_owed(Period.parse("2026-Q3"))}
    assert quarter == datetime(2026, 9, 14, 17, tzinfo=UTC)
    [last] = {owed.due_at for owed in catalogue.forms_owed(Period.parse("2026-Q4"))}
    assert last == datetime(2026, 12, 14, 17, tzinfo=UTC)
    assert not catalogue.forms["B02-XA-Q"].due.confirmed and catalogue.forms["B01-XA"].due.confirmed


def test_no_unit_owes_a_form_twice(catalogue: Catalogue) -> None:
    for period in [str(year) for year in range(2021, 2031)] + ["2025-Q1", "2025-Q3"]:
        all_owed = catalogue.forms_owed(Period.parse(period))
        assert len({(owed.form, owed.unit) for owed in all_owed}) == len(all_owed)


def test_every_measure_is_collected_in_every_year(catalogue: Catalogue) -> None:
    for year in range(2021, 2031):
        period = Period(year)
        quarters = period.quarters if year >= 2025 else ()
        forms = {owed.form for part in (period, *quarters) for owed in catalogue.forms_owed(part)}
        asked = {element for form in forms for element in catalogue.forms[form].elements}
        missing = {c for c, m in catalogue.measures.items() if not asked.issuperset(m.elements)}
        assert missing <= ({"6.3"} if year < 2025 else set())


def test_cells_of_a_form(catalogue: Catalogue) -> None:
    commune = catalogue.forms["B01-XA"]
    cells = {(field.element, field.key): field.required for field in commune.fields}
    assert cells["population", ""] and cells["population", "sex=female"] is False
    assert len(cells) == 13
    school = [field for field in catalogue.forms["B11-GD"].fields if field.element == "n_em_primary_cohort"]
    assert [(field.key, field.required) for field in school] == [("sex=male", True), ("sex=female", True)]
    violence = catalogue.forms["B07-BLG"]
    assert {field.key for field in violence.fields} == {"violence_type=BLG"}
    assert {field.key for field in catalogue.forms["B08-BLGD"].fields} == {"violence_type=BLGD"}
    assert violence.field("n_victims_served", {"violence_type": "BLG"}) is not None
    assert violence.field("n_victims_served", {}) is None
    flags = [field for field in commune.fields if field.kind == "flag"]
    assert [field.element for field in flags] == ["female_key_leader"]


def test_checks_of_a_form(catalogue: Catalogue) -> None:
    commune = {(check.kind, check.left, check.right) for check in catalogue.forms["B01-XA"].checks}
    assert commune == {
        ("numerator_le_denominator", "n_people_reached", "population"),
        ("numerator_le_denominator", "n_adolescent_births", "n_adolescent_women"),
        ("numerator_le_denominator", "n_orgs_informed_committed", "n_orgs_total"),
        ("plausible_ratio", "n_live_births_male", "n_live_births_female"),
        ("plausible_ratio", "n_live_births_male", "population"),
        ("plausible_ratio", "n_live_births_female", "population"),
        ("sum_equals", "n_people_reached", "n_people_reached"),
        ("sum_equals", "population", "population"),
    }
    health = {(check.left, check.right) for check in catalogue.forms["B10-YTE"].checks}
    assert health == {("n_maternal_deaths", "n_live_births")}


def test_hours_are_bounded_by_persons(catalogue: Catalogue) -> None:
    bounds = {(c.left, c.right, c.at_least, c.at_most) for c in catalogue.forms["B06-KT"].checks if c.at_most}
    assert bounds == {
        ("total_unpaid_hours_female", "n_persons_unpaid_female", Decimal(1), Decimal(168)),
        ("total_unpaid_hours_male", "n_persons_unpaid_male", Decimal(1), Decimal(168)),
    }


def test_duties_are_found_fast(catalogue: Catalogue) -> None:
    catalogue.forms_owed(Period(2026))
    started = time.perf_counter()
    catalogue.forms_owed(Period(2025))
    assert time.perf_counter() - started < 0.05


def test_coordinator(catalogue: Catalogue) -> None:
    assert catalogue.coordinator(date(2025, 2, 28)) == "SO_LDTBXH"
    assert catalogue.coordinator(date(2025, 3, 1)) == "SO_NOI_VU"
