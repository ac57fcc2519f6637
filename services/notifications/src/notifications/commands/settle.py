"""What becomes of a claim: sent, failed, put off or stopped. Each in one transaction with its attempt and its event."""

from dataclasses import dataclass
from datetime import datetime
from typing import assert_never

import structlog
from opentelemetry.context import Context
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine
from uuid6 import uuid7

from notifications.channels.channel import Outcome
from notifications.events import EventFactory
from notifications.rules.contact import ROLES
from notifications.rules.reminder import next_attempt
from notifications.settings import NotificationsSettings
from notifications.store import claim as claims
from notifications.store import contact as contacts
from notifications.store import write
from notifications.store.records import Claim, NewDelivery, SharedDelivery
from shared.clock import Clock
from shared.events import Event
from shared.messaging import publish

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class SendAttempt:
    """One attempt that has begun, to one address. `claims` are what its message serves, in the order of roles."""

    claims: tuple[Claim, ...]
    address: str
    message_id: str
    started_at: datetime

    @property
    def leading(self) -> Claim:
        """The one after which the message is named."""
        return self.claims[0]

    @property
    def roles(self) -> tuple[str, ...]:
        return tuple(claim.reminder.role for claim in self.claims)


class Settler:
    def __init__(
        self, engine: AsyncEngine, clock: Clock, settings: NotificationsSettings, event_factory: EventFactory
    ) -> None:
        self._engine = engine
        self._clock = clock
        self._settings = settings
        self._events = event_factory

    async def record(self, attempt: SendAttempt, outcome: Outcome, context: Context, mailbox: contacts.Mailbox) -> None:
        """The outcome, the attempt and an event for each reminder that the message served, and what became of the
        address. What an address refused that was corrected meanwhile is tried again at the new one."""
        now = self._clock.now()
        leading = attempt.leading
        async with self._engine.begin() as tx:
            corrected: set[str] = set()
            # Addresses before reminders, as a correction locks them: it then retries what fails here, or is seen here.
            if outcome.kind == "failed":
                corrected = await self._corrected(tx, attempt, mailbox)
            elif outcome.kind == "sent":
                await contacts.mark_reached(tx, leading.reminder.channel, attempt.address, mailbox)
            # In the order in which planning locks them, so that neither waits on the other.
            for claim in sorted(attempt.claims, key=lambda one: one.reminder.id):
                becomes = Outcome("deferred") if claim.reminder.role in corrected else outcome
                event = await self._settle(tx, claim, attempt, becomes, now)
                if event is not None:
                    await publish(tx, event, context=context)
            await claims.log_delivery(tx, _delivery(attempt, outcome, now))
            if outcome.kind == "failed":
                await contacts.mark_refused(tx, leading.reminder.channel, attempt.address, mailbox, now)
        log.info(
            "reminder.attempt",
            reminder_id=str(leading.reminder.id),
            stage=leading.reminder.stage,
            channel=leading.reminder.channel,
            roles=attempt.roles,
            attempt=leading.attempts,
            outcome=outcome.kind,
            reply_code=outcome.reply_code,
            reason_code=outcome.reason_code,
        )

    async def _corrected(self, tx: AsyncConnection, attempt: SendAttempt, mailbox: contacts.Mailbox) -> set[str]:
        """The roles whose address is another one than when the attempt began."""
        unit, channel = attempt.leading.obligation.unit, attempt.leading.reminder.channel
        now = await contacts.lock_addresses(tx, unit, channel, attempt.address, mailbox)
        return {each.reminder.role for each in attempt.claims if now.get(each.reminder.role) != each.address}

    async def _settle(
        self, tx: AsyncConnection, claim: Claim, attempt: SendAttempt, outcome: Outcome, now: datetime
    ) -> Event | None:
        """The event, if there is one and the claim was not lost."""
        reminder, obligation, message_id = claim.reminder, claim.obligation, attempt.message_id
        match outcome.kind:
            case "sent":
                mine = await claims.settle(tx, claim, state="sent", sent_at=now, message_id=message_id)
                event = self._events.sent(
                    reminder, obligation, now, attempt=claim.attempts, message_id=message_id, roles=attempt.roles
                )
            case "failed":
                mine = await claims.settle(tx, claim, state="failed", reason="rejected")
                reason_code = outcome.reason_code or "rejected"
                event = self._events.failed(reminder, obligation, now, attempt=claim.attempts, reason_code=reason_code)
            case "deferred":
                await claims.settle(tx, claim, next_attempt_at=self._later(claim.attempts))
                return None
            case _:
                assert_never(outcome.kind)
        return event if mine else None

    async def share(self, claim: Claim, shared: SharedDelivery, context: Context) -> None:
        """The mailbox has got this step for another role already: that delivery was for this one, too."""
        message_id = shared.message_id
        async with self._engine.begin() as tx:
            if await claims.settle(tx, claim, state="sent", sent_at=shared.sent_at, message_id=message_id):
                await claims.share_delivery(tx, shared, claim.reminder.id)
                event = self._events.sent(
                    claim.reminder,
                    claim.obligation,
                    self._clock.now(),
                    attempt=shared.attempt,
                    message_id=message_id,
                    roles=(*(role for role in ROLES if role != claim.reminder.role), claim.reminder.role),
                )
                await publish(tx, event, context=context)

    async def stop(self, claim: Claim, context: Context) -> None:
        """Not owed any more, or too late: it is not sent. A claim that was lost is somebody else's to settle."""
        now = self._clock.now()
        async with self._engine.begin() as tx:
            stopped = await claims.stop(tx, claim)
            if stopped is not None:
                event = self._events.superseded(stopped, claim.obligation, now, attempt=claim.attempts)
                await publish(tx, event, context=context)

    async def give_up(self, claim: Claim, context: Context) -> None:
        """Nobody has an address there, or the channel is gone. A first address that came meanwhile is used."""
        now = self._clock.now()
        async with self._engine.begin() as tx:
            # A first address is planned for under the same lock: it then retries what fails here, or is seen here.
            await write.lock_obligations(tx, [claim.obligation.obligation_id])
            if claim.address is None and await self._reached(tx, claim):
                await claims.settle(tx, claim)
            elif await claims.settle(tx, claim, state="failed", reason="no_contact"):
                event = self._events.failed(
                    claim.reminder, claim.obligation, now, attempt=claim.attempts, reason_code="no_contact"
                )
                await publish(tx, event, context=context)

    async def _reached(self, tx: AsyncConnection, claim: Claim) -> bool:
        unit, reminder = claim.obligation.unit, claim.reminder
        return await contacts.find_contact(tx, unit, reminder.role, reminder.channel) is not None

    async def postpone(self, claim: Claim) -> None:
        """Not tried: its turn would have met the same closed door. It is not counted as an attempt."""
        async with self._engine.begin() as tx:
            await claims.settle(tx, claim, next_attempt_at=self._later(claim.attempts + 1))

    async def let_go(self, unsent: list[Claim]) -> None:
        async with self._engine.begin() as tx:
            for claim in unsent:
                await claims.settle(tx, claim)

    def _later(self, attempts: int) -> datetime:
        return next_attempt(self._clock.now(), attempts, self._settings.retry_base, self._settings.retry_cap)


def _delivery(attempt: SendAttempt, outcome: Outcome, now: datetime) -> NewDelivery:
    leading, *others = attempt.claims
    return NewDelivery(
        id=uuid7(),
        reminder_id=leading.reminder.id,
        attempt=leading.attempts,
        recipient=attempt.address,
        state=outcome.kind,
        reason_code=outcome.reason_code,
        reply_code=outcome.reply_code,
        message_id=attempt.message_id,
        also_for=tuple(other.reminder.id for other in others),
        started_at=attempt.started_at,
        finished_at=now,
    )
