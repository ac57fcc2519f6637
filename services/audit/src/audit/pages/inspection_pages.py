"""Pages of inspections: the list by state and age, the form, one inspection. They work without JavaScript."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any
from urllib.parse import urlencode
from uuid import UUID, uuid4

from fastapi import APIRouter, Request
from starlette.datastructures import FormData
from starlette.responses import RedirectResponse, Response

from audit.commands.answers import InspectionDetail
from audit.commands.record_finding import CONCLUDED, record_finding
from audit.commands.record_inspection import record_inspection
from audit.http.context import AuditContext, Context, Inspector, Reader
from audit.http.inspections import STATES, find, listing
from audit.pages.inspection_form import (
    FindingForm,
    InspectionForm,
    empty_finding,
    empty_form,
    named,
    read_finding_form,
    read_form,
    read_seen,
    ticked,
)
from audit.pages.page_faults import page_faults
from audit.rules.finding import PARTS, SEVERITIES, read_finding
from audit.rules.inspection import KINDS, State, read_inspection
from audit.rules.vocabulary import obligation_name
from shared.access import Person, Role, sees_all_units
from shared.database.idempotency import KEY_REUSED, Attempt, Replay, first_answer
from shared.errors import Problem
from shared.text import Fault
from shared.web.cursor import Cursor
from shared.web.idempotency import attempt_of, said
from shared.web.query.parameters import Given, ReportingPeriod, Unit
from shared.web.shell.kept_form import Resumed
from shared.web.shell.page import page
from shared.web.shell.unit_choice import unit_groups

SHOWN = 50
CHANGED = 412
WRITERS: tuple[Role, ...] = ("auditor", "coordinator")
router = APIRouter(prefix="/inspections", include_in_schema=False)


@router.get("")
async def inspections(
    request: Request,
    context: Context,
    person: Reader,
    unit: Unit = None,
    period: ReportingPeriod = None,
    state: Given[State] = None,
    cursor: Cursor = None,
) -> Response:
    query = {"unit": unit or "", "period": period or "", "state": state or ""}
    listed = await listing(context, person, context.inspected_units(person, unit), period, state, SHOWN, cursor)
    filters = {name: value for name, value in query.items() if value}
    address = f"/inspections?{urlencode({**filters, 'cursor': listed['next']})}" if listed["next"] else None
    return page(
        request,
        "inspections.html",
        obligations=[obligation_name(context.catalogue, code) for code in context.vocabulary.obligations],
        items=listed["items"],
        query=query,
        states=STATES,
        groups=unit_groups(context.catalogue, context.clock.today()) if sees_all_units(person) else [],
        may_write=person.role in WRITERS,
        next_url=address,
        first_url=f"/inspections?{urlencode(filters)}" if cursor else None,
    )


@router.get("/new")
async def new(request: Request, context: Context, person: Inspector) -> Response:
    return _form_page(request, context, empty_form(), [], str(uuid4()))


@router.post("/new")
async def create(request: Request, context: Context, person: Inspector, resumed: Resumed) -> Response:
    """303 to the case; 422 with the form as it was typed; "another finding" gives one box more."""
    sent = await request.form()
    form, key = read_form(sent), str(sent.get("key", ""))
    if resumed:
        return _form_page(request, context, form, [], key)
    if sent.get("action") == "another":
        return _form_page(request, context, form.with_another(), [], key)
    inspection, faults = read_inspection(form.raw(), context.vocabulary, context.clock.today())
    if inspection is None:
        return _form_page(request, context, form, form.on_page(faults), key, 422)
    attempt = await _attempt(request, person, key, sent)
    try:
        answer = await record_inspection(context.engine, context.author(person), inspection, attempt)
    except Problem as problem:
        if problem.code != KEY_REUSED:
            raise
        recorded = await _first_answer(context, attempt)
        return _form_page(request, context, form, [], str(uuid4()), 409, recorded=_address(recorded))
    return RedirectResponse(_address(answer), 303)


@router.get("/{inspection_id}")
async def show(request: Request, inspection_id: UUID, context: Context, person: Reader) -> Response:
    return await _inspection_page(request, context, person, inspection_id, FindingForm(empty_finding()))


@router.post("/{inspection_id}/findings")
async def add_finding(
    request: Request, inspection_id: UUID, context: Context, person: Inspector, resumed: Resumed
) -> Response:
    """303 to the case; 422 with what is wrong; 409 and 412 with what was typed and what happened meanwhile."""
    sent = await request.form()
    form = FindingForm(
        read_finding_form(sent), key=str(sent.get("key", "")), confirmed=ticked(sent), seen=read_seen(sent)
    )
    if resumed:
        return await _resumed_finding(request, context, person, inspection_id, form)
    faults: list[Fault] = []
    finding = read_finding(form.raw(), "", faults, context.vocabulary.measures)
    if faults:
        form = replace(form, faults=page_faults(faults))
        return await _inspection_page(request, context, person, inspection_id, form, 422)
    attempt = await _attempt(request, person, form.key, sent)
    expected = None if form.seen is None else {form.seen}
    try:
        await record_finding(context.engine, context.author(person), inspection_id, finding, attempt, expected)
    except Problem as problem:
        if problem.code == KEY_REUSED:
            form = replace(form, key="", notice="page.sent_already")
            return await _inspection_page(request, context, person, inspection_id, form, 409)
        if problem.status == CHANGED:
            form = replace(form, notice="page.findings_since")
            return await _inspection_page(request, context, person, inspection_id, form, CHANGED)
        if problem.code == CONCLUDED:
            form = replace(form, notice="page.concluded_since")
            return await _inspection_page(request, context, person, inspection_id, form, problem.status)
        if problem.status != 422:
            raise
        form = replace(form, faults=problem.faults)
        return await _inspection_page(request, context, person, inspection_id, form, 422)
    return RedirectResponse(f"/inspections/{inspection_id}", 303)


async def _resumed_finding(
    request: Request, context: AuditContext, person: Person, inspection_id: UUID, form: FindingForm
) -> Response:
    """As it was typed; 412 with what happened since the page was opened."""
    inspection = await find(context, inspection_id, person)
    notice = ""
    if inspection.state == "concluded":
        notice = "page.concluded_since"
    elif form.seen not in (None, len(inspection.findings)):
        notice = "page.findings_since"
    return await _inspection_page(
        request, context, person, inspection_id, replace(form, notice=notice), CHANGED if notice else 200
    )


async def _first_answer(context: AuditContext, attempt: Attempt | None) -> Replay:
    """What was answered when the attempt's key was used first."""
    async with context.engine.connect() as tx:
        return await first_answer(tx, attempt)


