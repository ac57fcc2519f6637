"""The form of an obligation: to fill in by its unit, to look at by everybody else."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID, uuid4

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response

from shared.access import Person, sees_all_units
from shared.database import idempotency
from shared.web.idempotency import attempt_of
from shared.web.language import language
from shared.web.shell.page import page
from submissions.commands.context import SubmissionsContext
from submissions.commands.submit import Posting, Refused, submit_report
from submissions.http.context import Anyone, Context, Reporter, actor_of
from submissions.http.obligations import find_obligation
from submissions.pages.form_table import TypedForm, columns_of, page_faults, read_form_table, rows_of, typed_of, written
from submissions.pages.task import SHAPES, task_of
from submissions.rules.obligation import ReportingObligation
from submissions.rules.review import Review
from submissions.rules.submission import SubmissionRecord
from submissions.rules.violation import Violation
from submissions.store import read

router = APIRouter(include_in_schema=False)


@dataclass(frozen=True)
class FormRecords:
    """An obligation, what was sent for it, newest first, with its reviews, and what was sent the year before."""

    obligation: ReportingObligation
    revisions: Sequence[SubmissionRecord]
    reviews: Sequence[Review]
    last_year: SubmissionRecord | None

    @property
    def illustrative(self) -> bool:
        return any(r.illustrative for r in self.revisions) or (
            self.last_year is not None and self.last_year.illustrative
        )


@router.get("/obligations/{obligation_id}")
async def show(request: Request, context: Context, person: Anyone, obligation_id: UUID) -> Response:
    return await render(request, context, person, obligation_id)


@router.post("/obligations/{obligation_id}")
async def send(request: Request, context: Context, person: Reporter, obligation_id: UUID) -> Response:
    """303 to the receipt, or the form again with what was typed and every fault (422)."""
    await request.body()  # kept, so that the idempotency hash can read it after the form was
    data = await request.form()
    async with context.engine.connect() as tx:
        obligation = await find_obligation(tx, context, person, obligation_id)
    report, typed = read_form_table(context.rules[obligation.form], dict(data))
    key = data.get("attempt")
    attempt = await attempt_of(request, person.subject, key=key if isinstance(key, str) and key else None)
    posting = Posting(obligation_id, attempt, language(request))
    try:
        answer = await submit_report(context, actor_of(request, person), posting, report)
    except Refused as refused:
        return await render(request, context, person, obligation_id, typed, refused.violations)
    submission_id = answer.created_id if isinstance(answer, idempotency.Replay) else answer.id
    return RedirectResponse(f"/submissions/{submission_id}", 303)


async def read_records(context: SubmissionsContext, person: Person, obligation_id: UUID) -> FormRecords:
    async with context.engine.connect() as tx:
        obligation = await find_obligation(tx, context, person, obligation_id)
        revisions = await read.revisions(tx, obligation_id)
        last_year = await read.latest_of_period(tx, obligation, obligation.previous_period)
        reviews = await read.reviews(tx, obligation_id) if revisions else []
    return FormRecords(obligation, revisions, reviews, last_year)


async def render(
    request: Request,
    context: SubmissionsContext,
    person: Person,
    obligation_id: UUID,
    typed: TypedForm | None = None,
    violations: Sequence[Violation] = (),
) -> Response:
    """Without `typed` the inputs hold the latest revision, so that a correction starts from what was sent."""
    records = await read_records(context, person, obligation_id)
    obligation, spoken = records.obligation, language(request)
    rules = context.rules[obligation.form]
    typed = typed or typed_of(rules, records.revisions[0] if records.revisions else None, spoken)
    editable = not sees_all_units(person)
    return page(
        request,
        "obligation.html",
        422 if violations else 200,
        obligation=obligation,
        task=task_of(obligation, context.clock.now(), context.holidays),
        rules=rules,
        columns=columns_of(rules),
        rows=rows_of(rules, typed, written(records.last_year, spoken), violations),
        may_be_not_applicable=any(element.may_be_not_applicable for element in rules.elements.values()),
        typed=typed,
        violations=violations,
        faults=page_faults(rules, violations),
        revisions=records.revisions,
        shapes=SHAPES,
        reviews=records.reviews,
        previous_period=obligation.previous_period if records.last_year else None,
        editable=editable,
        in_place_of=editable and person.unit != obligation.unit,
        attempt=str(uuid4()),
        illustrative=records.illustrative,
    )
