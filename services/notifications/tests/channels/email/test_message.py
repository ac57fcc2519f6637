"""What a mail says."""

import unicodedata
from dataclasses import replace
from datetime import timedelta
from email import message_from_bytes
from email.policy import SMTP
from typing import Any
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from markupsafe import escape

from notifications.channels.channel import Notice
from notifications.channels.email.message import shown_text
from notifications.channels.registry import create_channels
from notifications.rules.reminder import Reminder
from notifications.rules.schedule import desired
from notifications.settings import NotificationsSettings
from services.notifications.tests.rules.samples import CHANNELS, LADDER, OPEN, START
from services.notifications.tests.service import MakeEvents, Parts, due
from shared.catalogue import Catalogue
from tiendo_local.servers.mail.smtp_sink import SmtpSink


async def test_the_mail_says_what_to_do_by_when(
    service: Parts, obligation_events: MakeEvents, smtp_sink: SmtpSink
) -> None:
    obligation = obligation_events()
    await due(service, obligation)
    assert await service.sender(smtp_sink.port).send_some() == 1
    [mail] = smtp_sink.messages
    message = mail.message
    name = service.catalogue.unit(obligation.unit).name_vi
    assert message["Subject"] == f"[Tiến Độ] Còn 20 ngày: Biểu B01-XA năm 2026 – {name}"
    [row] = await service.rows("select id, state, message_id, sent_at, attempts from reminder where stage = 'T-30'")
    assert (row.state, row.attempts, row.sent_at) == ("sent", 1, service.clock.now())
    assert message["Message-ID"] == row.message_id == f"<{row.id}@daknong.example>"
    assert message["References"] is None and message["In-Reply-To"] is None
    assert message["Reply-To"] == "so-noi-vu@daknong.example"
    assert message["Auto-Submitted"] == "auto-generated"
    assert message["Content-Language"] == "vi"
    assert message["X-Tiendo-Reminder"] == str(row.id)
    assert message["Date"].datetime == service.clock.now()
    text, html = (part.get_content() for part in message.iter_parts())
    for body in (text, html):
        assert "14/12/2026" in body and "còn 20 ngày" in body and "20 days left" in body
        assert f"http://127.0.0.1:8001/obligations/{obligation.id}" in body
        assert body.index("Kính gửi") < body.index("What to do")
    [delivery] = await service.rows("select * from delivery")
    assert (delivery.state, delivery.recipient) == ("sent", mail.recipients[0])


@pytest.fixture
def channel(catalogue: Catalogue) -> Any:
    made = NotificationsSettings(database_url="postgresql+asyncpg://n@127.0.0.1:1/n", environment="test")
    return create_channels(made, catalogue).by_name["email"]


def step(code: str, role: str = "reporter") -> Reminder:
    [found] = [each for each in desired(OPEN, START, LADDER, CHANNELS) if (each.stage, each.role) == (code, role)]
    return found


def returned() -> Reminder:
    at = START - timedelta(hours=1)
    again = replace(OPEN, reopened_at=at, returned_version=1)
    [found] = [each for each in desired(again, START, LADDER, CHANNELS) if each.stage == "returned"]
    return found


def bodies(channel: Any, notice: Notice) -> tuple[str, str]:
    text, html = channel.compose("<id@b.vn>", notice).content.iter_parts()
    return text.get_content(), html.get_content()


async def test_later_mails_answer_the_first_one_that_was_sent(
    service: Parts, obligation_events: MakeEvents, smtp_sink: SmtpSink
) -> None:
    """A mail that was refused is none: nobody has it."""
    obligation = obligation_events()
    sender = service.sender(smtp_sink.port)
    await due(service, obligation)
    smtp_sink.fail("rcpt", "550 5.1.1 No such mailbox")
    await sender.send_some()
    for days in (7, 7, 6):
        service.clock.forward(days=days)
        await service.ticker.tick()
        await sender.send_some()
    first, *later = [mail.message for mail in smtp_sink.messages]
    assert first["In-Reply-To"] is None and first["References"] is None
    assert len(later) >= 2
    assert {mail["In-Reply-To"] for mail in later} == {mail["References"] for mail in later} == {first["Message-ID"]}


