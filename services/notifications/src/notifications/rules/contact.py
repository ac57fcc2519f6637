"""Contacts: at which address of which channel a unit's reporter or head is reached, and by which channels to remind."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import get_args

from notifications.rules.stage import Role
from shared.catalogue import Catalogue

ROLES: tuple[Role, ...] = get_args(Role)
CATALOGUE = "catalogue"
"""Who wrote an address that was derived from the unit's name: nobody has confirmed it."""


@dataclass(frozen=True, slots=True)
class Contact:
    """One address. `changed_by` is the subject of the person who wrote it, or `CATALOGUE`; `refused_at` the instant
    since which the far side has refused it for good, None once a message arrived."""

    unit: str
    role: str
    channel: str
    address: str
    changed_by: str
    changed_at: datetime
    refused_at: datetime | None = None

    @property
    def from_catalogue(self) -> bool:
        return self.changed_by == CATALOGUE

    @property
    def etag(self) -> str:
        """A strong tag of what people wrote (RFC 9110 section 8.8.3), whatever became of the address since."""
        state = f"{self.unit}|{self.role}|{self.channel}|{self.address}|{self.changed_at.isoformat()}"
        return f'"{hashlib.sha256(state.encode()).hexdigest()[:32]}"'


def in_order(roles: Iterable[str]) -> list[str]:
    return sorted(roles, key=ROLES.index)


def coordinator_on(catalogue: Catalogue, day: date) -> str | None:
    """The unit that collects for the province; None outside the time of the plan."""
    try:
        return catalogue.coordinator(day)
    except LookupError:
        return None


@dataclass(frozen=True, slots=True)
class Precondition:
    """What the writer of a contact has seen: one of these tags, anything at all, or that there was none yet."""

    tags: frozenset[str] = frozenset()
    any: bool = False
    absent: bool = False

    def holds(self, stored: Contact | None) -> bool:
        if stored is None:
            return self.absent
        return self.any or stored.etag in self.tags


@dataclass(frozen=True, slots=True)
class RemindingChannels:
    """The channels by which the people of one unit are reminded.

    Everybody is reminded by the default channel: without an address there the reminder fails, and an event says so.
    `others` are pairs (role, channel) that have an address.
    """

    default: str
    others: frozenset[tuple[str, str]] = frozenset()

    def of_role(self, role: str) -> tuple[str, ...]:
        return (self.default, *sorted(channel for owner, channel in self.others if owner == role))
