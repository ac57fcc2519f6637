"""What all tests rest on: a fast test cannot reach a server, and what is shared is made once."""

import os
import socket
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.support.once import once
from tiendo_local.workspace import find

STARTS: list[Callable[[], object]] = [
    lambda: subprocess.Popen([sys.executable, "-c", ""]),
    lambda: os.system("true"),
    lambda: socket.create_connection(("127.0.0.1", 1)),
    lambda: socket.create_server(("127.0.0.1", 0)),
]


@pytest.mark.parametrize("start", STARTS)
def test_a_fast_test_starts_nothing(request: pytest.FixtureRequest, start: Callable[[], object]) -> None:
    assert request.node.get_closest_marker("fast")
    with pytest.raises(RuntimeError, match=r"in tests/house/test_testing.py::test_a_fast.*usefixtures\(\"outside\"\)"):
        start()


@pytest.mark.usefixtures("outside")
def test_who_says_so_may(request: pytest.FixtureRequest) -> None:
    assert not request.node.get_closest_marker("fast")
    assert subprocess.run([sys.executable, "-c", ""], check=False).returncode == 0


def test_servers_stand_behind_fixtures_that_are_no_fast_tests(request: pytest.FixtureRequest) -> None:
    """Whatever leads to a server asks for `outside` or for the run's folder."""
    for name in ("postgres", "database", "migrated", "broker", "topics", "smtp_sink", "server_folder"):
        closure = request.session._fixturemanager.getfixtureclosure(request.node, (name,), ignore_args=frozenset())[0]
        assert {"outside", "run_folder"} & set(closure), name


def test_made_once_and_again_only_after_a_failure(tmp_path: Path) -> None:
    made: list[int] = []

    def make() -> dict[str, int]:
        made.append(1)
        if len(made) == 1:
            raise RuntimeError("the first one cannot")
        return {"port": 7}

    with pytest.raises(RuntimeError):
        once(tmp_path, "server", make)
    with ThreadPoolExecutor(8) as pool:
        assert set(pool.map(lambda _: once(tmp_path, "server", make)["port"], range(20))) == {7}
    assert len(made) == 2


def test_a_group_stays_with_one_worker(request: pytest.FixtureRequest) -> None:
    """pytest-xdist writes the group into the id; with pytest 9.2 it no longer can (pytest-dev/pytest-xdist#1386).

    That upstream has mended it shows only with pytest 9.2, which pyproject.toml keeps out until then.
    """
    if getattr(request.config.option, "loadgroup", False):
        grouped = [item for item in request.session.items if item.get_closest_marker("xdist_group")]
        assert [item.nodeid for item in grouped if "@" not in item.nodeid] == []


@pytest.mark.usefixtures("outside")
@pytest.mark.parametrize(
    ("options", "outcome", "counts"),
    [([], 0, ["2 skipped", "1 xfailed"]), (["--no-skips"], 1, ["1 failed", "1 error", "1 xfailed"])],
)
def test_ci_takes_no_skip_for_a_pass(tmp_path: Path, options: list[str], outcome: int, counts: list[str]) -> None:
    file = tmp_path / "test_some.py"
    file.write_text(
        "import pytest\n\n"
        "def test_some():\n    pytest.skip('no tool')\n\n"
        "@pytest.mark.skipif(True, reason='no server')\ndef test_other(): ...\n\n"
        "@pytest.mark.xfail\ndef test_foreseen():\n    assert False\n"
    )
    command = [sys.executable, "-m", "pytest", "-p", "conftest", "-p", "no:cacheprovider", "-rA"]
    done = subprocess.run(
        [*command, "-c", "/dev/null", "--rootdir", str(tmp_path), *options, str(file)],
        cwd=find().root, capture_output=True, text=True, check=False, timeout=60,
    )  # fmt: skip
    assert done.returncode == outcome, done.stdout
    assert "no tool" in done.stdout and "no server" in done.stdout
    assert all(count in done.stdout for count in counts), done.stdout
