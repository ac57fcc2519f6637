import argparse
import sys
from pathlib import Path

from shared.catalogue.reading.loader import PACKAGED_PLAN, check


def main(arguments: list[str] | None = None) -> int:
    """`check [FILE_OR_FOLDER…]`: print every fault as file:line: code: message. 0 = none, 1 = some, 2 = wrong usage."""
    parser = argparse.ArgumentParser(prog="python -m shared.catalogue", description="Check a plan's catalogue.")
    commands = parser.add_subparsers(dest="command", required=True)
    checking = commands.add_parser("check", help="name every fault with file and line")
    checking.add_argument("paths", nargs="*", type=Path, metavar="FILE_OR_FOLDER", default=[PACKAGED_PLAN])
    faults = check(parser.parse_args(arguments).paths)
    for fault in faults:
        print(fault)
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
