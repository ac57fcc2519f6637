"""Which person the claims of a token name: one of our roles, one of the plan's units."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any, cast

from shared.access import ROLES, Person, Role
from shared.auth.claim_path import ClaimPath
from shared.auth.pseudonym import Pseudonyms
from shared.auth.rejection import Reason, TokenRejected

MAX_SUBJECT_CHARACTERS = 200


@dataclass(frozen=True, slots=True)
class ClaimMap:
    """Where role and unit stand. Words beside them that are none of ours are passed over: providers put many there."""

    role: ClaimPath
    unit: ClaimPath
    units: Collection[str]
    pseudonyms: Pseudonyms

    def person(self, claims: Mapping[str, Any]) -> Person:
        """Raises TokenRejected for none and for several: a guess would act in a role that nobody chose."""
        role = _only(self.role, claims, ROLES, "no-role", "several-roles")
        unit = _only(self.unit, claims, self.units, "no-unit", "several-units")
        subject = str(claims["sub"])[:MAX_SUBJECT_CHARACTERS]
        return Person(cast(Role, role), unit, subject, self.pseudonyms.of(subject))


def _only(path: ClaimPath, claims: Mapping[str, Any], ours: Collection[str], none: Reason, several: Reason) -> str:
    match list({value for value in path.values(claims) if value in ours}):
        case [one]:
            return one
        case found:
            raise TokenRejected(several if found else none, str(path))
