"""`tiendo lag` tells what the audit log misses."""

from collections.abc import Callable

import psycopg

from tiendo_local.commands.gaps import source_lines


def test_a_line_per_source(database: Callable[..., str], migrated: Callable[[str], str]) -> None:
    url = database("audit", template=migrated("audit"))
    with psycopg.connect(url.replace("+asyncpg", ""), autocommit=True) as connection:
        connection.execute("""
            insert into source (source, next_sequence, last_sequence, unnumbered, announced_sequence)
            values ('/audit', 1, null, 0, 0), ('/submissions', 21, 12, 0, 20);
            insert into gap (source, kind, first, last, opened_at, closed_at) values
              ('/submissions', 'missing', 13, 20, now(), null), ('/submissions', 'missing', 1, 1, now(), now()),
              ('/submissions', 'forked', 4, 4, now(), null);
            insert into missing (source, first, last, opened_at, gap) values
              ('/submissions', 13, 15, now(), 1), ('/submissions', 17, 20, now(), 1),
              ('/submissions', 2, 2, now(), null);
        """)
    assert [line.split(maxsplit=3) for line in source_lines(url)[1:]] == [
        ["/audit", "-", "0", "none"],
        ["/submissions", "12", "20", "forked 4, missing 13-15, missing 17-20"],
    ]


def test_a_database_that_is_away_is_told() -> None:
    assert source_lines("postgresql+asyncpg://a:b@127.0.0.1:1/audit")[0].startswith("sources: database: ")
