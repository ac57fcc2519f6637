"""Workers with a planted bug, to show that the suite would see it.

`python -m tests.resilience.planted NAME SERVICE worker`. Nothing of the services is changed: the bug is put over their
code in this process only.
"""

import argparse
import runpy
import sys
from collections.abc import Callable, Sequence

from aiokafka import AIOKafkaProducer, ConsumerRecord
from sqlalchemy.ext.asyncio import AsyncConnection

from shared.messaging import BatchConsumer, Received, Relay
from shared.messaging import relay as relaying

HELP = "a service's worker with a planted bug"


def ack_before_commit() -> None:
    """Offsets are committed although the batch's transaction was rolled back."""
    consume = BatchConsumer.consume

    async def forgetful(self: BatchConsumer, records: Sequence[ConsumerRecord]) -> None:
        try:
            await consume(self, records)
        except Exception as error:
            print(f"planted: {len(records)} records forgotten: {error!r}"[:300], flush=True)

    BatchConsumer.consume = forgetful  # type: ignore[method-assign]


def forget_inbox() -> None:
    """The inbox is written and never asked: a record that comes again takes effect again."""
    claim = BatchConsumer._claim

    async def everything(self: BatchConsumer, tx: AsyncConnection, received: list[Received]) -> list[Received]:
        await claim(self, tx, received)
        return received

    BatchConsumer._claim = everything  # type: ignore[method-assign]


def relay_forgets() -> None:
    """Rows leave the outbox, and that is committed, before Kafka has acknowledged them."""

    async def send_oldest(self: Relay, producer: AIOKafkaProducer) -> int:
        async with self._engine.begin() as tx:
            if not await tx.scalar(relaying._LEAD):
                return 0
            rows = sorted((await tx.execute(relaying._TAKE, {"n": relaying.BATCH})).all())
        if rows:
            await self._send(producer, rows)
        return len(rows)

    Relay.send_oldest = send_oldest  # type: ignore[method-assign]


PLANTS: dict[str, Callable[[], None]] = {
    "ack-before-commit": ack_before_commit,
    "forget-inbox": forget_inbox,
    "relay-forgets": relay_forgets,
}


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.resilience.planted", description=HELP)
    parser.add_argument("plant", choices=PLANTS)
    parser.add_argument("service")
    parser.add_argument("command", choices=("worker",))
    chosen = parser.parse_args()
    PLANTS[chosen.plant]()
    sys.argv = [chosen.service, chosen.command]
    runpy.run_module(chosen.service, run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    main()
