"""What everybody knows of a report's secret count, and what it is."""

from collections.abc import Collection, Iterable
from decimal import Decimal
from uuid import UUID

from aggregation.rules.disclosure.batch import Member
from aggregation.rules.disclosure.secrecy import is_sensitive
from aggregation.rules.fact import facts
from aggregation.rules.formula import element_of, elements
from aggregation.rules.plan import PlanIndex, UnknownWord
from aggregation.rules.records import AnswerRecord
from aggregation.rules.revision import Revision
from shared.catalogue import Measure

ReportId = tuple[UUID, int]
"""Obligation and revision."""


def members(plan: PlanIndex, measure: Measure, answers: Iterable[AnswerRecord]) -> dict[ReportId, Member | None]:
    """Of each report that is known; None where it has no secret. One that cannot be read is not known."""
    found: dict[ReportId, Member | None] = {}
    for answer in answers:
        for revision in answer.revisions:
            if revision.observations is None:
                continue
            try:
                one = _member(plan, measure, answer, revision)
            except UnknownWord:
                continue
            found[answer.obligation.obligation_id, revision.number] = one
    return found


def _member(plan: PlanIndex, measure: Measure, answer: AnswerRecord, revision: Revision) -> Member | None:
    """A count that can only be 0 is no secret."""
    o = answer.obligation
    told = facts(plan, o.form, o.unit, revision)
    names = elements(measure)
    secret = next(name for name in names if is_sensitive(plan, element_of(name)))
    fact = told.get((secret, ""))
    if fact is None or fact.value is None:
        return None
    beside = (told.get((name, "")) for name in names if name != secret)
    most = [one.value for one in beside if one and one.value is not None]
    most += _bound(revision, plan.catalogue.elements[element_of(secret)].within)
    if fact.value == 0 and min(most, default=None) == 0:
        return None
    return Member(o.obligation_id, revision.number, o.unit, fact.value, all(fact.value < bound for bound in most))


def _bound(revision: Revision, parts: Collection[str]) -> list[Decimal]:
    given = {
        o.element: o.value for o in revision.observations or () if o.element in parts and o.value is not None
    }  # these have no categories
    return [sum(given.values(), Decimal(0))] if parts and len(given) == len(parts) else []
