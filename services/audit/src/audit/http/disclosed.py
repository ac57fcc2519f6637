"""Inspections as a person may read them: their words may repeat figures (docs/decisions/0028)."""

from dataclasses import replace
from typing import TypeVar

from audit.commands.answers import FindingItem, InspectionDetail, InspectionItem
from audit.http.context import AuditContext
from shared.access import Person
from shared.disclosure import withheld_words

Shown = TypeVar("Shown", bound=InspectionItem)


def disclosed_item(context: AuditContext, person: Person, item: Shown) -> Shown:
    """Ops read the envelope. The numbers of documents are typed, so they are words, but about no figure."""
    if context.may_read_words(person, item.unit, ()):
        return item
    basis, number = (withheld_words() if said else "" for said in (item.basis_document, item.document_number))
    return replace(item, withheld=True, basis_document=basis, document_number=number)


def disclosed_detail(context: AuditContext, person: Person, detail: InspectionDetail) -> InspectionDetail:
    """The scope, like a finding without a measure, may be about any."""
    shown = disclosed_item(context, person, detail)
    if not context.may_read_words(person, detail.unit, context.policy.of_measure(None)):
        shown = replace(shown, scope=withheld_words(), withheld=True)
    return replace(shown, findings=[_finding(context, person, detail.unit, one) for one in detail.findings])


def _finding(context: AuditContext, person: Person, unit: str, finding: FindingItem) -> FindingItem:
    if context.may_read_words(person, unit, context.policy.of_measure(finding.measure)):
        return finding
    said = withheld_words()
    return replace(finding, withheld=True, criteria=said, condition=said, cause=said, effect=said)
