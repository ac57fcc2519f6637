"""Which packages the image of a service holds, as the lock and the packages themselves say."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.metadata import Distribution, PackageNotFoundError, distribution
from pathlib import Path

from packaging.requirements import Requirement

ROOT = Path(__file__).resolve().parents[2]
SERVICES = ("submissions", "aggregation", "notifications", "audit")
OURS = {*SERVICES, "shared"}
_LOCKED = re.compile(r"^([A-Za-z0-9][A-Za-z0-9._-]*)==(\S+)(.*(?:\n    --hash=.*)*)", re.M)


@dataclass(frozen=True)
class Package:
    """`hashes`: SHA-256 of each file under which the lock lets it come."""

    name: str
    version: str
    hashes: tuple[str, ...]
    needs: frozenset[str]


def key(name: str) -> str:
    """PEP 503."""
    return re.sub(r"[-_.]+", "-", name).lower()


def shipped(service: str) -> list[Package]:
    """What `service` needs here, with all that this needs. Raises LookupError for what the lock does not have."""
    locked = {key(name): (version, rest) for name, version, rest in _LOCKED.findall(_lock())}
    found: dict[str, Package] = {}
    waiting = [Requirement(service)]
    while waiting:
        wanted = waiting.pop()
        name = key(wanted.name)
        needs = list(_needs(wanted))
        names = frozenset(key(one.name) for one in needs) | (found[name].needs if name in found else frozenset())
        fresh = name not in found or names != found[name].needs
        if name in OURS:
            found[name] = Package(name, distribution(name).version, (), names)
        elif name in locked:
            version, rest = locked[name]
            found[name] = Package(name, version, tuple(re.findall(r"--hash=sha256:([0-9a-f]{64})", rest)), names)
        else:
            raise LookupError(f"not in the lock: {name}. Run `make lock`.")
        waiting += needs if fresh else []
    return sorted(found.values(), key=lambda package: package.name)


def _needs(wanted: Requirement) -> Iterator[Requirement]:
    extras = {"", *wanted.extras}
    for text in _distribution(wanted.name).requires or []:
        one = Requirement(text)
        if one.marker is None or any(one.marker.evaluate({"extra": extra}) for extra in extras):
            yield one


def _distribution(name: str) -> Distribution:
    try:
        return distribution(name)
    except PackageNotFoundError as error:
        raise LookupError(f"not installed: {name}. Run `make install`.") from error


def _lock() -> str:
    return (ROOT / "requirements.lock").read_text("utf-8")
