"""The oracle of the recomputation: final answers added up over the tree by hand, without the service's rules."""

from collections import Counter, defaultdict
from decimal import Decimal
from fractions import Fraction
from typing import Any
from uuid import UUID

from services.aggregation.tests.drivers.event_writer import Answer, EventWriter, Obligation
from shared.catalogue import Catalogue, Measure

COMMUNE = "B01-XA"
QUARTER = "B02-XA-Q"
QUARTERS = ("2025-Q1", "2025-Q2", "2025-Q3", "2025-Q4")


def counted(o: Obligation, basis: str) -> Answer | None:
    if basis == "received":
        latest = o.answers[-1] if o.answers else None
        return latest if latest and latest.state not in ("returned", "withdrawn") else None
    for answer in reversed(o.answers):
        if answer.was_accepted:
            return answer if answer.state == "accepted" else None
    return None


def by_hand(m: Measure, used: list[dict[str, Any]]) -> Fraction | None:
    """The value of a measure from its elements, when all of them are reported by the same units."""
    numbers = [Fraction(one["sum"] or 0) for one in used]
    valued = used[0]["valued"]
    match m.kind:
        case "ratio_of_means" if numbers[1] and numbers[2] and numbers[3]:
            return Fraction(m.scale) * (numbers[0] / numbers[1]) / (numbers[2] / numbers[3])
        case "ratio_of_sums" if numbers[1]:
            return Fraction(m.scale) * numbers[0] / numbers[1]
        case "flag_count" | "every_quarter" if valued:
            return Fraction(m.scale) * numbers[0] / int(valued)
        case "milestone" | "national_only" if valued:
            return Fraction(m.scale) * numbers[0]
        case _:
            return None


