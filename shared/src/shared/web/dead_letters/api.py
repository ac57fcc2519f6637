"""Dead letters over HTTP, on every service that consumes events: ops act, ops and auditors read."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Header, Path, Query, Request
from starlette.responses import Response

from shared.access import Person
from shared.auth import require
from shared.disclosure import DisclosurePolicy
from shared.errors import Problem, conflict
from shared.messaging.consumer.batch_consumer import is_transient
from shared.messaging.dead_letter import MAX_ID, DeadLetters, Letter, State, Wanted, find, search, unknown, value_of
from shared.security_log import security_event
from shared.web import cursor as cursors
from shared.web.dead_letters.payload import payload
from shared.web.dead_letters.schemas import (
    Discarded,
    DiscardIn,
    LetterDetail,
    LetterItem,
    LetterList,
    Replayed,
    ReplayIn,
    ReplayResults,
)
from shared.web.etag import expected_tags
from shared.web.openapi import headers
from shared.web.query.parameters import Given, Topic
from shared.web.texts import text


def letters_of(request: Request) -> DeadLetters:
    found: DeadLetters = request.app.state.dead_letters
    return found


def policy_of(request: Request) -> DisclosurePolicy:
    return DisclosurePolicy(request.app.state.catalogue)


Letters = Annotated[DeadLetters, Depends(letters_of)]
Reader = Annotated[Person, Depends(require("ops", "auditor"))]
Auditor = Annotated[Person, Depends(require("auditor"))]
Operator = Annotated[Person, Depends(require("ops"))]
IfMatch = Annotated[
    str | None, Header(alias="If-Match", description="the ETag of the letter: 412 when somebody acted since")
]
LetterId = Annotated[int, Path(ge=1, le=MAX_ID)]
router = APIRouter(prefix="/api/v1/dead-letters", tags=["dead letters"])


@router.get("", response_model=LetterList)
async def list_letters(
    letters: Letters,
    person: Reader,
    state: Given[State] = None,
    topic: Topic = None,
    type: Annotated[str | None, Query(max_length=200)] = None,
    reason: Annotated[str | None, Query(max_length=500, description="a part of the reason's text")] = None,
    limit: cursors.Limit = 50,
    cursor: cursors.Cursor = None,
) -> Any:
    """Newest first, without their values."""
    return await listing(
        letters, Wanted(state, topic or None, type or None, reason or None), limit, cursor, LetterItem.of
    )


@router.get("/{letter_id}", response_model=LetterDetail, responses=headers(200, "ETag"))
async def get_letter(
    request: Request, letter_id: LetterId, letters: Letters, person: Reader, response: Response
) -> Any:
    """The ETag is for `If-Match` of an act."""
    letter, value = await letter_and_value(letters, letter_id)
    response.headers["ETag"] = f'"{letter.version}"'
    policy = policy_of(request)
    if policy.needs_to_know(person):
        security_event("security.sensitive-read", person, dead_letter=letter_id)
        return LetterDetail.whole(letter, value)
    return LetterDetail.envelope(letter, payload(value, policy, person).pretty)


@router.get("/{letter_id}/raw", response_class=Response, responses={200: {"content": {"application/octet-stream": {}}}})
async def get_raw_letter(letter_id: LetterId, letters: Letters, person: Auditor) -> Response:
    """The exact bytes of the record's value, and nothing else. Not for ops: they may hold figures."""
    security_event("security.sensitive-read", person, dead_letter=letter_id)
    _, value = await letter_and_value(letters, letter_id)
    if value is None:
        raise Problem(404, "no-value", text("web.letters.no_raw_value"))
    headers = {"Content-Disposition": f'attachment; filename="dead-letter-{letters.service}-{letter_id}.bin"'}
    return Response(value, headers=headers, media_type="application/octet-stream")


@router.post("/replay", response_model=ReplayResults)
async def replay_letters(wanted: ReplayIn, letters: Letters, person: Operator) -> Any:
    """Oldest first, each letter in its own transaction. What still fails stays, and is told; go on with `next`."""
    after = cursor_after(wanted.cursor)
    if wanted.state == "replayed":
        raise conflict("replayed-already", text("web.letters.all_replayed"))
    which = Wanted(wanted.state, wanted.topic, wanted.type, wanted.reason)
    async with available():
        handled, last = await letters.replay_all(which, after, wanted.limit, person)
    return {"items": handled, "next": cursors.encode(last) if last is not None else None}


@router.post("/{letter_id}/replay", response_model=Replayed)
async def replay_letter(letter_id: LetterId, letters: Letters, person: Operator, if_match: IfMatch = None) -> Any:
    """Applied with today's code; a second time answers the same. 422 with the new reason when it still fails."""
    async with available():
        return await letters.replay(letter_id, person, seen_versions(if_match))


@router.post("/{letter_id}/discard", response_model=Discarded)
async def discard_letter(
    letter_id: LetterId, given: DiscardIn, letters: Letters, person: Operator, if_match: IfMatch = None
) -> Any:
    """The letter is kept whole and may still be replayed."""
    async with available():
        return await letters.discard(letter_id, given.reason, person, seen_versions(if_match), given.confirmed)


def seen_versions(if_match: str | None) -> frozenset[str] | None:
    """The versions that a client says it saw; None when any will do."""
    tags = expected_tags(if_match)
    return None if tags is None else frozenset(tag[1:-1] for tag in tags)


async def listing(letters: DeadLetters, wanted: Wanted, limit: int, cursor: str | None, item: Any) -> cursors.Listing:
    key = cursors.decode(cursor, int)
    if key is not None and not 0 <= key[0] <= MAX_ID:
        raise cursors.bad_cursor()
    async with letters.engine.connect() as tx:
        rows = await search(tx, wanted, key[0] if key else None, limit + 1)
    return cursors.listing(rows, limit, lambda letter: (letter.id,), item)


def cursor_after(cursor: str | None) -> int:
    """The id after which a run goes on. Problem 400."""
    key = cursors.decode(cursor, int)
    if key is not None and not 0 <= key[0] <= MAX_ID:
        raise cursors.bad_cursor()
    return key[0] if key else 0


async def letter_and_value(letters: DeadLetters, letter_id: int) -> tuple[Letter, bytes | None]:
    """Problem 404."""
    async with letters.engine.connect() as tx:
        letter = await find(tx, letter_id)
        if letter is None:
            raise unknown()
        return letter, await value_of(tx, letter_id)


@asynccontextmanager
async def available() -> AsyncIterator[None]:
    """A failure of the infrastructure is a 503: nothing was done, and the same request may succeed later."""
    try:
        yield
    except Problem:
        raise
    except Exception as error:
        if not is_transient(error):
            raise
        raise Problem(503, "try-again", text("web.letters.try_again"), headers={"Retry-After": "5"}) from error
