"""The contract: what holds for every channel, the registered ones and the one that is planted here."""

from collections.abc import Iterator
from contextlib import nullcontext
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine
from structlog.testing import capture_logs

from notifications.channels.channel import Channel, Notice
from notifications.channels.registry import CHANNELS, create_channels
from notifications.commands.change_contact import ContactChange, ContactEditor
from notifications.commands.send import Sender
from notifications.rules.contact import ROLES, Precondition
from notifications.rules.reminder import Reminder
from notifications.rules.schedule import desired
from notifications.settings import NotificationsSettings
from services.notifications.tests.channels.far_side import FarSide, Received, far_side
from services.notifications.tests.channels.planting import planted
from services.notifications.tests.rules.samples import CHANNELS as BY_EMAIL
from services.notifications.tests.rules.samples import LADDER, OPEN, START
from services.notifications.tests.service import UNIT, ObligationEvents, Parts, StandingClock
from shared.access import Person
from shared.catalogue import Catalogue
from shared.events import NotificationFailed, NotificationSent

LINE_BREAKS = ["\n", "\r", "\r\n", "\u2028"]


@dataclass
class Bench:
    """A system whose one contact by this channel is that of the reporter of `UNIT`."""

    service: Parts
    channel: Channel
    far: FarSide

    @property
    def sender(self) -> Sender:
        service = self.service
        return Sender(
            service.engine, service.clock, service.settings, service.channels, service.event_factory, service.catalogue
        )

    async def due(self) -> UUID:
        """The T-30 reminder of a new obligation by this channel."""
        obligation = ObligationEvents(id=uuid4())
        await self.service.consume(obligation.opened())
        await self.service.ticker.tick()
        query = "select id from reminder where obligation_id = :id and channel = :channel and state = 'due'"
        [row] = await self.service.rows(query, id=obligation.id, channel=self.channel.name)
        return UUID(str(row.id))

    async def state(self, reminder_id: UUID) -> str:
        [row] = await self.service.rows("select state from reminder where id = :id", id=reminder_id)
        return str(row.state)

    async def attempts(self, reminder_id: UUID) -> list[str]:
        query = "select state from delivery where reminder_id = :id order by attempt"
        return [row.state for row in await self.service.rows(query, id=reminder_id)]


@pytest.fixture(params=[*CHANNELS, "file"])
def name(request: pytest.FixtureRequest) -> Iterator[str]:
    with nullcontext() if request.param in CHANNELS else planted(request.param):
        yield request.param


@pytest.fixture
def far(name: str, tmp_path: Path, outside: None) -> Iterator[FarSide]:
    with far_side(name, tmp_path) as made:
        yield made


@pytest.fixture
def channel(name: str, far: FarSide, catalogue: Catalogue) -> Channel:
    settings = NotificationsSettings(database_url="postgresql+asyncpg://n@127.0.0.1:1/n", environment="test")
    return create_channels(far.settings(settings), catalogue).by_name[name]


@pytest.fixture
async def bench(
    name: str,
    far: FarSide,
    engine: AsyncEngine,
    settings: NotificationsSettings,
    clock: StandingClock,
    catalogue: Catalogue,
) -> Bench:
    service = Parts(engine, far.settings(settings), clock, catalogue)
    editor = ContactEditor(engine, clock, catalogue, service.channels, service.planner)
    by = Person("ops", "SO_NOI_VU", "a person")
    await editor.change(ContactChange(UNIT, "reporter", name, far.address, by), Precondition(absent=True))
    return Bench(service, service.channels.by_name[name], far)


async def test_a_message_reaches_its_address(bench: Bench) -> None:
    reminder_id = await bench.due()
    await bench.sender.send_some()
    assert bench.far.received() == [Received(bench.far.address, bench.channel.message_id(reminder_id))]
    assert await bench.state(reminder_id) == "sent"
    [sent] = [event.data for event in await bench.service.published() if isinstance(event.data, NotificationSent)]
    assert (sent.reminder_id, sent.channel) == (reminder_id, bench.channel.name)
    assert sent.message_id == bench.channel.message_id(reminder_id)


