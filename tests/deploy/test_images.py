"""What deploy/Dockerfile does, without Docker: each service alone, with what the lock has for it and nothing else."""

import os
import runpy
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.support.once import once
from tiendo_local.servers.ports import Ports
from tiendo_local.servers.process import Child
from tiendo_local.services import answers_ok

ROOT = Path(__file__).resolve().parents[2]
UV = ROOT / ".local/uv/bin/uv"
SERVICES = ("submissions", "aggregation", "notifications", "audit")
NEEDED = runpy.run_path(str(ROOT / "deploy/prune_lock.py"))
LOADS_AND_MIGRATES = """
import importlib, runpy, sys
from importlib.resources import files
from shared.catalogue import load
from shared.text import messages
name = sys.argv[1]
load()
messages.load("shared.web", name)
assert files(name).joinpath("store/migrations/env.py").is_file()
assert any(files(name).joinpath("store/migrations/versions").iterdir())
others = {"submissions", "aggregation", "notifications", "audit", "tiendo_local"} - {name}
assert not [other for other in others if importlib.util.find_spec(other)]
sys.argv[1:] = ["migrate"]
runpy.run_module(name, run_name="__main__", alter_sys=True)
"""


def run(*command: str | Path, env: dict[str, str] | None = None) -> str:
    done = subprocess.run(
        [str(part) for part in command],
        cwd=ROOT,
        env=os.environ | (env or {}),
        capture_output=True,
        text=True,
        timeout=170,
        check=False,
    )
    assert done.returncode == 0, f"{' '.join(map(str, command))}\n{done.stdout}\n{done.stderr}"
    return done.stdout


@pytest.fixture(scope="module")
def wheels(run_folder: Path) -> Path:
    """Built once a run; a build writes beside its sources, so two must not meet."""
    if not UV.exists():
        pytest.skip("uv is not in .local/uv (make install puts it there)")
    folder = run_folder / "wheels"

    def build() -> dict[str, str]:
        for member in ("shared", *(f"services/{service}" for service in SERVICES)):
            run(UV, "build", "--quiet", "--wheel", "--out-dir", folder, member)
        return {"folder": str(folder)}

    return Path(once(run_folder, "wheels", build)["folder"])


@pytest.fixture(scope="session")
def image(run_folder: Path) -> Path:
    """The Python of an environment that the services take in turn: what two need is brought and compiled once."""
    folder = run_folder / "image"
    run(UV, "venv", "--quiet", "--python", sys.executable, folder)
    return folder / ("Scripts" if os.name == "nt" else "bin") / "python"


@pytest.mark.parametrize("service", SERVICES)
def test_a_wheel_with_its_own_dependencies_only_starts(
    service: str, wheels: Path, image: Path, tmp_path: Path, database: Callable[[str], str]
) -> None:
    names, needed = tmp_path / "names.txt", tmp_path / "needed.txt"
    run(
        UV, "pip", "compile", "--quiet", "--no-annotate", "--no-header", "--constraints", "requirements.lock",
        "--no-emit-package", "shared", "--python", image, "--output-file", names, f"services/{service}/pyproject.toml",
    )  # fmt: skip
    lock = (ROOT / "requirements.lock").read_text("utf-8")
    needed.write_text(NEEDED["needed"](lock, names.read_text("utf-8")), "utf-8")
    into = ("--quiet", "--python", image)
    run(UV, "pip", "sync", *into, "--require-hashes", needed)  # and removes all else
    built = [next(wheels.glob(f"{member}-*.whl")) for member in ("shared", service)]
    run(UV, "pip", "install", *into, "--no-deps", *built)
    run(UV, "pip", "check", *into)
    comes_up(image, service, database(service), tmp_path)


def comes_up(python: Path, service: str, url: str, folder: Path) -> None:
    """`migrate`, then `serve` with no broker and no other service: its API is alive, and it ends when asked to."""
    port = Ports(folder / "ports.json").get(service, None)
    own = {f"{service.upper()}_DATABASE_URL": url, f"{service.upper()}_PORT": str(port)}
    environment = own | {"ENVIRONMENT": "test", "KAFKA_BOOTSTRAP_SERVERS": "127.0.0.1:1"}
    run(python, "-c", LOADS_AND_MIGRATES, service, env=environment)
    child = Child(service, folder / "log")
    child.start([python, "-m", service, "serve"], env=os.environ | environment, cwd=folder)
    try:
        child.wait_until(lambda: answers_ok(f"http://127.0.0.1:{port}/healthz"), 60, "alive")
        assert answers_ok(f"http://127.0.0.1:{port}/metrics")
    finally:
        child.stop((signal.SIGTERM, 40))
    assert child.process is not None and child.process.returncode == 0, child.tail()


def test_the_lock_is_cut_to_what_is_named_hashes_and_all() -> None:
    first = "a-b==1 ; sys_platform == 'x' \\\n    --hash=sha256:1 \\\n    --hash=sha256:2\n"
    lock = f"# made\n{first}c==2 \\\n    --hash=sha256:3\n"
    assert NEEDED["needed"](lock, "A_B==1\n") == first
    with pytest.raises(KeyError, match="d"):
        NEEDED["needed"](lock, "c==2\nd==1\n")


def test_the_dockerfile_runs_as_nobody_with_an_exec_form_and_pins_uv_as_make_does() -> None:
    dockerfile = (ROOT / "deploy/Dockerfile").read_text("utf-8")
    assert "\nUSER 65532:65532\n" in dockerfile and '\nENTRYPOINT ["' in dockerfile
    makefile = (ROOT / "Makefile").read_text("utf-8")
    version = makefile.split("UV_VERSION := ", 1)[1].split("\n", 1)[0]
    assert f"ARG UV_VERSION={version}\n" in dockerfile
    minor = version.rpartition(".")[0]
    for member in ("shared", "deploy/local", *(f"services/{service}" for service in SERVICES)):
        project = (ROOT / member / "pyproject.toml").read_text("utf-8")
        assert f'requires = ["uv_build>={minor},<' in project, f"{member}: else uv brings another uv to build it"
