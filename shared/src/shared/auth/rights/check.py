"""Whether the routes of a service ask for the roles that the table of rights names."""

from collections.abc import Iterator, Mapping

from fastapi import FastAPI
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute, iter_route_contexts

from shared.access import ROLES, Role
from shared.auth.request import Required
from shared.auth.rights.table import PUBLIC, Right
from shared.errors import StartError


def check_rights(app: FastAPI, rights: Mapping[str, Right]) -> None:
    """Raises StartError that names every route without a row, and every one that asks for others than its row says."""
    faults = []
    for name, route in routes_of(app):
        right, asked = rights.get(name), asked_roles(route.dependant)
        if right is None:
            faults.append(f"{name}: no row; say in shared/src/shared/auth/rights/table.py whom it answers")
        elif asked != (None if right == PUBLIC else right.roles):
            faults.append(f"{name}: asks for {_list(asked)}, its row names {_list(right.roles)}")
    if faults:
        raise StartError("\n".join(faults))


def routes_of(app: FastAPI) -> Iterator[tuple[str, APIRoute]]:
    """By `GET /path/{of}/it`. Static files and the OpenAPI document are for everybody."""
    for context in iter_route_contexts(app.routes):
        if isinstance(route := context.original_route, APIRoute):
            for method in sorted(route.methods or ()):
                yield f"{method} {context.path}", route


def asked_roles(dependant: Dependant) -> frozenset[Role] | None:
    """Those that every `require` of a route lets through; None without any."""
    asked: frozenset[Role] | None = None
    for each in dependant.dependencies:
        roles = asked_roles(each)
        if isinstance(each.call, Required):
            roles = frozenset(each.call.roles or ROLES)
        if roles is not None:
            asked = roles if asked is None else asked & roles
    return asked


def _list(roles: frozenset[Role] | None) -> str:
    return ", ".join(sorted(roles or ())) or "nobody"
