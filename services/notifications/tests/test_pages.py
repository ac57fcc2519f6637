"""The place "Thời hạn" as a reader gets it, without JavaScript."""

from collections.abc import Callable
from datetime import date
from typing import Any
from uuid import uuid4

import pytest

from notifications.month import Month
from shared.web import messages

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
    assert not {key: names for key, names in messages.used_in_templates("notifications").items() if key not in known}


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


async def test_a_day_and_the_next_page(asker: Any, office: Any, told: Callable[..., Any]) -> None:
    await office.hear(*(told(id=uuid4()).opened() for _ in range(120)))
    async with asker.as_("ops", **HTML) as client:
        first = await client.get("/deadlines", params={"day": "2026-12-01", "state": "planned"})
        link = first.text.split('rel="next" href="')[-1].split('"')[0].replace("&amp;", "&")
        second = await client.get("/deadlines" + link)
    assert first.text.count("/reminders/") == 100
    assert second.text.count("/reminders/") == 20


async def test_a_reminder_shows_its_attempts(asker: Any, sent: Any, office: Any) -> None:
    [row] = await office.rows("select id from reminder where obligation_id = :id and state = 'sent'", id=sent[0].id)
    async with asker.as_("coordinator", **HTML) as client:
        text = (await client.get(f"/reminders/{row.id}")).text
    assert "Máy chủ thư đã nhận" in text and str(row.id) in text
    assert f"http://127.0.0.1:8001/obligations/{sent[0].id}" in text


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
