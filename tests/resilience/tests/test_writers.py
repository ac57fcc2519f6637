"""Writers and checker against the whole system, without faults: they agree, and the writers did all they can do."""

import asyncio
from collections.abc import Iterator
from copy import deepcopy
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from random import Random

import pytest

from tests.resilience.actors.ledger import Ledger
from tests.resilience.actors.writers import Writers
from tests.resilience.judging.checker import Checker, table
from tests.resilience.judging.expected import counting
from tiendo_local.system import System
from tiendo_local.workspace import Workspace, find

ACTS, SECONDS = 250, 60.0
WRITERS = 12
GRACE = timedelta(seconds=20)  # without faults; the machine may be busy
REFUSED = ("invalid", "stale", "no reason", "decided", "reused key")
DONE = ("submit", "accept", "return", "withdraw", "sent twice", *(f"refused: {what}" for what in REFUSED))
# What a report with one boy more than was sent must disturb, when nothing else is wrong.
FOUND = {
    "submissions: figures, reasons, reviews",
    "aggregation: the province, both bases",
    "aggregation: each commune, both bases",
    "aggregation: what the values rest on",
    "aggregation: last announcement",
}


def with_another_boy(ledger: Ledger) -> Ledger:
    """One report that counts, told otherwise than it was sent."""
    changed = deepcopy(ledger)
    acts = next(acts for acts in changed.acts.values() if acts and counting(acts, "received"))
    at = max(n for n, act in enumerate(acts) if act.kind == "submit")
    values = dict(acts[at].values or {})
    values["n_live_births_male"] += 1
    acts[at] = replace(acts[at], values=values)
    return changed


@pytest.fixture
def whole(server_folder: Path) -> Iterator[System]:
    """A system of this test's own: the book has to begin with the first report."""
    system = System(Workspace(find().root, server_folder / "written"), fixed_ports=False)
    system.start()
    try:
        yield system
    finally:
        system.stop()


async def enough(ledger: Ledger, until: asyncio.Event) -> None:
    """Until the writers have done all they can do."""
    try:
        async with asyncio.timeout(SECONDS):
            while sum(map(len, ledger.acts.values())) < ACTS or not all(ledger.counts[what] for what in DONE):
                await asyncio.sleep(0.05)
    finally:
        until.set()


@pytest.mark.timeout(300)
async def test_the_system_is_as_the_book_says(whole: System) -> None:
    ledger, until = Ledger(), asyncio.Event()
    writers = Writers(whole.urls, whole.issuer.token, ledger, Random(1), WRITERS, strict=True)
    async with asyncio.TaskGroup() as together:
        together.create_task(writers.run(until))
        together.create_task(enough(ledger, until))
    rows = await Checker(whole.urls, whole.issuer.token, ledger, grace=GRACE).run()
    print(table(rows))
    assert [row for row in rows if not row.ok] == []
    assert not ledger.unanswered
    lied = await Checker(whole.urls, whole.issuer.token, with_another_boy(ledger), client=0).run()
    assert {row.name for row in lied if not row.ok} == FOUND
