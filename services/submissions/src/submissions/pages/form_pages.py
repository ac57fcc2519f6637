"""The form of an obligation: to fill in by its unit, to look at by everybody else."""

from collections.abc import Sequence
from typing import Annotated, Any
from uuid import UUID, uuid4

from fastapi import APIRouter, Depends, Request
from fastapi.responses import RedirectResponse, Response
from sqlalchemy.ext.asyncio import AsyncConnection

from shared.auth import Person, require
from shared.database import idempotency
from shared.errors import not_found
from shared.web.idempotency import attempt_of
from shared.web.language import language
from shared.web.shell.page import page
from submissions.commands.answers import Receipt
from submissions.commands.context import Actor, SubmissionsContext, context_of, sees_all
from submissions.commands.submit import NO_OBLIGATION, Posting, Refused, take
from submissions.pages.form_table import Typed, columns_of, page_faults, read_sheet, rows_of, typed_of, written
from submissions.pages.task import SHAPES, task_of
from submissions.rules.submission import previous
from submissions.rules.violation import Finding
from submissions.store import read
from submissions.store.rows import Row

router = APIRouter()
Anyone = Annotated[Person, Depends(require())]
Unit = Annotated[Person, Depends(require("reporter", "head"))]
Context = Annotated[SubmissionsContext, Depends(context_of)]


@router.get("/obligations/{obligation_id}")
async def show(request: Request, context: Context, person: Anyone, obligation_id: UUID) -> Response:
    async with context.engine.connect() as tx:
        return await render(request, context, person, tx, obligation_id)


@router.post("/obligations/{obligation_id}")
async def send(request: Request, context: Context, person: Unit, obligation_id: UUID) -> Response:
    """303 to the receipt, or the form again with what was typed and every fault (422)."""
    await request.body()  # kept, so that the idempotency hash can read it after the form was
    data = await request.form()
    async with context.engine.connect() as tx:
        duty = await find(tx, context, person, obligation_id)
    report, typed = read_sheet(context.rules[duty["form"]], dict(data))
    key = data.get("attempt")
    attempt = await attempt_of(request, person.subject, key=key if isinstance(key, str) and key else None)
    asked = Posting(obligation_id, attempt, None, language(request))
    try:
        answer = await take(context, Actor.of(request, person), asked, report)
    except Refused as refused:
        async with context.engine.connect() as tx:
            return await render(request, context, person, tx, obligation_id, typed, refused.findings)
    receipt = Receipt.model_validate_json(answer.body) if isinstance(answer, idempotency.Replay) else answer
    return RedirectResponse(f"/submissions/{receipt.id}", 303)


async def find(tx: AsyncConnection, context: SubmissionsContext, person: Person, obligation_id: UUID) -> Row:
    duty = await read.find_obligation(tx, obligation_id)
    if duty is None:
        raise not_found(NO_OBLIGATION)
    context.check_acting(person, duty["unit"])
    return duty


async def render(
    request: Request,
    context: SubmissionsContext,
    person: Person,
    tx: AsyncConnection,
    obligation_id: UUID,
    typed: Typed | None = None,
    findings: Sequence[Finding] = (),
) -> Response:
    duty = await find(tx, context, person, obligation_id)
    revisions = await read.revisions(tx, obligation_id)
    last_year = await read.latest_of_period(tx, duty, previous(duty["period"]))
    rules, spoken = context.rules[duty["form"]], language(request)
    latest = revisions[0] if revisions else None
    typed = typed or typed_of(rules, latest, spoken)
    view: dict[str, Any] = {
        "duty": duty,
        "task": task_of(duty, context.clock.now(), context.holidays),
        "rules": rules,
        "columns": columns_of(rules),
        "rows": rows_of(rules, typed, written(last_year, spoken), findings),
        "may_be_not_applicable": any(e.may_be_not_applicable for e in rules.elements.values()),
        "typed": typed,
        "findings": findings,
        "faults": page_faults(rules, findings),
        "revisions": revisions,
        "shapes": SHAPES,
        "reviews": await read.reviews(tx, obligation_id) if revisions else [],
        "previous_period": previous(duty["period"]) if last_year else None,
        "editable": not sees_all(person),
        "in_place_of": not sees_all(person) and person.unit != duty["unit"],
        "attempt": str(uuid4()),
        "illustrative": any(r["illustrative"] for r in (*revisions, last_year or {"illustrative": False})),
    }
    return page(request, "obligation.html", 422 if findings else 200, **view)
