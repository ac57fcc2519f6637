"""The sender: claims due reminders, hands each to its channel, has the outcome recorded.

A claim is a lease with a fresh token, committed before the message leaves, so two senders never hold the same reminder.
One window stays open: the far side has taken the message and this process ends before the commit, or the line drops
before its answer. The reminder is then sent again with the same message id, so mailboxes that collapse duplicates
(RFC 7352) show it once, and `delivery` shows both attempts.
"""

import asyncio
import traceback
from contextlib import AsyncExitStack

import structlog
from opentelemetry.trace import SpanKind, Status, StatusCode, set_span_in_context, use_span
from sqlalchemy.ext.asyncio import AsyncEngine

from notifications.channels.channel import Channel, Connection, Notice, Outcome, Unreachable
from notifications.channels.registry import Channels
from notifications.commands import tracing
from notifications.commands.return_reason import return_reasons_of
from notifications.commands.settle import SendAttempt, Settler
from notifications.events import EventFactory
from notifications.rules.contact import Contact, coordinator_on
from notifications.rules.stage import RETURNED
from notifications.settings import NotificationsSettings
from notifications.store import claim as claims
from notifications.store import contact as contacts
from notifications.store.records import Claim, SharedDelivery
from shared.calendar import VIETNAM
from shared.catalogue import Catalogue
from shared.clock import Clock
from shared.loops import pause

log = structlog.get_logger()


class Connections:
    """Of one batch: one for each channel, opened when its first message is due."""

    def __init__(self, channels: Channels, stack: AsyncExitStack) -> None:
        self.closed: set[str] = set()
        self._channels = channels
        self._stack = stack
        self._open: dict[str, Connection] = {}

    async def to(self, channel: Channel) -> Connection:
        """Raises `Unreachable`."""
        if channel.name not in self._open:
            self._open[channel.name] = await self._stack.enter_async_context(channel.connect())
        return self._open[channel.name]


class Sender:
    def __init__(
        self,
        engine: AsyncEngine,
        clock: Clock,
        settings: NotificationsSettings,
        channels: Channels,
        event_factory: EventFactory,
        catalogue: Catalogue,
    ) -> None:
        self._reasons = return_reasons_of(settings, catalogue)
        self._engine = engine
        self._clock = clock
        self._settings = settings
        self._channels = channels
        self._catalogue = catalogue
        self._settler = Settler(engine, clock, settings, event_factory)

    async def run(self, stopping: asyncio.Event) -> None:
        while not stopping.is_set():
            while await self.send_some(stopping) and not stopping.is_set():
                pass
            await pause(stopping, self._settings.tick_seconds)

    async def send_some(self, stopping: asyncio.Event | None = None) -> int:
        """Claim a few and deal with each; how many were claimed, 0 when a channel cannot be reached."""
        async with self._engine.begin() as tx:
            held = await claims.claim(tx, self._clock.now(), self._settings.lease, self._settings.claim_size)
        async with AsyncExitStack() as stack:
            connections = Connections(self._channels, stack)
            for position, claim in enumerate(held):
                if stopping is not None and stopping.is_set():
                    await self._settler.let_go(held[position:])
                    return 0
                await self._try(claim, connections)
        return 0 if connections.closed else len(held)

    async def _try(self, claim: Claim, connections: Connections) -> None:
        channel = claim.reminder.channel
        if channel in connections.closed:
            await self._settler.postpone(claim)
            return
        try:
            await self._deal_with(claim, connections)
        except Unreachable as error:
            connections.closed.add(channel)
            log.warning(
                "channel.unreachable", channel=channel, reason_code=error.reason_code, reply_code=error.reply_code
            )
        except Exception as error:
            # This claim's trouble only, unless it cannot even be put off: then it is the database's.
            _log_fault("reminder.put_off", claim, error)
            await self._settler.postpone(claim)

    async def _deal_with(self, claim: Claim, connections: Connections) -> None:
        span = tracing.start("send reminder", claim, self._clock.now(), SpanKind.CLIENT)
        span.set_attribute("tiendo.channel", claim.reminder.channel)
        with use_span(span, end_on_exit=True):
            context = set_span_in_context(span)
            channel = self._channels.get(claim.reminder.channel)
            if channel is None or claim.address is None:
                await self._settler.give_up(claim, context)
                return
            started_at = self._clock.now()
            async with self._engine.begin() as tx:
                begun = await claims.begin_attempt(tx, claim, started_at, self._settings.lease, channel.mailbox)
            if begun is None:
                await self._settler.stop(claim, context)
                return
            if isinstance(begun, SharedDelivery):
                await self._settler.share(claim, begun, context)
                return
            leading = begun.claims[0]  # the same whichever of them was claimed first, so a second try is the same mail
            message_id = channel.message_id(leading.reminder.id)
            attempt = SendAttempt(begun.claims, leading.address or claim.address, message_id, started_at)
            try:
                outcome = await self._attempt(attempt, begun.first_message_id, channel, connections)
            except Unreachable as error:
                span.set_status(Status(StatusCode.ERROR, error.reason_code))
                outcome = Outcome("deferred", error.reply_code, error.reason_code)
                await self._settler.record(attempt, outcome, context, channel.mailbox)
                raise
            if outcome.kind != "sent":
                span.set_status(Status(StatusCode.ERROR, outcome.reason_code or outcome.kind))
            await self._settler.record(attempt, outcome, context, channel.mailbox)

    async def _attempt(
        self, attempt: SendAttempt, first_message_id: str | None, channel: Channel, connections: Connections
    ) -> Outcome:
        """Raises `Unreachable`. What cannot be made or handed over is deferred: a fact or a fix may mend it."""
        fault = "not_composed"
        try:
            notice = await self._notice(attempt, first_message_id, channel)
            message = channel.compose(attempt.message_id, notice)
            fault = "not_sent"
            return await (await connections.to(channel)).send(message)
        except Unreachable:
            raise
        except Exception as error:
            _log_fault(f"reminder.{fault}", attempt.leading, error)
            return Outcome("deferred", reason_code=f"{fault}.{type(error).__name__}")

    async def _notice(self, attempt: SendAttempt, first_message_id: str | None, channel: Channel) -> Notice:
        leading = attempt.leading
        coordinator = coordinator_on(self._catalogue, attempt.started_at.astimezone(VIETNAM).date())
        reply_to: Contact | None = None
        if coordinator is not None:
            async with self._engine.connect() as tx:
                reply_to = await contacts.find_contact(tx, coordinator, "reporter", channel.name)
        returned = leading.obligation.returned_submission if leading.reminder.stage == RETURNED else None
        usable = reply_to is not None and reply_to.refused_at is None and not channel.check_address(reply_to.address)
        return Notice(
            reminder=leading.reminder,
            obligation=leading.obligation,
            address=attempt.address,
            now=attempt.started_at,
            roles=attempt.roles,
            first_message_id=first_message_id,
            coordinator=coordinator,
            reply_address=reply_to.address if reply_to is not None and usable else None,
            reason=await self._reasons.of(returned, leading.obligation.form) if returned is not None else None,
        )


def _log_fault(name: str, claim: Claim, error: Exception) -> None:
    """What and where, without the error's text: it may hold an address."""
    frames = traceback.extract_tb(error.__traceback__)
    place = f"{frames[-1].name}:{frames[-1].lineno}" if frames else None
    log.error(name, reminder_id=str(claim.reminder.id), error=type(error).__name__, place=place)
