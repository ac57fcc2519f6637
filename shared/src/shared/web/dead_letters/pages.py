"""Pages of dead letters, for people of operations: the work list, and one letter with all it holds.

They work without JavaScript, and every act is a form of its own.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import Annotated, Any, Literal, get_args
from urllib.parse import urlencode

from fastapi import APIRouter, Form, Query, Request
from pydantic import TypeAdapter, ValidationError
from starlette.responses import RedirectResponse, Response

from shared.access import Person
from shared.errors import Problem
from shared.messaging.dead_letter import (
    DeadLetters,
    Handled,
    OpenedList,
    State,
    StillFails,
    Wanted,
    changed_meanwhile,
    topics,
)
from shared.messaging.signing.signature import HEADER as SIGNATURE
from shared.messaging.signing.stranger import reason_in
from shared.security_log import security_event
from shared.text import Fault
from shared.web.cursor import Cursor, encode
from shared.web.dead_letters.api import (
    LetterId,
    Letters,
    Operator,
    Reader,
    available,
    cursor_after,
    letter_and_value,
    listing,
    policy_of,
)
from shared.web.dead_letters.payload import payload
from shared.web.dead_letters.schemas import Note
from shared.web.problem.validation import model_faults
from shared.web.query.known import KnownTopic, OneOf
from shared.web.shell.kept_form import Resumed
from shared.web.shell.page import page

SHOWN = 50
AT_ONCE = 100
MAX_FIELD = 500
CHANGED, UNPROCESSABLE = 412, 422
NOT_TRIED = ("letter-changed", "no-value")
"""Why a letter was left without being tried; the words are `web.letters.not_tried.…`."""
STATES: tuple[State, ...] = get_args(State)
HOME = "/dead-letters"
Field = Annotated[str, Form(max_length=MAX_FIELD)]
router = APIRouter(prefix=HOME, include_in_schema=False)


@router.get("")
async def letters(
    request: Request,
    letters: Letters,
    person: Reader,
    state: Annotated[str, OneOf(STATES)] = "open",
    topic: Annotated[str, KnownTopic()] = "",
    reason: Annotated[str, Query(max_length=MAX_FIELD)] = "",
    cursor: Cursor = None,
) -> Response:
    """The open ones unless another state is asked for; an empty `state` shows all."""
    typed = {"state": state.strip(), "topic": topic.strip(), "reason": reason}
    return await _list_page(request, letters, person, typed, cursor)


@router.post("/replay")
async def replay_filtered(
    request: Request,
    letters: Letters,
    person: Operator,
    resumed: Resumed,
    state: Annotated[Literal["open", "discarded"], Form()],
    topic: Field = "",
    reason: Field = "",
    cursor: Field = "",
    version: Field = "",
) -> Response:
    """The list again, above it what became of each letter. Sent again, nothing takes effect twice.

    412 when the page does not say which list it showed. 422 without a `state` that can be replayed: no state would
    mean every letter, also what somebody discarded.
    """
    typed = {"state": state, "topic": topic, "reason": reason}
    opened, after = OpenedList.read(version), cursor_after(cursor or None)
    if opened is None:
        return await _list_page(request, letters, person, typed, None, status=CHANGED)
    if resumed:
        goes_on = GoesOn(after, version) if after else None
        return await _list_page(request, letters, person, typed, None, goes_on=goes_on)
    async with available():
        handled, last = await letters.replay_all(_wanted(typed), after, AT_ONCE, person, opened)
    goes_on = GoesOn(last, version) if last is not None else None
    return await _list_page(request, letters, person, typed, None, handled=handled, goes_on=goes_on)


@router.get("/{letter_id}")
async def letter(request: Request, letter_id: LetterId, letters: Letters, person: Reader) -> Response:
    return await _letter_page(request, letters, person, letter_id)


@router.post("/{letter_id}/replay")
async def replay(
    request: Request, letter_id: LetterId, letters: Letters, person: Operator, resumed: Resumed, version: Field = ""
) -> Response:
    """303 to the letter; 422 with the letter and what failed, 412 with what somebody else did meanwhile."""
    if resumed:
        return await _letter_page(request, letters, person, letter_id, opened_with=version)
    try:
        async with available():
            await letters.replay(letter_id, person, frozenset({version}) if version else None)
    except StillFails as problem:
        return await _letter_page(request, letters, person, letter_id, failed=problem)
    except Problem as problem:
        if problem.status != CHANGED:
            raise
        return await _letter_page(request, letters, person, letter_id, changed=problem)
    return RedirectResponse(f"{HOME}/{letter_id}", 303)


@router.post("/{letter_id}/discard")
async def discard(
    request: Request,
    letter_id: LetterId,
    letters: Letters,
    person: Operator,
    resumed: Resumed,
    reason: Annotated[str, Form()] = "",
    confirmed: Annotated[tuple[str, ...], Form()] = (),
    version: Field = "",
) -> Response:
    """303 to the letter; with what was typed 422 for a reason that cannot stay, 412 when it came too late."""
    show = partial(_letter_page, request, letters, person, letter_id, typed=reason, confirmed=confirmed)
    if resumed:
        return await show(opened_with=version)
    try:
        note = TypeAdapter(Note).validate_python(reason)
    except ValidationError as error:
        return await show(faults=model_faults(error.errors(), "/reason"))
    try:
        async with available():
            await letters.discard(letter_id, note, person, frozenset({version}) if version else None, confirmed)
    except Problem as problem:
        if problem.status == CHANGED:
            return await show(changed=problem)
        if problem.status == UNPROCESSABLE:
            return await show(faults=problem.faults)
        raise
    return RedirectResponse(f"{HOME}/{letter_id}", 303)


@dataclass(frozen=True, slots=True)
class GoesOn:
    """Where a run goes on: after which letter, of which opened list."""

    after: int
    version: str


def _wanted(typed: dict[str, str]) -> Wanted:
    state = next((one for one in STATES if one == typed["state"]), None)
    return Wanted(state, typed["topic"] or None, None, typed["reason"] or None)


async def _list_page(
    request: Request,
    letters: DeadLetters,
    person: Person,
    typed: dict[str, str],
    cursor: str | None,
    *,
    handled: Sequence[Handled] | None = None,
    goes_on: GoesOn | None = None,
    status: int = 200,
) -> Response:
    """`handled`: what became of the letters of a run, None where there was none."""
    opened = await letters.opened_list()
    found = await listing(letters, _wanted(typed), SHOWN, cursor, lambda letter: letter)
    async with letters.engine.connect() as tx:
        known_topics = await topics(tx)
    more = urlencode({**typed, "cursor": found["next"] or ""})
    return page(
        request,
        "dead_letters.html",
        status,
        letters=found["items"],
        typed=typed,
        states=STATES,
        topics=known_topics,
        acts=person.role == "ops",
        at_once=AT_ONCE,
        ran=handled is not None,
        counts=Counter(became(one) for one in handled or ()),
        failed=[one for one in handled or () if one.reason],
        not_tried=NOT_TRIED,
        version=opened.version,
        goes_on=goes_on,
        go_on_after=encode(goes_on.after) if goes_on else None,
        look_again=status == CHANGED,
        next_url=f"{HOME}?{more}" if found["next"] else None,
        first_url=f"{HOME}?{urlencode(typed)}" if cursor else None,
    )


def became(handled: Handled) -> str:
    """`applied`, `duplicate`, `left` as it was without being tried, or `failed`."""
    return handled.outcome or ("left" if handled.reason in NOT_TRIED else "failed")


async def _letter_page(
    request: Request,
    letters: DeadLetters,
    person: Person,
    letter_id: int,
    *,
    faults: Sequence[Fault] = (),
    typed: str = "",
    opened_with: str = "",
    confirmed: Sequence[str] = (),
    failed: Problem | None = None,
    changed: Problem | None = None,
) -> Response:
    """`changed`: what the person sent was not done, since somebody else had done something before. So it is where the
    page was `opened_with` another version."""
    found, value = await letter_and_value(letters, letter_id)
    if opened_with and not found.was_seen(frozenset({opened_with})):
        changed = changed_meanwhile()
    policy = policy_of(request)
    if exact := policy.needs_to_know(person):
        security_event("security.sensitive-read", person, dead_letter=letter_id)
    shown: dict[str, Any] = {
        "letter": found,
        "stranger": reason_in(found.reason),
        "payload": payload(value, policy, person),
        "key": None if found.key is None else found.key.decode(errors="replace"),
        "headers": [header for header in found.header_texts if exact or header[0] != SIGNATURE],
        "acts": person.role == "ops",
        "faults": list(faults),
        "resumed_at": "/reason" if typed and found.state == "open" else None,
        "typed": typed,
        "confirmed": confirmed,
        "failed": failed,
        "changed": changed,
    }
    shown["illustrative"] = shown["payload"].illustrative
    status = CHANGED if changed else 422 if faults or failed else 200
    return page(request, "dead_letter.html", status, **shown)
