"""The page /rebuilds: whether the state computed anew from the events equals the live one."""

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from aggregation.http.query import context_of
from aggregation.http.rebuilds import Overseer
from aggregation.store import rebuilds
from shared.web.shell.page import page

SHOWN = 20
router = APIRouter(include_in_schema=False)


@router.get("/rebuilds", response_class=HTMLResponse)
async def list_rebuilds(request: Request, person: Overseer) -> HTMLResponse:
    async with context_of(request).engine.connect() as tx:
        found = await rebuilds.latest(tx, SHOWN)
    return page(request, "rebuilds.html", rebuilds=found)
