"""A length is dated, and what nobody forgets has none."""

from datetime import date, timedelta

import pytest

from shared.retention import Retention, kept, retentions

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
