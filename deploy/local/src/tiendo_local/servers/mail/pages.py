"""Pages and JSON of the local mailbox."""

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.middleware import Middleware
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.requests import Request
from starlette.responses import FileResponse, HTMLResponse, JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from tiendo_local.servers.mail.store import Mail, MailStore

HERE = Path(__file__).parent
VIETNAM = ZoneInfo("Asia/Ho_Chi_Minh")
PAGE_POLICY = "default-src 'none'; style-src 'self'; frame-src 'self'; form-action 'self'; base-uri 'none'"
# A mail is somebody else's document: no script, no request to anywhere, an origin of its own.
MAIL_POLICY = "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data:"
WORDS = {
    "title": ("Hộp thư của máy này", "Mailbox of this machine"),
    "lead": (
        "Thư mà hệ thống gửi đi khi chạy trên máy này. Không thư nào ra ngoài.",
        "What the system sends while it runs on this machine. No mail leaves it.",
    ),
    "to": ("Người nhận", "To"),
    "from": ("Người gửi", "From"),
    "subject": ("Tiêu đề", "Subject"),
    "date": ("Nhận lúc", "Received"),
    "search": ("Tìm", "Search"),
    "words": ("Chữ trong thư", "Words in the mail"),
    "none": (
        "Chưa có thư. Thư nhắc hạn sẽ hiện ở đây khi hệ thống gửi.",
        "No mail yet. Reminders appear here once the system sends them.",
    ),
    "none_found": ("Không có thư nào khớp.", "No mail matches."),
    "older": ("Thư cũ hơn", "Older mails"),
    "back": ("Mọi thư", "All mails"),
    "text": ("Nội dung", "Text"),
    "html": ("Bản trình bày", "Formatted"),
    "headers": ("Đầu thư", "Headers"),
    "raw": ("Tải thư gốc (.eml)", "Download the mail (.eml)"),
    "no_subject": ("(không tiêu đề)", "(no subject)"),
    "no_text": ("Thư không có phần chữ.", "The mail has no text part."),
    "skip": ("Đến nội dung", "Skip to content"),
    "missing": ("Không có thư này.", "There is no such mail."),
    "illustrative": ("Dữ liệu minh họa, không phải số liệu thật", "Illustrative data, not real figures"),
    "other": ("English", "Tiếng Việt"),
}


class MailPages:
    """What the mailbox answers, over one folder of mails."""

    def __init__(self, store: MailStore, *, demonstration: bool) -> None:
        self._store = store
        self._demonstration = demonstration
        self._templates = Environment(
            loader=FileSystemLoader(HERE / "templates"), autoescape=True, undefined=StrictUndefined, trim_blocks=True
        )

    async def mails(self, request: Request) -> Response:
        asked = _asked(request)
        found, following = await run_in_threadpool(self._store.find, **asked)
        return self._page(request, "mails.html", mails=found, following=following, asked=asked)

    async def one(self, request: Request) -> Response:
        mail = await self._mail(request)
        if mail is None:
            return await self.missing(request)
        return self._page(request, "mail.html", mail=mail)

    async def missing(self, request: Request, _: Exception | None = None) -> Response:
        return self._page(request, "missing.html", 404)

    async def formatted(self, request: Request) -> Response:
        mail = await self._mail(request)
        return HTMLResponse(mail.html if mail else "", headers={"Content-Security-Policy": MAIL_POLICY})

    async def raw(self, request: Request) -> Response:
        name = request.path_params["name"]
        content = await run_in_threadpool(self._store.raw, name)
        if content is None:
            return PlainTextResponse("404", 404)
        disposition = f'attachment; filename="{name}.eml"'
        return Response(content, media_type="message/rfc822", headers={"Content-Disposition": disposition})

    async def api_mails(self, request: Request) -> Response:
        found, following = await run_in_threadpool(self._store.find, **_asked(request))
        return JSONResponse({"items": [m.summary for m in found], "next": following})

    async def api_one(self, request: Request) -> Response:
        mail = await self._mail(request)
        if mail is None:
            return JSONResponse({"status": 404, "title": "No such mail"}, 404, media_type="application/problem+json")
        return JSONResponse({**mail.summary, "headers": mail.headers, "text": mail.text, "html": mail.html})

    def _page(self, request: Request, template: str, status: int = 200, **values: Any) -> Response:
        lang = _language(request)
        words = {key: both[lang == "en"] for key, both in WORDS.items()}
        other = request.url.include_query_params(lang="vi" if lang == "en" else "en")
        other_url = f"{other.path}?{other.query}"
        html = self._templates.get_template(template).render(
            t=words, lang=lang, other_url=other_url, day=_day, illustrative=self._demonstration, **values
        )
        answer = HTMLResponse(html, status, headers={"Content-Security-Policy": PAGE_POLICY})
        if "lang" in request.query_params:
            answer.set_cookie("lang", lang, max_age=365 * 86400, samesite="lax")
        return answer

    async def _mail(self, request: Request) -> Mail | None:
        return await run_in_threadpool(self._store.get, request.path_params["name"])


async def _style(_: Request) -> Response:
    return FileResponse(HERE / "templates" / "mailbox.css", media_type="text/css")


async def _healthy(_: Request) -> Response:
    return PlainTextResponse("ok")


def create_app(store: MailStore, *, demonstration: bool = False, more: Sequence[Route] = ()) -> Starlette:
    """The application over one folder of mails; `more` is what else this machine shows to its user."""
    pages = MailPages(store, demonstration=demonstration)
    routes = [
        Route("/", pages.mails),
        Route("/mails/{name:str}.eml", pages.raw),
        Route("/mails/{name:str}/html", pages.formatted),
        Route("/mails/{name:str}", pages.one),
        Route("/api/mails", pages.api_mails),
        Route("/api/mails/{name:str}", pages.api_one),
        Route("/mailbox.css", _style),
        Route("/healthz", _healthy),
        Route("/readyz", _healthy),
        *more,
    ]
    # A page elsewhere must not read mails by pointing its own name at 127.0.0.1.
    guard = Middleware(TrustedHostMiddleware, allowed_hosts=["127.0.0.1", "localhost"])
    return Starlette(routes=routes, middleware=[guard], exception_handlers={404: pages.missing})


def _asked(request: Request) -> dict[str, Any]:
    query = request.query_params
    limit = query.get("limit", "100")
    return {
        "to": query.get("to", "")[:200],
        "q": query.get("q", "")[:200],
        "before": query.get("cursor", "")[:60],
        "limit": min(max(int(limit), 1), 500) if limit.isdecimal() else 100,
    }


def _language(request: Request) -> str:
    asked = request.query_params.get("lang") or request.cookies.get("lang")
    return "en" if asked == "en" else "vi"


def _day(instant: datetime) -> str:
    return instant.astimezone(VIETNAM).strftime("%d/%m/%Y %H:%M:%S")
