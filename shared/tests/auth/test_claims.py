"""Tokens as real providers shape them, and which person each of them names."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.access import ROLES, Person
from shared.auth.claim_path import ClaimPath
from shared.auth.claims import ClaimMap
from shared.auth.pseudonym import Pseudonyms
from shared.auth.rejection import TokenRejected

UNITS = {"SO_Y_TE", "24615@2025-07-01", "DAK_NONG"}
WHO = Pseudonyms(b"key", "https://sso.example")
NAMESPACE = "https://example.vn/claims/"
KEYCLOAK: dict[str, Any] = {
    "iss": "https://sso.example/realms/daknong",
    "azp": "tiendo",
    "scope": "openid profile email",
    "realm_access": {"roles": ["offline_access", "uma_authorization", "default-roles-daknong", "coordinator"]},
    "resource_access": {
        "account": {"roles": ["manage-account", "view-profile"]},
        "tiendo": {"roles": ["reporter"]},
        "tiendo.daknong.gov.vn": {"roles": ["auditor"]},
    },
    "unit": ["SO_Y_TE"],
}
ENTRA: dict[str, Any] = {
    "iss": "https://login.example/6c1c/v2.0",
    "ver": "2.0",
    "roles": ["leader"],
    "groups": ["0ec0e0bd-70a9-4f8d-9b4d-6f0e2a1b7a11"],
    "extn.unit": ["DAK_NONG"],
    "scp": "access_as_user",
}
AUTH0: dict[str, Any] = {
    "iss": "https://daknong.example/",
    "aud": ["tiendo", "https://daknong.example/userinfo"],
    "scope": "openid profile head",
    f"{NAMESPACE}role": "head",
    f"{NAMESPACE}unit": "24615@2025-07-01",
}
OKTA: dict[str, Any] = {"ver": 1, "groups": ["Everyone", "SO_Y_TE", "ops"], "scp": ["openid"]}
FLAT: dict[str, Any] = {"role": "reporter", "unit": "SO_Y_TE"}


def claim_map(role: str, unit: str) -> ClaimMap:
    return ClaimMap(ClaimPath.parse("TOKEN_ROLE_CLAIM", role), ClaimPath.parse("TOKEN_UNIT_CLAIM", unit), UNITS, WHO)


@pytest.mark.parametrize(
    ("claims", "role", "unit", "named"),
    [
        (FLAT, "role", "unit", ("reporter", "SO_Y_TE")),
        (KEYCLOAK, "realm_access.roles", "unit", ("coordinator", "SO_Y_TE")),
        (KEYCLOAK, "resource_access.tiendo.roles", "unit", ("reporter", "SO_Y_TE")),
        (KEYCLOAK, 'resource_access."tiendo.daknong.gov.vn".roles', "unit", ("auditor", "SO_Y_TE")),
        (ENTRA, "roles", '"extn.unit"', ("leader", "DAK_NONG")),
        (AUTH0, f'"{NAMESPACE}role"', f'"{NAMESPACE}unit"', ("head", "24615@2025-07-01")),
        (AUTH0, "scope", f'"{NAMESPACE}unit"', ("head", "24615@2025-07-01")),
        (OKTA, "groups", "groups", ("ops", "SO_Y_TE")),
        (FLAT | {"role": ["reporter", "reporter"]}, "role", "unit", ("reporter", "SO_Y_TE")),
    ],
)
def test_what_a_provider_says_names_a_person(
    claims: dict[str, Any], role: str, unit: str, named: tuple[str, str]
) -> None:
    person = claim_map(role, unit).person({"sub": "s-1"} | claims)
    assert person == Person(*named, "s-1")  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("claims", "reason", "claim"),
    [
        ({"unit": "SO_Y_TE"}, "no-role", "role"),
        (FLAT | {"role": "king"}, "no-role", "role"),
        (FLAT | {"role": "Reporter"}, "no-role", "role"),
        (FLAT | {"role": []}, "no-role", "role"),
        (FLAT | {"role": {"reporter": True}}, "no-role", "role"),
        (FLAT | {"role": ["reporter", "head"]}, "several-roles", "role"),
        (FLAT | {"role": "head reporter"}, "no-role", "role"),
        (FLAT | {"role": "former coordinator"}, "no-role", "role"),
        (FLAT | {"unit": "visits SO_Y_TE often"}, "no-unit", "unit"),
        ({"role": "reporter"}, "no-unit", "unit"),
        (FLAT | {"unit": ""}, "no-unit", "unit"),
        (FLAT | {"unit": 7}, "no-unit", "unit"),
        (FLAT | {"unit": "SO_KHONG_CO"}, "no-unit", "unit"),
        (FLAT | {"unit": ["SO_Y_TE", "DAK_NONG"]}, "several-units", "unit"),
    ],
)
def test_none_and_several_are_refused_with_the_claim_that_was_looked_at(
    claims: dict[str, Any], reason: str, claim: str
) -> None:
    with pytest.raises(TokenRejected) as refused:
        claim_map("role", "unit").person({"sub": "s-1"} | claims)
    assert (refused.value.reason, refused.value.claim) == (reason, claim)


WORDS = st.sampled_from(["reporter", "head", "SO_Y_TE", "DAK_NONG", "openid", "reporter head", " ops ", ""])
JSON = st.recursive(
    WORDS | st.none() | st.booleans() | st.floats() | st.integers(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from(["role", "unit", "x"]), inner),
    max_leaves=8,
)


@given(claims=st.dictionaries(st.sampled_from(["role", "unit", "x"]), JSON), path=st.sampled_from(["role", "x.role"]))
def test_whatever_stands_there_it_is_one_role_and_one_unit_or_a_refusal(claims: dict[str, Any], path: str) -> None:
    try:
        person = claim_map(path, "unit").person({"sub": "s-1"} | claims)
    except TokenRejected:
        return
    assert person.role in ROLES and person.unit in UNITS
    assert person.role in repr(claims) and person.unit in repr(claims["unit"])
