"""A mail server that asks for a password, which stands in a file and is changed there."""

import asyncio
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from notifications.channels.channel import Message, Unreachable
from notifications.channels.email.smtp import Server, SmtpConnection


class AskingServer:
    """Takes mail from the user `tiendo` with its password."""

    def __init__(self) -> None:
        self.password = "first"
        self.taken = 0

    def protocol(self) -> SMTP:
        loop = asyncio.get_running_loop()
        return SMTP(self, authenticator=self.authenticate, auth_require_tls=False, loop=loop)

    def authenticate(self, _: SMTP, session: Session, envelope: Envelope, mechanism: str, said: Any) -> AuthResult:
        known = LoginPassword(b"tiendo", self.password.encode())
        return AuthResult(success=said == known, handled=False)

    async def handle_DATA(self, _: SMTP, session: Session, envelope: Envelope) -> str:
        self.taken += session.authenticated is True
        return "250 OK"


def mail() -> Message:
    content = EmailMessage()
    content["From"] = "nhac-viec@daknong.example"
    content.set_content("Nhắc việc")
    return Message("<1@daknong.example>", "ubnd@quangtruc.example", content)


@pytest.mark.usefixtures("outside")
async def test_the_password_is_read_at_every_connection(tmp_path: Path) -> None:
    file, asking = tmp_path / "smtp-password", AskingServer()
    async with await asyncio.get_running_loop().create_server(asking.protocol, "127.0.0.1", 0) as listening:
        port = listening.sockets[0].getsockname()[1]
        server = Server.of(f"smtp://tiendo@127.0.0.1:{port}", file)

        async def send() -> str:
            async with SmtpConnection(server, timeout_seconds=5) as connection:
                return (await connection.send(mail())).kind

        with pytest.raises(Unreachable, match="server_unreachable"):
            await send()
        file.write_text("first\n")
        assert await send() == "sent"
        asking.password = "second"
        with pytest.raises(Unreachable, match="server_refused"):
            await send()
        file.write_text("second\n")
        assert await send() == "sent"
    assert asking.taken == 2


def test_a_file_for_nobody_is_not_read(tmp_path: Path) -> None:
    """Compose names one for every server, also for one that asks for no user."""
    none = tmp_path / "none"
    assert Server.of("smtp://mail.example", none).secret() is None
    assert Server.of("smtp://tiendo:in-the-address@mail.example", none).secret() == "in-the-address"
