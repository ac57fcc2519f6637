"""The local mailbox takes mails over SMTP and shows them, whatever is in them."""

import smtplib
import sys
from collections.abc import Iterator
from email.message import EmailMessage
from pathlib import Path

import httpx
import pytest

from tiendo_local.servers.mail import store as mail_store
from tiendo_local.servers.mail.pages import create_app
from tiendo_local.servers.mail.store import MailStore
from tiendo_local.servers.ports import Ports, answers
from tiendo_local.servers.process import Child
from tiendo_local.system import STOP

NASTY = "<script>alert(1)</script>"


def mail(subject: str, *, text: str = "Còn 5 ngày.", html: str | None = None, to: str = "a@x.example") -> EmailMessage:
    message = EmailMessage()
    message["Subject"], message["From"], message["To"] = subject, "tiendo@x.example", to
    message.set_content(text)
    if html:
        message.add_alternative(html, subtype="html")
    return message


class Box:
    def __init__(self, folder: Path) -> None:
        ports = Ports(folder / "ports.json")
        self.smtp, self.page = ports.get("smtp"), ports.get("mailbox")
        self.child = Child("mailbox", folder / "mailbox.log")
        command = [sys.executable, "-m", "tiendo_local.servers.mail.mailbox", "--folder", str(folder / "mails")]
        self.child.start([*command, "--smtp-port", str(self.smtp), "--page-port", str(self.page)])
        self.child.wait_until(lambda: answers(self.smtp) and answers(self.page), 30, "listening")
        self.http = httpx.Client(base_url=f"http://127.0.0.1:{self.page}")

    def send(self, *messages: EmailMessage) -> None:
        with smtplib.SMTP("127.0.0.1", self.smtp, timeout=10) as client:
            for message in messages:
                client.send_message(message)


@pytest.fixture(scope="module")
def box(outside: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Box]:
    box = Box(tmp_path_factory.mktemp("box"))
    yield box
    box.http.close()
    box.child.stop(*STOP)


def test_a_mail_is_listed_and_shown(box: Box) -> None:
    box.send(mail("Nhắc nộp Biểu 10 – năm 2026", html="<p>Còn <b>5</b> ngày</p>", to="soyte@x.example"))
    (item,) = box.http.get("/api/mails", params={"to": "soyte"}).json()["items"]
    assert item["subject"] == "Nhắc nộp Biểu 10 – năm 2026"
    assert item["to"] == ["soyte@x.example"]
    whole = box.http.get(f"/api/mails/{item['id']}").json()
    assert whole["text"].strip() == "Còn 5 ngày."
    assert "<b>5</b>" in whole["html"]
    assert "Nhắc nộp Biểu 10" in box.http.get("/").text
    assert "Còn 5 ngày." in box.http.get(f"/mails/{item['id']}").text
    raw = box.http.get(f"/mails/{item['id']}.eml")
    assert raw.headers["content-type"] == "message/rfc822"
    assert b"soyte@x.example" in raw.content


def test_newest_first_and_pages(box: Box) -> None:
    box.send(*(mail(f"Thư {n}", to="order@x.example") for n in range(5)))
    first = box.http.get("/api/mails", params={"to": "order", "limit": 3}).json()
    assert [m["subject"] for m in first["items"]] == ["Thư 4", "Thư 3", "Thư 2"]
    rest = box.http.get("/api/mails", params={"to": "order", "cursor": first["next"]}).json()
    assert [m["subject"] for m in rest["items"]] == ["Thư 1", "Thư 0"]
    assert rest["next"] is None


def test_search_by_words(box: Box) -> None:
    box.send(mail("Quá hạn", text="Xã QUẢNG TRỰC chưa nộp"))
    found = box.http.get("/api/mails", params={"q": "quảng trực"}).json()["items"]
    assert [m["subject"] for m in found] == ["Quá hạn"]
    assert "Không có thư nào khớp" in box.http.get("/", params={"q": "không có chữ này"}).text


def test_a_hostile_mail_runs_nothing(box: Box) -> None:
    box.send(mail(NASTY, text=NASTY, html=NASTY, to="evil@x.example"))
    (item,) = box.http.get("/api/mails", params={"to": "evil"}).json()["items"]
    for path in ("/", f"/mails/{item['id']}"):
        page = box.http.get(path)
        assert NASTY not in page.text
        assert "script" not in page.headers["content-security-policy"]
    part = box.http.get(f"/mails/{item['id']}/html")
    assert part.headers["content-security-policy"].startswith("sandbox; default-src 'none'")


def test_languages(box: Box) -> None:
    assert '<html lang="vi">' in box.http.get("/").text
    assert "Mailbox of this machine" in httpx.get(f"{box.http.base_url}/?lang=en").text


def test_other_hosts_and_paths_are_refused(box: Box) -> None:
    assert box.http.get("/", headers={"Host": "evil.example"}).status_code == 400
    assert box.http.get("/mails/nothing").status_code == 404
    assert box.http.get("/mails/..%2F..%2Fmailbox").status_code == 404
    assert box.http.get("/api/mails/nothing").status_code == 404


def test_a_mail_that_is_too_large_is_refused(box: Box) -> None:
    with pytest.raises((smtplib.SMTPSenderRefused, smtplib.SMTPDataError)) as refused:
        box.send(mail("large", text="x" * 70 + "\n" + "\n".join(["y" * 70] * 16_000)))
    assert refused.value.smtp_code == 552


def test_only_the_newest_are_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mail_store, "KEPT", 3)
    store = MailStore(tmp_path)
    names = [store.keep(b"Subject: %d\r\n\r\n" % n, ["a@x.example"]) for n in range(5)]
    assert store.names() == names[:1:-1]
    assert store.get(names[0]) is None


@pytest.mark.parametrize(
    "content", [b"", b"\xff\xfe", b"Subject: =?bad?q?\r\n\r\n", b"Content-Type: text/plain; charset=no\r\n\r\nx"]
)
def test_a_broken_mail_can_still_be_read(tmp_path: Path, content: bytes) -> None:
    store = MailStore(tmp_path)
    mail = store.get(store.keep(content, ["a@x.example\r\nBcc: b@x.example"]))
    assert mail is not None
    assert mail.recipients[0].startswith("a@x.example")
    assert isinstance(mail.subject + mail.text + mail.html, str)
    assert mail.headers[0][0] == "X-Envelope-To"
    assert "Bcc" not in dict(mail.headers)


@pytest.mark.parametrize("demonstration", [False, True])
async def test_a_demonstration_says_on_every_page_that_it_is_one(tmp_path: Path, demonstration: bool) -> None:
    name = MailStore(tmp_path).keep(bytes(mail("Nhắc")), ["a@x.example"])
    transport = httpx.ASGITransport(app=create_app(MailStore(tmp_path), demonstration=demonstration))
    async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as client:
        for path in ("/", f"/mails/{name}", "/mails/none", "/nothing"):
            assert ("Dữ liệu minh họa" in (await client.get(path)).text) is demonstration
