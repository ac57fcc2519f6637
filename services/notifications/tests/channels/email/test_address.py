import asyncio
import string
from dataclasses import dataclass
from email import message_from_bytes
from email.policy import SMTP

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from notifications.channels.channel import Notice, Outcome
from notifications.channels.email.address import derive_addresses, is_address, slug
from notifications.channels.email.smtp import Server, SmtpConnection
from notifications.channels.registry import create_channels
from notifications.rules.schedule import desired
from notifications.settings import NotificationsSettings
from services.notifications.tests.rules.samples import CHANNELS, LADDER, OPEN, START
from shared.catalogue import Catalogue
from tiendo_local.servers.mail.smtp_sink import SmtpSink


@dataclass
class Unit:
    key: str
    code: str
    name_vi: str


@pytest.mark.parametrize(
    ("name", "expected"),
    [("Sở Y tế", "so-y-te"), ("Xã Đắk R'Lấp", "xa-dak-rlap"), ("Phường Bắc Gia Nghĩa", "phuong-bac-gia-nghia")],
)
def test_names_become_plain(name: str, expected: str) -> None:
    assert slug(name) == expected


def test_every_unit_and_role_has_an_address_of_its_own() -> None:
    units = [
        Unit("24736@2021-01-01", "24736", "Xã Quảng Trực"),
        Unit("24736@2025-07-01", "24736", "Xã Quảng Trực"),
        Unit("SO_Y_TE", "SO_Y_TE", "Sở Y tế"),
    ]
    made = {(one.unit, one.role): one.address for one in derive_addresses(units, "daknong.example")}
    assert made["SO_Y_TE", "reporter"] == "so-y-te@daknong.example"
    assert made["SO_Y_TE", "head"] == "lanh-dao.so-y-te@daknong.example"
    assert made["24736@2025-07-01", "reporter"] == "xa-quang-truc@daknong.example"
    assert len(set(made.values())) == 6
    assert all(is_address(email) for email in made.values())


NO_ADDRESS = [
    *("", "a", "a@b", "@b.vn", "a@", "a@@b.vn", "a@b.vn, c@d.vn", "Tên <a@b.vn>", "ô@b.vn", "a b@c.vn"),
    *("xa..abc@example.vn", ".xa@example.vn", "xa.@example.vn"),
    *("x\x01a@example.vn", "x\x7fa@example.vn", "xa\x00@example.vn", "a@b.vn\nBcc: c@d.vn", "a\t@b.vn"),
    *("xa[1@example.vn", "xa(1)@example.vn", '"xa a"@example.vn', "a:b@c.vn", "a;b@c.vn", "a\\b@c.vn"),
    *("a@-b.vn", "a@b-.vn", "a@b.-vn", "a@b.vn-", f"a@{'b' * 64}.vn", "a@b..vn", "a@.b.vn", "a@b.vn.", "a@b_c.vn"),
    *("a@127.0.0.1", "a@[127.0.0.1]", "=?utf-8?q?a?=@b.vn", f"{'a' * 65}@b.vn", f"a@{'b.' * 130}vn"),
]
ADDRESSES = [
    *("a@b.vn", "so-y-te@daknong.gov.vn", "UBND.Xa@DakNong.gov.vn", "a+b@c.vn", "o'x@c.vn", "a_b=c@d1.e-f.vn"),
    *(f"{'a' * 64}@b.vn", f"a@{'b' * 63}.vn", f"{'a' * 64}@{'b' * 63}.{'c' * 63}.{'d' * 57}.vn"),
]
parts = st.text(string.ascii_letters + string.digits + string.punctuation, min_size=1, max_size=70)
domains = st.lists(st.text("abZ09-", min_size=1, max_size=63), min_size=1, max_size=4).map(".".join)
texts = st.one_of(st.builds("{}@{}".format, parts, domains), st.emails(), st.sampled_from(NO_ADDRESS + ADDRESSES))


@pytest.mark.parametrize("text", NO_ADDRESS)
def test_what_is_no_single_address_is_refused(text: str) -> None:
    assert not is_address(text)


@pytest.mark.parametrize("text", ADDRESSES)
def test_what_is_one_is_taken(text: str) -> None:
    assert is_address(text)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(drawn=st.lists(texts, max_size=12))
def test_a_mail_reaches_whatever_is_taken(drawn: list[str], catalogue: Catalogue, smtp_sink: SmtpSink) -> None:
    """The composer can write it, a reader reads the same, and a mail server takes it."""
    made = NotificationsSettings(database_url="postgresql+asyncpg://n@127.0.0.1:1/n", environment="test")
    channel = create_channels(made, catalogue).by_name["email"]
    reminder, *_ = desired(OPEN, START, LADDER, CHANNELS)
    taken = [text for text in [*drawn, *ADDRESSES] if channel.check_address(text) is None]
    assert set(taken) >= set(ADDRESSES)
    mails = [channel.compose("<a@b.vn>", Notice(reminder, OPEN, address, START, ("reporter",))) for address in taken]
    for address, mail in zip(taken, mails, strict=True):
        read = message_from_bytes(mail.content.as_bytes(), policy=SMTP)
        assert [each.addr_spec for each in read["To"].addresses] == [address]

    async def send() -> list[Outcome]:
        async with SmtpConnection(Server("127.0.0.1", smtp_sink.port), 5) as connection:
            return [await connection.send(mail) for mail in mails]

    smtp_sink.clear()
    assert {outcome.kind for outcome in asyncio.run(send())} == {"sent"}
    assert [caught.recipients for caught in smtp_sink.messages] == [(address,) for address in taken]
