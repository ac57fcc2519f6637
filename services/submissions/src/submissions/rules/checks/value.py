"""Checks of what an observation says: its value, its status and its note."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from decimal import Decimal
from functools import partial
from typing import NamedTuple

from shared.catalogue.element import ElementKind, is_whole, misfit
from shared.events import WITH_VALUE, WITHOUT_VALUE, Status
from shared.text import Text
from shared.text.decimals import plain
from shared.text.figures import number
from shared.text.words import kept
from submissions.rules import limits
from submissions.rules.checks.cell import quoted
from submissions.rules.checks.narrative import check_length
from submissions.rules.form import Cell, Element, FormRules
from submissions.rules.observation import (
    STATUSES,
    NumberReader,
    ObservationEntry,
    read_english,
    read_plain,
    read_vietnamese,
)
from submissions.rules.texts import text
from submissions.rules.violation import Violation, figure, flag_violation, shown, violation


class Writing(NamedTuple):
    """A way to write numbers: the message with an example, its decimal mark, and how a number is written in it."""

    example: str
    mark: str
    write: Callable[[Decimal], str]


WRITINGS: Mapping[NumberReader, Writing] = {
    read_plain: Writing("example.plain", ".", plain),
    read_vietnamese: Writing("example.vietnamese", ",", partial(number, language="vi")),
    read_english: Writing("example.english", ".", partial(number, language="en")),
}


def status_of(entry: ObservationEntry) -> Status | None:
    """None when the entry has a status that does not exist."""
    return entry.status if entry.status in STATUSES else None


def check_value(
    rules: FormRules, entry: ObservationEntry, cell: Cell | None, at: str, read: NumberReader
) -> tuple[Decimal | None, list[Violation]]:
    """The value, None where the status says there is none, and what is wrong with value, status and note.

    No cell means that the measure or the disaggregation is wrong; the rest of the entry is checked all the same.
    """
    pointer, element, name = f"{at}/value", element_of(rules, entry), name_of(rules, entry, cell)
    wrong_status = check_status(rules, entry, cell, at, name)
    violations = check_note(entry, at, cell) + wrong_status
    status = None if wrong_status else status_of(entry)
    if not entry.has_value:
        if element is not None and status in WITH_VALUE:
            violations.append(
                violation_of(element)("value_required", pointer, cell, name=name, instead=instead_of(element))
            )
        return None, violations
    value, wrong_value = read_value(rules, entry, status, name, pointer, cell, read)
    return value, violations + wrong_value


def read_value(
    rules: FormRules,
    entry: ObservationEntry,
    status: Status | None,
    name: Text,
    pointer: str,
    cell: Cell | None,
    read: NumberReader,
) -> tuple[Decimal | None, list[Violation]]:
    """The value that was given. No status: what is wrong with it is told already."""
    raw, element = entry.value, element_of(rules, entry)
    if isinstance(raw, bool) or not isinstance(raw, str | int | float):
        return None, [violation("value_type", pointer, cell)]
    if status in WITHOUT_VALUE:
        words, wrong_with = text(f"without_value.{status}"), violation_of(element)
        return None, [wrong_with("value_not_allowed", pointer, cell, name=name, status=words)]
    if isinstance(raw, float):
        return None, [violation("float_not_exact", pointer, cell, name=name)]
    if "%" in str(raw) and not is_flag(element):
        values = {"value": shown(str(raw)), "name": name, "counts": counts_for(rules, entry)}
        return None, [violation("percentage_instead_of_counts", pointer, cell, **values)]
    return read_number(element, str(raw), name, pointer, cell, read)


def read_number(
    element: Element | None, raw: str, name: Text, pointer: str, cell: Cell | None, read: NumberReader
) -> tuple[Decimal | None, list[Violation]]:
    """The number that a text stands for; also when a number of this size or kind is not taken."""
    kind = element.kind if element else None
    try:
        value = read(raw)
    except ValueError:
        if is_flag(element):
            return None, [flag_violation("not_a_number", pointer, cell, value=shown(raw), name=name)]
        example = one_of(read, meanings(kind, raw)) or text(WRITINGS[read].example)
        return None, [violation("not_a_number", pointer, cell, value=shown(raw), name=name, example=example)]
    if instead := one_of(read, misread(kind, raw, read)):
        return None, [
            violation_of(element)("decimal_mark", pointer, cell, value=shown(raw), name=name, instead=instead)
        ]
    if code := misfit(kind, value):
        code = "not_flag" if is_flag(element) else code
        return value, [violation(code, pointer, cell, name=name, value=figure(value))]
    return value, []


def misread(kind: ElementKind | None, raw: str, read: NumberReader) -> list[Decimal]:
    """What a whole number written with a decimal mark may mean.

    `12,000` is twelve thousand to one officer and twelve to another: it is neither until it is written plainly.
    """
    whole = kind is not None and is_whole(kind)
    return meanings(kind, raw) if whole and WRITINGS[read].mark in raw else []


def meanings(kind: ElementKind | None, raw: str) -> list[Decimal]:
    """The values that a text has in one way of writing or another, as far as an element of the kind can have them."""
    found = set()
    for read in WRITINGS:
        with suppress(ValueError):
            found.add(read(raw))
    return sorted((value for value in found if misfit(kind, value) is None), reverse=True)


def one_of(read: NumberReader, values: Sequence[Decimal]) -> Text | None:
    """“12.000 or 12”: the values as they are written for this reader; None for none."""
    if not values:
        return None
    numbers, conjunction = [WRITINGS[read].write(value) for value in values], text("list.or")
    return Text(f" {conjunction.vi} ".join(numbers), f" {conjunction.en} ".join(numbers))


def check_status(rules: FormRules, entry: ObservationEntry, cell: Cell | None, at: str, name: Text) -> list[Violation]:
    if status_of(entry) is None:
        status = shown(entry.status) if isinstance(entry.status, str) else ""
        named = [text("status.named", name=text(f"status.{known}"), code=known) for known in STATUSES]
        allowed = Text(", ".join(one.vi for one in named), ", ".join(one.en for one in named))
        return [violation("unknown_status", f"{at}/status", cell, status=status, allowed=allowed)]
    element = element_of(rules, entry)
    if entry.status == "not_applicable" and element is not None and not element.may_be_not_applicable:
        code = "not_applicable_flag" if element.kind == "flag" else "not_applicable_not_allowed"
        return [violation(code, f"{at}/status", cell, name=name)]
    return []


def check_note(entry: ObservationEntry, at: str, cell: Cell | None) -> list[Violation]:
    if entry.note is None:
        return []
    if not isinstance(entry.note, str):
        return [violation("text_expected", f"{at}/note", cell)]
    return check_length("note_too_long", kept(entry.note), f"{at}/note", limits.NOTE, cell)


def instead_of(element: Element) -> Text:
    """What may be said where there is no number."""
    return text("instead.none_or_missing" if element.may_be_not_applicable else "instead.missing")


def is_flag(element: Element | None) -> bool:
    """Whether the element is answered yes or no, so that faults speak of no number."""
    return element is not None and element.kind == "flag"


def violation_of(element: Element | None) -> Callable[..., Violation]:
    """What makes a violation in words that suit the element."""
    return flag_violation if is_flag(element) else violation


def element_of(rules: FormRules, entry: ObservationEntry) -> Element | None:
    return rules.elements.get(entry.measure) if isinstance(entry.measure, str) else None


def name_of(rules: FormRules, entry: ObservationEntry, cell: Cell | None) -> Text:
    """The name of what the entry is about, as exact as the entry allows."""
    if cell is not None:
        return rules.label(cell)
    if not isinstance(entry.measure, str):
        return Text("?", "?")
    return rules.names.get(entry.measure) or Text(shown(entry.measure), shown(entry.measure))


def counts_for(rules: FormRules, entry: ObservationEntry) -> Text:
    """The counts to give instead of a percentage."""
    if not isinstance(entry.measure, str):
        return text("both_counts")
    if entry.measure in rules.computed:
        return quoted([rules.names[element] for element in rules.computed[entry.measure]])
    for ratio in rules.ratios:
        if entry.measure in (ratio.numerator, ratio.denominator):
            return quoted([rules.names[ratio.numerator], rules.names[ratio.denominator]])
    return quoted([rules.names[entry.measure]]) if entry.measure in rules.names else text("both_counts")
