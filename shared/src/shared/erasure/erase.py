"""`python -m SERVICE erase TABLE ROW COLUMN… --request NUMBER --reason CODE`: a person's words are taken out.

It reports what it would erase, without the words; `--apply` does it in one transaction, with the same words wherever
else they stand in this database, and leaves evidence. Where they stand in what others have sent, it refuses without
`--copies-elsewhere`: a stock text is no person's. COLUMN may name a part: narrative/difficulties, evidence/0. As the
role that owns the tables: who serves may not change what was sent. `--list` prints the evidence, a line each;
`--again FILE` takes such lines (- is standard input) and erases these once more, from a database that was restored.

Exit code: 0 nothing is left to erase, 1 something is, 2 the arguments are not right, 3 it could not be done.
"""

import argparse
import asyncio
import json
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection

from shared.database.engine import create_engine
from shared.erasure.columns import ErasableTable, change, erasable_tables, keep_still
from shared.erasure.plan import ErasurePlan, plan_erasure
from shared.erasure.request import REASONS, ErasureTarget, read_evidence, targets_of, unknown_places
from shared.erasure.table import erasure_table
from shared.log import without_details
from shared.security_log import words_erased
from shared.settings import ServiceSettings

WELL, LEFT, WRONG, NOT_DONE = 0, 1, 2, 3
STATEMENT_TIMEOUT_MS = 600_000
_REFUSED = (
    "not done, nothing is erased: {} rows of others have the same words; name the part that is no stock text, or say"
    " --copies-elsewhere"
)
EVIDENCE = erasure_table(sa.MetaData())


def erase_from(metadata: sa.MetaData) -> Callable[[ServiceSettings, list[str]], int]:
    """The command of a service with these tables."""
    return partial(_erase, metadata)


def _erase(metadata: sa.MetaData, settings: ServiceSettings, argv: list[str]) -> int:
    given = _parser(settings.service).parse_args(argv)
    if faults := settings.owner_faults(production=settings.environment == "production"):
        print(*faults, sep="\n", file=sys.stderr)
        return NOT_DONE
    try:
        if given.list:
            return asyncio.run(_list(settings))
        targets, faults = _targets(given)
        tables = erasable_tables(metadata, settings.service, datetime.now(UTC).date())
        return asyncio.run(_run(settings, tables, targets, faults, given))
    except OSError as fault:
        print(f"not done: {fault}", file=sys.stderr)
    except DBAPIError as fault:
        first = without_details(str(fault.orig)).splitlines()[0]
        print(f"not done, nothing is erased: {first}", file=sys.stderr)
    return NOT_DONE


def _parser(service: str) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog=f"python -m {service} erase", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("words", nargs="*", metavar="TABLE ROW COLUMN…")
    parser.add_argument("--request", metavar="NUMBER", help="number of the file in which the person asked, or an id")
    parser.add_argument("--reason", metavar="CODE", help=", ".join(REASONS))
    parser.add_argument("--apply", action="store_true", help="do it; without, only report")
    parser.add_argument("--copies-elsewhere", action="store_true", help="also where the words stand in others' rows")
    parser.add_argument("--list", action="store_true", help="print what was erased, a line of JSON each")
    parser.add_argument("--again", metavar="FILE", help="erase what such lines name")
    return parser


def _targets(given: argparse.Namespace) -> tuple[list[ErasureTarget], list[str]]:
    """Raises OSError for a file that cannot be read."""
    if given.again is None:
        return targets_of(given.words, given.request, given.reason)
    if given.words or given.request or given.reason or given.copies_elsewhere:
        return [], ["--again: its lines say everything; nothing but --apply beside it"]
    if given.again == "-":
        return read_evidence(sys.stdin)
    with Path(given.again).open(encoding="utf-8") as lines:
        return read_evidence(lines)


