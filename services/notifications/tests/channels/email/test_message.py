"""What a mail says."""

from notifications.channels.email.message import thread_root
from services.notifications.tests.service import MakeEvents, Parts, due
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
    assert message["References"] == message["In-Reply-To"] == thread_root(obligation.id, "daknong.example")
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
