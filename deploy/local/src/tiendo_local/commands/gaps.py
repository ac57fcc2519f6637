"""What the audit log knows of its sources, for `tiendo lag`."""

import psycopg

SHOWN = 5

_SOURCES = """
    select source, last_sequence, announced_sequence, array(
      select kind || ' ' || first || case when last > first then '-' || last else '' end
      from (
        select gap.kind, missing.first, missing.last from missing join gap on gap.id = missing.gap
        where missing.source = source.source
        union all
        select kind, first, last from gap where gap.source = source.source and kind <> 'missing' and closed_at is null
      ) as open order by first limit %s
    )
    from source order by source
"""


def source_lines(url: str) -> list[str]:
    """A line per source: the last number in the log, the last one sent, and the open gaps. A fault is a line too."""
    try:
        with psycopg.connect(url.replace("+asyncpg", ""), connect_timeout=3) as connection:
            rows = connection.execute(_SOURCES, [SHOWN + 1]).fetchall()
    except psycopg.Error as fault:
        return [f"sources: database: {str(fault).strip().splitlines()[0]}"]
    lines = [f"{'source':<16} {'in the log':>12} {'sent':>12}   open gaps"]
    for source, logged, announced, gaps in rows:
        told = ", ".join(gaps[:SHOWN]) + (", …" if len(gaps) > SHOWN else "")
        lines.append(f"{source:<16} {_number(logged):>12} {_number(announced):>12}   {told or 'none'}")
    return lines


def _number(value: int | None) -> str:
    return "-" if value is None else str(value)
