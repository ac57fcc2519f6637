"""Aggregation against the ledger: sums, coverage and values on both bases, and what each rests on."""

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal

from tests.resilience.actors.content import FORM
from tests.resilience.actors.ledger import Ledger
from tests.resilience.judging.expected import BASES, MEASURES, ROOT, Basis, Figures, Measure, counting, figures
from tests.resilience.judging.verdict import Item, Verdict, differences

# Unit (the root, or a commune), period, basis.
Place = tuple[str, str, Basis]
MEASURE = {m.code: m for m in MEASURES}


def provincial(ledger: Ledger) -> list[Place]:
    return [(ROOT, period, basis) for period in ledger.periods for basis in BASES]


def communal(ledger: Ledger) -> list[Place]:
    return [(d.unit, d.period, basis) for d in ledger.obligations.values() for basis in BASES]


def values(ledger: Ledger, places: Sequence[Place], answers: Mapping[Place, Sequence[Item]]) -> Verdict:
    """Numerator, denominator, value and coverage of every measure that the form feeds, at every place."""
    expected, found = {}, {}
    for place in places:
        unit, period, basis = place
        told = {i["measure"]: i for i in answers.get(place, ())}
        for measure in MEASURES:
            wanted = figures(ledger, measure, period, basis, None if unit == ROOT else unit)
            expected[(*place, measure.code)] = shown(wanted, measure)
            if measure.code in told:
                found[(*place, measure.code)] = read(told[measure.code])
    return Verdict(_sum(ledger), f"{len(found)} values read", tuple(differences(expected, found, "value")))


def shown(figures: Figures, measure: Measure) -> tuple[object, ...]:
    value = figures.value(measure)
    return (
        _number(figures.numerator),
        _number(figures.denominator),
        _number(value),
        figures.reported,
        figures.expected,
    )


def read(item: Item) -> tuple[object, ...]:
    numbers = (_number(item[name]) for name in ("numerator", "denominator", "value"))
    return (*numbers, item["reported"], item["expected"])


def explained(ledger: Ledger, period: str, basis: Basis, measure: Measure, answer: Item) -> Verdict:
    """The submissions behind a provincial value are those that count, with their revision and figures."""
    expected: dict[object, object] = {}
    for obligation in ledger.obligations.values():
        counted = counting(ledger.acts[obligation.id], basis) if obligation.period == period else None
        for element in (measure.numerator, measure.denominator) if counted else ():
            assert counted
            facts = (counted.submit.submission, counted.number, _number(counted.value(element)))
            expected[obligation.unit, element] = facts
    found: dict[object, object] = {
        (c["unit"], c["element"]): (c["submission_id"], c["revision"], _number(c["value"]))
        for c in answer["contributions"]
        if not c["disaggregation"]
    }
    wrong = differences(expected, found, f"{period} {basis}: contribution")
    return Verdict(f"{len(expected)} figures", str(len(found)), tuple(wrong))


def covered(ledger: Ledger, items: Iterable[Item]) -> Verdict:
    """Whether the answer to each obligation counts."""
    expected = {key: tuple(counting(acts, basis) is not None for basis in BASES) for key, acts in ledger.acts.items()}
    found = {i["obligation_id"]: (i["received"], i["accepted"]) for i in items if i["form"] == FORM}
    return Verdict(f"{len(expected)} obligations", str(len(found)), tuple(differences(expected, found, "coverage of")))


def announced(ledger: Ledger, entries: Iterable[Item]) -> Verdict:
    """The last `indicator.aggregated` of a measure and period says what stands. Not judged: sensitive ones, rounded."""
    last = {}
    for entry in sorted(entries, key=lambda e: e["index"]):
        data = entry["data"]
        if entry["type"] == "vn.tiendo.indicator.aggregated.v1" and data["unit"] == ROOT:
            last[data["measure"], data["period"]] = data["values"]
    expected, found = {}, {}
    for code in ("4.1", "6.1"):
        for _, period, basis in provincial(ledger):
            key = (code, period, basis)
            expected[key] = shown(figures(ledger, MEASURE[code], period, basis), MEASURE[code])
            if (code, period) in last:
                found[key] = read(last[code, period][basis])
    return Verdict(f"{len(expected)} last words", str(len(found)), tuple(differences(expected, found, "announced")))


def _sum(ledger: Ledger) -> str:
    born = [figures(ledger, MEASURE["4.1"], period, "received") for period in ledger.periods]
    boys, girls = (
        sum(filter(None, numbers)) for numbers in zip(*((f.numerator, f.denominator) for f in born), strict=True)
    )
    return f"{boys} boys, {girls} girls"


def _number(value: object) -> str | None:
    """Decimals as plain text without trailing zeros, so that 12 and 12.000000 are one."""
    if value is None:
        return None
    text = format(Decimal(str(value)), "f")
    return text.rstrip("0").rstrip(".") if "." in text else text
