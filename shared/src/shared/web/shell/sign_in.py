"""Sign-in without passwords, for one's own machine: choose a role and a unit of the catalogue, get a signed token."""

from collections.abc import Sequence
from contextlib import suppress
from typing import Annotated, cast

from fastapi import APIRouter, Form, Request
from pydantic import BaseModel, ConfigDict
from starlette.responses import RedirectResponse, Response

from shared.access import ROLES, Person, Role
from shared.auth import LOCAL_TOKEN_SECONDS, Standing, cookie_name, issue_local_token, person_of, unfit
from shared.errors import Problem, invalid
from shared.settings import ServiceSettings
from shared.text import Fault
from shared.web.middleware.content_policy import content_security_policy
from shared.web.shell.kept_form import KeptForm, carried_form, safe_path
from shared.web.shell.page import page
from shared.web.shell.unit_choice import FORMER, unit_groups
from shared.web.texts import text


class TokenRequest(BaseModel):
    model_config = ConfigDict(extra="forbid")
    role: str
    unit: str


class TokenAnswer(BaseModel):
    access_token: str
    token_type: str = "Bearer"  # noqa: S105  # the word of RFC 6750
    expires_in: int


def sign_in_page(
    request: Request,
    status: int = 200,
    *,
    faults: Sequence[Fault] = (),
    role: str = "reporter",
    unit: str = "",
    next_page: str = "/",
    kept: KeptForm | None = None,
    lost: bool = False,
) -> Response:
    """`kept` is what was typed before the session ended; the page carries it along. `lost`: it says that it cannot.

    Signing in may lead to another service, where the role has its work.
    """
    state = request.app.state
    groups = [group for group in unit_groups(state.catalogue, state.standing.today()) if not group[0].endswith(FORMER)]
    shown = page(
        request, "sign_in.html", status,
        faults=faults, roles=ROLES, groups=groups, role=role, unit=unit,
        next_page=next_page, kept=kept, lost=lost,
    )  # fmt: skip
    shown.headers["Content-Security-Policy"] = content_security_policy(state.settings.service_urls.values())
    return shown


def routes(settings: ServiceSettings) -> APIRouter:
    router = APIRouter(include_in_schema=False)

    def token(role: str, unit: str) -> str:
        return issue_local_token(settings, cast(Role, role), unit)

    @router.get("/sign-in")
    async def show(request: Request, next: str = "/") -> Response:
        with suppress(Problem):  # an expired token: no one
            await person_of(request)
        return sign_in_page(request, next_page=safe_path(next))

    @router.post("/sign-in")
    async def enter(
        request: Request,
        role: Annotated[str, Form()] = "",
        unit: Annotated[str, Form()] = "",
        next: Annotated[str, Form()] = "/",
    ) -> Response:
        kept = carried_form(await request.form())
        if faults := wrong(request.app.state.standing, role, unit):
            return sign_in_page(request, 422, faults=faults, role=role, unit=unit, next_page=safe_path(next), kept=kept)
        response: Response = RedirectResponse(safe_path(next), 303)
        if kept:
            request.state.person = Person(cast(Role, role), unit, "")  # for the header only
            response = page(request, "kept_form.html", kept=kept)
        response.set_cookie(
            cookie_name(request.scope), token(role, unit), max_age=LOCAL_TOKEN_SECONDS, path="/",
            httponly=True, samesite="lax", secure=request.url.scheme == "https",
        )  # fmt: skip
        return response

    @router.post("/sign-out")
    async def leave(request: Request) -> Response:
        response = RedirectResponse("/sign-in", 303)
        response.delete_cookie(
            cookie_name(request.scope), path="/",
            httponly=True, samesite="lax", secure=request.url.scheme == "https",
        )  # fmt: skip
        return response

    @router.post("/local/token")
    async def give(request: Request, wanted: TokenRequest) -> TokenAnswer:
        if faults := wrong(request.app.state.standing, wanted.role, wanted.unit):
            raise invalid(faults)
        return TokenAnswer(access_token=token(wanted.role, wanted.unit), expires_in=LOCAL_TOKEN_SECONDS)

    return router


def wrong(standing: Standing, role: str, unit: str) -> list[Fault]:
    """Also a role and a unit that do not go together today: every service would refuse their token."""
    faults = [] if role in ROLES else [Fault("unknown-role", "/role", text("web.sign_in.unknown_role"))]
    if unit not in standing.catalogue.units:
        return [*faults, Fault("unknown-unit", "/unit", text("web.sign_in.unknown_unit"))]
    found = None if faults else unfit(standing.catalogue, cast(Role, role), unit, standing.today())
    return [*faults, *([Fault(found.code, "/unit", found.words)] if found else [])]
