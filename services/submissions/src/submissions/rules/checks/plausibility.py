"""Figures outside the catalogue's plausibility bands: query edits, asked about, not forbidden (docs/domain.md 3.6).

A figure that is too high can take over the province's sum, a misplaced separator is likely a slip: both want a note.
One that is only too low takes away no more than its own share: it is taken and marked, note or not.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal

from shared.catalogue import disaggregation_key
from shared.catalogue.element import LastYearBand
from shared.events import WITH_VALUE
from shared.text import Text
from shared.text.decimals import half_up, plain
from submissions.rules.checks.cell import cell_of
from submissions.rules.form import Cell, FormRules, RatioBand
from submissions.rules.observation import MAX_TEXT, Observation, ObservationEntry, ObservationJson
from submissions.rules.texts import text
from submissions.rules.violation import Violation, figure, violation

MISPLACED = (Decimal(1000), Decimal(100))
"""A thousands separator taken for a decimal mark or left out, and a unit of per cent: what slips multiply by."""
NEAR = Decimal(2)
"""How far a true figure moves within a year by itself: a factor of 500 to 2,000 is near 1,000."""
SMALLEST = Decimal("0.1")
READABLE = Decimal(10)
"""Below two digits a factor says nothing of separators: 1 is no "1.000" cut short."""


@dataclass(frozen=True)
class Spread:
    """What the units of a level have reported in one cell: how many, and the quartiles."""

    reported: int
    lower: Decimal
    median: Decimal
    upper: Decimal


@dataclass(frozen=True)
class Yardsticks:
    """What a report is compared with: last year's figures of the unit and, where it has none, those of like units."""

    last_year: Mapping[Cell, Decimal] = field(default_factory=dict)
    like_units: Mapping[Cell, Spread] = field(default_factory=dict)
    last_period: str = ""


NO_YARDSTICKS = Yardsticks()


@dataclass(frozen=True)
class Doubt:
    """Why a figure is outside its bands. `asks`: it is taken with a note only."""

    cell: Cell
    asks: bool
    why: Text


def last_year_of(observations: Iterable[ObservationJson]) -> dict[Cell, Decimal]:
    """The figures of a kept revision, by cell."""
    return {
        (o["measure"], disaggregation_key(o["disaggregation"])): Decimal(o["value"])
        for o in observations
        if o["value"] is not None
    }


def elements_to_compare(
    rules: FormRules, entries: Sequence[ObservationEntry | None], last_year: Mapping[Cell, Decimal]
) -> list[str]:
    """The elements for which like units are asked: large, and without a figure of last year. Most reports have none.

    What cannot be read is no reason: the checks tell of it.
    """
    wanted = set()
    for entry in entries:
        if entry is None or not isinstance(entry.measure, str):
            continue
        element = rules.elements.get(entry.measure)
        band = element.bands.like_units if element else None
        if band and at_most(entry.value) > band.at_most * band.floor:
            cell = cell_of(entry)
            if cell is not None and cell not in last_year:
                wanted.add(cell[0])
    return sorted(wanted)


def at_most(value: object) -> int:
    """However the number is written, it is no larger than its digits. 0 for what no reader takes for a number."""
    if isinstance(value, int):
        return value
    if not isinstance(value, str):
        return 0
    digits = value if value.isdecimal() else "".join(c for c in value if c.isdecimal())
    return int(digits) if digits and len(digits) <= MAX_TEXT else 0


def doubts(rules: FormRules, observations: Sequence[Observation], yardsticks: Yardsticks) -> dict[Cell, Doubt]:
    """The first doubt about each cell, those that ask before those that only mark."""
    values = {(o.measure, o.key): o.value for o in observations if o.value is not None and o.status in WITH_VALUE}
    found: dict[Cell, Doubt] = {}
    for doubt in (*_compared(rules, values, yardsticks), *_ratios(rules, values)):
        earlier = found.get(doubt.cell)
        if earlier is None or (doubt.asks and not earlier.asks):
            found[doubt.cell] = doubt
    return found


def _compared(rules: FormRules, values: Mapping[Cell, Decimal], yardsticks: Yardsticks) -> Iterator[Doubt]:
    for cell, value in values.items():
        previous, spread = yardsticks.last_year.get(cell), yardsticks.like_units.get(cell)
        if previous is not None:
            doubt = against_last_year(rules, cell, value, previous, yardsticks.last_period)
        else:
            doubt = against_like_units(rules, cell, value, spread) if spread else None
        if doubt:
            yield doubt


def against_last_year(rules: FormRules, cell: Cell, value: Decimal, previous: Decimal, period: str) -> Doubt | None:
    band = rules.elements[cell[0]].bands.last_year
    if band is None:
        return None
    slip = misplaced_factor(value, previous)
    if value > band.at_most * max(previous, band.floor):
        return Doubt(cell, True, above_last_year(band, value, previous, slip, period))
    if previous >= band.floor and value < band.at_least * previous:
        return Doubt(cell, slip is not None, below_last_year(band, value, previous, slip, period))
    return None


