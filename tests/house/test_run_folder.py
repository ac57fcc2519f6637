"""The folder of a run: in memory only where it fits, and nothing of a killed run stays."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support import run_folder


def test_a_place_without_room_is_not_taken(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(run_folder, "ROOM", 0)
    assert run_folder.is_roomy(tmp_path)
    assert not run_folder.is_roomy(tmp_path / "nowhere")
    monkeypatch.setattr(run_folder, "ROOM", 2**60)
    assert not run_folder.is_roomy(tmp_path)


@pytest.mark.usefixtures("outside")
def test_what_a_killed_run_left_ends_with_the_next(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr("tempfile.tempdir", None)
    ended = subprocess.Popen([sys.executable, "-c", ""])
    ended.wait()
    left = tmp_path / f"{run_folder.PREFIX}{ended.pid}-abc"
    left.mkdir()
    living = tmp_path / f"{run_folder.PREFIX}{os.getppid()}-abc"
    living.mkdir()
    unknown = tmp_path / f"{run_folder.PREFIX}old-abc"
    unknown.mkdir()
    made = run_folder.make()
    assert made.parent == tmp_path
    assert (left.exists(), living.exists(), unknown.exists()) == (False, True, True)
    run_folder.end(made)
    assert not made.exists()
