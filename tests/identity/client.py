"""The programs that get tokens of a provider, and what those tokens say."""

from dataclasses import asdict, dataclass, field
from typing import Any

UNIT = "SO_NOI_VU"
SECRET = "secret-of-tests"
# Providers put words of their own beside ours, as Keycloak does.
ROLES = ["offline_access", "coordinator", "uma_authorization"]


@dataclass(frozen=True)
class Client:
    """`claims` are those beside the protocol's; `age` is how many seconds ago its tokens were signed, for a day."""

    id: str
    claims: dict[str, Any]
    audience: str = "tiendo"
    age: int = 0
    secret: str = field(default=SECRET, repr=False)

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


FLAT = Client("flat", {"role": "coordinator", "unit": UNIT})
NESTED = Client("nested", {"realm_access": {"roles": ROLES}, "unit": UNIT})
OF_A_CLIENT = Client("of-a-client", {"resource_access": {"tiendo": {"roles": ROLES}}, "unit": UNIT})
NAMESPACED = Client(
    "namespaced",
    {"https://tiendo.example/claims/roles": ROLES, "https://tiendo.example/claims/unit": [UNIT]},
)
WITHOUT_ROLE = Client("without-role", {"unit": UNIT})
WITHOUT_UNIT = Client("without-unit", {"role": "coordinator"})
WITH_TWO_ROLES = Client("with-two-roles", {"role": ["coordinator", "ops"], "unit": UNIT})
WITH_TWO_UNITS = Client("with-two-units", {"role": "coordinator", "unit": [UNIT, "SO_Y_TE"]})
OF_ANOTHER = Client("of-another", FLAT.claims, audience="another")
EXPIRED = Client("expired", FLAT.claims, age=25 * 3600)

CLIENTS = (
    FLAT, NESTED, OF_A_CLIENT, NAMESPACED, WITHOUT_ROLE, WITHOUT_UNIT, WITH_TWO_ROLES, WITH_TWO_UNITS, OF_ANOTHER,
    EXPIRED,
)  # fmt: skip
