"""What happened when: a line a fault, on the screen and in a file."""

import time
from pathlib import Path

from tests.resilience.stage.injection import Injected


class Journal:
    def __init__(self, file: Path) -> None:
        self._file = file
        self._begin = time.monotonic()
        self.failures: list[str] = []

    def begin(self) -> None:
        """Seconds are counted from here."""
        self._begin = time.monotonic()

    def write(self, what: str, victim: str = "", note: str = "") -> None:
        line = f"{time.monotonic() - self._begin:7.2f} s  {what:<8} {victim:<24} {note}".rstrip()
        print(line, flush=True)
        with self._file.open("a", encoding="utf-8") as file:
            file.write(line + "\n")

    def injected(self, one: Injected) -> None:
        self.write("inject", one.topic, f"{one.kind} at {one.partition}/{one.offset}")

    def fail(self, text: str) -> None:
        """Something that must not happen, whatever the faults."""
        self.failures.append(text)
        self.write("FAILED", note=text)
