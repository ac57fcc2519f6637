"""The whole of a rebuild, while the service goes on answering and its worker goes on applying.

1. Apply the origin, from its first event to its end, to the shadow. No lock of the live state is taken.
2. Wait until live has applied what the shadow has.
3. Take a snapshot of live (repeatable read: its inbox and its state belong together), apply to the shadow what the
   snapshot has beyond it, and compare: both now rest on the same events. Still no lock.
4. Only to swap: take the lock of the live state, apply what came in since, refuse if anything that live knows would be
   lost, exchange the tables, and commit.
"""

import time
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from aggregation.commands.aggregate import OTHER_CONTENT, Aggregator
from aggregation.commands.record_rebuild import record_rebuild
from aggregation.commands.restate import restate
from aggregation.rebuild.difference import Differences, RowDifference, differences
from aggregation.rebuild.errors import CouldNotCompare, CouldNotSwap
from aggregation.rebuild.exchange import (
    carry_over,
    changed_values,
    copy_inbox_claims,
    exchange,
    keep_vacuum_away,
    make_ready,
    refuse_loss,
)
from aggregation.rebuild.origin import Origin
from aggregation.rebuild.published_sums import PublishedSums
from aggregation.rebuild.replayer import Replayer, Say, lacking, set_aside
from aggregation.rebuild.shadow import shadow_schema
from aggregation.rules.plan import PlanIndex
from aggregation.rules.records import RebuildRecord
from aggregation.store import batch_steps
from aggregation.store.checksum import Checksum, checksum
from shared.clock import Clock
from shared.messaging.retention import INBOX_DAYS

CATCH_UP_SECONDS = 30.0
# Live applies wait so long at most, less than their statements' own timeout.
LOCKED_SECONDS = 10

_FAILED = sa.text(
    "select event_id, starts_with(reason, :other) as other_content from dead_letter where event_id is not null"
).bindparams(other=OTHER_CONTENT)
_APPLIED = sa.text("select event_id from inbox where event_id = any(:ids)")


@dataclass(frozen=True)
class RebuildOptions:
    """`patience`: seconds without progress after which the rebuild no longer waits for live.

    `partial`: the rebuilt tables may replace the live ones although the origin lacks events, or they lack rows of live.
    """

    started_by: str
    swap: bool = False
    partial: bool = False
    patience: float = 20.0


@dataclass(frozen=True)
class LetterDifference:
    """Events on which live and the rebuild disagree whether they can be applied."""

    only_rebuilt: frozenset[str]
    only_live: frozenset[str]


@dataclass(frozen=True)
class Compared:
    """`behind`: events that the shadow has applied and live has not. `applied`: those of the whole rebuild."""

    applied: int
    behind: int
    live: Checksum
    rebuilt: Checksum
    differences: Differences
    letters: LetterDifference

    @property
    def equal(self) -> bool:
        return self.live.sha256 == self.rebuilt.sha256 and self.letters == LetterDifference(frozenset(), frozenset())


@dataclass(frozen=True)
class Result:
    """`refused`: why the tables were not exchanged although ops asked for it."""

    rebuilt: RebuildRecord
    compared: Compared
    refused: str | None = None

    @property
    def tables(self) -> Mapping[str, tuple[int, str, int, str]]:
        """Table → rows and checksum of live, of the rebuilt."""
        old, new = self.compared.live.tables, self.compared.rebuilt.tables
        return {name: (old[name].rows, old[name].sha256, new[name].rows, new[name].sha256) for name in old}

    @property
    def shown(self) -> list[RowDifference]:
        return self.compared.differences.shown


