"""The command `tiendo`."""

import argparse
import sys
from pathlib import Path

from tiendo_local.commands import dead_letter_options
from tiendo_local.console import LocalFault, say_error
from tiendo_local.workspace import find


def main(argv: list[str] | None = None) -> int:
    """Returns the exit code: 0 well, 1 not (`rebuild` also 3: nothing to tell)."""
    given = _parser().parse_args(argv)
    workspace = find(given.local)
    try:
        # Each command imports what it needs: `tiendo token` is run in loops.
        if given.command == "up":
            from tiendo_local.commands.up import up

            return up(workspace, now=given.now, demo=given.demo, port_base=given.port_base)
        if given.command == "token":
            from tiendo_local.issuer import Issuer

            _known_unit(given.unit)
            _warn_unfit(given.role, given.unit)
            print(Issuer(workspace.local / "issuer").token(given.role, given.unit, subject=given.subject))
            return 0
        if given.command == "lag":
            from tiendo_local.commands.lag import show_lag

            return show_lag(workspace)
        if given.command in ("rebuild", "rewind", "reconcile", "erase"):
            from tiendo_local.commands.restore import run

            return run(workspace, given)
        if given.command == "deadletters":
            from tiendo_local.commands.dead_letters import run

            return run(workspace, given)
        if given.command == "trace":
            from tiendo_local.commands.trace import show_trace

            return show_trace(workspace.spans, given.id)
        return _new_key(given) if given.command == "event-keys" else _check(given.files)
    except LocalFault as fault:
        say_error(str(fault))
        return 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="tiendo", description="The whole system on one machine.")
    parser.add_argument("--local", metavar="DIR", help="folder for data, logs and keys (default: .local)")
    commands = parser.add_subparsers(dest="command", required=True)
    up = commands.add_parser("up", help="start everything; Ctrl-C stops it")
    up.add_argument("--now", metavar="DATE", help="the day the system believes it is, e.g. 2026-12-10")
    up.add_argument("--demo", action="store_true", help="play illustrative submissions")
    up.add_argument("--port-base", type=int, metavar="N", help="first of the four services' ports (default 8001)")
    token = commands.add_parser("token", help="print a token for 12 hours")
    token.add_argument("--role", required=True)
    token.add_argument("--unit", required=True, help="catalogue key, e.g. SO_Y_TE or 24615@2025-07-01")
    token.add_argument("--subject", help="the person's opaque id")
    event_keys = commands.add_parser("event-keys", help="keys that services sign their events with")
    new = event_keys.add_subparsers(dest="act", required=True).add_parser("new", help="make a key and publish it")
    new.add_argument("source", help="whose it is, e.g. /submissions")
    new.add_argument("--key", required=True, type=Path, metavar="FILE", help="where the private key goes")
    new.add_argument("--keys", required=True, type=Path, metavar="FILE", help="the set of public keys")
    new.add_argument("--days", type=int, default=400, help="how long it is valid (default 400)")
    commands.add_parser("lag", help="what waits where: outbox, consumers, open dead letters")
    rebuild = commands.add_parser("rebuild", help="compute the indicators anew from the events and compare")
    rebuild.add_argument("--from", dest="origin", choices=("log", "topic"), default="log", help="default: log")
    rebuild.add_argument("--swap", action="store_true", help="use what was computed from now on")
    back = commands.add_parser("rewind", help="let a service read again what its restored database lacks")
    back.add_argument("service", choices=("aggregation", "notifications", "audit"))
    back.add_argument("--apply", action="store_true", help="do it; without, only report")
    back.add_argument("--accept-loss", action="store_true", help="forget that records are gone from Kafka")
    back.add_argument(
        "--publish-beside-lost", action="store_true",
        help="of aggregation: publish sensitive sums again, which beside forgotten ones may tell a single count",
    )  # fmt: skip
    mend = commands.add_parser("reconcile", help="compare reports, log and facts, both ways")
    mend.add_argument("--apply", action="store_true", help="repair what differs; without, only report")
    erase = commands.add_parser("erase", help="take a person's words out of a service's database; reports first")
    erase.add_argument("service", choices=("submissions", "aggregation", "notifications", "audit"))
    erase.add_argument("words", nargs=argparse.REMAINDER, help="as `python -m SERVICE erase --help` says")
    dead_letter_options.add_parser(commands)
    trace = commands.add_parser("trace", help="draw what happened to a submission, a reminder, an event")
    trace.add_argument("id", help="trace id, or id of a submission, obligation, reminder or event")
    catalogue = commands.add_parser("catalogue", help="work on catalogue files")
    check = catalogue.add_subparsers(dest="act", required=True).add_parser("check", help="name every fault")
    check.add_argument("files", nargs="+", type=Path, help="a plan's folder, or some of its files")
    return parser


def _known_unit(unit: str) -> None:
    """Raises LocalFault for a unit that the catalogue does not have."""
    from shared.catalogue import load

    catalogue = load()
    if unit not in catalogue.units and unit not in catalogue.receivers:
        raise LocalFault(f"The catalogue has no unit `{unit}`. Keys are like SO_Y_TE, 24736@2025-07-01 or DAK_NONG.")


def _warn_unfit(role: str, unit: str) -> None:
    """Of a token that services refuse today. It is printed all the same: whoever tries them needs such tokens."""
    from shared.access import ROLES
    from shared.auth import unfit
    from shared.catalogue import load
    from shared.clock import Clock

    known = next((one for one in ROLES if one == role), None)
    if known and (found := unfit(load(), known, unit, Clock().today())):
        say_error(f"Services refuse this token today: {found.words.en}")


def _new_key(given: argparse.Namespace) -> int:
    from tiendo_local.event_keys import add_key

    print(add_key(given.source, key_file=given.key, keys_file=given.keys, days=given.days))
    return 0


def _check(files: list[Path]) -> int:
    from shared.catalogue import check

    faults = check(files)
    for fault in faults:
        print(fault)
    if not faults:
        print(f"{', '.join(map(str, files))}: no fault")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
