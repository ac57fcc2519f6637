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
        "kind": "kiểm tra", "consumer": "registry", "reason": "–", "about": "",
    }  # fmt: skip


def test_figures_have_the_decimals_of_their_measure() -> None:
    figures = {"value": "1234.56", "reported": 3, "expected": 28}
    data = {"measure": "4.1", "values": {"received": figures}}
    assert words(data)["value"] == "1.234,6" and words(data, "en")["value"] == "1,234.6"
    assert words(data | {"values": {"received": figures | {"value": None}}}, "en")["value"] == "no value"


@pytest.mark.parametrize(
    "data", [{"values": {}, "measure": "4.1"}, {"values": 7, "measure": "4.1"}, {"due_at": "soon"}]
)
def test_data_of_another_shape_has_no_words(data: EventFields) -> None:
    with pytest.raises((KeyError, TypeError, ValueError)):
        words(data)
