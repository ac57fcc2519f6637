"""Pages of inspections: the list by state and age, the form, the case. They work without JavaScript."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode
from uuid import UUID, uuid4

from fastapi import APIRouter, Request
from starlette.datastructures import FormData
from starlette.responses import RedirectResponse, Response

from audit.commands.record_inspection import log_inspection, record_finding
from audit.http.context import AuditContext, CaseReader, Context, Inspector
from audit.http.inspections import STATES, case, listing, read_filters
from audit.pages.inspection_form import Form, empty_finding, empty_form, named, read_finding_form, read_form
from audit.pages.log import unit_groups
from audit.rules.finding import PARTS, SEVERITIES, read_finding
from audit.rules.inspection import KINDS, OBLIGATIONS, read_inspection
from shared.database import idempotency
from shared.errors import Problem
from shared.text import Fault
from shared.web.idempotency import attempt_of
from shared.web.shell.page import page

SHOWN = 50
MAX_FIELDS = 600
router = APIRouter(prefix="/inspections", include_in_schema=False)


@router.get("")
async def inspections(request: Request, context: Context, person: CaseReader) -> Response:
    asked = {name: request.query_params.get(name, "") for name in ("unit", "period", "state")}
    state = read_filters(context, asked["unit"], asked["period"], asked["state"])
    cursor = request.query_params.get("cursor") or None
    found = await listing(context, asked["unit"] or None, asked["period"] or None, state, SHOWN, cursor)
    filters = {name: value for name, value in asked.items() if value}
    address = f"/inspections?{urlencode({**filters, 'cursor': found['next']})}" if found["next"] else None
    return page(
        request,
        "inspections.html",
        items=found["items"],
        asked=asked,
        states=STATES,
        groups=unit_groups(context),
        may_write=person.role in ("auditor", "coordinator"),
        next_url=address,
        first_url=f"/inspections?{urlencode(filters)}" if cursor else None,
    )


@router.get("/new")
async def new(request: Request, context: Context, person: Inspector) -> Response:
    return _form_page(request, context, empty_form(), [], str(uuid4()))


@router.post("/new")
async def create(request: Request, context: Context, person: Inspector) -> Response:
    """303 to the case; 422 with the form as it was typed; "another finding" gives one box more."""
    sent = await _sent(request)
    form, key = read_form(sent), str(sent.get("key", ""))
    if sent.get("action") == "another":
        return _form_page(request, context, form.with_another(), [], key)
    item, faults = read_inspection(form.raw(), context.vocabulary, context.today())
    if item is None:
        return _form_page(request, context, form, form.on_page(faults), key, 422)
    attempt = await attempt_of(request, person.subject, key=key or str(uuid4()))
    async with context.engine.begin() as tx:
        if replay := await idempotency.begin(tx, attempt):
            return RedirectResponse(replay.body.decode(), 303)
        id_ = await log_inspection(tx, item, context.author(person))
        await idempotency.finish(tx, attempt, 303, f"/inspections/{id_}".encode())
    return RedirectResponse(f"/inspections/{id_}", 303)


@router.get("/{inspection_id}")
async def show(request: Request, inspection_id: UUID, context: Context, person: CaseReader) -> Response:
    return await _case_page(request, context, person.role, inspection_id, empty_finding(), [], str(uuid4()))


@router.post("/{inspection_id}/findings")
async def add_finding(request: Request, inspection_id: UUID, context: Context, person: Inspector) -> Response:
    sent = await _sent(request)
    typed, key = read_finding_form(sent), str(sent.get("key", ""))
    faults: list[Fault] = []
    raw = {name: value for name, value in typed.items() if value}
    item = read_finding(raw, "", faults, context.vocabulary.measures)
    if faults:
        return await _case_page(request, context, person.role, inspection_id, typed, faults, key, 422)
    attempt = await attempt_of(request, person.subject, key=key or str(uuid4()))
    try:
        async with context.engine.begin() as tx:
            if await idempotency.begin(tx, attempt) is None:
                await record_finding(tx, inspection_id, item, context.author(person))
                await idempotency.finish(tx, attempt, 303, b"")
    except Problem as problem:
        if problem.status != 422:
            raise
        return await _case_page(request, context, person.role, inspection_id, typed, list(problem.faults), key, 422)
    return RedirectResponse(f"/inspections/{inspection_id}", 303)


async def _sent(request: Request) -> FormData:
    await request.body()  # kept by the request, so that the idempotency digest can read it after the form was
    return await request.form(max_fields=MAX_FIELDS, max_files=0)


def _choices(context: AuditContext) -> Mapping[str, Any]:
    return {"measures": list(context.catalogue.measures.values()), "severities": SEVERITIES, "parts": PARTS}


def _form_page(
    request: Request, context: AuditContext, form: Form, faults: list[Fault], key: str, status: int = 200
) -> Response:
    return page(
        request,
        "inspection_new.html",
        status,
        form=form,
        faults=faults,
        summary=named(faults),
        key=key or str(uuid4()),
        groups=unit_groups(context),
        kinds=KINDS,
        obligations=OBLIGATIONS,
        periods=sorted(context.vocabulary.periods, reverse=True),
        **_choices(context),
    )


async def _case_page(
    request: Request,
    context: AuditContext,
    role: str,
    inspection_id: UUID,
    typed: Mapping[str, str],
    faults: list[Fault],
    key: str,
    status: int = 200,
) -> Response:
    found = await case(context, inspection_id)
    writable = role in ("auditor", "coordinator") and found.state not in ("planned", "concluded")
    return page(
        request,
        "inspection.html",
        status,
        case=found,
        typed=typed,
        faults=faults,
        summary=named(faults),
        key=key or str(uuid4()),
        writable=writable,
        **_choices(context),
    )
