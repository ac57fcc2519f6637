import pytest

from shared.access import ROLES
from shared.text import Text
from shared.text.names import PeriodStyle, actor_name, form_name, period_name, report_name


@pytest.mark.parametrize(
    ("period", "style", "expected"),
    [
        ("2026", "short", Text("năm 2026", "for 2026")),
        ("2026-Q3", "short", Text("quý III/2026", "for Q3 2026")),
        ("2026", "long", Text("năm 2026", "2026")),
        ("2026-Q3", "long", Text("quý III/2026", "Q3 2026")),
        ("2026-Q9", "long", Text("năm 2026", "2026")),
    ],
)
def test_a_period_is_named_as_its_place_wants(period: str, style: PeriodStyle, expected: Text) -> None:
    assert period_name(period, style) == expected


def test_who_acted_is_a_unit_and_a_role() -> None:
    assert actor_name("Sở Nội vụ", "coordinator") == Text("Sở Nội vụ (điều phối)", "Sở Nội vụ (coordinator)")
    assert actor_name(None, "ops") == Text("vận hành", "operations")
    assert actor_name("X", "a_new_role").vi == "X (a_new_role)"


@pytest.mark.parametrize("role", ROLES)
def test_every_role_has_a_word(role: str) -> None:
    assert role not in actor_name(None, role).vi


def test_a_form_and_what_is_sent_on_it_are_named_the_same_everywhere() -> None:
    assert form_name("B04-CQ") == Text("Biểu B04-CQ", "Form B04-CQ")
    assert report_name("B04-CQ", "2026") == Text("Biểu B04-CQ năm 2026", "Form B04-CQ for 2026")
    assert report_name("B02-XA-Q", "2026-Q3") == Text("Biểu B02-XA-Q quý III/2026", "Form B02-XA-Q for Q3 2026")