class Rebuild:
    """`live` and `shadow` are engines on the same database whose names resolve to their own schema."""

    def __init__(
        self,
        live: AsyncEngine,
        shadow: AsyncEngine,
        origin: Origin,
        plan: PlanIndex,
        *,
        clock: Clock,
        say: Say,
        told: PublishedSums | None = None,
    ) -> None:
        """`told`: the published sums, which a swap puts back; None where the origin does not have them."""
        self._live = live
        self._shadow = shadow
        self._origin = origin
        self._plan = plan
        self._clock = clock
        self._say = say
        self._told = told
        # A day of margin: the broker forgets a week before the inbox does.
        recent_since = clock.now() - timedelta(days=INBOX_DAYS - 1)
        self._replayer = Replayer(shadow, origin, Aggregator(plan, clock).apply, recent_since=recent_since, say=say)

    async def run(self, options: RebuildOptions) -> Result:
        """Raises `CouldNotCompare`; the live state is then as it was."""
        started_at = self._clock.now()
        async with shadow_schema(self._live):
            async with self._live.connect() as tx:
                set_aside_ids = await set_aside(tx)
            await self._replayer.read_all(set_aside_ids)
            behind = await self._replayer.wait_for_live(self._live, options.patience)
            if behind and not options.swap:
                raise CouldNotCompare(
                    f"live applies none of {behind:,} events that the {self._origin.name} tells of: is its worker "
                    "running? If it has lost them, --swap brings them back"
                )
            compared = await self._compare(behind)
            if options.swap:
                try:
                    self._check(options, compared)
                    return Result(await self._swap(options, started_at, compared), compared)
                except (CouldNotSwap, CouldNotCompare) as fault:
                    return Result(await self._record(options, started_at, compared), compared, str(fault))
            return Result(await self._record(options, started_at, compared), compared)

    async def _compare(self, behind: int) -> Compared:
        async with self._live.connect() as connection:
            live = await connection.execution_options(isolation_level="REPEATABLE READ")
            await live.execute(sa.text("set local idle_in_transaction_session_timeout = 0"))
            await self._replayer.follow(await lacking(live), CATCH_UP_SECONDS)
            self._say("comparing")
            async with self._shadow.connect() as rebuilt:
                sums = await checksum(live), await checksum(rebuilt, "shadow")
                rows = await differences(live, rebuilt, sums)
                letters = await self._letters(live, rebuilt)
        return Compared(self._replayer.applied, behind, *sums, rows, letters)

    async def _letters(self, live: AsyncConnection, rebuilt: AsyncConnection) -> LetterDifference:
        """A second content of a revision has no effect that could be lost: no difference where live passed it over,
        as before there were hashes (migration 0010)."""
        set_aside_ids = await set_aside(live)
        letters = (await rebuilt.execute(_FAILED)).all()
        others = {row.event_id for row in letters if row.other_content}
        failed = {row.event_id for row in letters} | self._replayer.unreadable
        applied = set((await rebuilt.execute(_APPLIED, {"ids": list(set_aside_ids)})).scalars()) - failed
        return LetterDifference(frozenset(failed - set_aside_ids - others), frozenset(applied))

    def _check(self, options: RebuildOptions, compared: Compared) -> None:
        if not self._origin.complete and not options.partial:
            raise CouldNotSwap(f"the {self._origin.name} no longer holds every event (--partial swaps all the same)")
        if compared.letters.only_rebuilt:
            raise CouldNotSwap(
                f"{len(compared.letters.only_rebuilt):,} events that live has applied cannot be applied any more, "
                f"for instance {min(compared.letters.only_rebuilt)}: their effect would be lost"
            )

    async def _swap(self, options: RebuildOptions, started_at: datetime, compared: Compared) -> RebuildRecord:
        self._say("exchanging the tables")
        async with self._live.begin() as tx:
            await carry_over(tx)
            await make_ready(tx)
        try:
            async with self._live.begin() as tx:
                return await self._swap_in(tx, options, started_at, compared)
        except DBAPIError as error:
            raise CouldNotSwap(f"PostgreSQL ended it with {getattr(error.orig, 'sqlstate', error)}") from error

    async def _swap_in(
        self, tx: AsyncConnection, options: RebuildOptions, started_at: datetime, compared: Compared
    ) -> RebuildRecord:
        await keep_vacuum_away(tx)
        await tx.execute(sa.text(f"set local statement_timeout = '{LOCKED_SECONDS}s'"))
        await copy_inbox_claims(tx)
        await batch_steps.lock(tx)
        locked = time.monotonic()
        # The lock's statement forbids scans, for batches; what follows compares whole tables.
        await tx.execute(sa.text("set local enable_seqscan = on"))
        await self._replayer.follow(await lacking(tx), LOCKED_SECONDS)
        if not options.partial:
            await refuse_loss(tx)
        await carry_over(tx)
        changed = await changed_values(tx)
        await exchange(tx)
        await restate(tx, self._plan, self._clock, changed)
        await self._put_back(tx)
        rebuilt = self._rebuilt(options, started_at, compared, swapped=True)
        await record_rebuild(tx, rebuilt, self._plan.version)
        self._say(f"exchanged, live applied nothing for {time.monotonic() - locked:.2f} s")
        return rebuilt

    async def _put_back(self, tx: AsyncConnection) -> None:
        if self._told is None:
            return
        back, missing = await self._told.put_back(tx, self._plan)
        self._say(f"{back:,} published sums were put back")
        if missing:
            self._say(f"{missing:,} events of this service lack: no sensitive sum is published until they are found")

    async def _record(self, options: RebuildOptions, started_at: datetime, compared: Compared) -> RebuildRecord:
        rebuilt = self._rebuilt(options, started_at, compared, swapped=False)
        async with self._live.begin() as tx:
            await record_rebuild(tx, rebuilt, self._plan.version)
        return rebuilt

    def _rebuilt(
        self, options: RebuildOptions, started_at: datetime, compared: Compared, *, swapped: bool
    ) -> RebuildRecord:
        return RebuildRecord(
            id=uuid.uuid4(),
            origin=self._origin.name,
            started_by=options.started_by,
            started_at=started_at,
            finished_at=self._clock.now(),
            events=compared.applied,
            facts=compared.rebuilt.facts,
            live_checksum=compared.live.sha256,
            rebuilt_checksum=compared.rebuilt.sha256,
            equal=compared.equal,
            swapped=swapped,
            differing=compared.differences.counts,
        )
