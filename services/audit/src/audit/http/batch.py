"""GET events/batch: the log from any index on, as it stands in Kafka, for a service that computes its state anew."""

import json
from collections.abc import Sequence
from typing import Annotated

from fastapi import APIRouter, Query
from starlette.responses import Response

from audit.http.context import Context, LogReader
from audit.rules.entry import EntryBody
from audit.store import entries
from shared.security_log import security_event
from shared.web.query.parameters import Topic

MAX_ENTRIES = 2000
# The sum of bodies and signatures in one answer; an answer holds at least one body, however large (900 kB at most).
MAX_BYTES = 8 * 2**20
MEDIA_TYPE = "application/cloudevents-batch+json"
WITH_SIGNATURES = "application/json"
NEXT, SIZE = "Tiendo-Next", "Tiendo-Size"
router = APIRouter(prefix="/api/v1/events", tags=["events"])


@router.get(
    "/batch",
    response_class=Response,
    responses={200: {"content": {MEDIA_TYPE: {}, WITH_SIGNATURES: {}}, "headers": {
        NEXT: {"description": "the next `after`; left out at the end", "schema": {"type": "integer"}},
        SIZE: {"description": "entries in the whole log, of every topic", "schema": {"type": "integer"}},
    }}},
)  # fmt: skip
async def batch(
    context: Context,
    person: LogReader,
    after: Annotated[int | None, Query(ge=0, lt=2**63, description="last index already read")] = None,
    limit: Annotated[int, Query(ge=1, le=MAX_ENTRIES)] = 500,
    topic: Annotated[Topic, Query(description="of one topic; of all if left out")] = None,
    signatures: Annotated[bool, Query(description="with index and signature of each entry")] = False,
) -> Response:
    """A CloudEvents batch (JSON Batch Format): the exact bytes of the bodies, in the order of the log.

    With `signatures`, an object of `entries` (`index`, and `signature`: the header that the event came with, or null)
    and, behind them, `events`: that batch.

    For who reads every figure. An entry appended meanwhile may be in the answer although `Tiendo-Size` does not count
    it, never the reverse.
    """
    async with context.engine.connect() as tx:
        size = await entries.size(tx)
        page = await entries.bodies(tx, -1 if after is None else after, topic, limit=limit, most=MAX_BYTES)
        more = bool(page) and await entries.any_after(tx, page[-1].index, topic)
    security_event("security.sensitive-read", person, entries=len(page), first=page[0].index if page else None)
    headers = {SIZE: str(size), **({NEXT: str(page[-1].index)} if more else {})}
    events = b"[" + b",".join(entry.body for entry in page) + b"]"
    if signatures:
        events = b'{"entries":' + _entries(page) + b',"events":' + events + b"}"
    return Response(events, headers=headers, media_type=WITH_SIGNATURES if signatures else MEDIA_TYPE)


def _entries(page: Sequence[EntryBody]) -> bytes:
    """A header is base64 (docs/decisions/0029); whatever else it may be, a character stands for each of its bytes."""
    told = [
        {"index": entry.index, "signature": None if entry.signature is None else entry.signature.decode("latin-1")}
        for entry in page
    ]
    return json.dumps(told, separators=(",", ":")).encode()
