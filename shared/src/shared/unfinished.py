"""Who has begun to send and not finished. When they are too many, the one that has waited longest is let go, of the
address that has most of them: whoever sends as everybody does is never that one."""

from typing import Protocol


class Straggler(Protocol):
    """One is equal to itself alone."""

    @property
    def address(self) -> str: ...

    def give_up(self) -> None:
        """End its waiting. It must not call back before it returns."""


class Unfinished:
    def __init__(self, most: int) -> None:
        self._most = most
        self._count = 0
        self._by_address: dict[str, dict[Straggler, None]] = {}

    def __len__(self) -> int:
        return self._count

    def enter(self, straggler: Straggler) -> None:
        if self._count >= self._most:
            crowd: dict[Straggler, None] = max(self._by_address.values(), key=len)
            oldest = next(iter(crowd))
            self.leave(oldest)
            oldest.give_up()
        self._by_address.setdefault(straggler.address, {})[straggler] = None
        self._count += 1

    def leave(self, straggler: Straggler) -> None:
        """Nothing for one that is not there."""
        of_address = self._by_address.get(straggler.address, {})
        if straggler in of_address:
            del of_address[straggler]
            self._count -= 1
            if not of_address:
                del self._by_address[straggler.address]
