"""Caddy as docker-compose.yml has it, where `make caddy` has built it; else the one of this machine, if any."""

import os
import shutil
import subprocess
from pathlib import Path

from tiendo_local.lock import locked
from tiendo_local.workspace import find

MODULE = "github.com/caddyserver/caddy/v2/cmd/caddy"
VERSION = "v2.10.2"
BUILD_SECONDS = 1500


def binary_file() -> Path:
    return find().local / "caddy" / VERSION / "caddy"


def program() -> str | None:
    built = binary_file()
    return str(built) if built.exists() else shutil.which("caddy")


def build() -> Path:
    """The binary below `.local/`, built once per version."""
    binary = binary_file()
    with locked(binary.with_name("lock")):
        if not binary.exists():
            subprocess.run(
                ["go", "install", f"{MODULE}@{VERSION}"],
                env=os.environ | {"GOBIN": str(binary.parent)},
                check=True,
                timeout=BUILD_SECONDS,
                stdin=subprocess.DEVNULL,
            )
    return binary


if __name__ == "__main__":
    print(build())