async def test_what_is_refused_for_now_is_tried_again(bench: Bench) -> None:
    reminder_id = await bench.due()
    bench.far.refuse(for_good=False)
    await bench.sender.send_some()
    assert (await bench.state(reminder_id), bench.far.received()) == ("due", [])
    bench.service.clock.forward(seconds=31)
    await bench.sender.send_some()
    assert await bench.attempts(reminder_id) == ["deferred", "sent"]
    assert len(bench.far.received()) == 1


async def test_what_is_refused_for_good_is_given_up_and_told(bench: Bench) -> None:
    reminder_id = await bench.due()
    bench.far.refuse(for_good=True)
    await bench.sender.send_some()
    bench.service.clock.forward(days=1)
    await bench.sender.send_some()
    assert await bench.attempts(reminder_id) == ["failed"]
    assert (await bench.state(reminder_id), bench.far.received()) == ("failed", [])
    failed = [event.data for event in await bench.service.published() if isinstance(event.data, NotificationFailed)]
    assert [each.channel for each in failed if each.reminder_id == reminder_id] == [bench.channel.name]


async def test_while_the_far_side_is_away_nothing_is_given_up(bench: Bench) -> None:
    waiting = [await bench.due() for _ in range(3)]
    bench.far.go_away()
    await bench.sender.send_some()
    assert bench.far.received() == []
    bench.far.come_back()
    bench.service.clock.forward(seconds=61)
    await bench.sender.send_some()
    assert [await bench.state(reminder_id) for reminder_id in waiting] == ["sent"] * 3
    assert len(bench.far.received()) == 3


async def test_no_address_stands_in_logs_and_events(bench: Bench) -> None:
    """Not when it is sent, refused or away, and not when the address cannot be used."""
    with capture_logs() as logs:
        for for_good in (False, True, None):
            await bench.due()
            if for_good is not None:
                bench.far.refuse(for_good=for_good)
            await bench.sender.send_some()
        await bench.service.change("update contact set address = 'no address ' || address")
        await bench.due()
        await bench.sender.send_some()
    told = str(logs) + "".join(event.to_bytes().decode() for event in await bench.service.published())
    assert "reminder.attempt" in told and "reminder.not_composed" in told
    assert bench.far.address not in told


def test_a_right_address_is_taken_and_one_with_a_line_break_is_refused(channel: Channel, far: FarSide) -> None:
    assert channel.check_address(far.address) is None
    for line_break in LINE_BREAKS:
        for before, after in ((far.address, f"Bcc: {far.address}"), (far.address, ""), ("", far.address)):
            fault = channel.check_address(f"{before}{line_break}{after}")
            assert fault is not None and fault.vi and fault.en
    assert channel.check_address("") is not None


def test_derived_addresses_are_right(channel: Channel, catalogue: Catalogue) -> None:
    derived = channel.derive_addresses(catalogue.units.values())
    assert not [one for one in derived if channel.check_address(one.address) is not None]
    assert {one.role for one in derived} <= set(ROLES) and {one.unit for one in derived} <= set(catalogue.units)
    assert len({(one.unit, one.role) for one in derived}) == len(derived)


def test_every_attempt_of_a_reminder_has_one_message_id(channel: Channel, far: FarSide) -> None:
    reminders: list[Reminder] = desired(OPEN, START, LADDER, BY_EMAIL)
    first, other = reminders[:2]
    id = channel.message_id(first.id)
    notices = (Notice(first, OPEN, far.address, START + timedelta(days=day), ("reporter",)) for day in (0, 5))
    ids = {channel.compose(id, notice).id for notice in notices}
    assert ids == {channel.message_id(first.id)} != {channel.message_id(other.id)}
