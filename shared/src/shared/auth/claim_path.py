"""Where a claim stands in a token: the names that lead to it, through nested objects."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

from shared.errors import StartError

SCOPES = ("scope", "scp")
NAME = re.compile(r'"(?P<quoted>[^"]+)"|(?P<plain>[\w:-]+)')


@dataclass(frozen=True, slots=True)
class ClaimPath:
    """`realm_access.roles`: names with dots between them. A name that holds a dot or a slash stands in double quotes.

    So `resource_access."tiendo.example".roles`, and `"https://example.vn/claims/role"` for a namespaced claim.
    """

    names: tuple[str, ...]

    @classmethod
    def parse(cls, setting: str, written: str) -> Self:
        """Raises StartError, which names the `setting`, for what is no path."""
        names, at = [], 0
        while name := NAME.match(written, at):
            names.append(name["quoted"] or name["plain"])
            at = name.end()
            if at == len(written):
                return cls(tuple(names))
            if written[at] != ".":
                break
            at += 1
        raise StartError(
            f"settings: {setting}: {written!r} is no path to a claim: write names with dots between them, as "
            'realm_access.roles, and a name with a dot or a slash in double quotes, as "https://example.vn/role" '
            "(in an .env file with single quotes around it all)"
        )

    def values(self, claims: Mapping[str, Any]) -> tuple[str, ...]:
        """The values there: a string is one, however many words it has (a job title must not become a role), but for
        scopes (RFC 8693 section 4.2), which have spaces between them; an array has its strings. Nothing is no value."""
        value: Any = claims
        for name in self.names:
            value = value.get(name) if isinstance(value, Mapping) else None
        if isinstance(value, str):
            return tuple(value.split()) if self.names[-1] in SCOPES else (value,)
        if isinstance(value, list):
            return tuple(each for each in value if isinstance(each, str))
        return ()

    def __str__(self) -> str:
        return ".".join(name if re.fullmatch(r"[\w:-]+", name) else f'"{name}"' for name in self.names)
