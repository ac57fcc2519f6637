"""Figures against their bands: silent inside, asked about or marked outside, whatever the figures are."""

from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.submissions.tests.records import arrival, obligation
from services.submissions.tests.reports import RIGHT, entries
from shared.catalogue import Catalogue, load
from submissions.rules.checks.plausibility import (
    Spread,
    Yardsticks,
    doubts,
    elements_to_compare,
    last_year_of,
)
from submissions.rules.form import FormRules, rules_of
from submissions.rules.observation import Observation, ObservationEntry
from submissions.rules.revision import NewRevision, Rejected, Report, revise

BOYS, GIRLS, PEOPLE = ("n_live_births_male", ""), ("n_live_births_female", ""), ("population", "")
LAST_YEAR = {(element, ""): Decimal(value) for element, value in RIGHT.items()}
SPREAD = Spread(20, Decimal(6000), Decimal(8000), Decimal(11000))
COMMUNE_RULES = rules_of(load())["B01-XA"]


def sent(
    rules: FormRules,
    last_year: Mapping[Any, Decimal] = LAST_YEAR,
    like_units: Mapping[Any, Spread] | None = None,
    note: str | None = None,
    **changed: str,
) -> NewRevision | Rejected:
    """The commune's right report with some figures changed; `note` is given for these."""
    given_entries = [replace(e, note=note if e.measure in changed else None) for e in entries(**changed)]
    yardsticks = Yardsticks(last_year, like_units or {}, "2025")
    return revise(rules, obligation(), Report(given_entries), arrival(), 1, yardsticks)


def asked(rules: FormRules, **changed: Any) -> dict[str, str]:
    """Element → the Vietnamese words with which its note is asked for; nothing else is wrong."""
    revision = sent(rules, **changed)
    if isinstance(revision, NewRevision):
        return {}
    assert {v.code for v in revision.violations} == {"implausible_needs_note"}
    assert len({v.cell for v in revision.violations}) == len(revision.violations), "one fault a cell"
    return {v.cell[0]: v.text.vi for v in revision.violations if v.cell}


SEPARATOR: dict[str, Any] = {"n_people_reached": "12", "population": "12"}
MANY_BOYS: dict[str, Any] = {"n_live_births_male": "130", "n_live_births_female": "60"}
MANY_GIRLS: dict[str, Any] = {"n_live_births_male": "60", "n_live_births_female": "130"}
ASKED: dict[str, tuple[dict[str, Any], str, str]] = {
    "the slip: boys": ({"n_live_births_male": "120000000"}, "n_live_births_male", "Năm trước (2025) là 61"),
    "the slip: people": ({"population": "98000000"}, "population", "Năm trước (2025) là 8.123: số này gấp 12.065 lần"),
    "a separator too many": ({"population": "8123000"}, "population", "gần 1.000 lần"),
    "what it may have meant": ({"population": "8123000"}, "population", "có thể ý là 8.123"),
    "a separator taken for a decimal mark": (SEPARATOR, "population", "có thể ý là 12.000"),
    "two digits too many": ({"n_adolescent_women": "41000"}, "n_adolescent_women", "gần 100 lần"),
    "two digits too few": ({"population": "81", "n_people_reached": "80"}, "population", "có thể ý là 8.100"),
    "an extra digit": ({"population": "81230"}, "population", "gấp 10 lần (thường không quá 2 lần)"),
    "boys without girls": (MANY_BOYS, "n_live_births_male", "bé gái sinh ra sống” là 60; thường không quá 2 lần"),
    "girls without boys": (MANY_GIRLS, "n_live_births_female", "“Tổng số bé trai sinh ra sống” là 60"),
}


@pytest.mark.parametrize("case", ASKED.values(), ids=ASKED)
def test_what_is_asked_about(case: tuple[dict[str, Any], str, str], commune: FormRules) -> None:
    changed, element, words = case
    found = asked(commune, **changed)
    assert words in found[element], found
    assert "vẫn đúng?" in found[element]
    with_note = sent(commune, note="Đã đối chiếu sổ hộ tịch", **changed)
    assert isinstance(with_note, NewRevision)
    assert {o.measure for o in with_note.observations if o.implausible} >= {element}
    assert {w.cell[0] for w in with_note.warnings if w.code == "implausible_with_note" and w.cell} >= {element}


