"""The words for the members of an event."""

import pytest

from audit.rules.entry import EventFields
from audit.rules.phrases import PhraseContext, placeholders
from shared.text import Language


def words(data: EventFields, language: Language = "vi") -> dict[str, object]:
    return placeholders(PhraseContext(data, language, lambda key, _: key, lambda _: 1))


def test_periods() -> None:
    assert words({"period": "2026"})["period"] == "năm 2026"
    assert words({"period": "2026"}, "en")["period"] == "2026"
    assert words({"period": "2026-Q3"})["period"] == "quý III/2026"
    assert words({"period": "2026-Q3"}, "en")["period"] == "Q3 2026"


def test_a_new_code_stands_for_itself() -> None:
    assert words({"kind": "kiem_tra", "consumer": "registry"}) == {
        "kind": "kiểm tra", "consumer": "registry", "reason": "–", "about": "", "together": "",
    }  # fmt: skip


def test_figures_have_the_decimals_of_their_measure() -> None:
    figures = {"value": "1234.56", "reported": 3, "expected": 28}
    data = {"measure": "4.1", "values": {"received": figures}}
    assert words(data)["value"] == "1.234,6" and words(data, "en")["value"] == "1,234.6"
    withheld = words(data | {"values": {"received": figures | {"value": None}}}, "en")
    assert withheld["value"] == "value not told here", "others may read one"
    nobody = words(data | {"values": {"received": figures | {"value": None, "reported": 0}}}, "en")
    assert nobody["value"] == "no value"


def test_figures_in_doubt_say_so() -> None:
    data = {"measure": "4.1", "values": {"received": {"value": "7", "reported": 3, "expected": 28}}}
    doubtful = {
        "measure": "4.1",
        "values": {"received": {"value": "7", "reported": 3, "expected": 28, "needs_check": True}},
    }
    assert words(data)["check"] == ""
    assert words(doubtful)["check"] == " (cần kiểm tra)" and words(doubtful, "en")["check"] == " (needs checking)"


@pytest.mark.parametrize(
    ("roles", "said", "together"),
    [
        (None, "người lập báo cáo", ""),
        (["reporter"], "người lập báo cáo", ""),
        (["reporter", "head"], "người lập báo cáo và người đứng đầu", ""),
        (["reporter", "deputy", "head"], "người lập báo cáo và deputy và người đứng đầu", ""),
        (["head", "reporter"], "người lập báo cáo", ", trong cùng một thông báo với người đứng đầu"),
    ],
)
def test_one_message_for_several_roles_is_told_as_one(roles: list[str] | None, said: str, together: str) -> None:
    told = words({"recipient_role": "reporter", "recipient_roles": roles})
    assert (told["recipient_role"], told["together"]) == (said, together)


@pytest.mark.parametrize(
    "data",
    [
        {"recipient_role": "head", "recipient_roles": 7},
        {"values": {}, "measure": "4.1"},
        {"values": 7, "measure": "4.1"},
        {"due_at": "soon"},
    ],
)
def test_data_of_another_shape_has_no_words(data: EventFields) -> None:
    with pytest.raises((KeyError, TypeError, ValueError)):
        words(data)
