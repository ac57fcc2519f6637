"""The receipt of a revision: what was received, when, its hash and trace; and what can be done about it."""

from collections.abc import Sequence
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Form, Request
from fastapi.responses import RedirectResponse, Response

from shared.access import Person, sees_all_units
from shared.catalogue import disaggregation_key
from shared.errors import Problem
from shared.text import Fault
from shared.web.shell.page import page
from submissions.commands.authority import is_coordinator
from submissions.commands.context import SubmissionsContext
from submissions.commands.decide import Decision, decide_submission
from submissions.http.context import Anyone, Context, Coordinator, Reporter, actor_of
from submissions.http.submissions import find_submission
from submissions.pages.task import SHAPES
from submissions.rules.form import FormField, FormRules
from submissions.rules.observation import ObservationJson
from submissions.rules.review import Act, possible_acts
from submissions.rules.submission import SubmissionRecord
from submissions.store import read

router = APIRouter(include_in_schema=False)
Words = Annotated[str, Form(max_length=10_000)]
Confirmed = Annotated[list[str], Form(max_length=8)]


@router.get("/submissions/{submission_id}")
async def show(request: Request, context: Context, person: Anyone, submission_id: UUID) -> Response:
    return await render(request, context, person, submission_id)


@router.post("/submissions/{submission_id}/decision")
async def decide(
    request: Request,
    context: Context,
    person: Coordinator,
    submission_id: UUID,
    decision: Words = "",
    reason: Words = "",
    confirmed: Confirmed = [],  # noqa: B006  # FastAPI copies it
) -> Response:
    act: Act = "accept" if decision == "accept" else "return"
    return await decide_and_show(
        request, context, person, Decision(submission_id, act, reason, confirmed=frozenset(confirmed))
    )


@router.post("/submissions/{submission_id}/withdrawal")
async def withdraw(
    request: Request,
    context: Context,
    person: Reporter,
    submission_id: UUID,
    reason: Words = "",
    confirmed: Confirmed = [],  # noqa: B006  # FastAPI copies it
) -> Response:
    decision = Decision(submission_id, "withdraw", reason, confirmed=frozenset(confirmed))
    return await decide_and_show(request, context, person, decision)


async def decide_and_show(
    request: Request, context: SubmissionsContext, person: Person, decision: Decision
) -> Response:
    """303 back to the receipt, or the receipt again with what is missing (422)."""
    try:
        await decide_submission(context, actor_of(request, person), decision)
    except Problem as problem:
        if problem.status != 422:
            raise
        return await render(request, context, person, decision.submission_id, problem.faults, decision)
    return RedirectResponse(f"/submissions/{decision.submission_id}", 303)


async def render(
    request: Request,
    context: SubmissionsContext,
    person: Person,
    submission_id: UUID,
    faults: tuple[Fault, ...] = (),
    decision: Decision | None = None,
) -> Response:
    async with context.engine.connect() as tx:
        submission = await find_submission(tx, context, person, submission_id)
        revisions = await read.revisions(tx, submission.obligation.id)
        reviews = await read.reviews(tx, submission.obligation.id)
    rules = context.rules[submission.obligation.form]
    return page(
        request,
        "submission.html",
        422 if faults else 200,
        submission=submission,
        obligation=submission.obligation,
        rules=rules,
        observations=in_form_order(rules, submission.observations),
        implausible=sum(bool(o.get("implausible")) for o in submission.observations),
        parts={part.code: part.title for part in rules.narrative},
        shapes=SHAPES,
        revisions=revisions,
        reviews=reviews,
        acts=acts_of(context, person, submission),
        may_correct=submission.latest and not sees_all_units(person),
        faults=faults,
        reason=decision.reason if decision else "",
        confirmed=decision.confirmed if decision else (),
        illustrative=submission.illustrative,
    )


def acts_of(context: SubmissionsContext, person: Person, submission: SubmissionRecord) -> list[Act]:
    """What this person can decide about the revision now."""
    if not submission.latest:
        return []
    if is_coordinator(context.catalogue, person, context.clock.today()):
        return [act for act in possible_acts(submission.state) if act != "withdraw"]
    if sees_all_units(person):
        return []
    return [act for act in possible_acts(submission.state) if act == "withdraw"]


def in_form_order(
    rules: FormRules, observations: Sequence[ObservationJson]
) -> list[tuple[FormField | None, ObservationJson]]:
    """With their fields; what the form no longer asks for comes last."""
    by_cell = {(o["measure"], disaggregation_key(o["disaggregation"])): o for o in observations}
    on_form = [(field, by_cell[field.cell]) for field in rules.fields if field.cell in by_cell]
    return [*on_form, *((None, o) for cell, o in by_cell.items() if cell not in rules.by_cell)]
