"""Every method that a path of an application answers to, over all its routes.

A path that has a route of its own is no id of another: `/obligations/opening` is not the obligation "opening".
"""

import re
from dataclasses import dataclass
from functools import lru_cache

from fastapi import FastAPI
from fastapi.routing import iter_route_contexts
from starlette.routing import Mount, Route, compile_path


@dataclass(frozen=True, slots=True)
class _Answering:
    path: str
    pattern: re.Pattern[str]
    parameters: int
    methods: frozenset[str]


def allowed_methods(app: FastAPI, path: str) -> str:
    """As the header `Allow` says it; "" for a path that nothing answers to."""
    answering = [route for route in _routes(app) if route.pattern.match(path)]
    if not answering:
        return ""
    fewest = min(route.parameters for route in answering)
    methods = {method for route in answering if route.parameters == fewest for method in route.methods}
    return ", ".join(sorted(methods | {"OPTIONS"} | ({"HEAD"} if "GET" in methods else set())))


@lru_cache(maxsize=16)
def paths_like_ids(app: FastAPI) -> frozenset[str]:
    """Paths of routes without a parameter that a route with one would take for its own."""
    routes = _routes(app)
    fixed = {route.path for route in routes if not route.parameters}
    return frozenset(path for path in fixed if any(route.parameters and route.pattern.match(path) for route in routes))


@lru_cache(maxsize=16)
def _routes(app: FastAPI) -> tuple[_Answering, ...]:
    """As they are when the first request asks; none is added to a service that runs."""
    found = []
    for context in iter_route_contexts(app.routes):
        route, path = context.original_route, str(context.path)
        if isinstance(route, Mount):
            found.append(_Answering(path, re.compile(f"{re.escape(path)}/"), 0, frozenset({"GET"})))
        elif isinstance(route, Route) or hasattr(route, "methods"):
            pattern, _, parameters = compile_path(path)
            found.append(_Answering(path, pattern, len(parameters), frozenset(route.methods or ())))
    return tuple(found)
