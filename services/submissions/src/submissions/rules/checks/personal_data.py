"""What looks like personal data in the words of a report or decision: refused until somebody confirms it is not."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from shared.text.personal_data import CONFIRMATION, confirmed_kinds, personal_data, told
from shared.text.words import kept
from submissions.rules import limits
from submissions.rules.checks.cell import check_cell
from submissions.rules.form import Cell, FormRules
from submissions.rules.observation import ObservationEntry
from submissions.rules.violation import Violation, escape

CONFIRMED = "personal_data_confirmed"


@dataclass(frozen=True)
class WrittenText:
    """A text that somebody wrote, where it stands, and the cell that it is a note of."""

    pointer: str
    words: str
    cell: Cell | None = None


def check_personal_data(
    texts: Iterable[WrittenText], confirmed: Collection[str]
) -> tuple[list[Violation], list[Violation]]:
    """A violation for each text that must be looked at again, and, once that is confirmed, a warning instead."""
    violations, warnings = [], []
    for one in texts:
        if not (pieces := personal_data(one.words[: limits.NARRATIVE])):
            continue
        if CONFIRMATION in confirmed:
            warnings.append(Violation(CONFIRMED, one.pointer, confirmed_kinds(pieces), one.cell))
        else:
            violations.append(Violation(CONFIRMATION, one.pointer, told(pieces), one.cell))
    return violations, warnings


def texts_of(
    rules: FormRules,
    entries: Sequence[ObservationEntry | None],
    narrative: Mapping[str, str],
    evidence: Sequence[str],
    reason: str | None,
) -> Iterator[WrittenText]:
    """Every text of a report, as it is kept. What is too much of anything is a violation of its own, and not read."""
    for index, entry in enumerate(entries[: limits.OBSERVATIONS]):
        if entry is not None and (note := entry.kept_note):
            at = f"/observations/{index}"
            yield WrittenText(f"{at}/note", note[: limits.NOTE], check_cell(rules, entry, at)[0])
    for key, words in list(narrative.items())[: limits.NARRATIVES]:
        yield WrittenText(f"/narrative/{escape(key)}", words)
    for index, words in enumerate(evidence[: limits.EVIDENCE]):
        yield WrittenText(f"/evidence/{index}", words[: limits.EVIDENCE_ITEM])
    yield WrittenText("/reason", kept(reason)[: limits.REASON])
