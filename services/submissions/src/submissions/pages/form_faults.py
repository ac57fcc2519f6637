"""The faults of a form, each at its input and in the order in which the inputs stand."""

from collections.abc import Sequence
from dataclasses import replace

from shared.text import Fault, Text
from submissions.pages.typed_form import narrative_codes
from submissions.rules.form import FormRules
from submissions.rules.texts import text, texts
from submissions.rules.violation import Violation


def page_faults(rules: FormRules, violations: Sequence[Violation]) -> list[Fault]:
    """For the summary on top: each fault points at the input it is about. What is about no input comes first."""
    ordered = sorted(violations, key=lambda one: _place(rules, one))
    return [replace(one.fault(), pointer=input_of(rules, one)) for one in ordered]


def input_of(rules: FormRules, violation: Violation) -> str:
    """`/value.3`, `/status.3` or `/note.3` for what is about a cell."""
    cell = violation.cell
    if cell is not None and cell in rules.by_cell:
        return f"/{_kind(violation)}.{[field.cell for field in rules.fields].index(cell)}"
    return "/evidence" if violation.pointer.startswith("/evidence") else violation.pointer


def faults_beside(rules: FormRules, violations: Sequence[Violation]) -> dict[str, list[Text]]:
    """Short words by the name of the input they stand beside; in full where there are no short ones."""
    beside: dict[str, list[Text]] = {}
    for one in violations:
        if one.cell is not None and one.cell in rules.by_cell:
            flag = rules.by_cell[one.cell].element.kind == "flag"
            beside.setdefault(input_of(rules, one)[1:], []).append(_short(one, flag=flag))
    return beside


def _short(violation: Violation, *, flag: bool) -> Text:
    keys = [f"cell.{violation.code}.flag"] * flag + [f"cell.{violation.code}"]
    return next((text(key) for key in keys if key in texts()), violation.text)


def _kind(violation: Violation) -> str:
    last = violation.pointer.rpartition("/")[2]
    return last if last in ("status", "note") else "value"


def _place(rules: FormRules, violation: Violation) -> tuple[int, int, int]:
    """Figures cell by cell, then the narrative part by part, the documents, the reason."""
    pointer = input_of(rules, violation)
    kind, _, index = pointer[1:].partition(".")
    if kind in ("value", "status", "note"):
        return 1, int(index), ("value", "status", "note").index(kind)
    if pointer.startswith("/narrative"):
        code = pointer.rpartition("/")[2]
        codes = narrative_codes(rules)
        return 2, codes.index(code) if code in codes else len(codes), 0
    return {"/evidence": 3, "/reason": 4}.get(pointer, 0), 0, 0
