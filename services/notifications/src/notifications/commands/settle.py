"""What becomes of a claim: sent, failed, put off or stopped. Each in one transaction with its attempt and its event."""

from dataclasses import dataclass
from datetime import datetime
from typing import assert_never

import structlog
from opentelemetry.context import Context
from sqlalchemy.ext.asyncio import AsyncEngine
from uuid6 import uuid7

from notifications.channels.channel import Outcome
from notifications.events import EventFactory
from notifications.rules.reminder import next_attempt
from notifications.settings import NotificationsSettings
from notifications.store import claim as claims
from notifications.store.records import Claim, NewDelivery
from shared.clock import Clock
from shared.events import Event
from shared.messaging import publish

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class SendAttempt:
    """One attempt that has begun, to one address."""

    number: int
    address: str
    message_id: str
    started_at: datetime


class Settler:
    def __init__(
        self, engine: AsyncEngine, clock: Clock, settings: NotificationsSettings, event_factory: EventFactory
    ) -> None:
        self._engine = engine
        self._clock = clock
        self._settings = settings
        self._events = event_factory

    async def record(self, claim: Claim, attempt: SendAttempt, outcome: Outcome, context: Context) -> None:
        """The outcome, the attempt and the event."""
        now = self._clock.now()
        reminder, obligation = claim.reminder, claim.obligation
        async with self._engine.begin() as tx:
            event: Event | None = None
            match outcome.kind:
                case "sent":
                    mine = await claims.settle(tx, claim, state="sent", sent_at=now, message_id=attempt.message_id)
                    event = self._events.sent(
                        reminder, obligation, now, attempt=attempt.number, message_id=attempt.message_id
                    )
                case "failed":
                    mine = await claims.settle(tx, claim, state="failed", reason="rejected")
                    reason_code = outcome.reason_code or "rejected"
                    event = self._events.failed(
                        reminder, obligation, now, attempt=attempt.number, reason_code=reason_code
                    )
                case "deferred":
                    mine = await claims.settle(tx, claim, next_attempt_at=self._later(attempt.number))
                case _:
                    assert_never(outcome.kind)
            await claims.log_delivery(tx, _delivery(claim, attempt, outcome, now))
            if mine and event is not None:
                await publish(tx, event, context=context)
        log.info(
            "reminder.attempt",
            reminder_id=str(reminder.id),
            stage=reminder.stage,
            channel=reminder.channel,
            attempt=attempt.number,
            outcome=outcome.kind,
            reply_code=outcome.reply_code,
            reason_code=outcome.reason_code,
        )

    async def stop(self, claim: Claim, context: Context) -> None:
        """Not owed any more, or too late: it is not sent. A claim that was lost is somebody else's to settle."""
        now = self._clock.now()
        async with self._engine.begin() as tx:
            stopped = await claims.stop(tx, claim)
            if stopped is not None:
                event = self._events.superseded(stopped, claim.obligation, now, attempt=claim.attempts)
                await publish(tx, event, context=context)

    async def give_up(self, claim: Claim, context: Context) -> None:
        """Nobody has an address there."""
        now = self._clock.now()
        async with self._engine.begin() as tx:
            if await claims.settle(tx, claim, state="failed", reason="no_contact"):
                event = self._events.failed(
                    claim.reminder, claim.obligation, now, attempt=claim.attempts, reason_code="no_contact"
                )
                await publish(tx, event, context=context)

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


def _delivery(claim: Claim, attempt: SendAttempt, outcome: Outcome, now: datetime) -> NewDelivery:
    return NewDelivery(
        id=uuid7(),
        reminder_id=claim.reminder.id,
        attempt=attempt.number,
        recipient=attempt.address,
        state=outcome.kind,
        reason_code=outcome.reason_code,
        reply_code=outcome.reply_code,
        message_id=attempt.message_id,
        started_at=attempt.started_at,
        finished_at=now,
    )