async def _list(settings: ServiceSettings) -> int:
    engine = create_engine(settings.as_owner(), pool_size=1)
    try:
        async with engine.connect() as tx:
            for one in await tx.execute(sa.select(EVIDENCE).order_by(EVIDENCE.c.id)):
                told = {"table": one.table_name, "row": one.row_id, "column": one.column_name}
                told |= {"characters": one.characters, "request": one.request, "reason": one.reason}
                told["erased_at"] = one.erased_at.isoformat()
                print(json.dumps(told, ensure_ascii=False))
    finally:
        await engine.dispose()
    return WELL


async def _run(
    settings: ServiceSettings,
    tables: dict[str, ErasableTable],
    targets: list[ErasureTarget],
    faults: list[str],
    given: argparse.Namespace,
) -> int:
    wrong = unknown_places(targets, tables)
    known = [one for one in targets if not unknown_places([one], tables)]
    engine = create_engine(settings.as_owner(), pool_size=1, statement_timeout_ms=STATEMENT_TIMEOUT_MS)
    try:
        async with engine.begin() as tx:
            if given.apply and not (faults or wrong):
                await keep_still(tx, tables.values())
            plan = await plan_erasure(tx, tables, known, again=given.again is not None)
            missing = [f"{one.table} {one.row}: there is no such row" for one in plan.missing]
            if faults := [*faults, *wrong, *plan.faults, *([] if given.again else dict.fromkeys(missing))]:
                print(*faults, sep="\n", file=sys.stderr)
                return WRONG
            print(*lines(plan), *(missing if given.again else ()), sep="\n")
            if given.apply and plan.elsewhere and not given.copies_elsewhere:
                print(_REFUSED.format(plan.elsewhere), file=sys.stderr)
                return NOT_DONE
            if given.apply:
                await apply(tx, plan)
    finally:
        await engine.dispose()
    if not given.apply:
        return LEFT if plan.rows or plan.for_a_person else WELL
    _tell(plan)
    print("done")
    return LEFT if plan.for_a_person else WELL


def lines(plan: ErasurePlan) -> list[str]:
    """What would go: where it stands and how long it is, never the words."""
    told, answers = [], 0
    for (table, row), one in plan.rows.items():
        for (column, at), (words, _) in one.texts.items():
            if one.table.rules[column].copies_only:
                answers += 1
                continue
            what = "bytes" if isinstance(words, bytes) else "characters"
            what += ", the same words" if one.copy else ""
            what += f", of {one.elsewhere}" if one.elsewhere else ""
            told.append(f"{table} {row} {column}{at}: {len(words)} {what}")
    told += [f"{answers} times the same words in answers that are kept for repeated requests"] if answers else []
    told += [f"{one.table} {one.row} {one.column}: another text stands there now: left alone" for one in plan.other]
    told += [f"{where}: the same words stand there and stay: {why}" for where, why in plan.stays.items()]
    return told or ["nothing to erase"]


async def apply(tx: AsyncConnection, plan: ErasurePlan) -> None:
    for one in plan.rows.values():
        await change(tx, one.table, one.row, one.values())
    if evidence := _evidence(plan):
        await tx.execute(sa.insert(EVIDENCE), evidence)


def _evidence(plan: ErasurePlan) -> list[dict[str, str | int]]:
    """Of each text but those in kept answers, which are gone within days and name who asked."""
    return [
        {
            "table_name": table,
            "row_id": row,
            "column_name": column + at,
            "characters": len(words),
            "request": target.request,
            "reason": target.reason,
        }
        for (table, row), one in plan.rows.items()
        for (column, at), (words, target) in one.texts.items()
        if not one.table.rules[column].copies_only
    ]


def _tell(plan: ErasurePlan) -> None:
    for (table, row), one in plan.rows.items():
        for (column, at), (words, target) in one.texts.items():
            if not one.table.rules[column].copies_only:
                words_erased(table, row, column + at, len(words), request=target.request, reason=target.reason)
