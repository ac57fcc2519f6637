"""From the answer to a form to facts: one per element and disaggregation, answered or still expected."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import assert_never

from aggregation.rules.formula import strategy
from aggregation.rules.plan import ElementGroup, Key, Layout, PlanIndex, UnknownWord
from aggregation.rules.revision import Revision
from shared.events import Status


@dataclass(frozen=True)
class Fact:
    """`status` None: nothing answered. `expected`: the unit must fill this field.

    `implausible`: the figure was marked when it was taken in, and no coordinator has accepted it yet.
    """

    value: Decimal | None = None
    status: Status | None = None
    expected: bool = True
    implausible: bool = False


def facts(plan: PlanIndex, form: str, unit: str, revision: Revision | None) -> dict[Key, Fact]:
    """Every fact of one obligation on one basis; without a counting revision all are merely expected.

    What a measure needs of this form counts as answered only together (`_agreed`). An element judged per
    administrative level (1.1) gets a copy under the level of its unit.
    Raises `UnknownWord` for an observation the form does not have.
    """
    layout = plan.layout(form)
    answers = _answers(layout, form, revision)
    collected: dict[Key, Fact] = {}
    for group in layout.groups:
        for part in group.parts:
            agreed = _agreed(plan, group, _asked(layout, group, part, answers))
            collected |= {(group.names[element], part): fact for element, fact in agreed.items()}
        agreed = _agreed(plan, group, _whole(layout, group, collected))
        collected |= {(group.names[element], ""): fact for element, fact in agreed.items()}
    level = plan.level_key(unit)
    for name in plan.by_level:
        if level and (name, "") in collected:
            collected[(name, level)] = collected[(name, "")]
    return collected


def _asked(layout: Layout, group: ElementGroup, part: str, answers: Mapping[Key, Fact]) -> dict[str, Fact]:
    """By element, what was answered where the form asks for this disaggregation of it."""
    return {
        element: answers.get((element, part), Fact(expected=layout.fields[(element, part)]))
        for element in group.names
        if (element, part) in layout.fields
    }


def _whole(layout: Layout, group: ElementGroup, collected: Mapping[Key, Fact]) -> dict[str, Fact]:
    """By element, the answer without disaggregation, or the total of its categories where only they are asked."""
    return {
        element: total([collected[(name, part)] for part in layout.totals[element]])
        if element in layout.totals
        else collected.get((name, ""), Fact())
        for element, name in group.names.items()
    }


def _agreed(plan: PlanIndex, group: ElementGroup, group_facts: Mapping[str, Fact]) -> Mapping[str, Fact]:
    """What one disaggregation of a form gives to a measure: all of it, or nothing when a part is missing or absurd.

    Numerator and denominator then always rest on the same units. Optional cells are dropped, required ones expected.
    """
    if all(fact.status for fact in group_facts.values()) and not _absurd(plan, group, group_facts):
        return group_facts
    return {element: Fact() for element, fact in group_facts.items() if fact.expected}


def _absurd(plan: PlanIndex, group: ElementGroup, group_facts: Mapping[str, Fact]) -> bool:
    """Không phát sinh where the catalogue wants a number, or of the whole of which a part occurred."""
    void = {element for element, fact in group_facts.items() if fact.status == "not_applicable"}
    if any(plan.must_have_value(element) for element in void):
        return True
    m = group.measure
    if m is None or not void or len(void) == len(group_facts):
        return False
    return strategy(m.kind).needs_every_element or m.denominator in void


def total(parts: Iterable[Fact]) -> Fact:
    """The sum of categories: answered only when each is; an estimate as soon as one is."""
    parts = list(parts)
    if not parts or any(part.status is None for part in parts):
        return Fact()
    values = [part.value for part in parts if part.value is not None]
    statuses = {part.status for part in parts}
    status: Status = "estimate" if "estimate" in statuses else "final" if "final" in statuses else "not_applicable"
    return Fact(
        sum(values, Decimal(0)) if values else None, status, implausible=any(part.implausible for part in parts)
    )


def _answers(layout: Layout, form: str, revision: Revision | None) -> dict[Key, Fact]:
    answers: dict[Key, Fact] = {}
    for o in revision.observations or () if revision else ():
        key = (o.element, o.disaggregation)
        if key not in layout.fields:
            raise UnknownWord(f"form {form} has no field {o.element} {o.disaggregation}".rstrip())
        match o.status:
            case "final" | "estimate":
                doubted = o.implausible and not (revision and revision.accepted)
                answers[key] = Fact(o.value, o.status, layout.fields[key], doubted)
            case "not_applicable":
                answers[key] = Fact(None, o.status, layout.fields[key])
            case "missing":
                pass  # as if it had not been sent
            case _:
                assert_never(o.status)
    return answers
