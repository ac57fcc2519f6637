"""A process that must not start says why and ends with 2."""

import os
import subprocess
import sys

import pytest


@pytest.mark.parametrize("command", ["api", "worker"])
def test_a_channel_that_cannot_be_made_ends_the_process(outside: None, command: str) -> None:
    environment = {
        **os.environ,
        "ENVIRONMENT": "test",
        "NOTIFICATIONS_DATABASE_URL": "postgresql+asyncpg://nobody@127.0.0.1:1/none",
        "SMTP_URL": "mailto:somebody",
    }
    ended = subprocess.run(
        [sys.executable, "-m", "notifications", command],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=90,
    )
    assert (ended.returncode, ended.stdout) == (2, "")
    assert ended.stderr.strip() == "SMTP_URL must look like smtp://user:pass@host:port?starttls=1"
