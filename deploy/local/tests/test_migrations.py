"""The runner brings a database forward as the service itself would, told by the same variables."""

import sys
from pathlib import Path

import psycopg
import pytest
from sqlalchemy.engine import make_url

from tests.support.databases import DatabaseFactory
from tiendo_local import migrations


def test_the_password_of_a_file_is_taken(
    database: DatabaseFactory, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = make_url(database("audit"))
    (tmp_path / "password").write_text(str(url.password))
    monkeypatch.setenv("AUDIT_DATABASE_URL", url.set(password=None).render_as_string())
    monkeypatch.setenv("AUDIT_DATABASE_PASSWORD_FILE", str(tmp_path / "password"))
    monkeypatch.setattr(sys, "argv", ["migrations", "audit"])
    migrations.main()
    with psycopg.connect(url.set(drivername="postgresql").render_as_string(hide_password=False)) as connection:
        assert connection.execute("select size from log_head").fetchone() == (0,)
