"""Workers with a planted bug, to show that the suite would see it.

`python -m tests.resilience.mutants NAME SERVICE worker`. Nothing of the services is changed: the bug is put over their
code in this process only. An inbox that claims nothing is no plant: every effect is harmless when it is repeated.
"""

import argparse
import runpy
import sys
from collections.abc import Callable, Sequence

from aiokafka import AIOKafkaProducer, ConsumerRecord
from sqlalchemy.ext.asyncio import AsyncConnection

from shared.messaging import BatchConsumer, Relay
from shared.messaging.consumer.received import Decoded
from shared.messaging.relay.chain import number
from shared.messaging.relay.relay_cursor import RelayCursor, Row, advance

HELP = "a service's worker with a planted bug"


def ack_before_commit() -> None:
    """Offsets are committed although the batch's transaction was rolled back."""
    take = BatchConsumer.take

    async def forgetful(self: BatchConsumer, decoded: Decoded) -> None:
        try:
            await take(self, decoded)
        except Exception as error:
            print(f"planted: {len(decoded.readable)} records forgotten: {error!r}"[:300], flush=True)

    replace(BatchConsumer, "take", forgetful)


def drop_poison() -> None:
    """Records that cannot be read are passed over, and no dead letter tells of them."""
    add = Decoded.add

    def careless(self: Decoded, records: Sequence[ConsumerRecord]) -> None:
        add(self, records)
        self.poison.clear()

    replace(Decoded, "add", careless)


def relay_forgets() -> None:
    """Rows leave the outbox, and that is committed, whether or not Kafka acknowledges them."""

    async def send(
        self: Relay, tx: AsyncConnection, producer: AIOKafkaProducer, rows: Sequence[Row], cursor: RelayCursor
    ) -> int:
        sequence, prevhash = cursor.sequence, cursor.hash
        for row in rows:
            last = number(row.value, sequence + 1, prevhash)
            sequence, prevhash = last.sequence, last.hash
            await producer.send(row.topic, last.body, key=row.key.encode())
        return await advance(tx, self._source, sequence, prevhash, self._batch)

    replace(Relay, "_send", send)


def replace(owner: object, name: str, planted: Callable[..., object]) -> None:
    """Raises AttributeError when there is no such method any more: the plant would change nothing."""
    getattr(owner, name)
    setattr(owner, name, planted)


PLANTS: dict[str, Callable[[], None]] = {
    "ack-before-commit": ack_before_commit,
    "drop-poison": drop_poison,
    "relay-forgets": relay_forgets,
}


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.resilience.mutants", description=HELP)
    parser.add_argument("plant", choices=PLANTS)
    parser.add_argument("service")
    parser.add_argument("command", choices=("worker",))
    chosen = parser.parse_args()
    PLANTS[chosen.plant]()
    sys.argv = [chosen.service, chosen.command]
    runpy.run_module(chosen.service, run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    main()
