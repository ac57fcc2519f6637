"""“Việc cần làm” for who sees the whole province: the units' obligations, narrowed as chosen, and the progress by form.

Which obligations are narrowed to stands in the address, so that a page can be sent to somebody else.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, get_args
from urllib.parse import urlencode
from uuid import UUID, uuid4

from fastapi import Request
from fastapi.responses import Response
from pydantic import BaseModel, StringConstraints

from shared.access import Person
from shared.text import Fault
from shared.text.figures import last_day
from shared.web.cursor import Cursor, decode, listing
from shared.web.query.known import KnownForm, KnownPeriod, KnownUnit, OneOf
from shared.web.shell.page import page
from shared.web.shell.unit_choice import unit_groups
from submissions.commands.authority import may_open
from submissions.commands.context import SubmissionsContext
from submissions.pages.task import task_of
from submissions.rules.obligation import PENDING, State
from submissions.rules.opened_period import current_period
from submissions.store import read
from submissions.store.read import ObligationFilter, StateCount

PAGE = 100
STATES: tuple[State, ...] = get_args(State)
ANY_PENDING = "pending"
OVERDUE = "overdue"
IMPLAUSIBLE = "implausible"
Choice = Annotated[str, StringConstraints(strip_whitespace=True)]


class Choices(BaseModel, frozen=True):
    """What the reader narrowed the list to; "" is everything. `state` may be `pending`, any that is still to do,
    `overdue`, those of them whose time is over, or `implausible`, what waits for review with unusual figures.

    No period at all is the current one.
    """

    unit: Annotated[Choice, KnownUnit()] = ""
    period: Annotated[Choice | None, KnownPeriod()] = None
    form: Annotated[Choice, KnownForm()] = ""
    state: Annotated[Choice, OneOf((ANY_PENDING, OVERDUE, IMPLAUSIBLE, *STATES))] = ""
    cursor: Cursor = None

    def narrowed(self, now: datetime) -> ObligationFilter:
        still_to_do = tuple(sorted(PENDING))
        states = {"": (), ANY_PENDING: still_to_do, OVERDUE: still_to_do, IMPLAUSIBLE: ("submitted",)}
        return ObligationFilter(
            units=(self.unit,) if self.unit else (),
            period=self.period or None,
            form=self.form or None,
            states=states.get(self.state, (self.state,)),
            due_by=now if self.state == OVERDUE else None,
            implausible=self.state == IMPLAUSIBLE,
        )

    def address(self, **more: str) -> str:
        return f"?{urlencode({**self.model_dump(exclude={'cursor'}), **more})}"


def list_address(period: str, form: str, state: str = "") -> str:
    """Where the obligations stand that a figure counts."""
    return f"/obligations?{urlencode({'period': period, 'form': form, 'state': state})}"


@dataclass(frozen=True)
class Opening:
    """A period that was not opened, as typed, and why not, unless it was only resumed."""

    period: str = ""
    faults: Sequence[Fault] = ()


NOTHING_OPENED = Opening()


@dataclass(frozen=True)
class FormProgress:
    """Of one form in one period: how many owe it, and in which state they are."""

    form: str
    counts: Mapping[State, int]

    @property
    def owed(self) -> int:
        return sum(self.counts.values())

    @property
    def missing(self) -> int:
        return sum(self.counts.get(state, 0) for state in PENDING)


def progress_of(counts: Sequence[StateCount]) -> list[FormProgress]:
    forms = sorted({one.form for one in counts})
    return [FormProgress(form, {one.state: one.count for one in counts if one.form == form}) for form in forms]


async def show_province(
    request: Request, context: SubmissionsContext, person: Person, choices: Choices, opening: Opening = NOTHING_OPENED
) -> Response:
    after = decode(choices.cursor, datetime, UUID)
    now, today = context.clock.now(), context.clock.today()
    async with context.engine.connect() as tx:
        opened = await read.opened_periods(tx)
        if choices.period is None:
            choices = choices.model_copy(update={"period": current_period(opened, today)})
        obligations = await read.list_obligations(tx, choices.narrowed(now), after, PAGE + 1)
        overdue = await read.count_overdue(tx, now)
        unusual = await read.implausible_of(tx, [one.id for one in obligations])
        all_unusual = await read.count_implausible(tx)
        counts = await read.count_states(tx, choices.period) if choices.period else []
        illustrative = await read.any_illustrative(tx, [one.id for one in obligations])
    listed = listing(
        obligations, PAGE, lambda one: (one.due_at, one.id), lambda one: task_of(one, now, context.holidays)
    )
    return page(
        request,
        "province.html",
        422 if opening.faults else 200,
        tasks=listed["items"],
        overdue=[(one, (today - last_day(one.due_at)).days) for one in overdue],
        unusual=unusual,
        all_unusual=all_unusual,
        progress=progress_of(counts),
        list_address=list_address,
        chosen=choices,
        periods=[one.period for one in opened],
        forms=context.rules,
        units=unit_groups(context.catalogue, today),
        next_url=choices.address(cursor=listed["next"]) if listed["next"] else None,
        first_url=choices.address() if after else None,
        may_open=may_open(context.catalogue, person, today),
        illustrative=illustrative,
        opening=opening,
        resumed_at="/opening" if opening.period else None,
        attempt=str(uuid4()),
    )
