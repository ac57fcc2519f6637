"""Writes into audit's log as its service does, and remembers what was acknowledged."""

import threading
from datetime import UTC, datetime
from types import TracebackType
from typing import Self

import psycopg

ENTRY = """
insert into entry (index, event_id, type, source, subject, time, received_at, topic, partition, "offset", body, data)
values (%(number)s, %(number)s::text, 't', '/s', 's', now(), now(), 't', 0, %(number)s, '{}', '{}')
"""
PAUSE = 0.01


class LogWriter:
    """Adds entry after entry, from number `begin` on, until the block ends or its database is gone."""

    def __init__(self, url: str, begin: int = 0) -> None:
        self.acknowledged: dict[int, datetime] = {}
        self.between_two = threading.Lock()  # who holds it knows that nothing is on its way
        self._url = url
        self._next = begin
        self._end = threading.Event()
        self._thread = threading.Thread(target=self._write, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, fault: BaseException | None, at: TracebackType | None) -> None:
        self._end.set()
        self._thread.join(30)

    def seconds_since(self, number: int) -> float:
        """From the acknowledgement of that entry until the last one."""
        return (self.acknowledged[max(self.acknowledged)] - self.acknowledged[number]).total_seconds()

    def _write(self) -> None:
        with psycopg.connect(self._url, autocommit=True) as connection:
            while not self._end.wait(PAUSE):
                with self.between_two:
                    try:
                        connection.execute(ENTRY, {"number": self._next})
                    except psycopg.OperationalError:  # its disk is gone
                        return
                    self.acknowledged[self._next] = datetime.now(UTC)
                    self._next += 1
