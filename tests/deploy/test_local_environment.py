"""What the runner behind `make up` hands to the services, whatever the shell it is started from says."""

from pathlib import Path

import pytest

from tiendo_local import services
from tiendo_local.issuer import Issuer
from tiendo_local.workspace import Workspace

PORTS = {"submissions": 1, "aggregation": 2, "notifications": 3, "audit": 4, "smtp": 5, "mailbox": 6}


@pytest.mark.usefixtures("outside")
@pytest.mark.parametrize("said", ["dev", "production", ""])
def test_the_environment_is_local_whatever_the_shell_says(
    said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ENVIRONMENT", said)
    monkeypatch.setenv("SMTP_URL", "smtp://mail.example:25")
    workspace = Workspace(tmp_path, tmp_path)
    given = services.common_environment(workspace, Issuer(tmp_path), PORTS, offset=0.0, broker={})
    assert given["ENVIRONMENT"] == "local"
    assert given["SMTP_URL"] == "smtp://mail.example:25", "the others are the caller's to choose"


@pytest.mark.usefixtures("outside")
def test_data_stay_illustrative_after_a_demonstration_was_played(tmp_path: Path) -> None:
    workspace = Workspace(tmp_path, tmp_path / ".local")
    workspace.make()
    played = [workspace.remember_demonstration(begins) for begins in (False, True, False)]
    assert played == [False, True, True]
    for demonstration in played:
        given = services.common_environment(
            workspace, Issuer(tmp_path), PORTS, offset=0.0, broker={}, demonstration=demonstration
        )
        assert given["TIENDO_DEMONSTRATION"] == ("true" if demonstration else "false")
