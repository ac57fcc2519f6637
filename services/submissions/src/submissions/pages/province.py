"""“Việc cần làm” for who sees the whole province: the units' obligations, narrowed as chosen, and the progress by form.

Which obligations are narrowed to stands in the address, so that a page can be sent to somebody else.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from urllib.parse import urlencode
from uuid import UUID

from fastapi import Request
from fastapi.responses import Response

from shared.access import Person
from shared.text.names import all_units
from shared.web.cursor import decode, encode
from shared.web.shell.page import page
from shared.web.shell.sign_in import grouped
from submissions.commands.authority import may_open
from submissions.commands.context import SubmissionsContext
from submissions.pages.task import SHAPES, task_of
from submissions.rules.obligation import PENDING, State
from submissions.rules.opened_period import current_period
from submissions.store import read
from submissions.store.read import ObligationFilter, StateCount

PAGE = 100


@dataclass(frozen=True)
class Choices:
    """What the reader narrowed the list to; "" is everything. `state` may be `pending`: any that is still to do.

    No period at all is the current one.
    """

    unit: str
    period: str | None
    form: str
    state: str

    def narrowed(self) -> ObligationFilter:
        """A state that does not exist narrows nothing."""
        states = tuple(sorted(PENDING)) if self.state == "pending" else (self.state,) if self.state in SHAPES else ()
        units = (self.unit,) if self.unit else ()
        return ObligationFilter(units, self.period or None, self.form or None, states)

    def address(self, **more: str) -> str:
        return f"?{urlencode({**asdict(self), **more})}"


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
    request: Request, context: SubmissionsContext, person: Person, choices: Choices, cursor: str | None
) -> Response:
    position = decode(cursor, datetime, UUID)
    after = None if position is None else (position[0], position[1])
    async with context.engine.connect() as tx:
        opened = await read.opened_periods(tx)
        if choices.period is None:
            choices = replace(choices, period=current_period(opened, context.today()))
        obligations = await read.list_obligations(tx, choices.narrowed(), after, PAGE + 1)
        counts = await read.count_states(tx, choices.period) if choices.period else []
        illustrative = await read.any_illustrative(tx, [one.id for one in obligations])
    now, today = context.clock.now(), context.today()
    last = obligations[PAGE - 1] if len(obligations) > PAGE else None
    return page(
        request,
        "province.html",
        tasks=[task_of(one, now, context.holidays) for one in obligations[:PAGE]],
        progress=progress_of(counts),
        chosen=choices,
        periods=[one.period for one in opened],
        forms=context.rules,
        units=grouped(all_units(context.catalogue), lambda unit: unit.valid_to is None or unit.valid_to > today),
        next_url=choices.address(cursor=encode(last.due_at, last.id)) if last else None,
        first_url=choices.address() if cursor else None,
        may_open=may_open(context.catalogue, person, today),
        illustrative=illustrative,
    )
