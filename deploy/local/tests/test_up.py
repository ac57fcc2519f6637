"""What `tiendo up` refuses, remembers and reckons before it starts anything."""

import os
import signal
import subprocess
import sys
import time
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tiendo_local.__main__ import main
from tiendo_local.clock import offset_seconds, parse_now, periods_begun
from tiendo_local.console import LocalFault
from tiendo_local.lock import is_held, only_one
from tiendo_local.servers.ports import Ports, is_free
from tiendo_local.servers.process import Child, born, end_leftover


def test_a_second_up_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with only_one(tmp_path):
        assert main(["--local", str(tmp_path), "up"]) == 1
        assert f"already runs on {tmp_path} (process {os.getpid()})" in capsys.readouterr().err
    with only_one(tmp_path):
        pass


@pytest.mark.usefixtures("outside")
def test_the_lock_ends_with_its_holder(tmp_path: Path) -> None:
    code = "import sys, time\nfrom pathlib import Path\nfrom tiendo_local.lock import only_one\n"
    code += "with only_one(Path(sys.argv[1])):\n  print('held', flush=True)\n  time.sleep(60)\n"
    holder = subprocess.Popen([sys.executable, "-c", code, str(tmp_path)], stdout=subprocess.PIPE, text=True)
    assert holder.stdout is not None
    assert holder.stdout.readline() == "held\n"
    with pytest.raises(LocalFault, match=f"process {holder.pid}"), only_one(tmp_path):
        pass
    holder.kill()
    holder.wait()
    holder.stdout.close()
    with only_one(tmp_path):
        pass


def test_production_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("ENVIRONMENT", "production")
    assert main(["--local", str(tmp_path), "up", "--now", "2026-12-10"]) == 1
    assert "production" in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


def test_a_broken_catalogue_starts_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    broken = tmp_path / "plan"
    broken.mkdir()
    (broken / "plan.yaml").write_text("plan: [\n")
    monkeypatch.setenv("CATALOGUE_PATH", str(broken))
    assert main(["--local", str(tmp_path / "local"), "up"]) == 1
    said = capsys.readouterr().err
    assert "nothing was started" in said
    assert "plan.yaml:" in said
    assert not (tmp_path / "local").exists()


def test_catalogue_check_names_faults(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    from shared.catalogue import PACKAGED_PLAN

    assert main(["catalogue", "check", str(PACKAGED_PLAN)]) == 0
    (tmp_path / "plan.yaml").write_text("plan: [\n")
    assert main(["catalogue", "check", str(tmp_path / "plan.yaml")]) == 1
    assert "plan.yaml:" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("text", "instant"),
    [
        ("2026-12-10", datetime(2026, 12, 10, 1, tzinfo=UTC)),
        ("2026-12-14T23:59", datetime(2026, 12, 14, 16, 59, tzinfo=UTC)),
        ("2026-12-14T23:59:30+00:00", datetime(2026, 12, 14, 23, 59, 30, tzinfo=UTC)),
    ],
)
def test_now_is_read_as_vietnams(text: str, instant: datetime) -> None:
    assert parse_now(text) == instant


@pytest.mark.parametrize("text", ["tomorrow", "10/12/2026", "2026-13-01", ""])
def test_now_that_is_no_date(text: str) -> None:
    with pytest.raises(LocalFault, match="neither a date"):
        parse_now(text)


def test_offset_is_in_seconds() -> None:
    assert offset_seconds(datetime(2026, 1, 2, tzinfo=UTC), datetime(2026, 1, 1, tzinfo=UTC)) == 86400.0


@pytest.mark.parametrize(
    ("now", "periods"),
    [
        ("2026-12-14T23:59", ["2026", "2026-Q1", "2026-Q2", "2026-Q3", "2026-Q4"]),
        ("2026-12-15T00:00", ["2026", "2026-Q1", "2026-Q2", "2026-Q3", "2026-Q4", "2027", "2027-Q1"]),
        ("2026-06-14", ["2026", "2026-Q1", "2026-Q2"]),
        ("2026-01-01", ["2026", "2026-Q1"]),
    ],
)
def test_periods_begin_in_the_middle_of_the_month(now: str, periods: list[str]) -> None:
    assert periods_begun(parse_now(now)) == periods


@pytest.mark.usefixtures("outside")
def test_ports_stay_and_give_way(tmp_path: Path) -> None:
    import socket

    ports = Ports(tmp_path / "ports.json")
    port = ports.get("kafka")
    assert Ports(tmp_path / "ports.json").get("kafka") == port
    assert ports.get("audit", preferred=port) != port
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", port))
        taken.listen()
        assert not is_free(port)
        assert ports.get("kafka") != port


@pytest.mark.usefixtures("outside")
def test_a_leftover_is_ended_only_if_it_is_the_same(tmp_path: Path) -> None:
    child = Child("sleeper", tmp_path / "log", tmp_path / "pid.json")
    child.start([sys.executable, "-c", "import time; time.sleep(60)"])
    record = (tmp_path / "pid.json").read_text()
    (tmp_path / "pid.json").write_text(record.replace(born(child.pid), "1"))
    assert not end_leftover(tmp_path / "pid.json", (signal.SIGKILL, 5))
    assert child.alive
    (tmp_path / "pid.json").write_text(record)
    assert end_leftover(tmp_path / "pid.json", (signal.SIGKILL, 5))
    assert not child.alive


@pytest.mark.usefixtures("outside")
def test_a_child_that_ends_early_is_told_with_its_log(tmp_path: Path) -> None:
    child = Child("broken", tmp_path / "log")
    child.start([sys.executable, "-c", "print('no such table'); raise SystemExit(3)"])
    with pytest.raises(LocalFault, match=r"broken ended with 3 before ready.*\n.*no such table"):
        child.wait_until(lambda: False, 10, "ready")


@pytest.mark.usefixtures("outside")
def test_a_stubborn_child_is_killed(tmp_path: Path) -> None:
    child = Child("stubborn", tmp_path / "log")
    code = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('up', flush=True); time.sleep(60)"
    child.start([sys.executable, "-c", code])
    child.wait_until(lambda: "up" in child.tail(), 10, "up")
    begin = time.monotonic()
    child.stop((signal.SIGTERM, 0.3), (signal.SIGKILL, 5))
    assert not child.alive
    assert time.monotonic() - begin < 5


def test_a_system_that_does_not_run_is_told_in_a_sentence(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = tmp_path / "local"
    folder.mkdir()
    (folder / "state.json").write_text('{"databases": {}}')
    (folder / "lock").touch()
    assert main(["--local", str(folder), "rebuild"]) == 1
    assert f"No system runs on {folder}" in capsys.readouterr().err
    with only_one(folder):
        assert is_held(folder)
    assert not is_held(folder)
