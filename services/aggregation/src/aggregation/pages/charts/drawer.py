"""Charts from a process of their own, kept by content.

The JavaScript engine of vl-convert would keep its memory in the service for good, and its crash would end it.
It lives in a child process that starts with the first chart and ends after a minute without one, or with its parent.
"""

import asyncio
import json
import sys
from collections import OrderedDict

import structlog

from aggregation.pages.charts.chart import Series

SECONDS = 20.0
MAX_SVG_BYTES = 4 * 2**20

log = structlog.get_logger()


class Charts:
    """`svg` draws a series once. A chart that fails is None: the table below it says the same."""

    def __init__(self, *, idle_seconds: float = 60, size: int = 256) -> None:
        self._idle_seconds = idle_seconds
        self._size = size
        self._drawn: OrderedDict[Series, str] = OrderedDict()
        self._lock = asyncio.Lock()
        self._process: asyncio.subprocess.Process | None = None
        self._idle: asyncio.TimerHandle | None = None
        self.misses = 0

    async def svg(self, series: Series) -> str | None:
        async with self._lock:
            if series in self._drawn:
                self._drawn.move_to_end(series)
                return self._drawn[series]
            self.misses += 1
            try:
                async with asyncio.timeout(SECONDS):
                    drawn = await self._draw(series)
            except (TimeoutError, OSError, ValueError) as error:
                log.warning("chart.failed", title=series.title[:80], error=repr(error)[:300])
                self.close()
                return None
            self._drawn[series] = drawn
            if len(self._drawn) > self._size:
                self._drawn.popitem(last=False)
            return drawn

    def close(self) -> None:
        """End the child; the next chart starts another."""
        if self._idle:
            self._idle.cancel()
        if self._process and self._process.returncode is None:
            self._process.kill()
        self._process = None

    async def stop(self) -> None:
        """End the child and wait for its end, before the loop ends."""
        process = self._process
        self.close()
        if process:
            await process.communicate()

    async def _draw(self, series: Series) -> str:
        process = self._process
        if process is None or process.returncode is not None:
            process = self._process = await asyncio.create_subprocess_exec(
                sys.executable,
                "-m",
                "aggregation.pages.charts.chart",
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
                limit=MAX_SVG_BYTES,
            )
        if process.stdin is None or process.stdout is None:
            raise OSError("the child has no pipes")
        process.stdin.write(series.to_json().encode() + b"\n")
        await process.stdin.drain()
        line = await process.stdout.readline()
        if not line:
            raise OSError("the child ended")
        if self._idle:
            self._idle.cancel()
        self._idle = asyncio.get_running_loop().call_later(self._idle_seconds, self.close)
        return str(json.loads(line))
