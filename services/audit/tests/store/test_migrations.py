"""A log that is older than the check of the sources: the migration numbers its entries and finds what is missing."""

import json
from collections.abc import Callable

import psycopg

from services.audit.tests.producer import Producer
from shared.database.migration import migrate

INSERT = """
    insert into entry
      (index, event_id, type, source, subject, time, received_at, topic, partition, "offset", body, data)
    values (%s, %s, 'x', %s, 's', now(), now(), 't', 0, 0, %s, '{}')
"""


def test_entries_so_far(database: Callable[..., str]) -> None:
    url = database("audit")
    migrate(url, "audit", "0004")
    first, _, third, fourth, fifth = Producer().send(5)
    changed = fourth.replace(b'"revision":1', b'"revision":2')
    numbered = [third, first, changed, fifth, Producer().send(1)[0]]
    without = json.dumps({"id": "by-hand", "source": "/submissions"}).encode()
    with psycopg.connect(url.replace("+asyncpg", ""), autocommit=True) as connection:
        for index, body in enumerate([*numbered, without, *Producer("/audit").send(2)]):
            event = json.loads(body)
            connection.execute(INSERT, [index, event["id"], event["source"], body])
        migrate(url, "audit")
        sources = connection.execute("select source, next_sequence, last_sequence, unnumbered from source order by 1")
        assert sources.fetchall() == [("/audit", 3, 2, 0), ("/submissions", 6, 5, 1)]
        assert connection.execute("select source, first, last, gap from missing").fetchall() == [
            ("/submissions", 2, 2, None)
        ]
        gaps = connection.execute("select source, kind, first, last from gap order by first").fetchall()
        assert gaps == [("/submissions", "forked", 1, 1), ("/submissions", "unchained", 5, 5)]
        bodies = connection.execute("select body from entry where sequence is not null order by index limit 5")
        assert [row[0] for row in bodies] == numbered


def test_bodies_that_are_not_well_formed_do_not_stop_it(database: Callable[..., str]) -> None:
    url = database("audit_malformed")
    migrate(url, "audit", "0004")
    good: dict[str, object] = {"sequence": "2", "prevhash": "ab" * 32}
    bad: list[dict[str, object]] = [
        {"sequence": "one", "prevhash": "zz"},
        {"sequence": "9" * 40, "prevhash": "ab"},
        {"sequence": "-1", "prevhash": "AB" * 32},
        {"sequence": {"no": 1}, "prevhash": ["ab"]},
        {"sequence": "0", "prevhash": ""},
        {"sequence": "1.5", "prevhash": None},
    ]
    with psycopg.connect(url.replace("+asyncpg", ""), autocommit=True) as connection:
        for index, members in enumerate([good, *bad]):
            body = json.dumps({"id": f"e{index}", "source": "/strange", **members}).encode()
            connection.execute(INSERT, [index, f"e{index}", "/strange", body])
        migrate(url, "audit")
        numbers = connection.execute("select sequence, prevhash from entry order by index").fetchall()
    assert numbers == [(2, bytes.fromhex("ab" * 32)), *[(None, None)] * len(bad)]
