"""Traps of the domain (docs/domain.md 8) that cross services or concern the catalogue and what is taken in.

The others stand beside the rules they test: `grep -rn test_trap_ services tests`.
"""

import re
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any, get_args, get_type_hints

import pytest

from audit.rules.inspection import read_inspection
from audit.rules.vocabulary import vocabulary
from shared import events
from shared.calendar import VIETNAM, Period, due_instant
from shared.catalogue import Catalogue, load
from submissions.rules.checks.observations import check_observations
from submissions.rules.form import rules_of
from submissions.rules.obligation import is_late
from submissions.rules.observation import ObservationEntry

ROOT = Path(__file__).parents[2]
SOURCES = [*(ROOT / "services").rglob("src/**/*.py"), *(ROOT / "shared" / "src").rglob("*.py")]


@pytest.fixture(scope="module")
def catalogue() -> Catalogue:
    return load()


def test_trap_10_cases_are_not_persons_and_years_are_not_all_alike(catalogue: Catalogue) -> None:
    """3.2 counts persons, not cases; 6.1 persons, not attendances; 5.2 is of a school year, 2.1 of a survey."""
    for measure in ("3.2a", "3.2b", "6.1"):
        for element in catalogue.measures[measure].elements:
            assert catalogue.elements[element].unit_vi == "người"
    assert not [e.id for e in catalogue.elements.values() if e.unit_vi in ("vụ", "lượt", "lượt người")]
    references = {code: measure.reference for code, measure in catalogue.measures.items()}
    assert {c for c, r in references.items() if r == "school_year"} == {"5.2a", "5.2b", "5.3"}
    assert {c for c, r in references.items() if r == "survey_year"} >= {"2.1", "2.2", "3.1"}


def test_trap_11_before_15_december_ends_with_the_14th_in_vietnam(catalogue: Catalogue) -> None:
    due = due_instant(Period.parse("2026"), catalogue.forms["B01-XA"].due)
    assert due == datetime(2026, 12, 14, 17, 0, tzinfo=UTC)
    last = datetime(2026, 12, 14, 23, 59, 59, 999999, tzinfo=VIETNAM)
    assert not is_late(last, due)
    assert is_late(last + timedelta(microseconds=1), due)
    assert not is_late(datetime(2026, 12, 14, 16, 59, tzinfo=UTC), due)
    assert is_late(datetime(2026, 12, 14, 17, 0, tzinfo=UTC), due)


def test_trap_12_a_percentage_is_refused_and_the_two_counts_give_113_9(catalogue: Catalogue) -> None:
    """Thái Nguyên printed 113.5 for 6,109 boys and 5,365 girls."""
    rules = rules_of(catalogue)["B01-XA"]
    for entry in (ObservationEntry("4.1", "113.5"), ObservationEntry("n_live_births_male", "113.5%")):
        _, faults = check_observations(rules, [entry])
        (told,) = [f for f in faults if f.code in ("ratio_instead_of_counts", "percentage_instead_of_counts")]
        assert "bé trai" in told.fault().text.vi and "bé gái" in told.fault().text.vi
    measure = catalogue.measures["4.1"]
    value = measure.scale * Decimal(6109) / Decimal(5365)
    assert round(value, measure.decimals) == Decimal("113.9")


def test_trap_14_no_department_unit_or_level_stands_in_code(catalogue: Catalogue) -> None:
    """Who exists and who owns what is dated data: no code names a department, a commune or a province."""
    assert len(SOURCES) > 100
    codes = {u.code for u in catalogue.units.values()} | set(catalogue.receivers) | set(catalogue.forms)
    pattern = re.compile("|".join(rf"\b{re.escape(code)}\b" for code in sorted(codes, key=len, reverse=True)))
    named = {
        f"{path.relative_to(ROOT)}: {found.group()}"
        for path in SOURCES
        for found in pattern.finditer(re.sub(r'""".*?"""|#.*', "", path.read_text(encoding="utf-8"), flags=re.S))
    }
    assert not named
    before, after = Period.parse("2024").cut_off, Period.parse("2025").cut_off
    assert {o.unit for o in catalogue.indicators["2.1"].owners if o.is_valid_on(before)} == {"SO_LDTBXH"}
    assert {o.unit for o in catalogue.indicators["2.1"].owners if o.is_valid_on(after)} == {"SO_NOI_VU"}
    assert len([u for u in catalogue.units_on(before) if u.level == "commune"]) == 71
    assert len([u for u in catalogue.units_on(after) if u.level == "commune"]) == 28
    assert not [u for u in catalogue.units_on(after) if u.level == "district"]


def test_trap_16_an_event_has_no_room_for_a_name() -> None:
    """Every text of an event is a code, a digest, a day or a message id: none can hold a sentence."""
    free = []
    models: list[Any] = [
        *events.DATA_TYPES.values(),
        events.ObservationValue,
        events.IndicatorFigures,
    ]
    for model in models:
        for name, hint in get_type_hints(model, include_extras=True).items():
            field = model.__pydantic_fields__.get(name) if _is_free_text(hint) else None
            if field and not any(
                getattr(m, "pattern", None) or getattr(m, "max_length", 999) <= 200 for m in field.metadata
            ):
                free.append(f"{model.__name__}.{name}")
    assert not free
    with pytest.raises(ValueError, match="pattern"):
        events.ObservationValue(measure="Nguyễn Thị A, thôn 3")


def _is_free_text(hint: object) -> bool:
    if hint is str:
        return True
    if getattr(hint, "__metadata__", None):
        return False
    return any(_is_free_text(part) for part in get_args(hint) if not isinstance(part, str))


def test_trap_17_an_unsigned_draft_has_no_number_and_no_date(catalogue: Catalogue) -> None:
    """Decree 30/2020, article 15: the number is given after signing; a draft leaves it empty."""
    draft = {
        "unit": "24736@2025-07-01",
        "period": "2026",
        "kind": "kiem_tra",
        "obligation": "O12",
        "basis_document": "",
        "started_on": "2026-10-05",
        "scope": "Biểu B01-XA",
        "findings": [],
    }
    words, today = vocabulary(catalogue), date(2026, 11, 24)
    kept, faults = read_inspection(draft, words, today)
    assert kept and not faults
    assert (kept.document_number, kept.signed_on) == ("", None)
    for more, code in (
        ({"document_number": "12/BC-SNV"}, "number-without-signature"),
        ({"signed_on": "2026-11-20"}, "signature-without-number"),
    ):
        refused, faults = read_inspection(draft | more, words, today)
        assert refused is None and [fault.code for fault in faults] == [code]


def test_all_eighteen_traps_have_a_test() -> None:
    tests = [*(ROOT / "services").rglob("test_*.py"), *(ROOT / "tests").rglob("test_*.py")]
    named = {int(n) for path in tests for n in re.findall(r"def test_trap_(\d\d)_", path.read_text(encoding="utf-8"))}
    assert named == set(range(1, 19))
