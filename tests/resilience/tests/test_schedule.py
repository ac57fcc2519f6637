"""The schedule of faults, which is pure."""

from itertools import pairwise
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from tests.resilience.schedule import Kind, exclusive, kinds, plan

PROCESSES = [
    "postgres",
    "mailbox",
    "broker-1",
    *(f"{s}-{p}" for s in ("submissions", "aggregation", "notifications", "audit") for p in ("api", "worker-1")),
]
PROXIES = ["broker-1", *(f"postgres-{s}" for s in ("submissions", "aggregation", "notifications", "audit"))]
TOPICS = ["submissions.v1", "indicators.v1"]


def every() -> list[Kind]:
    return kinds(PROCESSES, PROXIES, TOPICS, durable=True)


@given(st.integers(0, 2**32), st.integers(1, 40))
def test_nobody_is_hit_twice_at_a_time(seed: int, count: int) -> None:
    planned = plan(Random(seed), every(), 60, count)
    by_group: dict[str, list[tuple[float, float]]] = {}
    for one in planned:
        for group in exclusive(one.fault.name, one.fault.victim):
            by_group.setdefault(group, []).append((one.at, one.at + one.fault.seconds))
    for spans in by_group.values():
        spans.sort()
        assert all(end <= begin for (_, end), (begin, _) in pairwise(spans))


@given(st.integers(0, 2**32))
def test_thirty_faults_fit_into_a_minute_and_some_overlap(seed: int) -> None:
    planned = plan(Random(seed), every(), 60, 30)
    assert len(planned) == 30
    assert [p.at for p in planned] == sorted(p.at for p in planned)
    assert any(b.at < a.at + a.fault.seconds for a, b in pairwise(planned))


def test_the_same_seed_gives_the_same_schedule() -> None:
    assert plan(Random(7), every(), 60, 30) == plan(Random(7), every(), 60, 30)


def test_a_broker_that_keeps_nothing_is_not_killed() -> None:
    spared = kinds(PROCESSES, PROXIES, TOPICS, durable=False)
    assert not any(k.name == "kill" and "broker-1" in k.victims for k in spared)
    assert not {"refuse", "shrink"} & {k.name for k in spared}
