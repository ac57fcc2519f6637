"""Styles and scripts: the shell's, then the service's own `static/` folder, with an address that changes with them."""

import hashlib
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import PurePosixPath
from typing import Any

from starlette.responses import Response
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

YEAR = "public, max-age=31536000, immutable"


class Static(StaticFiles):
    """`/static/app.css?v=<version>` may be kept for a year, any other address is asked for again each time."""

    def __init__(self, *packages: str) -> None:
        present = [package for package in packages if files(package).joinpath("static").is_dir()]
        super().__init__(packages=[(package, "static") for package in present])
        self.version = _digest(present)

    def url(self, path: str) -> str:
        return f"/static/{PurePosixPath(path)}?v={self.version}"

    def file_response(self, full_path: Any, stat_result: Any, scope: Scope, status_code: int = 200) -> Response:
        response = super().file_response(full_path, stat_result, scope, status_code)
        current = scope["query_string"] == f"v={self.version}".encode()
        response.headers["Cache-Control"] = YEAR if current else "public, no-cache"
        response.headers["Vary"] = "Accept-Encoding"  # not by cookie, as pages do
        return response


def _digest(packages: list[str]) -> str:
    content = hashlib.sha256()
    for package in packages:
        _add(content, files(package).joinpath("static"))
    return content.hexdigest()[:10]


def _add(content: Any, item: Traversable) -> None:
    if item.is_dir():
        for child in sorted(item.iterdir(), key=lambda child: child.name):
            _add(content, child)
    else:
        content.update(item.name.encode() + b"\0" + item.read_bytes())
