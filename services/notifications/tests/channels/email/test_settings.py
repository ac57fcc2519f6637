"""What notifications refuses in production: mail that would be recorded as sent and reach nobody."""

from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from notifications.settings import NotificationsSettings

GIVEN: dict[str, Any] = {
    "environment": "production",
    "pseudonym_key_file": Path(__file__),
    "database_url": "postgresql+asyncpg://n:x@127.0.0.1/n",
    "jwks_url": "https://id.daknong.gov.vn/keys",
    "kafka_security_protocol": "PLAINTEXT",
    "database_sslmode": "disable",
    "audit_url": "https://tiendo.daknong.gov.vn:8004",
    "event_signing_key_file": Path(__file__),
    "event_keys_file": Path(__file__),
    "smtp_url": "smtp://mail.daknong.gov.vn:587?starttls=1",
    "contact_domain": "daknong.gov.vn",
}


def test_a_production_with_a_mail_server_and_a_domain_is_taken() -> None:
    assert NotificationsSettings(**GIVEN).sender == "nhac-viec@daknong.gov.vn"


@pytest.mark.parametrize("name", ["smtp_url", "contact_domain"])
def test_in_production_mail_server_and_domain_must_be_given(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for variable in ("SMTP_URL", "NOTIFICATIONS_SMTP_URL", "CONTACT_DOMAIN"):
        monkeypatch.delenv(variable, raising=False)
    given: dict[str, Any] = {key: value for key, value in GIVEN.items() if key != name}
    with pytest.raises(ValidationError, match=name.upper()):
        NotificationsSettings(**given)
    NotificationsSettings(**(given | {"environment": "local"}))


@pytest.mark.parametrize("domain", ["daknong.example", "example.com", "mail.test", "x.invalid", "localhost", "a.local"])
def test_in_production_a_domain_without_mailboxes_is_refused(domain: str) -> None:
    """RFC 2606 and 6762: nobody ever has mail there."""
    with pytest.raises(ValidationError, match="CONTACT_DOMAIN"):
        NotificationsSettings(**(GIVEN | {"contact_domain": domain}))


@pytest.mark.parametrize("values", [{"mail_from": "nhac viec@daknong.gov.vn"}, {"contact_domain": "-daknong.gov.vn"}])
def test_a_sender_that_no_mail_can_carry_stops_the_start(values: dict[str, str]) -> None:
    with pytest.raises(ValidationError, match="MAIL_FROM"):
        NotificationsSettings(**(GIVEN | values))


USER, USER_AND_PASSWORD = "smtp://tiendo@mail.example:587", "smtp://tiendo:mat-khau@mail.example:587"


@pytest.mark.parametrize(
    ("url", "content", "fault"),
    [
        (USER, "mat-khau\n", None),
        (USER, "", "SMTP_PASSWORD_FILE: .* is empty"),
        (USER, None, "SMTP_PASSWORD_FILE: .* cannot be read"),
        (USER_AND_PASSWORD, "mat-khau", "only one can be given"),
        (USER_AND_PASSWORD, "", None),
        ("smtp://mail.example:25", "", None),
    ],
)
def test_the_password_of_the_mail_server_can_stand_in_a_file(
    tmp_path: Path, url: str, content: str | None, fault: str | None
) -> None:
    """Compose always names the file; it stays empty where the server asks for no user."""
    file = tmp_path / "smtp-password"
    if content is not None:
        file.write_text(content)
    given = GIVEN | {"smtp_url": url, "smtp_password_file": file}
    if fault is None:
        assert NotificationsSettings(**given).smtp_password_file == file
    else:
        with pytest.raises(ValidationError, match=fault) as told:
            NotificationsSettings(**given)
        assert "mat-khau" not in str(told.value)
