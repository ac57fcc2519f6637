"""The page of a trace on this machine: the waterfall of `tiendo trace`, to which trace ids lead (`TRACE_URL`)."""

import re
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import FileResponse, HTMLResponse, Response
from starlette.routing import Route

from tiendo_local.commands.trace import SPANS, collect
from tiendo_local.commands.waterfall import draw

HERE = Path(__file__).parent
POLICY = "default-src 'none'; style-src 'self'; base-uri 'none'; form-action 'none'"
WIDTH = 130
TRACE_ID = re.compile(r"[0-9a-f]{32}")


class TracePages:
    """What is answered about traces, from the folder where the services write their spans."""

    def __init__(self, spans: Path, *, demonstration: bool = False) -> None:
        self._spans = spans
        self._demonstration = demonstration
        self._templates = Environment(
            loader=FileSystemLoader(HERE / "templates"), autoescape=True, undefined=StrictUndefined, trim_blocks=True
        )

    @property
    def routes(self) -> list[Route]:
        return [Route("/trace/{trace_id:str}", self.one), Route("/trace.css", _style)]

    async def one(self, request: Request) -> Response:
        """404 for a trace that no span tells of: services write them once a second, and not all are kept."""
        trace_id = request.path_params["trace_id"]
        lines: list[str] = []
        if TRACE_ID.fullmatch(trace_id):
            lines = await run_in_threadpool(self._waterfall, trace_id)
        html = self._templates.get_template("trace.html").render(
            trace_id=trace_id[:32], lines=lines, illustrative=self._demonstration
        )
        return HTMLResponse(html, 200 if lines else 404, {"Content-Security-Policy": POLICY})

    def _waterfall(self, trace_id: str) -> list[str]:
        return draw(collect(self._spans, trace_id)[:SPANS], WIDTH)


async def _style(_: Request) -> Response:
    return FileResponse(HERE / "templates" / "trace.css", media_type="text/css")
