"""Cut requirements.lock down to the packages of a list, with hashes:  python prune_lock.py requirements.lock names.txt

`names.txt` is what `uv pip compile --constraints requirements.lock` says one service needs. Exit code 1 when the lock
has no line for one of them: then the lock is older than the service's pyproject.toml (`make lock`).
"""

import re
import sys
from pathlib import Path

NAME = re.compile(r"^([A-Za-z0-9][A-Za-z0-9._-]*)(?:\[[^\]]*\])?==(\S+)")


def blocks(lock: str) -> dict[str, str]:
    """The lock's requirement of each package: its line with the version and the lines with its hashes."""
    found: dict[str, list[str]] = {}
    name = ""
    for line in lock.splitlines():
        if match := NAME.match(line):
            name = key(match[1])
        if name and line.strip() and not line.lstrip().startswith("#"):
            found.setdefault(name, []).append(line)
    return {name: "\n".join(lines) for name, lines in found.items()}


def key(name: str) -> str:
    """PEP 503."""
    return re.sub(r"[-_.]+", "-", name).lower()


def needed(lock: str, names: str) -> str:
    """Raises KeyError with the names that the lock does not have."""
    locked = blocks(lock)
    wanted = [key(match[1]) for line in names.splitlines() if (match := NAME.match(line))]
    if missing := [name for name in wanted if name not in locked]:
        raise KeyError(", ".join(missing))
    return "\n".join(locked[name] for name in wanted) + "\n"


if __name__ == "__main__":
    try:
        sys.stdout.write(needed(*(Path(path).read_text("utf-8") for path in sys.argv[1:3])))
    except KeyError as fault:
        sys.exit(f"not in the lock: {fault.args[0]}. Run `make lock`.")
