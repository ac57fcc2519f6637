"""A query says what it could not understand: every parameter that the route does not declare, that came twice, or that
names what the plan does not have, all at once with what FastAPI itself finds, as one 422.

`check_query` is asked before every route (`create_base_app`), so that no list can forget it. What a route
declares is read from the route: a parameter that only its body looks at is refused, which a test notices at once.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from itertools import islice
from typing import Annotated, Any, get_args, get_origin

from fastapi import Depends, FastAPI, Request
from fastapi.dependencies.models import Dependant
from fastapi.dependencies.utils import request_params_to_args
from fastapi.routing import APIRoute
from pydantic import BaseModel
from pydantic.fields import FieldInfo

from shared.auth import person_of
from shared.errors import Problem, invalid
from shared.text import Fault
from shared.web.language import COOKIE
from shared.web.problem.validation import faults
from shared.web.query.known import OneOf, shown
from shared.web.texts import text

MOST = 20
"""How many unknown parameters, and how many wrong values of one, an answer names."""


@dataclass(frozen=True, slots=True)
class DeclaredParameter:
    """`known` are the lists that its value must be in; `many`: it may come more than once."""

    known: tuple[Any, ...]
    many: bool


ON_EVERY_PAGE = {COOKIE: DeclaredParameter((OneOf(("vi", "en")),), many=False)}
"""`?lang=en` is the shell's own; the API goes by Accept-Language."""


@dataclass(frozen=True, slots=True)
class DeclaredQuery:
    """What one route reads of a query; `fields` are FastAPI's own."""

    parameters: Mapping[str, DeclaredParameter]
    fields: Sequence[Any]
    in_place: bool


async def query_faults(request: Request) -> list[Fault]:
    """What was not understood. A page that shows it beside its own fields takes `QueryFaults`; everybody else is
    refused before the route begins."""
    return _faults(request, _declared(request))


QueryFaults = Annotated[list[Fault], Depends(query_faults)]


async def check_query(request: Request) -> None:
    """Problem 422. Who is not signed in is asked for that first; a route for everybody answers them as it is."""
    if request.method != "GET" or not (declared := _declared(request)) or declared.in_place:
        return
    found, person = _faults(request, declared), None
    with suppress(Problem):  # no valid sign-in: the route refuses it where it asks for a person
        person = await person_of(request) if found else None
    if person is None:
        return
    _, errors = request_params_to_args(declared.fields, request.query_params)
    told = {fault.pointer for fault in found}
    found += [fault for fault in faults(errors) if fault.pointer not in told]
    raise invalid(found, title=text("web.query.title"))


def _faults(request: Request, declared: DeclaredQuery | None) -> list[Fault]:
    if declared is None:
        return []
    sent = request.query_params
    understood = {**declared.parameters, **({} if request.url.path.startswith("/api/") else ON_EVERY_PAGE)}
    found = [_unknown(name, declared) for name in islice((name for name in sent if name not in understood), MOST)]
    for name, parameter in understood.items():
        found += islice(_misunderstood(name, parameter, sent.getlist(name), request.app), MOST)
    return found


def _unknown(name: str, declared: DeclaredQuery) -> Fault:
    options = ", ".join(declared.parameters)
    key = "web.query.unknown-parameter" if options else "web.query.no-parameter"
    return Fault("unknown-parameter", _at(name), text(key, name=shown(name), options=options))


def _misunderstood(name: str, parameter: DeclaredParameter, values: Sequence[str], app: FastAPI) -> Iterator[Fault]:
    if len(values) > 1 and not parameter.many:
        yield Fault("repeated-parameter", _at(name), text("web.query.repeated-parameter", name=name))
        return
    for value in filter(None, map(str.strip, values)):
        for known in parameter.known:
            if refusal := known.refusal(value, app):
                yield Fault(refusal.code, _at(name), refusal.text)


def _at(name: str) -> str:
    return "/query/" + shown(name).replace("~", "~0").replace("/", "~1")


def _declared(request: Request) -> DeclaredQuery | None:
    """None where the route is none of ours: static files, the OpenAPI document."""
    route = request.scope.get("route")
    if not isinstance(route, APIRoute):
        return None
    kept: dict[str, DeclaredQuery] = request.app.state.declared_queries
    if route.unique_id not in kept:
        kept[route.unique_id] = declared_query(route.dependant)
    return kept[route.unique_id]


def declared_query(dependant: Dependant) -> DeclaredQuery:
    """Everything that the route and what it depends on read of a query, in the order in which they say it."""
    fields, calls = _flat(dependant)
    parameters: dict[str, DeclaredParameter] = {}
    for field in fields:
        model = _model(field.field_info.annotation)
        infos = {field.alias: field.field_info} if model is None else _infos(model)
        parameters |= {name: _parameter(info) for name, info in infos.items()}
    return DeclaredQuery(parameters, fields, query_faults in calls)


def _flat(dependant: Dependant) -> tuple[list[Any], list[Any]]:
    fields, calls = [*dependant.query_params], [dependant.call]
    for below in dependant.dependencies:
        more_fields, more_calls = _flat(below)
        fields += more_fields
        calls += more_calls
    return fields, calls


def _infos(model: type[BaseModel]) -> dict[str, FieldInfo]:
    return {str(info.alias or name): info for name, info in model.model_fields.items()}


def _parameter(info: FieldInfo) -> DeclaredParameter:
    known = tuple(one for one in info.metadata if hasattr(one, "refusal"))
    return DeclaredParameter(known, _is_many(info.annotation))


def _model(annotation: Any) -> type[BaseModel] | None:
    return annotation if isinstance(annotation, type) and issubclass(annotation, BaseModel) else None


def _is_many(annotation: Any) -> bool:
    if get_origin(annotation) in (list, tuple, set, frozenset):
        return True
    return any(_is_many(part) for part in get_args(annotation))
