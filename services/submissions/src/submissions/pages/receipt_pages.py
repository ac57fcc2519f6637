"""The receipt of a revision: what was received, when, its hash and trace; and what can be done about it."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import RedirectResponse, Response

from shared.auth import Person, require
from shared.catalogue import disaggregation_key
from shared.errors import Problem, not_found
from shared.text import Fault
from shared.web.shell.page import page
from submissions.commands.authority import is_coordinator
from submissions.commands.context import Actor, SubmissionsContext, context_of, sees_all
from submissions.commands.decide import NO_SUBMISSION, Decision, settle
from submissions.pages.task import SHAPES
from submissions.rules.form import Field, FormRules
from submissions.rules.obligation import is_late
from submissions.rules.review import NEXT, Act
from submissions.store import read

router = APIRouter()
Anyone = Annotated[Person, Depends(require())]
Unit = Annotated[Person, Depends(require("reporter", "head"))]
Coordinator = Annotated[Person, Depends(require("coordinator"))]
Context = Annotated[SubmissionsContext, Depends(context_of)]
Word = Annotated[str, Form(max_length=10_000)]


@router.get("/submissions/{submission_id}")
async def show(request: Request, context: Context, person: Anyone, submission_id: UUID) -> Response:
    return await render(request, context, person, submission_id)


@router.post("/submissions/{submission_id}/decision")
async def decide(
    request: Request, context: Context, person: Coordinator, submission_id: UUID, decision: Word = "", reason: Word = ""
) -> Response:
    act: Act = "accept" if decision == "accept" else "return"
    return await settled(request, context, person, Decision(submission_id, act, reason))


@router.post("/submissions/{submission_id}/withdrawal")
async def withdraw(
    request: Request, context: Context, person: Unit, submission_id: UUID, reason: Word = ""
) -> Response:
    return await settled(request, context, person, Decision(submission_id, "withdraw", reason))


async def settled(request: Request, context: SubmissionsContext, person: Person, decision: Decision) -> Response:
    """303 back to the receipt, or the receipt again with what is missing (422)."""
    try:
        await settle(context, Actor.of(request, person), decision)
    except Problem as problem:
        if problem.status != 422:
            raise
        return await render(request, context, person, decision.submission_id, problem.faults, decision.reason or "")
    return RedirectResponse(f"/submissions/{decision.submission_id}", 303)


async def render(
    request: Request,
    context: SubmissionsContext,
    person: Person,
    submission_id: UUID,
    faults: tuple[Fault, ...] = (),
    reason: str = "",
) -> Response:
    async with context.engine.connect() as tx:
        row = await read.find_submission(tx, submission_id)
        if row is None:
            raise not_found(NO_SUBMISSION)
        context.check_acting(person, row["unit"])
        revisions = await read.revisions(tx, row["obligation_id"])
        reviews = await read.reviews(tx, row["obligation_id"])
    rules = context.rules[row["form"]]
    latest = row["revision"] == row["latest_revision"]
    acts = [act for (state, act) in NEXT if state == row["state"] and latest]
    allowed: tuple[Act, ...] = ("withdraw",) if not sees_all(person) else ()
    if is_coordinator(context.catalogue, person, context.today()):
        allowed = ("accept", "return")
    return page(
        request,
        "submission.html",
        422 if faults else 200,
        row=row,
        rules=rules,
        observations=in_form_order(rules, row["observations"]),
        parts={part.code: part.title for part in rules.narrative},
        latest=latest,
        late=is_late(row["received_at"], row["due_at"]),
        shapes=SHAPES,
        revisions=revisions,
        reviews=reviews,
        acts=[act for act in acts if act in allowed],
        may_correct=latest and not sees_all(person),
        faults=faults,
        reason=reason,
        illustrative=row["illustrative"],
    )


def in_form_order(rules: FormRules, observations: list[dict[str, Any]]) -> list[tuple[Field | None, dict[str, Any]]]:
    """With their fields; what the form no longer asks for comes last."""
    told = {(o["measure"], disaggregation_key(o["disaggregation"])): o for o in observations}
    known: list[tuple[Field | None, dict[str, Any]]] = [(f, told[f.cell]) for f in rules.fields if f.cell in told]
    return known + [(None, o) for cell, o in told.items() if cell not in rules.by_cell]
