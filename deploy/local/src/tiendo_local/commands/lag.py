"""`tiendo lag`: what waits where, from the services' databases and the broker of the last `tiendo up`."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import psycopg

from tiendo_local.commands.consumer_lag import consumer_lag
from tiendo_local.commands.gaps import source_lines
from tiendo_local.console import LocalFault, say
from tiendo_local.servers.topics import run
from tiendo_local.workspace import Workspace, read_json


@dataclass
class Waiting:
    """Of one service. None: could not be asked, `fault` says why; of a topic's lag: could not be counted."""

    service: str
    outbox: int | None = None
    oldest_seconds: float | None = None
    dead_letters: int | None = None
    lag: dict[str, int | None] = field(default_factory=dict)
    fault: str | None = None


def show_lag(workspace: Workspace) -> int:
    """Print the table. Raises LocalFault when the system was never started here. 1 if something could not be asked."""
    state = read_json(workspace.state)
    if not state:
        raise LocalFault(f"{workspace.state} is not there: start the system with `tiendo up` first.")
    rows = [ask_database(service, url) for service, url in state["databases"].items()]
    ask_broker(rows, state)
    for line in table(rows):
        say(line)
    if audit := state["databases"].get("audit"):
        say("")
        for line in source_lines(audit):
            say(line)
    return 1 if any(row.fault for row in rows) else 0


def ask_broker(rows: list[Waiting], state: Mapping[str, Any]) -> None:
    """Fill in the lag of each service, or why it could not be asked."""
    from shared.events.topics import ALL_TOPICS

    services = [row.service for row in rows]
    try:
        lags = run(consumer_lag(state["bootstrap"], services, state["trustworthy_end_offsets"], ALL_TOPICS))
    except Exception as fault:  # aiokafka raises many kinds; the databases' half is still worth showing
        for row in rows:
            row.fault = row.fault or f"broker: {type(fault).__name__} {fault}"
        return
    for row in rows:
        row.lag = lags[row.service]


def ask_database(service: str, url: str) -> Waiting:
    """Outbox and open dead letters of one service."""
    try:
        with psycopg.connect(url.replace("+asyncpg", ""), connect_timeout=3) as connection:
            outbox = connection.execute(
                "select count(*), extract(epoch from clock_timestamp() - min(created_at))::float8 from outbox"
            ).fetchone()
            dead = connection.execute("select count(*) from dead_letter where state = 'open'").fetchone()
    except psycopg.Error as fault:
        return Waiting(service, fault=f"database: {str(fault).strip().splitlines()[0]}")
    return Waiting(service, outbox[0] if outbox else 0, outbox[1] if outbox else None, dead[0] if dead else 0)


def table(rows: list[Waiting]) -> list[str]:
    """A line per service and topic."""
    lines = [f"{'service':<14} {'outbox':>7} {'oldest':>8} {'dead':>6}   {'topic':<20} {'lag':>8}"]
    for row in rows:
        age = "-" if row.oldest_seconds is None else f"{row.oldest_seconds:.1f} s"
        head = f"{row.service:<14} {_number(row.outbox):>7} {age:>8} {_number(row.dead_letters):>6}"
        cells = [f"{topic:<20} {'?' if lag is None else lag:>8}" for topic, lag in sorted(row.lag.items())]
        cells = cells or [f"{'-':<20} {'-':>8}"]
        for cell in cells:
            lines.append(f"{head}   {cell}")
            head = " " * len(head)
        if row.fault:
            lines.append(f"{'':<14} {row.fault}")
    return lines


def _number(value: int | None) -> str:
    return "-" if value is None else str(value)
