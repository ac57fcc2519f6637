"""How long a service may take to end once it is asked to: 30 s in all. Compose waits 40 s before it kills.

 0 s   SIGTERM: no new request, no new batch
18 s   DRAIN: what is in hand (a request, a batch, what the relay is sending) has ended, or is cancelled
24 s   CANCEL: what was cancelled has rolled back, or is left behind
28 s   END: the process ends where it stands. A frozen server or a blocked loop cannot hold it; the transaction in
       hand was not committed and comes again.
"""

import os
import threading

import structlog

DRAIN_SECONDS = 18.0
CANCEL_SECONDS = 6.0
END_SECONDS = 28.0

log = structlog.get_logger()


def end_within(seconds: float = END_SECONDS) -> threading.Timer:
    """End this process with code 1 if it still runs then. Started on SIGTERM; a thread, for the loop may be blocked."""
    timer = threading.Timer(seconds, _end)
    timer.daemon = True
    timer.start()
    return timer


def _end() -> None:
    log.critical("stop.overdue", seconds=END_SECONDS)
    os._exit(1)