def test_the_pointer_is_the_note_of_the_observation(commune: FormRules) -> None:
    revision = sent(commune, population="98000000")
    assert isinstance(revision, Rejected)
    place = [e.measure for e in entries()].index("population")
    assert [(v.code, v.pointer, v.cell) for v in revision.violations] == [
        ("implausible_needs_note", f"/observations/{place}/note", PEOPLE)
    ]
    assert "Is that right?" in revision.violations[0].text.en and "11,918" not in revision.violations[0].text.en
    assert "Last year (2025) it was 8,123" in revision.violations[0].text.en


SILENT: dict[str, dict[str, Any]] = {
    "as last year": {},
    "twice as many people": {"population": "16246"},
    "half as many": {"population": "4062", "n_people_reached": "4000"},
    "rare cases in a bad year": {"n_adolescent_births": "400"},
    "few births after none": {"n_live_births_male": "31", "n_live_births_female": "31"},
}


@pytest.mark.parametrize("changed", SILENT.values(), ids=SILENT)
def test_what_is_taken_without_a_word(changed: dict[str, Any], commune: FormRules) -> None:
    revision = sent(commune, **changed)
    assert isinstance(revision, NewRevision), revision
    assert not any(o.implausible for o in revision.observations)
    assert not [w for w in revision.warnings if w.code.startswith("implausible")]


def test_a_figure_that_is_only_too_low_is_taken_and_marked(commune: FormRules) -> None:
    revision = sent(commune, n_live_births_male="1", n_live_births_female="1")
    assert isinstance(revision, NewRevision)
    assert [o.measure for o in revision.observations if o.implausible] == ["n_live_births_male", "n_live_births_female"]
    assert [w.code for w in revision.warnings] == ["implausible_marked", "implausible_marked", "ratio_below_floor"]
    assert "chỉ bằng 1,6 % (thường ít nhất 20 %)" in revision.warnings[0].text.vi


BLANKS = ["", " \t\n", "\u200b", "\u2060\ufeff", "\u00ad", "\u3164", "\u115f", "\u2800", "\u0301"]


@pytest.mark.parametrize("note", BLANKS, ids=ascii)
def test_a_note_that_shows_nothing_is_no_note(note: str, commune: FormRules) -> None:
    assert isinstance(sent(commune, note=note, population="98000000"), Rejected)


@pytest.mark.parametrize("note", ["x", " có ", "?", "Sáp nhập", "12"])
def test_any_note_that_shows_something_will_do(note: str, commune: FormRules) -> None:
    assert isinstance(sent(commune, note=note, population="98000000"), NewRevision)


def test_like_units_stand_in_where_last_year_has_no_figure(commune: FormRules) -> None:
    without = {cell: value for cell, value in LAST_YEAR.items() if cell != PEOPLE}
    like = {PEOPLE: SPREAD}
    said = asked(commune, last_year=without, like_units=like, population="98000000")
    assert "Một nửa trong 20 đơn vị cùng cấp đã báo cáo có không quá 8.000" in said["population"]
    assert asked(commune, last_year=without, like_units=like, population="80000") == {}
    few = {PEOPLE: replace(SPREAD, reported=7)}
    assert asked(commune, last_year=without, like_units=few, population="98000000") == {}, "too few to compare with"
    wide = {PEOPLE: replace(SPREAD, upper=Decimal(40000))}
    assert asked(commune, last_year=without, like_units=wide, population="140000") == {}, "within their own spread"
    assert asked(commune, last_year=LAST_YEAR, like_units={PEOPLE: SPREAD}, population="16000") == {}


def test_like_units_are_asked_only_for_large_figures_without_last_years(commune: FormRules) -> None:
    given_entries = entries(n_adolescent_women="500")
    assert elements_to_compare(commune, given_entries, {}) == ["n_people_reached", "population"]
    assert elements_to_compare(commune, given_entries, LAST_YEAR) == []
    odd = [None, ObservationEntry("population", "x"), ObservationEntry("population", "9" * 5000)]
    odd += [ObservationEntry(7, "8123"), ObservationEntry("unknown", "8123"), ObservationEntry("population", 8123.5)]
    assert elements_to_compare(commune, odd, {}) == []
    assert elements_to_compare(commune, [ObservationEntry("population", 10**5000)], {}) == ["population"]


