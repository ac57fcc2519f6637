"""Every table has a rule how long it is kept, and what can be forgotten is forgotten by that rule."""

import re
from fnmatch import fnmatch
from importlib import import_module

import pytest
import sqlalchemy as sa

from shared.database import idempotency
from shared.messaging.retention import INBOX_DAYS
from shared.retention import kept, retentions
from shared.span_processors import slow_traces
from tests.deploy.test_compose import ROOT, SERVICES

# Columns that name a person, or in which somebody may have written a name.
PERSONAL = re.compile(
    r"person|.*_by|.*address|recipient|narrative|observations|evidence|note|reason|.*document.*|scope|criteria|condition"
    r"|cause|effect"
)
# Of these names, those that hold codes and counts.
CODES = {"dead_letter.reason", "erasure.reason", "reminder.reason", "revision.observations"}


def tables(service: str) -> dict[str, sa.Table]:
    metadata: sa.MetaData = import_module(f"{service}.store.tables").metadata
    return {f"{service}.{table.name}": table for table in metadata.sorted_tables}


@pytest.mark.parametrize("service", SERVICES)
def test_every_table_has_a_rule(service: str) -> None:
    """Without one nobody has asked why it is kept, and nobody is told when it goes."""
    for name, table in tables(service).items():
        found = [rule for rule in retentions() if any(fnmatch(name, one) for one in rule.tables)]
        assert len(found) == 1, f"{name}: {len(found)} rules in shared/src/shared/retention/rules.yaml"
        texts = [column.name for column in table.columns if PERSONAL.fullmatch(column.name)]
        untold = {column for column in texts if f"{table.name}.{column}" not in CODES} - set(found[0].personal)
        assert not untold, f"{name}: may hold a person and the rule does not say so"


def test_a_rule_names_what_there_is() -> None:
    there = {name: table for service in SERVICES for name, table in tables(service).items()}
    for rule in retentions():
        named = [table for name, table in there.items() if any(fnmatch(name, one) for one in rule.tables)]
        assert all(any(fnmatch(name, one) for name in there) for one in rule.tables), rule.name
        assert set(rule.personal) <= {column.name for table in named for column in table.columns}, rule.name
        assert rule.enforced_by is None or (ROOT / rule.enforced_by).is_file(), rule.name


def test_what_is_forgotten_is_forgotten_by_its_rule() -> None:
    assert kept("inbox").days == INBOX_DAYS
    assert kept("idempotency") == idempotency.KEEP
    assert kept("slow_traces") == slow_traces.KEPT_FOR
    [kept_ms] = re.findall(r"retention\.ms=(\d+)", (ROOT / "deploy/kafka/create-topics.sh").read_text("utf-8"))
    assert kept("kafka").total_seconds() * 1000 == int(kept_ms)
