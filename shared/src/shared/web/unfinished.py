"""Who has begun to send and not finished. When they are too many, the one that has waited longest is let go, of the
address that has most of them: whoever sends as everybody does is never that one."""

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, eq=False)
class Sender:
    """`give_up` ends its waiting; it must not call back before it returns."""

    address: str
    give_up: Callable[[], None]


class Unfinished:
    def __init__(self, most: int) -> None:
        self._most = most
        self._count = 0
        self._by_address: dict[str, dict[Sender, None]] = {}

    def __len__(self) -> int:
        return self._count

    def enter(self, sender: Sender) -> None:
        if self._count >= self._most:
            crowd: dict[Sender, None] = max(self._by_address.values(), key=len)
            oldest = next(iter(crowd))
            self.leave(oldest)
            oldest.give_up()
        self._by_address.setdefault(sender.address, {})[sender] = None
        self._count += 1

    def leave(self, sender: Sender) -> None:
        """Nothing for one that is not there."""
        of_address = self._by_address.get(sender.address, {})
        if sender in of_address:
            del of_address[sender]
            self._count -= 1
            if not of_address:
                del self._by_address[sender.address]
