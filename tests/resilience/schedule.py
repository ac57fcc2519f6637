"""Which fault hits whom and when: a pure function of a seed and of what there is to hit."""

from collections.abc import Sequence
from dataclasses import dataclass
from random import Random

from tiendo_local.services import SERVICES


@dataclass(frozen=True)
class Fault:
    """`seconds` is how long it lasts before it is undone, 0 for what is over at once."""

    name: str
    victim: str
    seconds: float = 0.0


@dataclass(frozen=True)
class Planned:
    """`at`: seconds after the begin."""

    at: float
    fault: Fault


@dataclass(frozen=True)
class Kind:
    """A sort of fault. `seconds`: from, to. `rest`: for how long its victim is spared afterwards, to come back.

    `earliest`: the part of the time that has passed before it may happen, from 0 to 1.
    """

    name: str
    weight: int
    seconds: tuple[float, float]
    victims: tuple[str, ...]
    rest: float = 2.0
    earliest: float = 0.0


# A node that was killed serves again after its own old session has ended, and it may hold every partition.
BROKER_REST = 9.0
RARE, USUAL, OFTEN = 1, 2, 6


def kinds(processes: Sequence[str], proxies: Sequence[str], topics: Sequence[str], *, durable: bool) -> list[Kind]:
    """What can be done to a system. A broker that is not `durable` (Tansu) is neither killed nor configured."""
    apis = tuple(n for n in processes if n.endswith("-api"))
    relays = tuple(n for n in processes if n.startswith("submissions-worker"))
    workers = tuple(n for n in processes if "-worker-" in n and n not in relays)
    brokers = tuple(n for n in processes if n.startswith("broker-"))
    to_postgres = tuple(n for n in proxies if n.startswith("postgres-"))
    to_kafka = tuple(n for n in proxies if n.startswith("broker-"))
    short, long = (0.0, 2.0), (2.0, 8.0)
    found = [
        Kind("kill", OFTEN, short, workers),
        Kind("kill", USUAL, short, relays),
        Kind("kill", USUAL, short, apis),
        Kind("kill", RARE, short, ("postgres",), rest=6.0),
        Kind("pause", OFTEN, long, workers),
        Kind("pause", USUAL, long, relays),
        Kind("pause", RARE, long, apis),
        Kind("pause", RARE, (2.0, 4.0), ("postgres",), rest=4.0),
        Kind("pause", RARE, (2.0, 5.0), brokers, rest=4.0),
        *(Kind("cut", USUAL, (0.0, 0.0), (proxy,), rest=1.0) for proxy in to_postgres),
        Kind("cut", USUAL, (0.0, 0.0), to_kafka, rest=1.0),
        Kind("stall", USUAL, (2.0, 6.0), to_postgres),
        Kind("stall", USUAL, (2.0, 6.0), to_kafka),
        Kind("scale", USUAL, (4.0, 8.0), tuple(s for s in SERVICES if s != "submissions")),
        Kind("roll", RARE, (0.0, 0.0), SERVICES, rest=15.0),
    ]
    if durable:
        found += [
            # Late: while the only node is away nothing moves, and other faults hit nobody at work.
            Kind("kill", RARE, short, brokers, rest=BROKER_REST, earliest=0.6),
            Kind("refuse", USUAL, (2.0, 5.0), tuple(topics), rest=1.0),
            Kind("shrink", USUAL, (2.0, 5.0), tuple(topics), rest=1.0),
        ]
    return [kind for kind in found if kind.victims]


def plan(rng: Random, kinds: Sequence[Kind], seconds: float, count: int) -> list[Planned]:
    """`count` faults within `seconds`, each kind at least once if there is room. Nobody is hit twice at a time."""
    chosen = [*kinds, *rng.choices(kinds, [k.weight for k in kinds], k=max(0, count - len(kinds)))][:count]
    rng.shuffle(chosen)
    busy: dict[str, list[tuple[float, float]]] = {}
    planned = []
    for kind in chosen:
        if found := _place(rng, kind, kinds, seconds, busy):
            planned.append(found)
    return sorted(planned, key=lambda p: p.at)


def _place(
    rng: Random, kind: Kind, kinds: Sequence[Kind], seconds: float, busy: dict[str, list[tuple[float, float]]]
) -> Planned | None:
    """A free victim at a free moment; another kind's when this one's are all taken."""
    for attempt in range(200):
        if attempt > 50:
            kind = rng.choice(kinds)
        lasts = rng.uniform(*kind.seconds)
        at, victim = rng.uniform(kind.earliest * seconds, seconds), rng.choice(kind.victims)
        span = (at, at + lasts + kind.rest)
        groups = exclusive(kind.name, victim)
        if all(span[1] <= begin or end <= span[0] for g in groups for begin, end in busy.get(g, [])):
            for group in groups:
                busy.setdefault(group, []).append(span)
            return Planned(round(at, 2), Fault(kind.name, victim, round(lasts, 2)))
    return None


def exclusive(name: str, victim: str) -> tuple[str, ...]:
    """What a fault has to itself while it lasts."""
    if name in ("cut", "stall"):
        return (f"way to {victim}",)
    if name in ("refuse", "shrink") or victim.startswith("broker-"):
        return ("kafka",)
    if name == "scale":
        return (f"workers of {victim}",)
    if name == "roll":
        return ("roll", f"workers of {victim}", *(f"{victim}-{p}" for p in PROCESSES))
    return (victim,)


PROCESSES = ("api", *(f"worker-{n}" for n in range(1, 10)))
