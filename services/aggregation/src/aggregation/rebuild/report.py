"""A rebuild's result in plain text."""

from collections.abc import Iterator

from aggregation.rebuild.run import Result

ABSENT = "(no row)"


def report_lines(result: Result) -> Iterator[str]:
    rebuilt, letters = result.rebuilt, result.compared.letters
    seconds = (rebuilt.finished_at - rebuilt.started_at).total_seconds()
    yield f"rebuild   {rebuilt.id}"
    yield f"origin    {rebuilt.origin}: {rebuilt.events:,} events, {rebuilt.facts:,} facts, {seconds:.1f} s"
    if result.compared.behind:
        yield f"behind    live had not applied {result.compared.behind:,} of the events"
    yield f"live      {rebuilt.live_checksum}"
    yield f"rebuilt   {rebuilt.rebuilt_checksum}"
    yield f"equal     {'yes' if rebuilt.equal else 'NO'}"
    yield f"swapped   {'yes' if rebuilt.swapped else 'no'}"
    yield ""
    yield f"{'table':<16} {'live':>10} {'rebuilt':>10} {'differ':>8}  checksums"
    for name, (old_rows, old, new_rows, new) in result.tables.items():
        sums = old[:12] if old == new else f"{old[:12]} {new[:12]}"
        yield f"{name:<16} {old_rows:>10,} {new_rows:>10,} {rebuilt.differing.get(name, 0):>8,}  {sums}"
    for shown in result.shown:
        yield f"\n{shown.table} {shown.key}"
        yield f"  live    {shown.live or ABSENT}"
        yield f"  rebuilt {shown.rebuilt or ABSENT}"
    if letters.only_rebuilt:
        yield f"\nonly the rebuild could not apply {len(letters.only_rebuilt):,} events: {_some(letters.only_rebuilt)}"
    if letters.only_live:
        yield f"\nonly live has set aside {len(letters.only_live):,} events: {_some(letters.only_live)}"


def _some(ids: frozenset[str]) -> str:
    return ", ".join(sorted(ids)[:20])