def _address(answer: InspectionDetail | Replay) -> str:
    if not isinstance(answer, Replay):
        return f"/inspections/{answer.id}"
    if answer.status == 303:  # kept by a version whose pages kept the address and no JSON
        return answer.body.decode()
    return f"/inspections/{answer.created_id}"


async def _attempt(request: Request, person: Person, key: str, sent: FormData) -> Attempt | None:
    """Of a page's own `key`; another one where it has none, so that nothing is taken for its repetition."""
    return await attempt_of(request, person.subject, key=key or str(uuid4()), content=said(sent.multi_items()))


def _choices(context: AuditContext) -> Mapping[str, Any]:
    return {"measures": list(context.catalogue.measures.values()), "severities": SEVERITIES, "parts": PARTS}


def _form_page(
    request: Request,
    context: AuditContext,
    form: InspectionForm,
    faults: list[Fault],
    key: str,
    status: int = 200,
    *,
    recorded: str | None = None,
) -> Response:
    """`recorded`: the address of what was recorded from the same page before."""
    return page(
        request,
        "inspection_new.html",
        status,
        form=form,
        faults=faults,
        summary=named(faults),
        key=key or str(uuid4()),
        recorded=recorded,
        groups=unit_groups(context.catalogue, context.clock.today()),
        kinds=KINDS,
        obligations=[(code, obligation_name(context.catalogue, code)) for code in context.vocabulary.obligations],
        periods=sorted(context.vocabulary.periods, reverse=True),
        **_choices(context),
    )


async def _inspection_page(
    request: Request,
    context: AuditContext,
    person: Person,
    inspection_id: UUID,
    finding: FindingForm,
    status: int = 200,
) -> Response:
    inspection = await find(context, inspection_id, person)
    writable = person.role in WRITERS and inspection.state not in ("planned", "concluded")
    return page(
        request,
        "inspection.html",
        status,
        case=inspection,
        obligation=obligation_name(context.catalogue, inspection.obligation),
        typed=finding.typed,
        faults=finding.faults,
        summary=named(finding.faults),
        key=finding.key or str(uuid4()),
        confirmed=finding.confirmed,
        notice=finding.notice,
        seen=len(inspection.findings),
        new_from=len(inspection.findings) if finding.seen is None else finding.seen,
        writable=writable,
        **_choices(context),
    )
