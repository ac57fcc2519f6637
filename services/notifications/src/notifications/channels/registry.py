"""The channels of this service, made at the start from the settings. What is named without its counterpart stops the
start and says what to write."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from importlib import import_module
from typing import get_args

from notifications.channels.channel import Channel, OutcomeKind
from notifications.rules.reminder import ChannelReason
from notifications.settings import NotificationsSettings
from shared.catalogue import Catalogue
from shared.errors import StartError
from shared.text import messages
from shared.text.messages import MessageError, Messages

CHANNELS: tuple[str, ...] = ("email",)
"""Each has a folder of its name beside this file. The first is the default: everybody is reminded by it."""
TEXTS = ("name", "address", *get_args(ChannelReason), *(f"outcome.{kind}" for kind in get_args(OutcomeKind)))
"""What each says of itself, as `channel.<name>.<text>` in its messages.yaml."""

Create = Callable[[NotificationsSettings, Catalogue, Messages], Channel]


@dataclass(frozen=True, slots=True)
class Channels:
    """By name, the default one first."""

    by_name: Mapping[str, Channel]

    @property
    def default(self) -> Channel:
        return next(iter(self))

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(self.by_name)

    def __iter__(self) -> Iterator[Channel]:
        return iter(self.by_name.values())

    def get(self, name: str) -> Channel | None:
        return self.by_name.get(name)

    def require(self, stored: Iterable[str]) -> None:
        """Raises StartError if contacts are stored for a channel that does not exist."""
        faults = [
            f"The table contact holds addresses of the channel {name!r}, and there is no such channel. Write channels/"
            f"{name}/ and name it in CHANNELS of channels/registry.py, or delete them: delete from contact where"
            f" channel = '{name}'."
            for name in sorted(set(stored) - set(self.by_name))
        ]
        if faults:
            raise StartError("\n".join(faults))


def packages() -> tuple[str, ...]:
    """Where the messages of the channels are."""
    return tuple(f"notifications.channels.{name}" for name in CHANNELS)


def create_channels(settings: NotificationsSettings, catalogue: Catalogue) -> Channels:
    """Raises StartError with every fault of every channel."""
    made: dict[str, Channel] = {}
    faults: list[str] = []
    for name, package in zip(CHANNELS, packages(), strict=True):
        try:
            made[name] = _create(name, package)(settings, catalogue, _texts(name, package))
        except (StartError, ValueError) as error:
            faults.append(str(error))
    if faults:
        raise StartError("\n".join(faults))
    return Channels(made)


def _create(name: str, package: str) -> Create:
    place = f"channels/{name}/channel.py"
    advice = (
        f"Write {place} with a function create(settings, catalogue, texts) that returns a Channel"
        f" (channels/channel.py says what that is), or take {name!r} out of CHANNELS of channels/registry.py."
    )
    try:
        module = import_module(f"{package}.channel")
    except ModuleNotFoundError as error:
        if error.name not in (package, f"{package}.channel"):
            raise
        raise StartError(f"The channel {name!r} has no {place}. {advice}") from None
    create: Create | None = getattr(module, "create", None)
    if create is None:
        raise StartError(f"{place} has no create. {advice}")
    return create


def _texts(name: str, package: str) -> Messages:
    try:
        texts = messages.load(package)
    except MessageError as error:
        raise StartError(str(error)) from None
    missing = [key for key in (f"channel.{name}.{text}" for text in TEXTS) if key not in texts]
    if missing:
        raise StartError(
            f"channels/{name}/messages.yaml lacks {', '.join(missing)}: write each in Vietnamese (vi) and English (en)."
        )
    return texts
