"""Checks of a report against its form. One answer names all violations; a report with any is not kept."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from shared.catalogue.element import misfit
from shared.events import Status
from submissions.rules import limits
from submissions.rules.checks.cell import cell_of, check_cell
from submissions.rules.checks.pairs import check_pairs
from submissions.rules.checks.sums import check_hours, check_parts, check_shares
from submissions.rules.checks.value import check_value, instead_of, status_of, violation_of
from submissions.rules.form import Cell, FormRules
from submissions.rules.observation import NumberReader, Observation, ObservationEntry, read_plain
from submissions.rules.violation import Violation, escape, shown, violation

DIGITS = re.compile(r"[0-9]{1,12}")
# Faults that make a status say nothing about the other count of its ratio.
CONTRADICTED = {"not_applicable_not_allowed", "not_applicable_flag", "value_not_allowed"}


@dataclass(frozen=True)
class CheckedEntry:
    """What is wrong with an entry, and what can be used of it all the same. No cell: nothing can."""

    violations: Sequence[Violation]
    cell: Cell | None = None
    status: Status | None = None
    observation: Observation | None = None


def check_observations(
    rules: FormRules, entries: Sequence[ObservationEntry | None], read: NumberReader = read_plain
) -> tuple[list[Observation], list[Violation]]:
    """The observations, when there is no violation; `read` tells how numbers are written (plain, or Vietnamese).

    None stands for what was no observation at all. What is wrong with one part of an entry hides nothing of the others.
    """
    if len(entries) > limits.OBSERVATIONS:
        count, limit = len(entries), limits.OBSERVATIONS
        return [], [violation("too_many_observations", "/observations", count=count, limit=limit)]
    violations: list[Violation] = []
    taken: dict[Cell, Observation] = {}
    places: dict[Cell, int] = {}
    statuses: dict[Cell, Status] = {}
    for index, entry in enumerate(entries):
        checked = ordinary_entry(rules, entry, index, places, read) or check_entry(rules, entry, index, places, read)
        violations += checked.violations
        if len(violations) >= limits.VIOLATIONS and (left := len(entries) - index - 1):
            return [], [violation("observations_not_checked", f"/observations/{index + 1}", count=left), *violations]
        if checked.cell is None:
            continue
        places[checked.cell] = index
        if checked.status is not None:
            statuses[checked.cell] = checked.status
        if checked.observation is not None:
            taken[checked.cell] = checked.observation
    violations += check_missing(rules, places)
    violations += check_shares(rules, taken, places) + check_hours(rules, taken, places)
    violations += check_parts(rules, taken, places) + check_pairs(rules, statuses, places)
    return list(taken.values()), violations


def ordinary_entry(
    rules: FormRules, entry: ObservationEntry | None, index: int, places: Mapping[Cell, int], read: NumberReader
) -> CheckedEntry | None:
    """What `check_entry` says of most entries, told at once: a number in digits for a cell of the form, and no more.

    None for any other entry, whose parts are looked at one by one.
    """
    if entry is None or entry.status != "final" or entry.note is not None or entry.unknown:
        return None
    cell = cell_of(entry)
    field = None if cell is None or cell in places else rules.by_cell.get(cell)
    if cell is None or field is None or field.disaggregation != entry.disaggregation:
        return None
    if not isinstance(entry.value, str) or not DIGITS.fullmatch(entry.value):
        return None
    value = read(entry.value)
    if misfit(field.element.kind, value):
        return None
    observation = Observation(cell[0], cell[1], value, field.disaggregation, "final", None, index)
    return CheckedEntry((), cell, "final", observation)


def check_entry(
    rules: FormRules, entry: ObservationEntry | None, index: int, places: Mapping[Cell, int], read: NumberReader
) -> CheckedEntry:
    """`places` are the cells of the entries before: a cell that is given again is not taken."""
    at = f"/observations/{index}"
    if entry is None:
        return CheckedEntry([violation("observation_expected", at)])
    cell, violations = check_cell(rules, entry, at)
    again = cell in places
    if cell is not None and again:
        violations.append(violation("duplicate_cell", at, cell, name=rules.label(cell)))
    value, wrong_value = check_value(rules, entry, cell, at, read)
    violations += check_keys(entry.unknown, at) + wrong_value
    if cell is None or again:
        return CheckedEntry(violations)
    status = uncontradicted_status(entry, violations)
    if status is None or f"{at}/value" in {v.pointer for v in violations}:
        return CheckedEntry(violations, cell, status)
    disaggregation = rules.by_cell[cell].disaggregation
    observation = Observation(cell[0], cell[1], value, disaggregation, status, entry.kept_note, index)
    return CheckedEntry(violations, cell, status, observation)


def uncontradicted_status(entry: ObservationEntry, violations: Sequence[Violation]) -> Status | None:
    """The status of an entry, as far as what is wrong with the entry leaves it a meaning."""
    return None if {v.code for v in violations} & CONTRADICTED else status_of(entry)


def check_missing(rules: FormRules, places: Mapping[Cell, int]) -> list[Violation]:
    """Required fields that no entry is about."""
    return [
        violation_of(f.element)(
            "missing_field", "/observations", f.cell, name=rules.label(f.cell), instead=instead_of(f.element)
        )
        for f in rules.fields
        if f.required and f.cell not in places
    ]


def check_keys(unknown: Sequence[str], at: str) -> list[Violation]:
    """Keys that the object at `at` should not have, the first of them."""
    keys = unknown[: limits.UNKNOWN_KEYS]
    return [violation("unknown_key", f"{at}/{escape(key)}", name=shown(key)) for key in keys]
