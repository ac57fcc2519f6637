"""Every method that a path of an application answers to, over all its routes, and whom each of these lets in.

A path that has a route of its own is no id of another: `/obligations/opening` is not the obligation "opening".
"""

import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import lru_cache

from fastapi import FastAPI, Request
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute, iter_route_contexts
from starlette.routing import Mount, Route, compile_path

from shared.auth import require

Admission = Callable[[Request], Awaitable[object]]
"""A dependency of `shared.auth` that lets a person in, or raises 401 or 403."""


@dataclass(frozen=True, slots=True)
class Answering:
    """A route as requests are compared with it."""

    path: str
    pattern: re.Pattern[str]
    parameters: int
    methods: frozenset[str]
    admissions: tuple[Admission, ...] = ()


def allowed_methods(app: FastAPI, path: str) -> str:
    """As the header `Allow` says it; "" for a path that nothing answers to."""
    answering = [route for route in _routes(app) if route.pattern.match(path)]
    if not answering:
        return ""
    fewest = min(route.parameters for route in answering)
    methods = {method for route in answering if route.parameters == fewest for method in route.methods}
    return ", ".join(sorted(methods | {"OPTIONS"} | ({"HEAD"} if "GET" in methods else set())))


def route_of(app: FastAPI, method: str, path: str) -> Answering | None:
    """The route that takes such a request."""
    taking = [route for route in _routes(app) if method in route.methods and route.pattern.match(path)]
    return min(taking, key=lambda route: route.parameters) if taking else None


@lru_cache(maxsize=16)
def paths_like_ids(app: FastAPI) -> frozenset[str]:
    """Paths of routes without a parameter that a route with one would take for its own."""
    routes = _routes(app)
    fixed = {route.path for route in routes if not route.parameters}
    return frozenset(path for path in fixed if any(route.parameters and route.pattern.match(path) for route in routes))


@lru_cache(maxsize=16)
def _routes(app: FastAPI) -> tuple[Answering, ...]:
    """As they are when the first request asks; none is added to a service that runs."""
    found = []
    for context in iter_route_contexts(app.routes):
        route, path = context.original_route, str(context.path)
        if isinstance(route, Mount):
            found.append(Answering(path, re.compile(f"{re.escape(path)}/"), 0, frozenset({"GET"})))
        elif isinstance(route, Route) or hasattr(route, "methods"):
            pattern, _, parameters = compile_path(path)
            admissions = tuple(_admissions(route.dependant)) if isinstance(route, APIRoute) else ()
            found.append(Answering(path, pattern, len(parameters), frozenset(route.methods or ()), admissions))
    return tuple(found)


def _admissions(dependant: Dependant) -> list[Admission]:
    own = [dependant.call] if getattr(dependant.call, "__module__", None) == require.__module__ else []
    return [*own, *(admission for below in dependant.dependencies for admission in _admissions(below))]  # type: ignore[list-item]
