"""How a violation repeats what was wrong."""

from decimal import Decimal

from shared.text import Text
from submissions.rules import limits
from submissions.rules.violation import escape, figure, shown, violation


def test_a_violation_says_each_value_in_the_language_of_its_sentence() -> None:
    fault = violation(
        "negative", "/value", ("population", ""), name=Text("Dân số", "Population"), value=figure(Decimal(-1))
    )
    assert fault.text == Text("“Dân số” là -1; số liệu này không thể âm.", "“Population” is -1; it cannot be negative.")
    assert (fault.fault().code, fault.fault().pointer, fault.cell) == ("negative", "/value", ("population", ""))


def test_figures_are_written_as_each_language_does() -> None:
    assert figure(Decimal("1234.5")) == Text("1.234,5", "1,234.5")


def test_a_wrong_text_is_repeated_in_part_and_without_half_characters() -> None:
    assert shown("x" * limits.SHOWN) == "x" * limits.SHOWN
    assert shown("x" * 1000) == "x" * limits.SHOWN + "…"
    assert shown("a\ud800\u202eb") == "a\ufffd\ufffdb"
    assert escape("a/b~c") == "a~1b~0c"
