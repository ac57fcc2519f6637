"""A realm of Keycloak whose clients get the claims that CLIENTS say, each by the means that Keycloak has for it."""

import json
from collections.abc import Iterable, Iterator
from typing import Any

from tests.identity.client import SECRET, Client

OURS = ("coordinator", "ops")
"""Roles of the realm, and of its client `tiendo`; the rest of a token's roles are Keycloak's own."""

LIFESPAN = 24 * 3600  # seconds


def realm(clients: Iterable[Client]) -> dict[str, Any]:
    """As its API for administrators takes it."""
    roles = [{"name": role} for role in OURS]
    return {
        "realm": "tiendo",
        "enabled": True,
        "sslRequired": "none",
        "roles": {"realm": roles, "client": {"tiendo": roles}},
        "clients": [{"clientId": "tiendo"}, *map(_client, clients)],
        "users": [_account(client) for client in clients],
    }


def _client(client: Client) -> dict[str, Any]:
    return {
        "clientId": client.id,
        "secret": SECRET,
        "publicClient": False,
        "serviceAccountsEnabled": True,
        "standardFlowEnabled": False,
        "attributes": {"access.token.lifespan": str(LIFESPAN - client.age)},
        "protocolMappers": [_audience(client.audience), *_claims(client.claims)],
    }


def _account(client: Client) -> dict[str, Any]:
    """The account that a client's tokens stand for, with the roles that Keycloak tells by itself."""
    of_client = client.claims.get("resource_access", {})
    return {
        "username": f"service-account-{client.id}",
        "enabled": True,
        "serviceAccountClientId": client.id,
        "realmRoles": _ours(client.claims.get("realm_access", {})),
        "clientRoles": {name: _ours(access) for name, access in of_client.items()},
    }


def _ours(access: dict[str, list[str]]) -> list[str]:
    return [role for role in access.get("roles", []) if role in OURS]


def _claims(claims: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for name, value in claims.items():
        if name not in ("realm_access", "resource_access"):
            # Dots make an object of a name, unless they are escaped.
            config = {
                "claim.name": name.replace(".", "\\."),
                "claim.value": json.dumps(value),
                "jsonType.label": "JSON",
            }
            yield _mapper(name, "oidc-hardcoded-claim-mapper", config)


def _audience(name: str) -> dict[str, Any]:
    return _mapper("audience", "oidc-audience-mapper", {"included.custom.audience": name})


def _mapper(name: str, kind: str, config: dict[str, str]) -> dict[str, Any]:
    return {
        "name": name,
        "protocol": "openid-connect",
        "protocolMapper": kind,
        "config": {"access.token.claim": "true", **config},
    }