class ByHand:
    """`leaf[(unit, period)]`: what its obligations say about an element; sums run over every unit below."""

    def __init__(self, catalogue: Catalogue, writer: EventWriter, basis: str) -> None:
        self.catalogue, self.writer = catalogue, writer
        self.below: dict[tuple[str, str], list[Obligation]] = defaultdict(list)
        self.owed = Counter((o.unit, o.period) for o in writer.obligations if o.form == QUARTER)
        self.counted: dict[UUID, Answer | None] = {o.id: counted(o, basis) for o in writer.obligations}
        for o in writer.obligations:
            unit: str | None = o.unit
            while unit is not None:
                self.below[unit, o.period].append(o)
                unit = catalogue.units[unit].parent

    def usable(self, o: Obligation, m: Measure | None, element: str, key: str) -> bool:
        """Whether the answer in one cell can be used: it is given, and so is all that the measure sets it against."""
        answer = self.counted[o.id]
        if answer is None:
            return False
        asked = {f.element for f in self.catalogue.forms[o.form].fields if f.key == key}
        beside = {element} if m is None or m.kind == "every_quarter" else asked & set(m.elements)
        said = {name: answer.cells.get((name, key), (None, "missing"))[1] for name in beside}
        nothing = {name for name, status in said.items() if status == "not_applicable"}
        if "missing" in said.values() or not all(
            self.catalogue.elements[name].may_be_not_applicable for name in nothing
        ):
            return False
        if m is not None and m.kind == "ratio_of_means":
            return not nothing or nothing == beside
        return not (m is not None and m.denominator in nothing and m.numerator in beside - nothing)

    def element(
        self, root: str, period: str, element: str, part: str = "", level: str = "", m: Measure | None = None
    ) -> dict[str, Any]:
        """Sum, number of values, units reported and expected; a total of categories needs each of them."""
        out: dict[str, Any] = {"sum": None, "valued": 0, "reported": 0, "expected": 0, "estimate": False, "doubted": 0}
        for o in self.below.get((root, period), []):
            fields = [f for f in self.catalogue.forms[o.form].fields if f.element == element]
            if level and self.catalogue.units[o.unit].admin_level != level:
                continue
            keys = [f.key for f in fields if f.key == part] or (
                [f.key for f in fields if f.required] if not part else []
            )
            if not keys:
                continue
            out["expected"] += 1
            answer = self.counted[o.id]
            if answer is None or not all(self.usable(o, m, element, key) for key in keys):
                continue
            cells = [answer.cells[(element, key)] for key in keys]
            out["reported"] += 1
            out["estimate"] |= any(status == "estimate" for _, status in cells)
            out["doubted"] += answer.state != "accepted" and any((element, key) in answer.implausible for key in keys)
            numbers = [value for value, status in cells if status != "not_applicable" and value is not None]
            if numbers:
                out["sum"] = (out["sum"] or Decimal(0)) + sum(numbers)
                out["valued"] += 1
        return out

    def enough(self, root: str, period: str, element: str, minimum: Decimal) -> dict[str, Any]:
        """6.3 by hand: which communes have the minimum in every quarter."""
        out: dict[str, Any] = {"sum": None, "valued": 0, "reported": 0, "expected": 0, "estimate": False, "doubted": 0}
        year = period.split("-", maxsplit=1)[0]
        for key, unit in self.catalogue.units.items():
            if unit.level != "commune" or root not in [key, *self.catalogue.ancestors(key)]:
                continue
            new = key.endswith("2025-07-01")
            if "-" in period:
                wanted = [(key, period)] if new == (period > "2025-Q2") else []
            elif year == "2025" and new:
                old = [k for k, u in self.catalogue.units.items() if key in u.successors]
                wanted = [(k, q) for q in ("2025-Q1", "2025-Q2") for k in old]
                wanted += [(key, "2025-Q3"), (key, "2025-Q4")]
            else:
                wanted = []
            if not any(self.owed[place] for place in wanted):
                continue
            out["expected"] += 1
            found = [self.element(u, q, element) for u, q in wanted]
            if all(one["reported"] == 1 for one in found):
                out["reported"] += 1
                out["valued"] += 1
                out["estimate"] |= any(one["estimate"] for one in found)
                out["doubted"] += any(one["doubted"] for one in found)
                out["sum"] = (out["sum"] or 0) + int(all((one["sum"] or 0) >= minimum for one in found))
        return out

    def measure(self, m: Measure, root: str, period: str, part: str = "", level: str = "") -> dict[str, Any]:
        def get(name: str) -> dict[str, Any]:
            return self.element(root, period, name, part, level, m)

        if m.kind == "every_quarter":
            used = [self.enough(root, period, m.numerator, m.quarter_minimum or Decimal(0))]
        elif m.kind == "ratio_of_means":
            names = (m.numerator, m.numerator_persons, m.denominator, m.denominator_persons)
            used = [get(str(n)) for n in names]
        elif m.kind == "ratio_of_sums":
            used = [get(m.numerator), get(str(m.denominator))]
        else:
            used = [get(m.numerator)]
        expected = max(u["expected"] for u in used)
        reported = min(u["reported"] for u in used)
        complete = reported and all(u["reported"] == reported for u in used)
        value = by_hand(m, used) if complete else None
        if m.indicator == "3.2" and expected and not part and root == self.catalogue.plan.root:
            expected = max(expected, 2)
        estimate = any(u["estimate"] for u in used)
        doubted = any(u["doubted"] for u in used)
        return {
            "value": value,
            "reported": reported,
            "expected": expected,
            "estimate": estimate,
            "needs_check": doubted,
        }

    def verdict(self, m: Measure, root: str, period: str, total: dict[str, Any]) -> str:
        if not total["expected"] or total["reported"] < total["expected"]:
            return "not_assessed"
        if total["value"] is None:
            return "not_applicable"
        target = m.target_for(int(period[:4]))
        if target is None or total["needs_check"] or (m.floor is not None and total["value"] < m.floor):
            return "not_assessed"

        if m.share:
            split = [f"{m.tested_by}={c}" for c in ("male", "female")] if m.tested_by else []
            split += [f"violence_type={c}" for c in ("BLG", "BLGD")] if m.indicator == "3.2" else []
            shares = [self.measure(m, root, period, part=one)["value"] for one in split]
            if any(share is not None and share > m.scale for share in [*shares, total["value"]]):
                return "not_assessed"

        def met(value: Fraction) -> bool:
            eased = Fraction(target.tolerance or 0)
            bound = Fraction(target.value) + (-eased if target.op in (">=", ">") else eased)
            return {">=": value >= bound, ">": value > bound, "<=": value <= bound, "<": value < bound}[target.op]

        if m.tested_by:
            sexes = [self.measure(m, root, period, part=f"sex={sex}") for sex in ("male", "female")]
            results = [met(s["value"]) for s in sexes if s["value"] is not None]
            return "met" if all(results) else "partly_met" if any(results) else "not_met"
        verdicts = {met(total["value"])}
        if m.partly_by:
            levels = [self.measure(m, root, period, level=name) for name in ("province", "district", "commune")]
            verdicts |= {met(one["value"]) for one in levels if one["value"] is not None}
        return "met" if verdicts == {True} else "not_met" if verdicts == {False} else "partly_met"
