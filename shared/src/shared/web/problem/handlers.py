"""Everything that a route or the framework raises becomes a Problem."""

from http import HTTPStatus

from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from shared.errors import INVALID_TITLE, Problem
from shared.text import Fault, Text
from shared.web.problem.answer import answer
from shared.web.problem.validation import faults

TITLES: dict[int, Text] = {
    400: Text("Yêu cầu không đọc được", "The request cannot be read"),
    401: Text("Cần đăng nhập", "Sign-in is needed"),
    403: Text("Không được phép", "Not allowed"),
    404: Text("Không tìm thấy", "Not found"),
    405: Text("Địa chỉ này không nhận cách gọi này", "This address does not take this method"),
    406: Text("Không có dạng trả lời được yêu cầu", "There is no answer in the form asked for"),
    409: Text("Không thực hiện được ở trạng thái hiện tại", "Not possible in the current state"),
    415: Text("Không nhận dạng nội dung này", "This kind of content is not taken"),
    429: Text("Quá nhiều yêu cầu, thử lại sau", "Too many requests, try again later"),
    500: Text("Hệ thống gặp lỗi, hãy thử lại", "Something failed here, please try again"),
    503: Text("Hệ thống tạm thời chưa phục vụ được, thử lại sau", "The service cannot answer now, try again later"),
}  # fmt: skip


def install(app: FastAPI) -> None:
    @app.exception_handler(Problem)
    async def on_problem(request: Request, error: Problem) -> Response:
        return await answer(request, error)

    @app.exception_handler(RequestValidationError)
    async def on_validation(request: Request, error: RequestValidationError) -> Response:
        found = faults(error.errors())
        if any(fault.code == "json-invalid" for fault in found):
            return await answer(request, Problem(400, "json-invalid", TITLES[400], found))
        page = not request.url.path.startswith("/api/")
        if page and found and all(fault.pointer.startswith("/path/") for fault in found):
            return await answer(request, of_status(404))  # a mistyped address
        return await answer(request, Problem(422, "invalid", INVALID_TITLE, found))

    @app.exception_handler(HTTPException)
    async def on_http(request: Request, error: HTTPException) -> Response:
        # FastAPI hides what reading the body raised (our size limit) behind a 400 of its own.
        if isinstance(error.__cause__, Problem):
            return await answer(request, error.__cause__)
        return await answer(request, of_status(error.status_code, str(error.detail), error.headers))


def of_status(status: int, detail: str = "", headers: object = None) -> Problem:
    phrase = HTTPStatus(status).phrase
    code = phrase.lower().replace(" ", "-").replace("'", "")
    told = [Fault(code, "", Text(detail, detail))] if detail and detail != phrase else []
    given = dict(headers) if isinstance(headers, dict) else {}
    return Problem(status, code, TITLES.get(status, Text(phrase, phrase)), told, headers=given)
