"""The page /rebuilds: whether the state computed anew from the events equals the live one."""

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from aggregation.http.context import Context, Overseer
from aggregation.store import rebuilds
from shared.web.shell.page import page

SHOWN = 20
router = APIRouter(include_in_schema=False)


@router.get("/rebuilds", response_class=HTMLResponse)
async def list_rebuilds(request: Request, context: Context, person: Overseer) -> HTMLResponse:
    async with context.engine.connect() as tx:
        latest = await rebuilds.latest(tx, SHOWN)
    return page(request, "rebuilds.html", rebuilds=latest, exact=context.policy.needs_to_know(person))
