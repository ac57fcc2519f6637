"""What notifications refuses in production: mail that would be recorded as sent and reach nobody."""

from typing import Any

import pytest
from pydantic import ValidationError

from notifications.settings import NotificationsSettings

GIVEN: dict[str, Any] = {
    "environment": "production",
    "database_url": "postgresql+asyncpg://n:x@127.0.0.1/n",
    "jwks_url": "https://id.daknong.gov.vn/keys",
    "kafka_security_protocol": "PLAINTEXT",
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
