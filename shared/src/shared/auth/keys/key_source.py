"""Where keys come from, and how that stands."""

from dataclasses import dataclass
from typing import Protocol

from jwt import PyJWK

from shared.errors import Problem
from shared.text.texts import text

RETRY_SECONDS = 5


@dataclass(frozen=True, slots=True)
class KeyState:
    """`keys` that tokens can be checked with, how old they are, and why newer ones could not be had, if so."""

    keys: int
    age_seconds: float | None
    failure: str | None


class KeySource(Protocol):
    async def key(self, kid: str, algorithm: str) -> PyJWK:
        """Raises TokenRejected, PyJWTError, and a 503 `Problem` when it cannot be known whether there is such a key."""
        ...

    async def state(self) -> KeyState: ...


def no_keys() -> Problem:
    return Problem(503, "sign-in-unavailable", text("problem.no_provider"), headers={"Retry-After": str(RETRY_SECONDS)})
