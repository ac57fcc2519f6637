"""An inspection (thanh tra), check (kiểm tra) or supervision (giám sát) of how the plan is carried out.

It is logged under an obligation of the plan whose kind is `inspection` (docs/domain.md 2.2).
"""

from dataclasses import dataclass, fields
from datetime import date, timedelta
from typing import Literal

from audit.rules.finding import MAX_FINDINGS, Finding, read_finding
from audit.rules.form_reader import FormReader
from audit.rules.texts import fault
from audit.rules.vocabulary import Vocabulary
from shared.text import Fault

KINDS = ("thanh_tra", "kiem_tra", "giam_sat")
SCOPE_LIMIT, DOCUMENT_LIMIT = 2_000, 120
FURTHEST_AHEAD = timedelta(days=366)

State = Literal["planned", "in_progress", "awaiting_conclusion", "concluded"]


@dataclass(frozen=True, slots=True)
class InspectionFacts:
    """What is sent, kept and answered alike.

    `basis_document` is the decision that orders the inspection, "" while there is none. `document_number` and
    `signed_on` belong to the signed conclusion: both or neither: an unsigned draft has no number and no date.
    """

    unit: str
    period: str
    kind: str
    obligation: str
    basis_document: str
    document_number: str
    signed_on: date | None
    started_on: date
    ended_on: date | None


@dataclass(frozen=True, slots=True)
class Inspection(InspectionFacts):
    """As it is sent. `confirmed`: codes of what its own texts look like and their writer has confirmed not to be."""

    scope: str
    findings: tuple[Finding, ...]
    confirmed: tuple[str, ...] = ()


FIELDS = tuple(field.name for field in fields(Inspection))


def read_inspection(raw: object, vocabulary: Vocabulary, today: date) -> tuple[Inspection | None, list[Fault]]:
    """The inspection in `raw`, or None with everything that is wrong with it. `today` is the day in Vietnam."""
    faults: list[Fault] = []
    reader = FormReader(raw, "", faults, FIELDS)
    if faults and faults[0].code == "not-an-object":
        return None, faults
    unit = reader.choice("unit", vocabulary.units, code="unknown-unit")
    period = reader.choice("period", vocabulary.periods, code="unknown-period")
    kind = reader.choice("kind", KINDS, code="unknown-kind")
    obligation = reader.choice("obligation", vocabulary.obligations, code="unknown-obligation")
    basis_document = reader.text("basis_document", limit=DOCUMENT_LIMIT, required=False)
    document_number = reader.text("document_number", limit=DOCUMENT_LIMIT, required=False)
    signed_on = reader.day("signed_on", vocabulary.days, required=False)
    started_on = reader.day("started_on", vocabulary.days)
    ended_on = reader.day("ended_on", vocabulary.days, required=False)
    scope = reader.text("scope", limit=SCOPE_LIMIT)
    confirmed = reader.confirmed()
    texts = {"scope": scope, "basis_document": basis_document, "document_number": document_number}
    confirmed_here = reader.check_personal(texts, confirmed)
    findings = tuple(
        read_finding(item, f"/findings/{number}", faults, vocabulary.measures, confirmed)
        for number, item in enumerate(reader.items("findings", limit=MAX_FINDINGS))
    )
    faults += check_days(started_on, ended_on, today)
    faults += check_signature(signed_on, document_number, started_on, today)
    if findings and started_on and started_on > today:
        faults.append(fault("findings-before-start", "/findings"))
    if faults or started_on is None:
        return None, faults
    inspection = Inspection(
        unit, period, kind, obligation, basis_document, document_number, signed_on,
        started_on, ended_on, scope, findings, confirmed_here,
    )  # fmt: skip
    return inspection, []


def check_days(started_on: date | None, ended_on: date | None, today: date) -> list[Fault]:
    """The days on the spot, each alone and one against the other."""
    faults = []
    if started_on and started_on > today + FURTHEST_AHEAD:
        faults.append(fault("starts-too-late", "/started_on"))
    if started_on and ended_on and ended_on < started_on:
        faults.append(fault("ends-before-start", "/ended_on"))
    if ended_on and ended_on > today:
        faults.append(fault("ends-in-future", "/ended_on"))
    return faults


def check_signature(signed_on: date | None, document_number: str, started_on: date | None, today: date) -> list[Fault]:
    """The signed conclusion: its number and its day stand together, and the day is not before the inspection."""
    if signed_on is None:
        return [fault("number-without-signature", "/document_number")] if document_number else []
    faults = []
    if signed_on > today:
        faults.append(fault("signed-in-future", "/signed_on"))
    elif started_on and signed_on < started_on:
        faults.append(fault("signed-before-start", "/signed_on"))
    if not document_number:
        faults.append(fault("signature-without-number", "/signed_on"))
    return faults


def state_of(started_on: date, ended_on: date | None, signed_on: date | None, today: date) -> State:
    """Computed and never stored, because it changes with the day."""
    if signed_on:
        return "concluded"
    if started_on > today:
        return "planned"
    return "in_progress" if ended_on is None else "awaiting_conclusion"
