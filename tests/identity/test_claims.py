"""Tokens of real providers: where role and unit stand in them, and what is told when they do not."""

import json

import pytest
from structlog.testing import capture_logs

from tests.identity.client import (
    EXPIRED,
    FLAT,
    NAMESPACED,
    NESTED,
    OF_A_CLIENT,
    OF_ANOTHER,
    WITH_TWO_ROLES,
    WITH_TWO_UNITS,
    WITHOUT_ROLE,
    WITHOUT_UNIT,
    Client,
)
from tests.identity.conftest import Serve
from tests.identity.provider import Provider
from tests.identity.serving import bearer

REALM_ROLES = {"token_role_claim": "realm_access.roles"}
CLIENT_ROLES = {"token_role_claim": "resource_access.tiendo.roles"}
NAMESPACE = {
    "token_role_claim": '"https://tiendo.example/claims/roles"',
    "token_unit_claim": '"https://tiendo.example/claims/unit"',
}


@pytest.mark.parametrize(
    ("client", "paths"),
    [(FLAT, {}), (NESTED, REALM_ROLES), (OF_A_CLIENT, CLIENT_ROLES), (NAMESPACED, NAMESPACE)],
    ids=["flat", "of a realm", "of a client", "namespaced"],
)
async def test_role_and_unit_are_found_where_the_provider_has_them(
    identity_provider: Provider, serve: Serve, client: Client, paths: dict[str, str]
) -> None:
    token = identity_provider.token(client)
    async with serve(**paths) as service:
        answer = await service.client.post(
            "/api/v1/obligations/opening", json={"period": "2026"}, headers=bearer(token)
        )  # what only a coordinator may
    assert answer.status_code == 200, answer.text


@pytest.mark.parametrize(
    ("client", "reason", "claim"),
    [
        (WITHOUT_ROLE, "no-role", "role"),
        (WITHOUT_UNIT, "no-unit", "unit"),
        (NESTED, "no-role", "role"),
        (WITH_TWO_ROLES, "several-roles", "role"),
        (WITH_TWO_UNITS, "several-units", "unit"),
    ],
    ids=["no role", "no unit", "role elsewhere", "two roles", "two units"],
)
async def test_a_claim_that_is_missing_is_told_to_who_sent_the_token_and_to_who_runs_the_service(
    identity_provider: Provider, serve: Serve, client: Client, reason: str, claim: str
) -> None:
    token = identity_provider.token(client)
    with capture_logs() as logs:
        async with serve() as service:
            answer = await service.ask(token)
    assert answer.status_code == 403
    problem = answer.json()
    assert problem["type"].endswith(reason) and "Đề nghị người quản trị tài khoản" in problem["title"]
    assert 'error="insufficient_scope"' in answer.headers["www-authenticate"]
    (told,) = [line for line in logs if line["event"] == "bearer.rejected"]
    assert (told["reason"], told["claim"], told["issuer"]) == (reason, claim, identity_provider.issuer)
    assert_no_secret(token, answer.text + json.dumps(logs, default=str))


async def test_a_token_for_another_audience_of_another_issuer_or_altered_is_not_valid(
    identity_provider: Provider, serve: Serve
) -> None:
    good, foreign = identity_provider.token(FLAT), identity_provider.token(OF_ANOTHER)
    head, claims, signature = good.split(".")
    altered = f"{head}.{foreign.split('.')[1]}.{signature}"
    with capture_logs() as logs:
        async with serve() as service:
            answers = [await service.ask(token) for token in (foreign, altered, f"{head}.{claims}.")]
            assert await service.status(good) == 200
        async with serve(token_issuer="https://id.example") as elsewhere:
            answers.append(await elsewhere.ask(good))
    for answer in answers:
        assert answer.status_code == 401 and 'error="invalid_token"' in answer.headers["www-authenticate"]
    reasons = [line["reason"] for line in logs if line["event"] == "bearer.rejected"]
    assert reasons == ["audience", "signature", "signature", "issuer"]
    assert_no_secret(good, json.dumps(logs, default=str))


async def test_a_token_whose_time_is_over_is_not_valid(identity_provider: Provider, serve: Serve) -> None:
    async with serve() as service:
        answer = await service.ask(identity_provider.token(EXPIRED))
    assert answer.status_code == 401
    assert answer.headers["www-authenticate"] == (
        'Bearer error="invalid_token", error_description="The token has expired"'
    )


def assert_no_secret(token: str, text: str) -> None:
    for part in token.split("."):
        assert part not in text