async def test_an_answer_goes_to_the_coordinator_of_the_day(
    service: Parts, obligation_events: MakeEvents, smtp_sink: SmtpSink
) -> None:
    """By the address that is theirs when the mail leaves; without one there is no header, the mail names the unit."""
    sender = service.sender(smtp_sink.port)
    for change in ("update contact set address = 'bgd@sonoivu.vn'", "delete from contact"):
        await service.change(f"{change} where unit = 'SO_NOI_VU'")
        await due(service, obligation_events(id=uuid4()))
        await sender.send_some()
    known, unknown = [mail.message for mail in smtp_sink.messages]
    assert (known["Reply-To"], unknown["Reply-To"]) == ("bgd@sonoivu.vn", None)
    said, unsaid = [next(iter(mail.iter_parts())).get_content() for mail in (known, unknown)]
    name = service.catalogue.unit("SO_NOI_VU").name_vi
    assert f"{name}: bgd@sonoivu.vn" in said and f"liên hệ {name}" in unsaid and "@" not in unsaid


async def test_before_the_plan_has_a_coordinator_nobody_is_named(channel: Any) -> None:
    text, html = bodies(channel, Notice(step("T-3"), OPEN, "a@b.vn", START, ("reporter",)))
    assert "Cần trao đổi" not in text + html


@pytest.mark.parametrize(
    ("roles", "said", "unsaid"),
    [
        (("reporter",), None, ("cả hai", "lãnh đạo")),
        (("head",), "gửi đến cả lãnh đạo đơn vị", ("cả hai",)),
        (("reporter", "head"), "một thư cho cả hai", ("gửi đến cả lãnh đạo",)),
    ],
)
def test_a_mail_says_for_whom_it_is(channel: Any, roles: tuple[str, ...], said: str | None, unsaid: Any) -> None:
    for body in bodies(channel, Notice(step("T-3", roles[0]), OPEN, "a@b.vn", START, roles)):
        assert said is None or said in body
        assert not [words for words in unsaid if words in body]


def test_the_mail_of_a_return_says_why_and_whom_to_ask(channel: Any) -> None:
    reason = "Cột 3 <b>thiếu</b>\nkiểm tra lại: “nữ” & “nam”"
    notice = Notice(
        returned(), OPEN, "a@b.vn", START, ("reporter",), None, "SO_NOI_VU", "so-noi-vu@daknong.example", reason
    )
    text, html = bodies(channel, notice)
    assert text.count(f"Lý do trả lại: {reason}") == 1 and text.count(f"Why it was returned: {reason}") == 1
    assert "&lt;b&gt;thiếu&lt;/b&gt;" in html and "<b>" not in html
    assert "so-noi-vu@daknong.example" in text and "so-noi-vu@daknong.example" in html
    assert "trên trang của biểu" not in text


def test_without_the_reason_the_mail_says_where_it_stands(channel: Any) -> None:
    for body in bodies(channel, Notice(returned(), OPEN, "a@b.vn", START, ("reporter",))):
        assert "Lý do trả lại được ghi trên trang của biểu này." in body and "on the page of this form" in body
    for body in bodies(channel, Notice(step("T-3"), OPEN, "a@b.vn", START, ("reporter",), reason="x")):
        assert "Lý do" not in body


@settings(deadline=None)
@given(typed=st.text(st.characters(exclude_categories=["Cs"]), max_size=300))
def test_whatever_was_typed_can_be_mailed_and_steers_nothing(typed: str) -> None:
    shown = shown_text(typed)
    assert not [c for c in shown if unicodedata.category(c) == "Cc" and c != "\n"]
    assert not {unicodedata.bidirectional(c) for c in shown} & {
        "LRE",
        "RLE",
        "LRO",
        "RLO",
        "PDF",
        "LRI",
        "RLI",
        "FSI",
        "PDI",
    }
    assert [c for c in shown if c.isalnum()] == [c for c in typed if c.isalnum()]


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(typed=st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=300))
def test_a_reason_arrives_as_it_was_typed(typed: str, channel: Any) -> None:
    assume(shown_text(typed))
    notice = Notice(returned(), OPEN, "a@b.vn", START, ("reporter",), reason=typed)
    read = message_from_bytes(channel.compose("<id@b.vn>", notice).content.as_bytes(), policy=SMTP)
    text, html = (part.get_content() for part in read.iter_parts())
    assert "".join(shown_text(typed).split()) in "".join(text.split())
    assert "".join(str(escape(shown_text(typed))).split()) in "".join(html.split())
