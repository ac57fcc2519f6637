"""How much poison a consumer sets aside before it stops.

A few records that cannot be applied become dead letters and the rest goes on. When most of what comes is poison, it is
the deployment or the producer that is broken, and turning a whole topic into dead letters would only hide it: the
consumer stops taking effect, keeps its offsets, and tries again until somebody has mended it or raised the share.

The same bytes count once: whoever may write a topic copies a record as often as he likes.
"""

import time
from collections import Counter, deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import NamedTuple

import structlog

from shared import metrics
from shared.messaging.consumer.backoff import RetryAfter
from shared.messaging.consumer.received import Poison
from shared.settings import ServiceSettings

COPIES_KEPT = 10

log = structlog.get_logger()


class Sifted(NamedTuple):
    """Poison of a batch: what is `kept` and what is not, how much of it counts, and how many are `copies`, which are no
    records."""

    kept: list[Poison]
    not_kept: list[Poison]
    counts: int
    copies: int

    def tell(self) -> None:
        """After the commit. What is not kept can be found in Kafka for seven days: one line a partition."""
        places: dict[tuple[str, int], list[int]] = {}
        for record, _, _ in self.not_kept:
            places.setdefault((record.topic, record.partition), []).append(record.offset)
        for (topic, partition), offsets in places.items():
            log.warning(
                "poison.copies",
                **{"topic": topic, "partition": partition, "not_kept": len(offsets)},
                **{"first_offset": min(offsets), "last_offset": max(offsets)},
            )


class PoisonLimitReached(RetryAfter):
    """The batch in hand must be rolled back."""


@dataclass(frozen=True)
class PoisonLimit:
    """`share` of the records of the last `window_seconds`, but never fewer than `least` poison records."""

    share: float = 0.2
    least: int = 100
    window_seconds: float = 600.0
    retry_seconds: float = 30.0

    @classmethod
    def of(cls, settings: ServiceSettings) -> "PoisonLimit":
        return cls(
            settings.poison_share,
            settings.poison_least,
            settings.poison_window_seconds,
            settings.poison_retry_seconds,
        )

    def exceeded(self, records: int, poison: int) -> bool:
        return poison >= self.least and poison > self.share * records


class PoisonGate:
    """The records that one process has taken within the window; `stopped` says in words why nothing is taken now.

    While stopped the window does not move on, or a batch smaller than `least` would slip through once per window. A
    batch without poison always passes: what was taken before it was within the limit.
    """

    def __init__(
        self, service: str, limit: PoisonLimit | None = None, monotonic: Callable[[], float] = time.monotonic
    ) -> None:
        self.stopped: str | None = None
        self._service = service
        self._limit = limit or PoisonLimit()
        self._monotonic = monotonic
        self._taken: deque[tuple[float, int, int, Counter[bytes]]] = deque()
        self._known: Counter[bytes] = Counter()  # hashes of what was kept of it
        metrics.CONSUMER_STOPPED.labels(service).set(0)

    def sift(self, poison: Sequence[Poison]) -> Sifted:
        """The same bytes count once within the window, and a few copies are kept."""
        self._move_on()
        found, kept, not_kept = Counter[bytes](), list[Poison](), list[Poison]()
        for one in poison:
            found[hash_ := _hash(one)] += 1
            (kept if self._known[hash_] + found[hash_] <= COPIES_KEPT else not_kept).append(one)
        counts = sum(not self._known[hash_] for hash_ in found)
        return Sifted(kept, not_kept, counts, len(poison) - counts)

    def check(self, records: int, poison: int, example: str) -> None:
        """Before the commit of a batch; `example` tells why one of its records is poison. Raises PoisonLimitReached."""
        self._move_on()
        if not poison:
            return
        records += sum(taken for _, taken, _, _ in self._taken)
        poison += sum(bad for _, _, bad, _ in self._taken)
        if self._limit.exceeded(records, poison):
            self._stop(records, poison, example)

    def _move_on(self) -> None:
        since = self._monotonic() - self._limit.window_seconds
        while not self.stopped and self._taken and self._taken[0][0] < since:
            self._known -= self._taken.popleft()[3]

    def took(self, records: int, poison: int, kept: Sequence[Poison] = ()) -> None:
        """After the commit. `kept`: of what copies may come."""
        if self.stopped:
            log.info("consumer.resumed", was=self.stopped)
            self.stopped = None
            metrics.CONSUMER_STOPPED.labels(self._service).set(0)
        hashes = Counter(map(_hash, kept))
        self._known += hashes
        self._taken.append((self._monotonic(), records, poison, hashes))

    def _stop(self, records: int, poison: int, example: str) -> None:
        reason = (
            f"stopped: {poison} of the last {records} records could not be applied, more than "
            f"POISON_SHARE={self._limit.share:g} allows; one of them: {example[:300]} | Nothing is lost: they stay in "
            f"Kafka and are tried again every {self._limit.retry_seconds:g} s. Mend the producer or this "
            "service and deploy, or set POISON_SHARE higher to set them aside as dead letters."
        )
        if not self.stopped:
            log.critical("consumer.stopped", detail=reason)
        self.stopped = reason
        metrics.CONSUMER_STOPPED.labels(self._service).set(1)
        raise PoisonLimitReached(f"{poison} of {records} records are poison", self._limit.retry_seconds)


def _hash(poison: Poison) -> bytes:
    """Where there is no value, a record is what its key is."""
    record = poison[0]
    return sha256(record.value or b"\0" + (record.key or b"")).digest()
