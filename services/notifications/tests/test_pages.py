"""The place "Thời hạn" as a reader gets it, without JavaScript."""

import re
from collections.abc import Callable
from datetime import date, datetime
from typing import Any, get_args
from uuid import uuid4

import pytest

from notifications.pages.month import Month
from notifications.rules.reminder import Reason
from shared.clock import VIETNAM
from shared.text import messages
from shared.text.names import alphabetical

UNIT, OTHER = "24736@2025-07-01", "SO_Y_TE"
HTML = {"Accept": "text/html"}


@pytest.fixture
async def sent(office: Any, told: Callable[..., Any], smtp_sink: Any) -> Any:
    duties = told(), told(id=uuid4(), unit=OTHER, form="B10-YTE")
    await office.hear(*(duty.opened() for duty in duties))
    await office.ticker.tick()
    await office.sender(smtp_sink.port).send_some()
    return duties


def test_every_text_of_the_templates_exists() -> None:
    known = messages.load("shared.web", "notifications")
    assert not {
        key: names for key, names in messages.used_in_templates("notifications.pages").items() if key not in known
    }


@pytest.mark.parametrize("language", ["vi", "en"])
async def test_the_month_shows_who_is_written_to_when(asker: Any, sent: Any, office: Any, language: str) -> None:
    async with asker.as_("coordinator", **HTML, Cookie=f"lang={language}") as client:
        answer = await client.get("/deadlines")
        december = await client.get("/deadlines", params={"month": "2026-12", "state": "planned"})
        none = await client.get("/deadlines", params={"month": "2031-01", "state": "all"})
    assert answer.status_code == december.status_code == none.status_code == 200
    assert "14/12/2026" in answer.text and "so-y-te@daknong.example" in answer.text
    assert office.catalogue.unit(OTHER).name_vi in answer.text or language == "en"
    assert ("Đã gửi" if language == "vi" else "Sent") in answer.text
    assert ("còn 20 ngày (14 ngày làm việc)" if language == "vi" else "20 days left") in answer.text
    assert ("Không có nhắc việc nào" if language == "vi" else "There are no reminders") in none.text


async def test_a_reporter_sees_only_their_own(asker: Any, sent: Any, office: Any) -> None:
    async with asker.as_("reporter", UNIT, **HTML) as client:
        text = (await client.get("/deadlines", params={"state": "all"})).text
        assert (await client.get("/deadlines", params={"unit": OTHER})).status_code == 403
        assert (await client.get("/contacts")).status_code == 403
    assert office.catalogue.unit(OTHER).name_vi not in text
    assert "@daknong.example" not in text


def following(text: str) -> str:
    return text.split('rel="next" href="')[-1].split('"')[0].replace("&amp;", "&")


async def test_a_day_and_the_next_page(asker: Any, office: Any, told: Callable[..., Any]) -> None:
    await office.hear(*(told(id=uuid4()).opened() for _ in range(120)))
    async with asker.as_("ops", **HTML) as client:
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
    asker: Any, office: Any, told: Callable[..., Any], smtp_sink: Any, day: int, hour: int, vi: str, en: str
) -> None:
    """The last day in time is 14 December: on the 16th a report is two days late, wherever one reads it."""
    duty = told()
    await office.hear(duty.opened())
    office.clock.at = datetime(2026, 12, day, hour, tzinfo=VIETNAM)
    await office.ticker.tick()
    await office.sender(smtp_sink.port).send_some()
    for mail in smtp_sink.messages:
        said = "Hạn chót hôm nay" if day == 14 else vi
        assert mail.message["Subject"].startswith(f"[Tiến Độ] {said}: ")
    assert smtp_sink.messages
    office.clock.forward(days=10)  # what was said then stays said
    [row] = await office.rows("select id from reminder where state = 'sent' and role = 'reporter'")
    async with asker.as_("coordinator", **HTML) as client:
        month = await client.get("/deadlines", params={"month": "2026-12", "state": "sent"})
        one = await client.get(f"/reminders/{row.id}")
        english = await client.get(f"/reminders/{row.id}", headers={"Cookie": "lang=en"})
    assert f">{vi}<" in month.text and f"<p>{vi} " in one.text and f"<p>{en} " in english.text
    assert "ngày hạn 1" not in month.text + one.text


