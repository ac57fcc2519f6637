"""The options of `tiendo deadletters`, apart from what it does: reading them costs no other command anything."""

import argparse
from typing import Any

SERVICES = ("aggregation", "notifications", "audit")
STATES = ("open", "replayed", "discarded")


def add_parser(commands: Any) -> None:
    """`commands` are the sub-commands of `tiendo`."""
    parser = commands.add_parser("deadletters", help="what a service could not apply: look, replay, discard")
    common = argparse.ArgumentParser(add_help=False)
    common.add_argument("--service", required=True, choices=SERVICES)
    common.add_argument("--url", help="base address of the service (default: the system on this machine)")
    common.add_argument("--token", help="token of somebody with the role ops (default: one of this machine)")
    which = argparse.ArgumentParser(add_help=False)
    which.add_argument("--state", choices=STATES, default="open")
    which.add_argument("--topic")
    which.add_argument("--type", help="in full, e.g. vn.tiendo.submission.received.v1")
    which.add_argument("--reason", help="a part of the reason's text")
    acts = parser.add_subparsers(dest="act", required=True)
    listing = acts.add_parser("list", parents=[common, which], help="newest first")
    listing.add_argument("--all", action="store_true", help="of every state")
    acts.add_parser("show", parents=[common], help="one letter with its value").add_argument("id", type=int)
    replay = acts.add_parser("replay", parents=[common, which], help="apply with today's code, once in effect")
    chosen = replay.add_mutually_exclusive_group(required=True)
    chosen.add_argument("id", type=int, nargs="?")
    chosen.add_argument("--all", action="store_true", help="every letter that the filters name, oldest first")
    discard = acts.add_parser("discard", parents=[common], help="leave it alone; it is kept and may still be replayed")
    discard.add_argument("id", type=int)
    discard.add_argument("--reason", required=True, dest="why", help="why: 5 to 500 characters, nothing personal")
