"""`python -m aggregation replay`: the state anew from the audit log or the topic, compared with the live one.

Progress goes to standard error, the result to standard output. Exit code: 0 equal, 1 different (exchanged or not), 2
the arguments are not right, 3 no comparison, or no exchange though it was asked for.
"""

import argparse
import asyncio
import getpass
import logging
import sys
import traceback
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta

from sqlalchemy.ext.asyncio import AsyncEngine

from aggregation.rebuild.errors import CouldNotCompare
from aggregation.rebuild.log_origin import LogOrigin, client
from aggregation.rebuild.origin import Origin
from aggregation.rebuild.published_sums import PublishedSums, published_sums
from aggregation.rebuild.report import report_lines
from aggregation.rebuild.run import Rebuild, RebuildOptions
from aggregation.rebuild.shadow import SCHEMA
from aggregation.rebuild.topic_origin import TopicOrigin
from aggregation.rules.plan import PlanIndex
from aggregation.settings import AggregationSettings
from shared.catalogue import load
from shared.clock import Clock
from shared.database.engine import create_engine
from shared.events import SUBMISSIONS
from shared.messaging.signing.signature_verifier import SignatureVerifier

EQUAL, DIFFERENT, NO_ANSWER = 0, 1, 3
# A checksum reads whole tables.
STATEMENT_TIMEOUT_MS = 600_000


def replay(settings: AggregationSettings, argv: list[str]) -> int:
    arguments = _parser().parse_args(argv)
    for handler in logging.getLogger().handlers:
        if isinstance(handler, logging.StreamHandler):
            handler.setStream(sys.stderr)
    logging.getLogger("httpx").setLevel(logging.WARNING)
    if faults := settings.owner_faults(production=settings.environment == "production"):
        say("\n".join(faults))
        return NO_ANSWER
    if arguments.origin == "log" and settings.audit_token is None:
        say("AUDIT_TOKEN is not set: a token whose role reads the whole audit log")
        return NO_ANSWER
    options = RebuildOptions(arguments.by, swap=arguments.swap, partial=arguments.partial, patience=arguments.patience)
    try:
        return asyncio.run(_replay(settings, arguments.origin, options))
    except CouldNotCompare as fault:
        say(str(fault))
        return NO_ANSWER
    except Exception:  # an exit code of 1, Python's own, would say that the two differ
        traceback.print_exc()
        return NO_ANSWER


async def _replay(settings: AggregationSettings, origin: str, options: RebuildOptions) -> int:
    owner = settings.as_owner()
    live = create_engine(owner, pool_size=4, statement_timeout_ms=STATEMENT_TIMEOUT_MS)
    shadow = create_engine(owner, pool_size=2, schema=SCHEMA, statement_timeout_ms=STATEMENT_TIMEOUT_MS)
    plan, clock = PlanIndex(load(settings.catalogue_path)), Clock(timedelta(seconds=settings.clock_offset_seconds))
    try:
        async with _origin(settings, origin, plan, live if options.swap else None) as (events, told):
            if not events.complete:
                say(f"the {events.name} does not begin with the first event: older ones are gone from it")
            result = await Rebuild(live, shadow, events, plan, clock=clock, say=say, told=told).run(options)
    finally:
        await shadow.dispose()
        await live.dispose()
    for line in report_lines(result):
        print(line)
    if result.refused:
        say(f"the tables were not exchanged: {result.refused}")
        return NO_ANSWER
    return EQUAL if result.rebuilt.equal else DIFFERENT


@asynccontextmanager
async def _origin(
    settings: AggregationSettings, name: str, plan: PlanIndex, swapped: AsyncEngine | None
) -> AsyncIterator[tuple[Origin, PublishedSums | None]]:
    """And what was published, where a swap may put it back."""
    if name == "topic":
        async with TopicOrigin(settings, SUBMISSIONS) as topic:
            yield topic, None
    else:
        token = settings.audit_token.get_secret_value() if settings.audit_token else ""
        async with client(settings.audit_url, token) as http:
            verifier = SignatureVerifier.of(settings)
            told = await published_sums(http, verifier, plan, swapped) if swapped else None
            yield LogOrigin(http, SUBMISSIONS, verifier), told


def say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m aggregation replay", description=__doc__)
    origin = parser.add_mutually_exclusive_group(required=True)
    origin.add_argument("--from-log", dest="origin", action="store_const", const="log", help="from AUDIT_URL")
    origin.add_argument("--from-topic", dest="origin", action="store_const", const="topic", help="from Kafka")
    parser.add_argument("--swap", action="store_true", help="put the rebuilt tables in the place of the live ones")
    parser.add_argument("--partial", action="store_true", help="swap although events are gone")
    parser.add_argument("--by", default=_account(), metavar="NAME", help="who asks, kept with the result")
    parser.add_argument(
        "--patience", type=float, default=20.0, metavar="SECONDS",
        help="how long live may apply nothing before it is no longer waited for (20)",
    )  # fmt: skip
    return parser


def _account() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # a container's user needs no name
        return "unknown"
