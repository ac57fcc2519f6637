"""Two people on one form: what the page was opened with, what was typed on it, and what stands now."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from shared.text import Text
from shared.text.decimals import plain
from shared.text.figures import NONE
from submissions.pages.typed_form import GENERAL, READERS, TypedForm
from submissions.rules.form import FormRules
from submissions.rules.observation import STATUSES
from submissions.rules.texts import text

# Who changed it since the page was opened.
Changed = Literal["both", "others", "you"]
Part = tuple[str, ...]
NOTHING = Text(NONE, NONE)


@dataclass(frozen=True)
class Difference:
    """What differs between a page and what stands now: the inputs `names`, the first of them to link to.

    What only others changed is taken from what stands now, since nothing was typed there; all else stays as typed.
    """

    names: Part
    changed: Changed
    label: Text
    typed: Text
    now: Text

    @property
    def is_text(self) -> bool:
        return not self.names[0].startswith("value.")


def compare(
    rules: FormRules, opened_with: TypedForm, typed: TypedForm, now: TypedForm
) -> tuple[TypedForm, list[Difference]]:
    """What the form shows next, and what differs, in the order of the form. All three write numbers alike."""
    differences = []
    shown = dict(typed.inputs)
    for part in parts_of(rules, [opened_with, typed, now]):
        base, mine, theirs = (_said(part, form) for form in (opened_with, typed, now))
        if mine == theirs:
            continue
        changed: Changed = "others" if mine == base else "you" if theirs == base else "both"
        label, words = label_of(rules, part[0]), [words_of(rules, part, form) for form in (typed, now)]
        differences.append(Difference(part, changed, label, *words))
        if changed == "others":
            shown |= {name: now.of(name) for name in part}
    return TypedForm(shown, typed.numbers), differences


def parts_of(rules: FormRules, forms: Sequence[TypedForm]) -> list[Part]:
    """What is changed as one: a value with its status, a note, a part of the narrative, the list of documents."""
    cells = [part for i in range(len(rules.fields)) for part in ((f"value.{i}", f"status.{i}"), (f"note.{i}",))]
    narrative = dict.fromkeys(name for form in forms for name in form.inputs if name.startswith("narrative."))
    return [*cells, *((name,) for name in narrative), ("evidence",)]


def by_input(differences: Sequence[Difference]) -> Mapping[str, Difference]:
    return {difference.names[0]: difference for difference in differences}


def label_of(rules: FormRules, name: str) -> Text:
    """What the input of this name asks for."""
    kind, _, rest = name.partition(".")
    if kind in ("value", "note"):
        cell = rules.label(rules.fields[int(rest)].cell)
        return cell if kind == "value" else text("form.note_of", name=cell)
    if kind == "narrative":
        return narrative_title(rules, rest)
    return text("form.evidence")


def narrative_title(rules: FormRules, code: str) -> Text:
    """A part that the form does not have came over the API; it is called by its code."""
    known = {part.code: part.title for part in rules.narrative}
    return known.get(code) or (text("form.general") if code == GENERAL else text("form.other_part", name=code))


def words_of(rules: FormRules, part: Part, form: TypedForm) -> Text:
    """What the inputs say, as a reader would say it: “8.123, ước thực hiện”, “Có”."""
    said = form.of(part[0]).strip()
    words = Text(said, said) if said else NOTHING
    if not part[0].startswith("value."):
        return words
    flag = rules.fields[int(part[0].partition(".")[2])].element.kind == "flag"
    if flag and said in ("0", "1"):
        words = text("flag.yes" if said == "1" else "flag.no")
    status = form.of(part[1])
    if status == "final" or status not in STATUSES:
        return words
    named = text(f"status.{status}")
    return named if words is NOTHING else Text(f"{words.vi}, {named.vi}", f"{words.en}, {named.en}")


def _said(part: Part, form: TypedForm) -> list[str]:
    """What the inputs mean: 1.200 and 1200 are the same number, blanks around a text say nothing."""
    return [_number(form.of(name), form) if name.startswith("value.") else form.of(name).strip() for name in part]


def _number(text: str, form: TypedForm) -> str:
    try:
        return plain(READERS[form.numbers](text))
    except ValueError:
        return text.strip()