def test_last_years_figures_are_those_of_what_was_kept(commune: FormRules) -> None:
    revision = sent(commune, note="thật", population="98000000")
    assert isinstance(revision, NewRevision)
    assert last_year_of(revision.content.observations)[PEOPLE] == 98_000_000
    assert [o["measure"] for o in revision.content.observations if o.get("implausible")] == ["population"]


def test_the_mark_is_not_hashed(commune: FormRules) -> None:
    marked, plain = (sent(commune, last_year, note="thật", population="98000000") for last_year in (LAST_YEAR, {}))
    assert isinstance(marked, NewRevision) and isinstance(plain, NewRevision)
    assert (marked.content.sha256, marked.content.timeless_sha256) == (
        plain.content.sha256,
        plain.content.timeless_sha256,
    )
    assert marked.content.observations != plain.content.observations


def test_what_is_asked_comes_with_all_other_faults(commune: FormRules) -> None:
    revision = sent(commune, population="98000000", n_orgs_total="-1")
    assert isinstance(revision, Rejected)
    assert {v.code for v in revision.violations} == {"negative", "implausible_needs_note"}


counts = st.integers(0, 10**12)


@given(value=counts, previous=counts)
def test_every_count_is_taken_silently_inside_its_band_and_never_outside(value: int, previous: int) -> None:
    """The band as the catalogue's comment says it, written anew here."""
    cell = ("n_orgs_total", "")
    band = COMMUNE_RULES.elements["n_orgs_total"].bands.last_year
    assert band is not None
    observation = Observation(*cell, Decimal(value), {}, "final")
    found = doubts(COMMUNE_RULES, [observation], Yardsticks({cell: Decimal(previous)}, {}, "2025"))
    high = value > 5 * max(previous, 50)
    low = previous >= 50 and 5 * value < previous
    assert bool(found) == (high or low)
    if high:
        assert found[cell].asks
    if low and found[cell].asks:
        assert any(factor / 2 <= previous / value <= factor * 2 for factor in (100, 1000))
    for doubt in found.values():
        assert doubt.why.vi and doubt.why.en


figures = st.one_of(
    st.integers(-10, 10**14).map(str), st.sampled_from(["", "0", "1", "x", "1.5", "99999999999999999999"])
)
notes = st.sampled_from([None, "", "\u200b", "đúng", 7])


@given(
    values=st.fixed_dictionaries({element: figures for element in RIGHT}),
    note=notes,
    last=st.dictionaries(st.sampled_from(sorted(LAST_YEAR)), st.decimals(0, 10**12, places=6)),
    likes=st.dictionaries(
        st.sampled_from(sorted(LAST_YEAR)),
        st.tuples(st.integers(1, 200), counts, counts, counts).map(
            lambda t: Spread(t[0], *map(Decimal, sorted(t[1:])))
        ),
    ),
)
def test_whatever_is_sent_is_taken_or_named(
    values: dict[str, str], note: Any, last: dict[Any, Decimal], likes: dict[Any, Spread]
) -> None:
    report = Report([ObservationEntry(element, value, note=note) for element, value in values.items()])
    yardsticks = Yardsticks(last, likes, "2025")
    elements_to_compare(COMMUNE_RULES, report.entries, last)
    revision = revise(COMMUNE_RULES, obligation(), report, arrival(), 1, yardsticks)
    if isinstance(revision, Rejected):
        assert revision.violations and all(v.text.vi and v.text.en for v in revision.violations)
        return
    for o in revision.observations:
        warned = [w for w in revision.warnings if w.cell == (o.measure, o.key) and w.code.startswith("implausible")]
        assert len(warned) == o.implausible
        assert not any("{" in w.text.vi + w.text.en for w in warned)


def test_every_element_of_the_packaged_plan_that_is_no_flag_is_compared_with_last_year(catalogue: Catalogue) -> None:
    for element in catalogue.elements.values():
        assert (element.bands.last_year is None) == (element.kind == "flag"), element.id
        assert (element.bands.like_units is None) == (element.kind == "flag" or element.sensitive), element.id


def test_a_total_is_compared_although_a_part_of_it_has_a_figure_of_last_year(commune: FormRules) -> None:
    entries = [ObservationEntry("population", "800000"), ObservationEntry("population", "5", {"sex": "female"})]
    assert elements_to_compare(commune, entries, {("population", "sex=female"): Decimal(5)}) == ["population"]
    assert elements_to_compare(commune, entries, {PEOPLE: Decimal(5)}) == []