async def test_a_step_to_come_is_named_by_the_day_it_goes_out(asker: Any, sent: Any) -> None:
    async with asker.as_("reporter", UNIT, **HTML) as client:
        text = (await client.get("/deadlines", params={"month": "2026-12", "state": "planned"})).text
    named = re.findall(r'href="/reminders/[^"]+">([^<]+)</a>', text)
    assert named == [
        "Còn 13 ngày", "Còn 6 ngày", *["Còn 3 ngày"] * 2, *["Ngày hạn chót"] * 2,
        *["Quá hạn 2 ngày"] * 2, *["Quá hạn 4 ngày"] * 2, *["Quá hạn 8 ngày"] * 2,
    ]  # fmt: skip


async def test_a_reminder_shows_its_attempts(asker: Any, sent: Any, office: Any) -> None:
    [row] = await office.rows("select id from reminder where obligation_id = :id and state = 'sent'", id=sent[0].id)
    async with asker.as_("coordinator", **HTML) as client:
        text = (await client.get(f"/reminders/{row.id}")).text
    assert "Máy chủ thư đã nhận" in text and str(row.id) in text
    assert f"http://127.0.0.1:8001/obligations/{sent[0].id}" in text


async def test_one_that_does_not_go_out_says_why(asker: Any, sent: Any, office: Any) -> None:
    await office.hear(sent[0].received())
    query = "select id from reminder where obligation_id = :id and state = 'superseded' and reason = 'submitted'"
    row = (await office.rows(query, id=sent[0].id))[0]
    async with asker.as_("coordinator", **HTML) as client:
        listed = await client.get("/deadlines", params={"month": "2026-12", "state": "stopped"})
        one = await client.get(f"/reminders/{row.id}")
        english = await client.get(f"/reminders/{row.id}", headers={"Cookie": "lang=en"})
    why = 'Không gửi nữa</span> <span class="hint">Đơn vị đã nộp trước khi đến lượt gửi.</span>'
    assert why in listed.text and why in one.text
    assert "The unit handed in before its turn came." in english.text


def test_every_reason_has_its_words() -> None:
    known = messages.load("shared.web", "notifications")
    stored = {*get_args(Reason), "rejected", "no_contact"}
    assert not {reason for reason in stored if f"reason.{reason}" not in known}


async def test_units_stand_in_vietnamese_order(asker: Any, office: Any, told: Callable[..., Any]) -> None:
    units = [u.key for u in office.catalogue.units_on(date(2026, 11, 24)) if u.level == "commune"]
    await office.hear(*(told(id=uuid4(), unit=unit).opened() for unit in units))
    async with asker.as_("coordinator", **HTML) as client:
        month, contacts = (await client.get("/deadlines")).text, (await client.get("/contacts")).text
    offered = re.findall(r'<option value="\d[^"]*">([^<(]+)</option>', month)
    kept = re.findall(r'<h2 id="unit-\d+">([^<]+)</h2>', contacts)
    assert offered == kept == sorted(kept, key=alphabetical) != sorted(kept) and len(kept) == len(units)
    assert month.count("· Tiến Độ</title>") == contacts.count("· Tiến Độ</title>") == 1
    assert "Tiến Độ · Tiến Độ" not in month + contacts


async def test_contacts_are_changed_on_a_page(asker: Any, sent: Any, office: Any) -> None:
    form = {"unit": UNIT, "role": "reporter", "email": "ubnd@quangtruc.example"}
    async with asker.as_("coordinator", **HTML) as client:
        assert "xa-quang-truc@daknong.example" in (await client.get("/contacts")).text
        wrong = await client.post("/contacts", data={**form, "email": "ubnd quangtruc"})
        assert wrong.status_code == 422 and "ubnd quangtruc" in wrong.text and "error-summary" in wrong.text
        done = await client.post("/contacts", data=form)
        assert done.status_code == 303
        assert "ubnd@quangtruc.example" in (await client.get(done.headers["location"])).text


def test_a_month_is_whole_weeks() -> None:
    december = Month.parse("2026-12")
    days = [day for week in december.weeks for day in week if day]
    assert days == [date(2026, 12, n) for n in range(1, 32)]
    assert all(len(week) == 7 for week in december.weeks)
    assert str(december.next) == "2027-01" and str(december.previous) == "2026-11"
