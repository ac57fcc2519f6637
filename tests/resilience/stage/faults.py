"""The driver of a schedule: each fault is done, lasts, and is undone; several at a time."""

import asyncio
import time
from collections.abc import Sequence

from tests.resilience.schedule import Fault, Planned, exclusive
from tests.resilience.stage import topic_settings
from tests.resilience.stage.journal import Journal
from tests.resilience.stage.system import System
from tiendo_local.console import LocalFault

GRACE_SECONDS = 30.0
READY_SECONDS = 15.0


class Driver:
    """`kafka` is held while a broker is away or refuses: whoever injects records waits for it."""

    def __init__(self, system: System, journal: Journal) -> None:
        self.system = system
        self.journal = journal
        self.kafka = asyncio.Lock()
        self.done = 0
        self.stops = 0

    async def run(self, planned: Sequence[Planned]) -> None:
        """Until the last one is undone. Raises what a fault raised."""
        begin = time.monotonic()
        async with asyncio.TaskGroup() as running:
            for one in planned:
                await asyncio.sleep(max(0.0, begin + one.at - time.monotonic()))
                running.create_task(self._do(one.fault))

    async def _do(self, fault: Fault) -> None:
        act = getattr(self, f"_{fault.name}")
        if "kafka" in exclusive(fault.name, fault.victim):
            async with self.kafka:
                await act(fault)
        else:
            await act(fault)
        self.done += 1

    def _tell(self, fault: Fault) -> None:
        self.journal.write(fault.name, fault.victim, f"for {fault.seconds:.1f} s" if fault.seconds else "")

    async def _kill(self, fault: Fault) -> None:
        self._tell(fault)
        await asyncio.to_thread(self.system.kill, fault.victim, hold=True)
        await asyncio.sleep(fault.seconds)
        self.system.release(fault.victim)
        if fault.victim.startswith("broker-"):  # the lock is held until it serves again
            await self._until_up(fault.victim)

    async def _pause(self, fault: Fault) -> None:
        self._tell(fault)
        await asyncio.to_thread(self.system.pause, fault.victim)
        try:
            await asyncio.sleep(fault.seconds)
        finally:
            await asyncio.to_thread(self.system.resume, fault.victim)

    async def _cut(self, fault: Fault) -> None:
        self._tell(fault)
        await asyncio.to_thread(self.system.network.call, self.system.proxies[fault.victim].cut)

    async def _stall(self, fault: Fault) -> None:
        self._tell(fault)
        proxy = self.system.proxies[fault.victim]
        await asyncio.to_thread(self.system.network.call, proxy.stall)
        try:
            await asyncio.sleep(fault.seconds)
        finally:
            await asyncio.to_thread(self.system.network.call, proxy.resume)

    async def _refuse(self, fault: Fault) -> None:
        """More replicas wanted than there are: every write that waits for all of them is refused."""
        await self._configured(fault, {"min.insync.replicas": str(self.system.brokers.replicas + 1)})

    async def _shrink(self, fault: Fault) -> None:
        """No record is small enough."""
        await self._configured(fault, {"max.message.bytes": "100"})

    async def _configured(self, fault: Fault, settings: dict[str, str]) -> None:
        self._tell(fault)
        bootstrap = self.system.bootstrap
        await topic_settings.set_until_done(bootstrap, fault.victim, settings)
        try:
            await asyncio.sleep(fault.seconds)
        finally:
            await topic_settings.set_until_done(bootstrap, fault.victim, {})

    async def _scale(self, fault: Fault) -> None:
        """Two workers more, and back."""
        count = self.system.workers[fault.victim]
        self._tell(fault)
        await asyncio.to_thread(self.system.scale, fault.victim, count + 2)
        try:
            await asyncio.sleep(fault.seconds)
        finally:
            # A process that has not come up yet would end by the signal itself.
            for number in range(count + 1, count + 3):
                await self._until_ready(f"{fault.victim}-worker-{number}")
            for code in await asyncio.to_thread(self.system.scale, fault.victim, count):
                self._stopped(f"{fault.victim}, scaled down", code)

    async def _roll(self, fault: Fault) -> None:
        """Each process of the service in turn: asked to end, which it does with 0, and started again."""
        self._tell(fault)
        for name in [n for n in self.system.processes if n.startswith(f"{fault.victim}-")]:
            if await self._until_ready(name):
                began = time.monotonic()
                code = await asyncio.to_thread(self.system.restart, name, GRACE_SECONDS)
                self.journal.write("ended", name, f"{code} after {time.monotonic() - began:.1f} s")
                self._stopped(name, code)

    def _stopped(self, name: str, code: int | None) -> None:
        self.stops += 1
        if code is None:
            self.journal.fail(f"{name} did not end within {GRACE_SECONDS:.0f} s of SIGTERM")
        elif code != 0:
            self.journal.fail(f"{name} ended with {code} after SIGTERM")

    async def _until_ready(self, name: str) -> bool:
        """Whether it answered that it lives, in time: then it handles its signals."""
        deadline = time.monotonic() + READY_SECONDS
        while time.monotonic() < deadline:
            if await asyncio.to_thread(self.system.lives, name):
                return True
            await asyncio.sleep(0.2)
        return False

    async def _until_up(self, name: str) -> None:
        deadline = time.monotonic() + 60
        while name in self.system.supervisor.down():
            if time.monotonic() > deadline:
                raise LocalFault(f"{name} does not come up again.")
            await asyncio.sleep(0.1)
