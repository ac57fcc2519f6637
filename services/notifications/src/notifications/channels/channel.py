"""What a channel is: one way in which reminders reach people. Everything else of the service knows only this.

A channel is a folder `channels/<name>/` that is named in `registry.py`. Its `channel.py` has a function
`create(settings, catalogue, texts) -> Channel`, its `messages.yaml` the sentences that `registry.TEXTS` lists.
"""

from collections.abc import Iterable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, Protocol
from uuid import UUID

from notifications.rules.obligation import TrackedObligation
from notifications.rules.reminder import Reminder
from shared.text import Text

OutcomeKind = Literal["sent", "deferred", "failed"]
InputType = Literal["email", "url", "tel", "text"]


class NamedUnit(Protocol):
    @property
    def key(self) -> str: ...
    @property
    def code(self) -> str: ...
    @property
    def name_vi(self) -> str: ...


@dataclass(frozen=True, slots=True)
class DerivedAddress:
    """Where a unit's reporter or head is reached until somebody enters a real address."""

    unit: str
    role: str
    address: str


@dataclass(frozen=True, slots=True)
class Notice:
    """What one message is about and whom it reaches.

    `roles` are all those of the unit who are reached by this address, in the order of `ROLES`; `reminder` is the first
    one's. Days left are counted from `now`. `first_message_id` is that of the first message about this obligation
    that left by this channel, None for the first itself. `coordinator` is the unit that collects on that day,
    `reply_address` where it is reached by this channel. `reason` is why a report was returned, as typed, None where
    it is unknown or not to be mailed.
    """

    reminder: Reminder
    obligation: TrackedObligation
    address: str
    now: datetime
    roles: tuple[str, ...]
    first_message_id: str | None = None
    coordinator: str | None = None
    reply_address: str | None = None
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class Message:
    """A reminder made ready for one address. `id` is that of every attempt; only the channel reads `content`."""

    id: str
    address: str
    content: Any


@dataclass(frozen=True, slots=True)
class Outcome:
    """`deferred`: try again later. `failed`: it never will arrive, since the recipient was refused.

    `reply_code` is the number the far side answered with, `reason_code` a word for it without an address.
    """

    kind: OutcomeKind
    reply_code: int | None = None
    reason_code: str | None = None


class Unreachable(Exception):
    """The channel as a whole does not work now: nothing was sent, and the next message would fare no better."""

    def __init__(self, reason_code: str, reply_code: int | None = None) -> None:
        super().__init__(reason_code)
        self.reason_code = reason_code
        self.reply_code = reply_code


class Connection(Protocol):
    """What one batch of messages leaves by."""

    async def send(self, message: Message) -> Outcome:
        """Trouble with this message is an `Outcome`. Raises `Unreachable` when none can leave as things are."""
        ...


class Channel(Protocol):
    @property
    def name(self) -> str:
        """As in reminders, contacts and events: the name of its folder."""
        ...

    @property
    def input_type(self) -> InputType:
        """What a browser asks for where an address is entered."""
        ...

    def derive_addresses(self, units: Iterable[NamedUnit]) -> list[DerivedAddress]:
        """The addresses to begin with; none where they cannot be derived from the catalogue."""
        ...

    def check_address(self, text: str) -> Text | None:
        """What is wrong with an address, None if it is right. One recipient, nothing that could add another."""
        ...

    def shown_address(self, address: str) -> str:
        """What those who may see addresses read: the address, without what is secret in it."""
        ...

    def message_id(self, reminder_id: UUID) -> str:
        """The same for every attempt, so that a second copy can be recognised. Asked once, before the attempt."""
        ...

    def mailbox(self, address: str) -> str:
        """The same for two addresses that reach one place: whoever shares it gets one message a step."""
        ...

    def compose(self, message_id: str, notice: Notice) -> Message:
        """The message as it stands now. An address that is not right raises."""
        ...

    def connect(self) -> AbstractAsyncContextManager[Connection]:
        """Entered once for a batch. Entering it may raise `Unreachable`."""
        ...
