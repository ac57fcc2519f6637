"""A ledger that lies, to see that the checker would say so."""

from collections.abc import Iterable
from copy import deepcopy
from dataclasses import replace

from tests.resilience.actors.ledger import Ledger
from tests.resilience.judging.checker import Row, sampled
from tests.resilience.judging.expected import counting

# What a report with one boy more than was sent must disturb, when nothing else is wrong.
FOUND = {
    "submissions: figures, reasons, reviews",
    "aggregation: the province, both bases",
    "aggregation: each commune, both bases",
    "aggregation: what the values rest on",
    "aggregation: last announcement",
}


def with_another_boy(settled: Ledger) -> Ledger:
    """One report that counts and is read in full, told otherwise than it was sent. Nothing of the book is open."""
    changed, read = deepcopy(settled), set(sampled(settled))
    for acts in changed.acts.values():
        last = max((n for n, act in enumerate(acts) if act.kind == "submit"), default=None)
        if last is not None and acts[last].submission in read and counting(acts, "received"):
            values = dict(acts[last].values or {})
            values["n_live_births_male"] += 1
            acts[last] = replace(acts[last], values=values)
            return changed
    raise AssertionError("no report counts: there is nothing to lie about")


def found_out(honest: Iterable[Row], lied: Iterable[Row]) -> Row:
    """Whether the lie, and nothing but the lie, is what the second check found beside the first."""
    already = {row.name for row in honest if not row.ok}
    wanted = FOUND - already
    told = {row.name for row in lied if not row.ok} - already
    apart = tuple(sorted(told ^ wanted))
    return Row("checker: finds a lie, and nothing else", f"{len(wanted)} rows", f"{len(told)}", not apart, apart)
