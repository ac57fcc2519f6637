"""The local mailbox: an SMTP server that delivers nothing, and pages that show what would have gone out.

Run as `python -m tiendo_local.servers.mail.mailbox --folder F --smtp-port N --page-port N`; both on 127.0.0.1. With
`--spans F` the same process has the pages of traces: one more would cost memory and wake for nothing.
"""

import argparse
import asyncio
from pathlib import Path
from typing import Any

import uvicorn
from aiosmtpd.smtp import SMTP, Envelope, Session

from tiendo_local.servers.mail.pages import create_app
from tiendo_local.servers.mail.store import SIZE_LIMIT, MailStore
from tiendo_local.servers.traces.pages import TracePages


class Keep:
    """aiosmtpd's handler: every accepted mail is a file."""

    def __init__(self, store: MailStore) -> None:
        self.store = store

    async def handle_DATA(self, server: Any, session: Session, envelope: Envelope) -> str:
        content = envelope.content if isinstance(envelope.content, bytes) else str(envelope.content or "").encode()
        name = await asyncio.to_thread(self.store.keep, content, [str(r) for r in envelope.rcpt_tos])
        return f"250 2.0.0 Kept as {name}"


async def serve(
    folder: Path, smtp_port: int, page_port: int, *, demonstration: bool, spans: Path | None = None
) -> None:
    """Both servers, until SIGTERM or SIGINT."""
    store = MailStore(folder)
    traces = TracePages(spans, demonstration=demonstration).routes if spans else ()
    loop = asyncio.get_running_loop()
    handler = Keep(store)
    smtp = await loop.create_server(
        lambda: SMTP(handler, data_size_limit=SIZE_LIMIT, enable_SMTPUTF8=True, loop=loop), "127.0.0.1", smtp_port
    )
    config = uvicorn.Config(
        create_app(store, demonstration=demonstration, more=traces),
        host="127.0.0.1",
        port=page_port,
        log_level="warning",
        timeout_graceful_shutdown=3,
    )
    async with smtp:
        await uvicorn.Server(config).serve()


def main() -> None:
    parser = argparse.ArgumentParser(prog="mailbox", description=__doc__)
    parser.add_argument("--folder", type=Path, required=True)
    parser.add_argument("--smtp-port", type=int, default=1025)
    parser.add_argument("--page-port", type=int, default=8025)
    parser.add_argument("--demonstration", action="store_true", help="say on every page that the data are illustrative")
    parser.add_argument("--spans", type=Path, help="the folder where the services write their spans")
    given = parser.parse_args()
    serving = serve(
        given.folder.resolve(),
        given.smtp_port,
        given.page_port,
        demonstration=given.demonstration,
        spans=given.spans,
    )
    asyncio.run(serving)


if __name__ == "__main__":
    main()
