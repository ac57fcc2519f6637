"""What somebody wants erased, from the command line or from lines of evidence: everything wrong is told at once."""

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from shared.erasure.columns import ErasableTable

# Codes and not words: a reason in words would name somebody sooner or later.
REASONS = ("person-asked", "authority-asked", "entered-by-mistake")
# The number of a file, as 12/BVDL, or an opaque id.
NUMBER = re.compile(r"[A-Za-z0-9ĐđƯưƠơÂâÊêÔô][A-Za-z0-9ĐđƯưƠơÂâÊêÔô./_-]{0,63}")
EVIDENCE = ("table", "row", "column", "request", "reason")


@dataclass(frozen=True, slots=True)
class ErasureTarget:
    """`column`: a column, or a part of it as `narrative/difficulties`. `request` and `reason`: for the record.

    `characters`: of what was erased once; None when it is not known. After a restore another row may have got its id.
    """

    table: str
    row: str
    column: str
    request: str
    reason: str
    characters: int | None = None

    @property
    def column_name(self) -> str:
        return self.column.partition("/")[0]

    @property
    def pointer(self) -> str:
        """Within the column; "" is all of it."""
        return self.column[len(self.column_name) :]


def targets_of(words: Sequence[str], request: str | None, reason: str | None) -> tuple[list[ErasureTarget], list[str]]:
    """TABLE ROW COLUMN… and what is wrong with them, apart from what the tables know."""
    faults = []
    if len(words) < 3:
        faults.append("say TABLE ROW COLUMN, as: submission 019ad5c8-… narrative")
    faults += _wrong_with(request, reason)
    table, row, *columns = [*words, "", ""] if len(words) < 3 else words
    return [ErasureTarget(table, row, column, request or "", reason or "") for column in columns if column], faults


def read_evidence(lines: Iterable[str]) -> tuple[list[ErasureTarget], list[str]]:
    """What `--list` has printed, to erase it once more from a database that was restored."""
    targets, faults = [], []
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            told = json.loads(line)
            table, row, column, request, reason = (str(told[name]) for name in EVIDENCE)
            target = ErasureTarget(table, row, column, request, reason, int(told["characters"]))
        except (ValueError, KeyError, TypeError):
            faults.append(f"line {number}: not as `--list` prints it")
            continue
        targets.append(target)
        faults += [f"line {number}: {fault}" for fault in _wrong_with(target.request, target.reason)]
    return targets, faults


def unknown_places(targets: Iterable[ErasureTarget], tables: Mapping[str, ErasableTable]) -> list[str]:
    """Tables and columns that there are not, or of which nothing is erased, and why."""
    faults = []
    for target in targets:
        table, may = tables.get(target.table), sorted(name for name, one in tables.items() if one.named)
        if table is None:
            faults.append(f"table {target.table!r}: nothing is erased there; only of: {', '.join(may)}")
            continue
        rule = table.rules.get(target.column_name)
        if rule is None or rule.copies_only:
            named = ", ".join(sorted(table.named)) or "none"
            faults.append(f"column {target.table}.{target.column_name}: not erased on request; these are: {named}")
        elif rule.never is not None:
            faults.append(f"column {target.table}.{target.column_name}: it stays: {rule.never}")
    return list(dict.fromkeys(faults))


def _wrong_with(request: str | None, reason: str | None) -> list[str]:
    faults = []
    if not request or not NUMBER.fullmatch(request):
        faults.append("--request: the number of the file or an opaque id, as 12/BVDL; no name, no blank")
    if reason not in REASONS:
        faults.append(f"--reason: one of {', '.join(REASONS)}")
    return faults
