"""Render a template in the shell, in the reader's language."""

from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal
from functools import cache, partial
from typing import Any

from jinja2 import ChoiceLoader, Environment, PackageLoader, StrictUndefined
from markupsafe import Markup, escape
from starlette.requests import Request
from starlette.responses import HTMLResponse

from shared.text import Language, Text, figures
from shared.text.names import actor_name, form_name, name_of, period_name, province, report_name, unit_name
from shared.web.language import language, with_choice
from shared.web.middleware.trace import trace_id
from shared.web.shell.navigation import NAV_ITEMS
from shared.web.shell.trace_link import trace_link


@cache
def templates(package: str) -> Environment:
    """The service's templates first, then the shell's. An undefined name is an error, not an empty place."""
    return Environment(
        loader=ChoiceLoader([PackageLoader(package), PackageLoader("shared.web")]),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def page(request: Request, template: str, status: int = 200, /, **context: Any) -> HTMLResponse:
    """The HTML answer. `context` may set `illustrative` (the ribbon, which stands on every page of a demonstration),
    `resumed_at` (the pointer of what a resumed form holds) and anything the template asks for."""
    environment: Environment = request.app.state.templates
    context.setdefault("resumed_at", None)
    context["illustrative"] = request.app.state.settings.demonstration or bool(context.get("illustrative"))
    content = environment.get_template(template).render(**_words(request), **context)
    return HTMLResponse(content, status, {"Content-Language": language(request)})


def _words(request: Request) -> dict[str, Any]:
    """Names that every template may use."""
    state = request.app.state
    spoken = language(request)
    other: Language = "en" if spoken == "vi" else "vi"
    return {
        "lang": spoken,
        "t": partial(state.messages.markup, spoken),
        "text": _text(spoken),
        "name_of": lambda thing: name_of(thing, spoken),
        "unit_name": lambda key: unit_name(state.catalogue, key, spoken),
        "actor": lambda unit, role: actor_name(unit_name(state.catalogue, unit, spoken), role).in_(spoken),
        "form_label": lambda code: form_name(code).in_(spoken),
        "period_label": lambda period: period_name(period, "long").in_(spoken),
        "report_label": lambda form, period: report_name(form, period).in_(spoken),
        **_figures(spoken),
        "url": partial(service_url, state.settings.service_urls, state.place.service),
        "static_url": state.static.url,
        "places": NAV_ITEMS.values(),
        "place": state.place,
        "path": request.url.path,
        "other_language_url": _other_language_url(request, other),
        "person": getattr(request.state, "person", None),
        "waiting": getattr(request.state, "waiting", 0),
        "resumed": getattr(request.state, "resumed", False),
        "signs_in_here": state.settings.local_issuer_key_file is not None,
        "field_id": field_id,
        "bdi": bdi,
        "mailbox_url": state.settings.mailbox_url,
        "plan": state.catalogue.plan,
        "province": province(state.catalogue, spoken),
        "catalogue_version": state.catalogue.version,
        "build": state.settings.build,
        "trace_id": trace_id(request.scope),
        "trace_link": partial(trace_link, state.settings.trace_url),
        "request": request,
    }


def _other_language_url(request: Request, other: Language) -> str | None:
    """Where the page is read in the other language; None on an answer to a POST, whose typed words it would lose."""
    if request.method not in ("GET", "HEAD"):
        return None
    return with_choice(request.url.path, request.url.query, other)


def bdi(said: object) -> Markup:
    """A person's words inside a sentence of ours: whatever direction they run, the sentence keeps its own."""
    return Markup("<bdi>{}</bdi>").format(said)


def field_id(pointer: str) -> str:
    """The id of the field a fault points at: /observations/0/value → observations-0-value."""
    return pointer.strip("/").replace("/", "-") or "content"


def _text(spoken: Language) -> Callable[[Text], str]:
    return lambda value: value.in_(spoken)


def _figures(spoken: Language) -> dict[str, Callable[..., str]]:
    def number(value: Decimal | int | str | None, decimals: int | None = None) -> str:
        return figures.number(value, decimals, language=spoken)

    def days_left(days: int, working: int | None = None) -> str:
        return figures.days_left(days, working).in_(spoken)

    def time(value: datetime | None, seconds: bool = False) -> Markup:
        if value is None:
            return escape(figures.NONE)
        told = figures.instant(value, seconds=seconds)
        return Markup('<time datetime="{}">{}</time>').format(value.isoformat(), told)

    def last_day(due_at: datetime) -> date:
        return figures.last_day(due_at)

    return {
        "number": number,
        "day": figures.day,
        "instant": time,
        "last_day": last_day,  # type: ignore[dict-item]
        "days_left": days_left,
    }


def service_url(service_urls: dict[str, str], own: str, service: str, path: str = "/") -> str:
    """A path of another service as an absolute address, of one's own as it is."""
    return path if service == own else service_urls[service].rstrip("/") + path
