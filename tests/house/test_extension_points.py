"""Whoever adds something is told what is missing: each test plants an addition without its counterpart.

A planted event class stands in tests/contracts. mypy tells the rest: a consumer that leaves an event out and a kind
without a strategy end in `assert_never`.
"""

from collections.abc import Callable, Collection, Iterable
from dataclasses import replace
from decimal import Decimal
from importlib import import_module
from pkgutil import iter_modules
from typing import Any, cast, get_args

import pytest

from aggregation.http import presenters
from aggregation.rules import assessment
from aggregation.rules.formula import CellSum, figure, strategy
from aggregation.rules.revision import Basis
from audit.pages import service_reports
from audit.rules import inspection
from audit.rules.finding import SEVERITIES
from audit.rules.sources import source
from notifications.channels.channel import OutcomeKind
from notifications.channels.email.address import PREFIX
from notifications.channels.registry import CHANNELS
from notifications.rules import reminder
from notifications.rules.stage import Role
from shared.access import ROLES
from shared.catalogue import load
from shared.catalogue.measure import MeasureKind, Operator, Reference, Wording
from shared.catalogue.measure_kind import needs_of
from shared.events import WITH_VALUE, WITHOUT_VALUE, Assessment, Status
from shared.text import messages
from shared.web.shell.navigation import NAV_ITEMS
from submissions import events as submission_events
from submissions.pages.task import SHAPES
from submissions.rules import obligation
from submissions.rules.review import NEXT, Act
from tests.contracts.schemas import SERVICES


def undecided(kinds: Iterable[str]) -> list[str]:
    """What to write for each kind of measure that a table lacks."""
    tables: dict[Callable[[Any], object], str] = {
        needs_of: "what it asks of the catalogue in shared/src/shared/catalogue/measure_kind.py (needs_of)",
        strategy: "how it is computed in services/aggregation/src/aggregation/rules/formula/kinds.py (strategy)",
    }
    return [
        f"measure kind {kind!r}: write {what}" for kind in kinds for table, what in tables.items() if lacks(table, kind)
    ]


def lacks(table: Callable[[Any], object], member: str) -> bool:
    try:
        table(member)
    except AssertionError:  # assert_never
        return True
    return False


def test_every_kind_of_measure_has_its_rows() -> None:
    told = undecided(get_args(MeasureKind))
    assert not told, "\n".join(["", *told])


def test_a_kind_of_measure_alone_is_told_what_to_write_and_gives_no_number() -> None:
    told = undecided(["weighted_mean"])
    assert [line.partition(" in ")[0] for line in told] == [
        "measure kind 'weighted_mean': write what it asks of the catalogue",
        "measure kind 'weighted_mean': write how it is computed",
    ]
    measure = replace(next(iter(load().measures.values())), kind=cast(MeasureKind, "weighted_mean"))
    answered = CellSum(Decimal(700), 1, 1, 1)
    with pytest.raises(AssertionError, match="weighted_mean"):
        figure(measure, [answered for _ in measure.elements])


def unwritten(members: Iterable[str], rows: Collection[object], where: str) -> list[str]:
    """Members of a closed set without a row of a table, or without words in a message file."""
    return [f"write {member!r} in {where}" for member in members if member not in rows]


TABLES: tuple[tuple[object, Collection[object], str], ...] = (
    (Operator, assessment.OPERATORS, "aggregation/rules/assessment.py, OPERATORS"),
    (Operator, presenters.SIGNS, "aggregation/http/presenters.py, SIGNS"),
    (Act, submission_events.DECIDED, "submissions/events.py, DECIDED"),
    (Act, {act for _, act in NEXT}, "submissions/rules/review.py, NEXT"),
    (obligation.State, SHAPES, "submissions/pages/task.py, SHAPES"),
    (Status, WITH_VALUE | WITHOUT_VALUE, "shared/events/data.py, WITH_VALUE or WITHOUT_VALUE"),
    (Role, PREFIX, "notifications/channels/email/address.py, PREFIX"),
)


@pytest.mark.parametrize(("members", "rows", "where"), TABLES, ids=[where for *_, where in TABLES])
def test_a_table_over_a_closed_set_is_total(members: object, rows: Collection[object], where: str) -> None:
    told = unwritten(get_args(members), rows, where)
    assert not told, "\n".join(["", *told])
    assert unwritten(["planted"], rows, where) == [f"write 'planted' in {where}"]


def test_an_indicator_of_one_measure_is_assessed_as_that_measure() -> None:
    """So that a new assessment is not taken for one that `combine` knows."""
    assert [assessment.combine([one]) for one in get_args(Assessment)] == list(get_args(Assessment))


WORDS: tuple[tuple[str, str, Iterable[str]], ...] = (
    ("submissions", "state", get_args(obligation.State)),
    ("submissions", "status", get_args(Status)),
    ("submissions", "review", get_args(Act)),
    ("submissions", "without_value", WITHOUT_VALUE),
    ("aggregation", "board.basis", get_args(Basis)),
    ("aggregation", "one.wording", set(get_args(Wording)) - {"confirmed"}),
    ("aggregation", "one", set(get_args(Reference)) - {"reporting_year"}),
    ("notifications", "state", get_args(reminder.ReminderState)),
    ("notifications", "calendar", get_args(reminder.ReminderState)),
    ("notifications", "reason", get_args(reminder.PlanReason)),
    ("notifications", "channel.other", get_args(reminder.ChannelReason)),
    ("notifications", "channel.other.outcome", get_args(OutcomeKind)),
    ("notifications", "role", get_args(Role)),
    ("audit", "state", get_args(inspection.State)),
    ("audit", "kind", inspection.KINDS),
    ("audit", "severity", SEVERITIES),
    ("audit", "sources", source.KINDS),
    ("audit", "operations.unanswered", get_args(service_reports.Why)),
    ("audit", "service", NAV_ITEMS),
    ("audit", "reason", get_args(reminder.Reason)),
    ("audit", "recipient_role", get_args(Role)),
    ("audit", "channel", CHANNELS),
    ("shared.web", "web.role", ROLES),
    ("shared.web", "web.place", NAV_ITEMS),
    ("shared.web", "web.state", set(get_args(Assessment)) - {"not_applicable"}),  # a page says which kind of nothing
)


@pytest.mark.parametrize(("package", "prefix", "members"), WORDS, ids=[f"{p}: {x}" for p, x, _ in WORDS])
def test_every_member_of_a_closed_set_has_words(package: str, prefix: str, members: Iterable[str]) -> None:
    known = messages.load(package).keys()
    told = unwritten([f"{prefix}.{member}" for member in members], known, f"the messages of {package}")
    assert not told, "\n".join(["", *told])


@pytest.mark.parametrize("service", SERVICES)
def test_every_router_of_a_service_is_in_its_application(service: str) -> None:
    taken = import_module(f"{service}.app").ROUTERS
    left_out = [name for name in _routes(service) if import_module(name).router not in taken]
    assert not left_out, f"name the router in ROUTERS of {service}/app.py: {left_out}"


def _routes(service: str) -> list[str]:
    """Modules of the rooms `http` and `pages` that have a router."""
    rooms = [import_module(f"{service}.{room}") for room in ("http", "pages")]
    found = [f"{room.__name__}.{module.name}" for room in rooms for module in iter_modules(room.__path__)]
    return [name for name in found if hasattr(import_module(name), "router")]
