"""`tiendo up`: start the system, open the current obligations, say where to go, stop on Ctrl-C."""

import json
import os
import signal
import time
import urllib.error
import urllib.request
from concurrent.futures import ThreadPoolExecutor, wait
from datetime import UTC, datetime, timedelta
from pathlib import Path

from tiendo_local.clock import VIETNAM, offset_seconds, parse_now, periods_begun
from tiendo_local.console import LocalFault, say, say_error
from tiendo_local.lock import only_one
from tiendo_local.system import System
from tiendo_local.workspace import Workspace, find

LOG_LINES = 20


def up(workspace: Workspace, *, now: str | None = None, demo: bool = False, port_base: int | None = None) -> int:
    """Returns the exit code: 0 when stopped by a signal, 1 when something ended by itself."""
    if os.environ.get("ENVIRONMENT") == "production":
        raise LocalFault("`tiendo up` is for one machine, with its own sign-in. ENVIRONMENT=production: see deploy/.")
    real = datetime.now(UTC)
    offset = offset_seconds(parse_now(now), real) if now else 0.0
    root = root_unit()
    with only_one(workspace.local):
        return _run(System(workspace, offset=offset, demonstration=demo, port_base=port_base), root, demo)


def root_unit() -> str:
    """Load the catalogue as the services will; the key of its whole area. Raises LocalFault with all its faults."""
    from shared.catalogue import CatalogueError, load

    path = os.environ.get("CATALOGUE_PATH")
    try:
        return load(Path(path) if path else None).root.key
    except CatalogueError as fault:
        raise LocalFault(f"The catalogue is not right, nothing was started:\n{fault}") from None


def _run(system: System, root: str, demo: bool) -> int:
    """Signals come to this thread, which only waits: what starts a process is never interrupted half-way."""
    begin = time.monotonic()
    signals: list[int] = []  # no Event: its lock may be held by the very thread that a signal interrupts
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        if number != signal.SIGHUP or signal.getsignal(number) != signal.SIG_IGN:  # nohup leaves it ignored
            signal.signal(number, lambda number, _: signals.append(number))
    with ThreadPoolExecutor(1, "start") as beside:
        started = beside.submit(_start, system, root, demo)
        try:
            while not signals and not started.done():
                time.sleep(0.1)
            if signals:
                return 0
            _welcome(system, time.monotonic() - begin, started.result())
            while not signals:
                ended = system.dead()
                if ended is not None:
                    _report_dead(ended.name, ended.process.returncode if ended.process else None, ended.tail(LOG_LINES))
                    return 1
                time.sleep(0.3)
            return 0
        finally:
            say("\nStopping: services, mailbox, broker, database…")
            try:
                system.stop()
                wait([started])
            finally:
                system.stop()  # what was about to be started
            say("Stopped.")


def _start(system: System, root: str, demo: bool) -> dict[str, str]:
    system.start()
    if demo:  # first: a demonstration opens its periods on days long gone
        from tiendo_local.demo.play import play

        play(system)
    return open_obligations(system, root)


def open_obligations(system: System, root: str) -> dict[str, str]:
    """Ask submissions to open what has begun by the system's time. A refusal is told, and stops nothing."""
    now = datetime.now(UTC) + timedelta(seconds=system.offset)
    token = system.issuer.token("ops", root)
    answers = {}
    for period in periods_begun(now):
        if system.stopping:
            break
        request = urllib.request.Request(
            f"{system.urls['submissions']}/api/v1/obligations/opening",
            data=json.dumps({"period": period}).encode(),
            headers={
                "Authorization": f"Bearer {token}",
                "Content-Type": "application/json",
                "Idempotency-Key": f"opening-{period}-{time.time_ns()}",
            },
            method="POST",
        )
        try:
            with urllib.request.urlopen(request, timeout=60) as answer:
                answers[period] = answer.read(500).decode("utf-8", "replace")
        except urllib.error.HTTPError as fault:
            say_error(f"Obligations of {period} were not opened: {fault.code} {fault.read(1000).decode()}")
        except OSError as fault:
            if not system.stopping:
                say_error(f"Obligations of {period} were not opened: {fault}")
    return answers


def _welcome(system: System, seconds: float, opened: dict[str, str]) -> None:
    now = (datetime.now(UTC) + timedelta(seconds=system.offset)).astimezone(VIETNAM)
    rows = {
        "Việc cần làm (submissions)": system.urls["submissions"],
        "Tiến độ (aggregation)": system.urls["aggregation"],
        "Thời hạn (notifications)": system.urls["notifications"],
        "Nhật ký (audit)": system.urls["audit"],
        "Hộp thư (mailbox)": system.urls["mailbox"],
    }
    wide = max(map(len, rows)) + 2
    say(f"\nready in {seconds:.1f} s")
    for name, url in rows.items():
        say(f"  {name:<{wide}}{url}")
    say(f"  {'Opened periods':<{wide}}{', '.join(opened) or '-'}")
    say(f"  {'Time in Vietnam':<{wide}}{now:%d/%m/%Y %H:%M}{' (shifted by --now)' if system.offset else ''}")
    say(f"  {'Logs, spans, data':<{wide}}{system.workspace.local}")
    here = "" if system.workspace.local == find(None).local else f" --local {system.workspace.local}"
    say(f"Sign in on any page, or get a token:  .venv/bin/tiendo{here} token --role reporter --unit SO_Y_TE")
    say("Ctrl-C stops everything.")


def _report_dead(name: str, code: int | None, tail: str) -> None:
    how = f"signal {signal.Signals(-code).name}" if code is not None and code < 0 else f"code {code}"
    say_error(f"\n{name} ended with {how}. Its log ends:\n{tail}\n")
