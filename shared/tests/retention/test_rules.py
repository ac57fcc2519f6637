"""A length is dated, and what nobody forgets has none; so is what is erased on request."""

from datetime import date, timedelta

import pytest

from shared.retention import Retention, erasure_rules, kept, retentions
from shared.retention.on_request import ErasureRule, read_erasure_rule, rules_on

OLD, NEW = date(2026, 1, 1), date(2027, 3, 1)
RULE = Retention("x", (), (), ((OLD, timedelta(days=7)), (NEW, timedelta(days=3))), "", None, True)


@pytest.mark.parametrize(("day", "days"), [(OLD, 7), (date(2027, 2, 28), 7), (NEW, 3), (date(2030, 1, 1), 3)])
def test_a_new_length_holds_from_its_day_on(day: date, days: int) -> None:
    assert RULE.on(day) == timedelta(days=days)


def test_before_its_first_day_and_for_what_is_kept_for_good_nothing_is_forgotten() -> None:
    with pytest.raises(LookupError, match="no rule on 2025-12-31"):
        RULE.on(date(2025, 12, 31))
    for name in ("log", "nothing"):
        with pytest.raises(LookupError, match=f"nothing forgets {name}"):
            kept(name)


def test_every_rule_says_why() -> None:
    assert len({rule.name for rule in retentions()}) == len(retentions())
    assert all(len(rule.why) > 20 and rule.kept for rule in retentions())


def test_what_is_erased_on_request_is_dated_too() -> None:
    rules = [ErasureRule(NEW, ("a",), never="the archive wants it"), ErasureRule(OLD, ("a", "b"), instead="label")]
    assert rules_on(rules, ["a", "b"], date(2025, 12, 31)) == {}
    assert rules_on(rules, ["a"], OLD) == {"a": rules[1]}
    assert rules_on(rules, ["a", "b", "c"], NEW) == {"a": rules[0], "b": rules[1]}
    assert set(erasure_rules("audit.finding", ["criteria", "severity", "recorded_by"], OLD)) == {
        "criteria",
        "recorded_by",
    }


@pytest.mark.parametrize("said", [{}, {"instead": "label", "never": "why"}, {"instead": "stars"}])
def test_a_rule_says_what_stands_there_or_why_it_stays(said: dict[str, str]) -> None:
    with pytest.raises(ValueError, match="on_request of note"):
        read_erasure_rule({"valid_from": OLD, "columns": ["note"], **said})
