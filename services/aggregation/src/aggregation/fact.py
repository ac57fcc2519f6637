"""From the answer to a form to facts: one per element and disaggregation, answered or still expected."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from aggregation.plan import Key, Layout, Plan, UnknownWord
from aggregation.revision import Observation, Revision

ANSWERED = ("final", "estimate", "not_applicable")


@dataclass(frozen=True)
class Fact:
    """`status` None: nothing answered. `expected`: the unit must fill this field."""

    value: Decimal | None = None
    status: str | None = None
    expected: bool = True


def facts(plan: Plan, form: str, unit: str, revision: Revision | None) -> dict[Key, Fact]:
    """Every fact of one obligation on one basis; without a counting revision all are merely expected.

    An element judged per administrative level (1.1) gets a copy under the level of its unit.
    Raises `UnknownWord` for an observation the form does not have.
    """
    layout = plan.layout(form)
    answers = _answers(layout, form, revision.observations or () if revision else ())
    found = {
        key: answers.get(key, Fact(expected=required))
        for key, required in layout.fields.items()
        if required or key in answers
    }
    for element, parts in layout.totals.items():
        found[(element, "")] = total([found[part] for part in parts])
    level = plan.level_key(unit)
    for element in plan.by_level:
        if level and (element, "") in found:
            found[(element, level)] = found[(element, "")]
    return found


def total(parts: Iterable[Fact]) -> Fact:
    """The sum of categories: answered only when each is; an estimate as soon as one is."""
    parts = list(parts)
    if not parts or any(part.status is None for part in parts):
        return Fact()
    values = [part.value for part in parts if part.value is not None]
    statuses = {part.status for part in parts}
    status = "estimate" if "estimate" in statuses else "final" if "final" in statuses else "not_applicable"
    return Fact(sum(values, Decimal(0)) if values else None, status)


def _answers(layout: Layout, form: str, observations: Iterable[Observation]) -> dict[Key, Fact]:
    answers: dict[Key, Fact] = {}
    for o in observations:
        key = (o.element, o.disaggregation)
        if key not in layout.fields:
            raise UnknownWord(f"form {form} has no field {o.element} {o.disaggregation}".rstrip())
        if o.status in ANSWERED:
            value = None if o.status == "not_applicable" else o.value
            answers[key] = Fact(value, o.status, layout.fields[key])
    return answers
