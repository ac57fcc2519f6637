"""The form as a table to fill in: rows are elements, columns disaggregations."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from shared.events import Status
from shared.text import Text
from submissions.pages.comparison import Difference
from submissions.pages.typed_form import TypedForm
from submissions.rules.form import Element, FormField, FormRules
from submissions.rules.observation import STATUSES
from submissions.rules.texts import text, texts


@dataclass(frozen=True)
class Slot:
    """A cell of the table: the field's place on the form, what stands in its inputs, last year's value, its faults.

    Faults by kind of input: `value`, `status`, `note`. `differences` by kind: `value` (with its status) and `note`.
    """

    index: int
    field: FormField
    typed: str
    status: str
    note: str
    previous: str | None
    faults: Mapping[str, Sequence[Text]]
    differences: Mapping[str, Difference]

    @property
    def statuses(self) -> tuple[Status, ...]:
        """What may be chosen."""
        return tuple(s for s in STATUSES if s != "not_applicable" or self.field.element.may_be_not_applicable)


@dataclass(frozen=True)
class FormRow:
    element: Element
    slots: tuple[Slot | None, ...]


def columns_of(rules: FormRules) -> list[tuple[str, Text]]:
    """Each disaggregation of the form once, the total first, with its heading."""
    headings = {f.key: f.label if f.key else text("form.total") for f in rules.fields}
    return sorted(headings.items(), key=lambda item: item[0] != "")


def rows_of(
    rules: FormRules,
    typed: TypedForm,
    previous: Mapping[str, str],
    faults: Mapping[str, Sequence[Text]],
    differences: Mapping[str, Difference] | None = None,
) -> list[FormRow]:
    """`previous` is last year's value by “element key”, already written for the reader; the rest by name of input."""
    columns = columns_of(rules)
    differing = differences or {}
    slots = {
        f.cell: Slot(
            index,
            f,
            typed.of(f"value.{index}"),
            typed.of(f"status.{index}"),
            typed.of(f"note.{index}"),
            previous.get(" ".join(f.cell)),
            {kind: faults.get(f"{kind}.{index}", ()) for kind in ("value", "status", "note")},
            {k: differing[f"{k}.{index}"] for k in ("value", "note") if f"{k}.{index}" in differing},
        )
        for index, f in enumerate(rules.fields)
    }
    return [FormRow(e, tuple(slots.get((e.id, key)) for key, _ in columns)) for e in rules.elements.values()]


def paste_words(rules: FormRules) -> dict[str, dict[str, str]]:
    """What a spreadsheet may say instead of a number, in both languages and small letters: an answer, or a status that
    the form offers."""
    words: dict[str, dict[str, str]] = {}
    none = any(element.may_be_not_applicable for element in rules.elements.values())
    offered = [status for status in STATUSES if none or status != "not_applicable"]
    for kind, prefix, meanings in (
        ("value", "flag", {"yes": "1", "no": "0"}),
        ("status", "status", {status: status for status in offered}),
    ):
        for word, meaning in meanings.items():
            for language in ("vi", "en"):
                words[texts().plain(language, f"{prefix}.{word}").lower()] = {kind: meaning}
    return words
