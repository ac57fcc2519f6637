"""`python -m tests.resilience`: kill, pause and cut the system off while it works, then compare it with what it said.

Exit code 0 when every run was right, 1 when one was not; 2 when it could not be tried.
"""

import argparse
import logging
import secrets
import signal
import sys
from types import FrameType

from tests.resilience.mutants import PLANTS
from tests.resilience.run import Form, run
from tests.resilience.stage.brokers import wants_tansu
from tiendo_local.console import LocalFault

SHORT = Form(seconds=40, faults=20)
SHORT_CLUSTER = Form(seconds=20, faults=1, nodes=3, only_brokers=True)
LEFT_OUT = (
    "Broker: Tansu, in memory, on one node. Left out: killing it, refusing writes by a topic's settings, the run on "
    "three nodes in which a broker dies, and with it that no request may fail and that no mail comes long after a "
    "report; and the producers are not idempotent."
)


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.resilience", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--seed", type=int, help="repeat a run; drawn and printed if left out")
    parser.add_argument("--seconds", type=float, default=60, help="how long faults happen (60)")
    parser.add_argument("--faults", type=int, default=30, help="how many (30)")
    parser.add_argument("--runs", type=int, default=1, help="with the seeds SEED, SEED+1, …")
    parser.add_argument("--nodes", type=int, choices=(1, 3), default=1, help="Kafka nodes (1)")
    parser.add_argument("--writers", type=int, default=6)
    parser.add_argument("--plant", choices=PLANTS, help="start the workers with this planted bug: the run must fail")
    parser.add_argument("--only-brokers", action="store_true", help="kill brokers only: then no request may fail")
    parser.add_argument("--short", action="store_true", help="a run of 40 s, and one in which brokers of three die")
    parser.add_argument("--keep", action="store_true", help="keep the logs of a run that was right, too")
    chosen = parser.parse_args()
    logging.getLogger("aiokafka").setLevel(logging.CRITICAL)  # it tells of every broker we kill
    signal.signal(signal.SIGTERM, _interrupt)
    seed = chosen.seed if chosen.seed is not None else secrets.randbelow(2**31)
    try:
        return 0 if all([run(seed + n, form, keep=chosen.keep) for n, form in enumerate(_forms(chosen))]) else 1
    except KeyboardInterrupt:
        print("Interrupted; everything was stopped.", file=sys.stderr)
        return 130
    except LocalFault as fault:
        print(fault, file=sys.stderr)
        return 2


def _forms(chosen: argparse.Namespace) -> list[Form]:
    if wants_tansu():
        print(LEFT_OUT)
    if chosen.short:
        return [SHORT] if wants_tansu() else [SHORT, SHORT_CLUSTER]
    form = Form(chosen.seconds, chosen.faults, chosen.nodes, chosen.writers, chosen.plant, chosen.only_brokers)
    return [form] * chosen.runs


def _interrupt(number: int, frame: FrameType | None) -> None:
    raise KeyboardInterrupt


if __name__ == "__main__":
    sys.exit(main())
