"""Settings as the parts of the service want them."""

from datetime import timedelta

import pytest

from notifications.settings import NotificationsSettings


def test_times_are_durations_and_the_task_has_its_place() -> None:
    settings = NotificationsSettings(
        database_url="postgresql+asyncpg://n@127.0.0.1:1/n",
        environment="test",
        submissions_url="https://baocao.example/",
        lease_seconds=60,
        settle_seconds=1,
    )
    assert settings.task_url == "https://baocao.example/obligations/{obligation_id}"
    assert (settings.lease, settings.settle) == (timedelta(minutes=1), timedelta(seconds=1))
    assert (settings.retry_base, settings.retry_cap) == (timedelta(seconds=30), timedelta(hours=1))


def test_the_environment_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    """What a channel needs has its own names, what belongs to the service has its prefix."""
    monkeypatch.setenv("NOTIFICATIONS_CLAIM_SIZE", "7")
    monkeypatch.setenv("NOTIFICATIONS_SMTP_TIMEOUT_SECONDS", "4")
    monkeypatch.setenv("SMTP_URL", "smtp://mail.example:25")
    settings = NotificationsSettings(database_url="postgresql+asyncpg://n@127.0.0.1:1/n", environment="test")
    assert (settings.claim_size, settings.smtp_timeout_seconds) == (7, 4)
    assert settings.smtp_url.get_secret_value() == "smtp://mail.example:25"
