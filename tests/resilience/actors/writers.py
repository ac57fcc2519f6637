"""Writers that report, correct, decide and withdraw at random over HTTP, and enter into a ledger what was acknowledged.

Each writer owns its obligations, so that the order per obligation is plain; all of them together are concurrent.
"""

import asyncio
import time
from collections.abc import Callable, Mapping
from random import Random
from uuid import uuid4

from tests.resilience.actors.api_client import ApiClient
from tests.resilience.actors.content import FORM
from tests.resilience.actors.ledger import Ledger, Obligation
from tests.resilience.actors.retrying_client import RetryingClient
from tests.resilience.actors.writer import Writer

TokenOf = Callable[[str, str], str]
# Yearly forms of 28 communes for the first two, of the 71 they were made of for the last, as illustrative data.
PERIODS = ("2026", "2025", "2024")


class Writers:
    """`n` writers against `urls["submissions"]`. `strict`: a try that fails is a finding, though its retry succeeds.

    After `until` is set every writer ends the request it is at, for at most `settle` seconds; what has no answer then
    stays in `ledger.unanswered`. Ledger and system must be empty at first; the same pair may run again.
    """

    def __init__(
        self,
        urls: Mapping[str, str],
        token_of: TokenOf,
        ledger: Ledger,
        rng: Random,
        n: int,
        *,
        strict: bool = False,
        pause: float = 0.02,
        settle: float = 90,
        periods: tuple[str, ...] = PERIODS,
    ) -> None:
        self.ledger, self.n, self.pause, self.settle, self.periods = ledger, n, pause, settle, periods
        self._tokens = _remembered(token_of)
        self._base = urls["submissions"] + "/api/v1"
        self._rngs = [Random(rng.getrandbits(64)) for _ in range(n)]
        self._strict = strict

    async def run(self, until: asyncio.Event) -> None:
        client = RetryingClient(self.ledger.counts, self._failed)
        api = ApiClient(self._base, client, self._tokens)
        try:
            if not self.ledger.obligations:
                await self.prepare(api)
            async with asyncio.TaskGroup() as writers:
                for i, rng in enumerate(self._rngs):
                    if share := list(self.ledger.obligations.values())[i :: self.n]:
                        writers.create_task(self._write(Writer(api, self.ledger, rng), share, until))
                await until.wait()
                client.give_up_at = time.monotonic() + self.settle
        finally:
            await client.close()

    async def prepare(self, api: ApiClient) -> None:
        """Open the periods and enter each commune's obligation. Raises AssertionError if somebody reported before."""
        for period in self.periods:
            await api.open(period, str(uuid4()))
            for item in await api.obligations(period, FORM):
                assert item["revision"] == 0, f"{item['unit']} {period}: reported before, the ledger cannot know what"
                self.ledger.own(Obligation(item["id"], item["unit"], item["period"]))
        assert self.ledger.obligations, f"nobody owes {FORM} for {', '.join(self.periods)}"

    async def _write(self, writer: Writer, share: list[Obligation], until: asyncio.Event) -> None:
        while not until.is_set():
            await writer.act(writer.rng.choice(share))
            await asyncio.sleep(writer.rng.uniform(0, 2 * self.pause))

    def _failed(self, told: str) -> None:
        if self._strict:
            self.ledger.find(f"a request failed: {told}")


def _remembered(token_of: TokenOf) -> TokenOf:
    tokens: dict[tuple[str, str], str] = {}

    def token(role: str, unit: str) -> str:
        if (role, unit) not in tokens:
            tokens[role, unit] = token_of(role, unit)
        return tokens[role, unit]

    return token
