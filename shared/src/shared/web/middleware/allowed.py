"""Every method that a path of an application answers to, over all its routes."""

import re
from functools import lru_cache

from fastapi import FastAPI
from fastapi.routing import iter_route_contexts
from starlette.routing import Mount, Route, compile_path


def allowed_methods(app: FastAPI, path: str) -> str:
    """As the header `Allow` says it; "" for a path that nothing answers to."""
    methods = {method for pattern, answered in _patterns(app) if pattern.match(path) for method in answered}
    if not methods:
        return ""
    return ", ".join(sorted(methods | {"OPTIONS"} | ({"HEAD"} if "GET" in methods else set())))


@lru_cache(maxsize=16)
def _patterns(app: FastAPI) -> tuple[tuple[re.Pattern[str], frozenset[str]], ...]:
    """Of the routes as they are when the first request asks; none is added to a service that runs."""
    found = []
    for context in iter_route_contexts(app.routes):
        route = context.original_route
        if isinstance(route, Mount):
            found.append((re.compile(f"{re.escape(str(context.path))}/"), frozenset({"GET"})))
        elif isinstance(route, Route) or hasattr(route, "methods"):
            found.append((compile_path(str(context.path))[0], frozenset(route.methods or ())))
    return tuple(found)
