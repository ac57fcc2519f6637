"""GET events: the log, and the exact bytes of one entry."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from audit.http.context import AuditContext, Context, ExactReader, Reader
from audit.http.schemas import EntryDetail, EntryItem, EntryList
from audit.rules.entry import ListedEntry, StoredEntry
from audit.rules.search import Search, read_search
from audit.rules.texts import fault, text
from audit.store import entries
from shared.access import Person
from shared.errors import Problem, invalid, not_found
from shared.events import CONTENT_TYPE
from shared.security_log import security_event
from shared.text import Fault
from shared.web import cursor as cursors
from shared.web.openapi import headers
from shared.web.query.check import QueryFaults

DEFAULT_LIMIT = 50
Filter = Annotated[str | None, Query()]
router = APIRouter(prefix="/api/v1/events", tags=["events"])


@router.get("", response_model=EntryList)
async def list_events(
    request: Request,
    context: Context,
    person: Reader,
    unread: QueryFaults,
    type: Annotated[str | None, Query(description="full, or short as submission.received")] = None,
    subject: Filter = None,
    unit: Filter = None,
    period: Filter = None,
    from_: Annotated[str | None, Query(alias="from", description="a day in Vietnam or an instant, inclusive")] = None,
    to: Annotated[str | None, Query(description="a day in Vietnam, inclusive, or an instant, exclusive")] = None,
    source: Filter = None,
    q: Annotated[
        str | None,
        Query(description="an id of an event, subject, obligation or trace, a report's hash, or a unit's name"),
    ] = None,
    order: Annotated[str | None, Query(description="desc: newest first (default), asc: oldest first")] = None,
    limit: Annotated[str | None, Query(description=f"1 to {cursors.MAX_LIMIT}, {DEFAULT_LIMIT} if left out")] = None,
    cursor: Annotated[str | None, Query(description="`next` of the page before")] = None,
) -> Any:
    """Reporters and heads read the events of their own unit and of those that ended in it, the other roles all."""
    query = dict(request.query_params)
    search, faults = read_search(query, context.vocabulary)
    faults += unread
    size, after = read_paging(query, faults)
    if faults:
        raise invalid(faults, title=text("problem.bad_search"))
    search = replace(search, units=context.searched_units(person, search.units))
    return await listing(context, person, search, after, size)


def read_paging(query: Mapping[str, str], faults: list[Fault]) -> tuple[int, int | None]:
    """The page's size and the index after which it begins."""
    size = _page_size(query.get("limit") or str(DEFAULT_LIMIT), faults)
    try:
        key = cursors.decode(query.get("cursor") or None, int)
    except Problem as problem:
        faults += problem.faults
        key = None
    if key is not None and not 0 <= key[0] < 2**63:
        faults += cursors.bad_cursor().faults
    return size, key[0] if key else None


def _page_size(written: str, faults: list[Fault]) -> int:
    if written.isascii() and written.isdigit() and len(written) < 6 and 1 <= int(written) <= cursors.MAX_LIMIT:
        return int(written)
    faults.append(fault("bad-limit", "/query/limit", value=written, most=cursors.MAX_LIMIT))
    return DEFAULT_LIMIT


async def listing(
    context: AuditContext, person: Person, search: Search, after: int | None, limit: int
) -> cursors.Listing:
    """Whom the hash of a report would tell its figures finds none by it."""
    by_content = person.own_unit is not None or context.may_read_exactly(person, None)
    async with context.engine.connect() as tx:
        matching = await entries.search(tx, replace(search, by_content=by_content), after, limit + 1)
    note_read(context, person, matching)
    return cursors.listing(matching, limit, lambda entry: (entry.index,), shown_to(context, person))


def note_read(context: AuditContext, person: Person, entries: Sequence[ListedEntry]) -> None:
    """One line of the log for an answer with figures, where it is the person's work to look at them."""
    reports = [entry for entry in entries if "observations" in entry.data]
    if reports and context.policy.needs_to_know(person):
        security_event("security.sensitive-read", person, entries=len(reports), first=reports[0].index)


def shown_to(context: AuditContext, person: Person) -> Callable[[ListedEntry], EntryItem]:
    """An entry with the figures that the person may read."""
    return lambda entry: EntryItem.of(entry, context.disclosed(person, entry.data))


@router.get("/{event_id}", response_model=EntryDetail)
async def get_event(event_id: str, context: Context, person: Reader) -> Any:
    return detail(context, person, await find(context, event_id, person))


def detail(context: AuditContext, person: Person, entry: StoredEntry) -> EntryDetail:
    """With the figures that the person may read; a look at secret ones is logged."""
    shown, exact = context.disclosed(person, entry.data), context.may_read_exactly(person, entry.unit)
    note_read(context, person, [entry])
    return EntryDetail.of_stored(entry, shown, exact=exact)


@router.get(
    "/{event_id}/raw",
    response_class=Response,
    responses={**headers(200, "ETag"), 200: {"content": {CONTENT_TYPE: {}}, **headers(200, "ETag")[200]}},
)
async def get_raw_event(event_id: str, context: Context, person: ExactReader) -> Response:
    """The bytes as they stood in Kafka, and nothing else: for who reads every figure in them."""
    entry = await find(context, event_id, person)
    note_read(context, person, [entry])
    headers = {"ETag": f'"{entry.sha256}"', "Content-Disposition": f'inline; filename="event-{entry.index}.json"'}
    return Response(entry.body, headers=headers, media_type=CONTENT_TYPE)


async def find(context: AuditContext, event_id: str, person: Person) -> StoredEntry:
    """Problem 404 when the log has no such event, or none that the person reads."""
    entry = None
    if len(event_id) <= 64 and "\0" not in event_id:
        async with context.engine.connect() as tx:
            entry = await entries.find(tx, event_id, context.readable_units(person))
    if entry is None:
        raise not_found(text("problem.no_event"))
    return entry