def above_last_year(band: LastYearBand, value: Decimal, previous: Decimal, slip: Decimal | None, period: str) -> Text:
    said = {"previous": figure(previous), "period": period}
    if slip:
        return text("doubt.misplaced_above", **said, factor=figure(slip), meant=figure(value / slip))
    if previous:
        factor = figure(_round(value / previous))
        return text("doubt.above_last_year", **said, factor=factor, most=figure(band.at_most))
    return text("doubt.above_none", **said, most=figure(band.at_most * band.floor))


def below_last_year(band: LastYearBand, value: Decimal, previous: Decimal, slip: Decimal | None, period: str) -> Text:
    said = {"previous": figure(previous), "period": period}
    if slip:
        return text("doubt.misplaced_below", **said, factor=figure(slip), meant=figure(value * slip))
    percent = figure(_round(100 * value / previous))
    return text("doubt.below_last_year", **said, percent=percent, least=figure(100 * band.at_least))


def misplaced_factor(value: Decimal, previous: Decimal) -> Decimal | None:
    """What a slip multiplied one of two figures by. None: they are otherwise apart, or too small to say so."""
    low, high = sorted((value, previous))
    if low < READABLE:
        return None
    return next((slip for slip in MISPLACED if slip / NEAR <= high / low <= slip * NEAR), None)


def against_like_units(rules: FormRules, cell: Cell, value: Decimal, spread: Spread) -> Doubt | None:
    band = rules.elements[cell[0]].bands.like_units
    if band is None or spread.reported < band.reported:
        return None
    far = spread.upper + band.spread * (spread.upper - spread.lower)
    if value <= max(far, band.at_most * max(spread.median, band.floor)):
        return None
    said = {"count": figure(Decimal(spread.reported)), "median": figure(spread.median)}
    return Doubt(cell, True, text("doubt.above_like_units", **said))


def _ratios(rules: FormRules, values: Mapping[Cell, Decimal]) -> Iterator[Doubt]:
    """Of two cells that do not go together the larger one is asked about: it is the one that can take over a sum."""
    for band in rules.ratio_bands:
        for element, key in values:
            if element == band.left and (band.right, key) in values:
                doubt = against_other_cell(rules, band, key, values)
                if doubt:
                    yield doubt


def against_other_cell(rules: FormRules, band: RatioBand, key: str, values: Mapping[Cell, Decimal]) -> Doubt | None:
    left, right = values[band.left, key], values[band.right, key]
    if left > band.at_most * max(right, band.floor):
        cell, other, value, times = (band.left, key), (band.right, key), right, band.at_most
    elif band.at_least and right * band.at_least > max(left, band.floor):
        cell, other, value, times = (band.right, key), (band.left, key), left, 1 / band.at_least
    else:
        return None
    said = {"other": rules.label(other), "other_value": figure(value)}
    if times < 1:
        return Doubt(cell, True, text("doubt.above_share", **said, percent=figure(_round(100 * times))))
    return Doubt(cell, True, text("doubt.above_other_cell", **said, times=figure(_round(times))))


def _round(value: Decimal) -> Decimal:
    """One decimal below ten, none above: how a factor is told. Never 0 for what is more."""
    if 0 < value < SMALLEST:
        return SMALLEST
    return Decimal(plain(half_up(value, 1 if value < READABLE else 0)))


def marked(observations: Sequence[Observation], found: Mapping[Cell, Doubt]) -> list[Observation]:
    return [replace(o, implausible=True) if (o.measure, o.key) in found else o for o in observations]


def check_notes(rules: FormRules, observations: Sequence[Observation], found: Mapping[Cell, Doubt]) -> list[Violation]:
    """A violation for each figure that asks for a note and has none, at the place of the note."""
    return [
        _said("implausible_needs_note", f"/observations/{o.place}/note", rules, o, found[o.measure, o.key])
        for o in observations
        if (o.measure, o.key) in found and found[o.measure, o.key].asks and not o.note
    ]


def warn_implausible(
    rules: FormRules, observations: Sequence[Observation], found: Mapping[Cell, Doubt]
) -> list[Violation]:
    """A warning for each figure that is taken although it is outside its bands."""
    return [
        _said(
            "implausible_with_note" if o.note else "implausible_marked",
            f"/observations/{o.place}/value",
            rules,
            o,
            found[o.measure, o.key],
        )
        for o in observations
        if (o.measure, o.key) in found
    ]


def _said(code: str, pointer: str, rules: FormRules, observation: Observation, doubt: Doubt) -> Violation:
    value = figure(observation.value or Decimal(0))
    return violation(code, pointer, doubt.cell, name=rules.label(doubt.cell), value=value, why=doubt.why)
