"""The place "Thời hạn" as a reader gets it, without JavaScript."""

import re
from datetime import datetime
from uuid import uuid4

import pytest

from services.notifications.tests.service import OTHER, UNIT, ApiClients, MakeEvents, Parts, TwoEvents
from shared.calendar import VIETNAM
from tiendo_local.servers.mail.smtp_sink import SmtpSink

HTML = {"Accept": "text/html"}


@pytest.mark.parametrize("language", ["vi", "en"])
async def test_the_month_shows_who_is_written_to_when(
    api: ApiClients, sent: TwoEvents, service: Parts, language: str
) -> None:
    async with api.as_("coordinator", **HTML, Cookie=f"lang={language}") as client:
        answer = await client.get("/deadlines")
        december = await client.get("/deadlines", params={"month": "2026-12", "state": "planned"})
        none = await client.get("/deadlines", params={"month": "2031-01", "state": "all"})
    assert answer.status_code == december.status_code == none.status_code == 200
    assert "14/12/2026" in answer.text and "so-y-te@daknong.example" in answer.text
    assert service.catalogue.unit(OTHER).name_vi in answer.text or language == "en"
    assert ("Đã gửi" if language == "vi" else "Sent") in answer.text
    assert ("còn 20 ngày (14 ngày làm việc)" if language == "vi" else "20 days left") in answer.text
    assert ("Không có nhắc việc nào" if language == "vi" else "There are no reminders") in none.text


async def test_a_reporter_sees_only_their_own(api: ApiClients, sent: TwoEvents, service: Parts) -> None:
    async with api.as_("reporter", UNIT, **HTML) as client:
        text = (await client.get("/deadlines", params={"state": "all"})).text
        assert (await client.get("/deadlines", params={"unit": OTHER})).status_code == 403
    assert service.catalogue.unit(OTHER).name_vi not in text
    assert "@daknong.example" not in text


def following(text: str) -> str:
    return text.rsplit('rel="next" href="', maxsplit=1)[-1].split('"', maxsplit=1)[0].replace("&amp;", "&")


async def test_a_day_and_the_next_page(api: ApiClients, service: Parts, obligation_events: MakeEvents) -> None:
    await service.consume(*(obligation_events(id=uuid4()).opened() for _ in range(120)))
    async with api.as_("ops", **HTML) as client:
        first = await client.get("/deadlines", params={"day": "2026-12-01", "state": "planned"})
        second = await client.get("/deadlines" + following(first.text))
        third = await client.get("/deadlines" + following(second.text))
        month = await client.get("/deadlines", params={"month": "2026-12", "state": "planned"})
    assert [page.text.count('href="/reminders/') for page in (first, second, third)] == [50, 50, 20]
    assert "120 lần nhắc" in first.text and 'rel="next"' not in third.text.split('class="pager"')[-1]
    listed = [set(re.findall(r'href="/reminders/([^"]+)"', page.text)) for page in (first, second, third)]
    assert len(set.union(*listed)) == 120
    for page in (first, second, month):
        assert page.text.index("<caption") < page.text.index('id="list"') < page.text.index('href="/reminders/')
    assert following(first.text).endswith("#list")
    assert month.text.count('href="/reminders/') == 50


@pytest.mark.parametrize(
    ("day", "hour", "vi", "en"),
    [
        (7, 9, "Còn 7 ngày", "7 days left"),  # the step T-7 is on the 8th; a mail of the 7th is that of T-14
        (8, 9, "Còn 6 ngày", "6 days left"),
        (14, 9, "Ngày hạn chót", "On the last day"),
        (16, 9, "Quá hạn 2 ngày", "2 days overdue"),
        (18, 9, "Quá hạn 4 ngày", "4 days overdue"),
    ],
)
async def test_mail_and_page_count_from_the_last_day_in_time(
    api: ApiClients,
    service: Parts,
    obligation_events: MakeEvents,
    smtp_sink: SmtpSink,
    day: int,
    hour: int,
    vi: str,
    en: str,
) -> None:
    """The last day in time is 14 December: on the 16th a report is two days late, wherever one reads it."""
    obligation = obligation_events()
    await service.consume(obligation.opened())
    service.clock.at = datetime(2026, 12, day, hour, tzinfo=VIETNAM)
    await service.ticker.tick()
    await service.sender(smtp_sink.port).send_some()
    for mail in smtp_sink.messages:
        said = "Hạn chót hôm nay" if day == 14 else vi
        assert mail.message["Subject"].startswith(f"[Tiến Độ] {said}: ")
    assert smtp_sink.messages
    service.clock.forward(days=10)  # what was said then stays said
    [row] = await service.rows("select id from reminder where state = 'sent' and role = 'reporter'")
    async with api.as_("coordinator", **HTML) as client:
        month = await client.get("/deadlines", params={"month": "2026-12", "state": "sent"})
        one = await client.get(f"/reminders/{row.id}")
        english = await client.get(f"/reminders/{row.id}", headers={"Cookie": "lang=en"})
    assert f">{vi}<" in month.text and f"<p>{vi} " in one.text and f"<p>{en} " in english.text
    assert "ngày hạn 1" not in month.text + one.text


async def test_a_step_to_come_is_named_by_the_day_it_goes_out(api: ApiClients, sent: TwoEvents) -> None:
    async with api.as_("reporter", UNIT, **HTML) as client:
        text = (await client.get("/deadlines", params={"month": "2026-12", "state": "planned"})).text
    named = re.findall(r'href="/reminders/[^"]+">([^<]+)</a>', text)
    assert named == [
        "Còn 13 ngày", "Còn 6 ngày", *["Còn 3 ngày"] * 2, *["Ngày hạn chót"] * 2,
        *["Quá hạn 2 ngày"] * 2, *["Quá hạn 4 ngày"] * 2, *["Quá hạn 8 ngày"] * 2,
    ]  # fmt: skip
