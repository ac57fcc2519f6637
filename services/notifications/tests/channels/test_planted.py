"""The next channel is a folder: one is planted beside channels/email, and nothing else of the service is changed."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from notifications.app import create_app
from services.notifications.tests.channels.planting import planted
from services.notifications.tests.service import UNIT, ApiClients, ObligationEvents, Parts, due
from shared.events import DeadlineApproaching, NotificationSent
from tiendo_local.issuer import Issuer
from tiendo_local.servers.mail.smtp_sink import SmtpSink


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    monkeypatch.setenv("FILE_CHANNEL_FOLDER", str(tmp_path))
    with planted("file"):
        yield tmp_path


@pytest.fixture
async def both(folder: Path, service: Parts, issuer: Issuer) -> AsyncIterator[ApiClients]:
    """The API, made while there are two channels."""
    app = create_app(service.settings.model_copy(update={"jwks_file": issuer.jwks_file}), service.clock)
    async with app.router.lifespan_context(app):
        yield ApiClients(app, issuer)


async def put(api: ApiClients, address: str = "quang-truc", role: str = "reporter") -> None:
    async with api.as_("coordinator") as client:
        body = {"role": role, "channel": "file", "address": address}
        answer = await client.put(f"/api/v1/contacts/{UNIT}", json=body, headers={"If-None-Match": "*"})
    assert (answer.status_code, answer.json()["channel"], answer.json()["email"]) == (201, "file", "")


async def test_a_reminder_goes_out_by_both(folder: Path, both: ApiClients, service: Parts, smtp_sink: SmtpSink) -> None:
    await put(both)
    obligation = ObligationEvents()
    await due(service, obligation)
    await service.sender(smtp_sink.port).send_some()
    [line] = (folder / "quang-truc.txt").read_text().splitlines()
    [mail] = smtp_sink.messages
    assert line.endswith("B01-XA: 20 ngày") and mail.recipients == ("xa-quang-truc@daknong.example",)
    events = [event.data for event in await service.published()]
    assert [type(data) for data in events].count(DeadlineApproaching) == 1, "a step is one fact, whatever the channels"
    sent = {data.channel: data for data in events if isinstance(data, NotificationSent)}
    assert set(sent) == {"email", "file"}
    assert sent["file"].message_id == f"file:{sent['file'].reminder_id}"
    assert sent["email"].reminder_id != sent["file"].reminder_id


async def test_only_who_has_an_address_there_is_reminded_by_it(both: ApiClients, service: Parts) -> None:
    await put(both, role="head")
    obligation, other = ObligationEvents(), ObligationEvents(unit="SO_Y_TE", form="B10-YTE")
    await service.consume(obligation.opened(), other.opened())
    rows = await service.rows("select distinct obligation_id, role from reminder where channel = 'file'")
    assert [(row.obligation_id, row.role) for row in rows] == [(obligation.id, "head")]


async def test_what_is_owed_already_is_planned_when_the_address_comes(both: ApiClients, service: Parts) -> None:
    obligation = ObligationEvents()
    await due(service, obligation)
    ids = "select id, channel from reminder where obligation_id = :id"
    before = {row.id for row in await service.rows(ids, id=obligation.id)}
    await put(both)
    after = {row.id: row.channel for row in await service.rows(ids, id=obligation.id)}
    assert before < set(after) and {after[id_] for id_ in set(after) - before} == {"file"}
    await service.ticker.tick()
    states = await service.rows(
        "select channel, state from reminder where obligation_id = :id and stage = 'T-30'", id=obligation.id
    )
    assert {tuple(row) for row in states} == {("email", "due"), ("file", "due")}
    approaching = [event for event in await service.published() if isinstance(event.data, DeadlineApproaching)]
    assert len(approaching) == 1


async def test_one_channel_that_is_away_does_not_hold_up_the_other(
    folder: Path, both: ApiClients, service: Parts
) -> None:
    await put(both)
    await due(service, *(ObligationEvents() for _ in range(3)))
    await service.sender(port=1).send_some()
    assert len((folder / "quang-truc.txt").read_text().splitlines()) == 3
    rows = await service.rows("select distinct channel, state from reminder where stage = 'T-30'")
    assert {tuple(row) for row in rows} == {("email", "due"), ("file", "sent")}


async def test_pages_and_lists_name_the_channel(
    folder: Path, both: ApiClients, service: Parts, smtp_sink: SmtpSink
) -> None:
    await put(both)
    await due(service, ObligationEvents())
    await service.sender(smtp_sink.port).send_some()
    async with both.as_("coordinator", Accept="text/html") as client:
        contacts = (await client.get("/contacts")).text
        wrong = await client.post(
            "/contacts", data={"unit": UNIT, "role": "head", "channel": "file", "address": "no file"}
        )
        month = (await client.get("/deadlines")).text
    assert contacts.count('name="channel" value="file"') == contacts.count('name="channel" value="email"') == 4
    assert 'type="text" autocomplete="off" value="quang-truc"' in contacts and "Cán bộ báo cáo, tệp" in contacts
    assert wrong.status_code == 422 and "Phải là tên tệp" in wrong.text and 'value="no file"' in wrong.text
    assert "qu…" in month and "quang-truc" not in month.replace("xa-quang-truc@", "")
    async with both.as_("coordinator") as client:
        items = (await client.get("/api/v1/deliveries")).json()["items"]
        listed = (await client.get("/api/v1/contacts", params={"unit": UNIT, "channel": "file"})).json()["items"]
    assert {(item["channel"], item["recipient"]) for item in items} == {
        ("email", "xa-quang-truc@daknong.example"),
        ("file", "qu…"),
    }
    assert [(item["role"], item["address"], item["from_catalogue"]) for item in listed] == [
        ("reporter", "quang-truc", False)
    ]


async def test_a_reminder_of_a_channel_that_was_removed_stays_readable(
    api: ApiClients, sent: object, service: Parts
) -> None:
    await service.change("update reminder set channel = 'gone' where state = 'sent'")
    [row, _] = await service.rows("select id from reminder where state = 'sent'")
    async with api.as_("coordinator", Accept="text/html") as client:
        page = await client.get(f"/reminders/{row.id}")
    assert page.status_code == 200 and "Đã được nhận" in page.text
