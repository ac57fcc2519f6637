"""Addresses that the far side refuses, as the place "Thời hạn" shows them until they change or a message arrives."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from notifications.channels.registry import Channels
from notifications.rules.contact import Contact, in_order


@dataclass(frozen=True, slots=True)
class RefusedAddress:
    """One mailbox of a unit with everybody whom it does not reach. `role` is the one under which it is corrected."""

    unit: str
    roles: tuple[str, ...]
    channel: str
    address: str
    since: datetime

    @property
    def role(self) -> str:
        return self.roles[0]


def refused_addresses(contacts: Iterable[Contact], channels: Channels) -> list[RefusedAddress]:
    """In the order given. What belongs to a channel that no longer exists is left out: nothing is sent by it."""
    found: dict[tuple[str, str, str], list[Contact]] = {}
    for contact in contacts:
        channel = channels.get(contact.channel)
        if channel is not None and contact.refused_at is not None:
            found.setdefault((contact.unit, contact.channel, channel.mailbox(contact.address)), []).append(contact)
    return [
        RefusedAddress(
            unit=unit,
            roles=tuple(in_order(each.role for each in same)),
            channel=channel,
            address=same[0].address,
            since=min(each.refused_at for each in same if each.refused_at is not None),
        )
        for (unit, channel, _), same in found.items()
    ]
