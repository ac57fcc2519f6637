"""A row of each table that holds a person's words, with words of their own in each column that can be erased."""

import json
from importlib import import_module
from typing import Any

import psycopg
import sqlalchemy as sa
from psycopg import sql
from psycopg.types.json import Jsonb
from sqlalchemy.engine import make_url

from shared.erasure.columns import ErasableTable, erasable_tables
from tests.deploy.database.erasing import DAY

Connection = psycopg.Connection[tuple[Any, ...]]

ID = "019ad5c8-0000-7000-8000-00000000000{}"
AT, HASH = "2026-11-24T01:00:00Z", "a" * 64
OBLIGATION = {
    "id": ID.format(1), "obligation": "O1", "form": "B01-XA", "unit": "24736@2025-07-01", "period": "2026",
    "due_at": AT, "opened_at": AT, "state": "submitted", "revision": 1, "version": 2,
}  # fmt: skip
DUTY = {
    "obligation_id": ID.format(1), "obligation": "O1", "unit": "SO_Y_TE", "form": "B01-XA", "period": "2026",
    "state": "open", "version": 1, "due_version": 1,
}  # fmt: skip
REMINDER = {
    "id": ID.format(5), "obligation_id": ID.format(1), "stage": "due", "role": "reporter", "channel": "email",
    "planned_on": "2026-12-01", "not_before": AT, "expires_at": AT, "state": "planned", "traced_at": AT,
}  # fmt: skip
# What stands around the words; tables whose rows they refer to come first.
FRAMES: dict[str, list[tuple[str, dict[str, Any]]]] = {
    "submissions": [
        ("obligation", OBLIGATION),
        ("submission", {
            "id": ID.format(2), "obligation_id": ID.format(1), "revision": 1, "content_sha256": HASH,
            "timeless_sha256": HASH, "warnings": [], "received_at": AT, "submitted_role": "reporter",
            "submitted_unit": "24736@2025-07-01", "trace_id": "t", "submitted_by": "officer",
        }),
        ("review", {
            "id": ID.format(3), "submission_id": ID.format(2), "act": "return", "decided_at": AT, "role": "coordinator",
            "unit": "DAK_NONG", "trace_id": "t", "decided_by": "officer",
        }),
    ],
    "aggregation": [],
    "notifications": [
        ("duty", DUTY),
        ("reminder", REMINDER),
        ("delivery", {
            "id": ID.format(6), "reminder_id": ID.format(5), "attempt": 1, "state": "sent", "message_id": "m",
            "started_at": AT, "finished_at": AT,
        }),
        ("contact_change", {
            "unit": "SO_Y_TE", "role": "head", "channel": "email", "changed_by": "officer", "changed_at": AT,
        }),
    ],
    "audit": [
        ("inspection", {
            "id": ID.format(7), "unit": "SO_Y_TE", "period": "2026", "kind": "kiem_tra", "obligation": "O12",
            "started_on": "2026-11-01", "signed_on": "2026-11-02", "logged_by": "officer", "logged_by_role": "auditor",
            "logged_at": AT,
        }),
        ("finding", {
            "id": ID.format(8), "inspection_id": ID.format(7), "position": 1, "severity": "low",
            "recorded_by": "officer", "recorded_at": AT,
        }),
    ],
}  # fmt: skip
LETTER = {
    "topic": "submissions.v1", "partition": 0, "offset": 7, "timestamp_ms": 1, "resolved_by": "officer",
    "state": "discarded",
}  # fmt: skip
FIGURE = {"measure": "population", "value": "11900", "disaggregation": {}, "status": "final"}


def connect(url: str) -> Connection:
    return psycopg.connect(
        make_url(url).set(drivername="postgresql").render_as_string(hide_password=False), autocommit=True
    )


def metadata_of(service: str) -> sa.MetaData:
    metadata: sa.MetaData = import_module(f"{service}.store.tables").metadata
    return metadata


def tables_of(service: str) -> dict[str, ErasableTable]:
    return {name: one for name, one in erasable_tables(metadata_of(service), service, DAY).items() if one.named}


def words_of(table: str, column: str) -> str:
    return f"Bà Nguyễn Thị Mẫu, {table}.{column}"


def fill(connection: Connection, service: str) -> dict[str, str]:
    """The id of the row of each table."""
    ids = {}
    erasable = tables_of(service)
    for name, frame in [*FRAMES[service], ("dead_letter", LETTER)]:
        held = {column: _value(name, column, service) for column in (erasable[name].named if name in erasable else ())}
        if name == "dead_letter":
            held |= _repeated(words_of(name, "value"))
        ids[name] = insert(connection, name, {**frame, **held})
    if any(table.name == "idempotency" for table in metadata_of(service).sorted_tables):
        insert(connection, "idempotency", _answer(erasable))
    return ids


def insert(connection: Connection, table: str, row: dict[str, Any]) -> str:
    values = [Jsonb(value) if isinstance(value, dict | list) else value for value in row.values()]
    names, places = map(sql.Identifier, row), [sql.Placeholder()] * len(row)
    statement = sql.SQL("insert into {} ({}) values ({}) returning *").format(
        sql.Identifier(table), sql.SQL(", ").join(names), sql.SQL(", ").join(places)
    )
    first = connection.execute(statement, values).fetchone()
    assert first is not None
    return str(first[0])


def report(connection: Connection, number: str, obligation: str, revision: int, narrative: dict[str, str]) -> str:
    """One more, of an obligation that there is or not."""
    id_, owed = ID.format(number), ID.format(obligation)
    if connection.execute("select from obligation where id = %s", [owed]).fetchone() is None:
        insert(connection, "obligation", {**OBLIGATION, "id": owed, "unit": f"2473{obligation}@2025-07-01"})
    frame = {**dict(FRAMES["submissions"])["submission"], "observations": [], "evidence": []}
    row = {"id": id_, "obligation_id": owed, "revision": revision, "narrative": narrative}
    return insert(connection, "submission", {**frame, **row})


def _value(table: str, column: str, service: str) -> Any:
    words = words_of(table, column)
    kind = metadata_of(service).tables[table].c[column].type
    match column:
        case "narrative":
            return {"difficulties": words, "proposals": words, "blank": ""}
        case "observations":
            return [{**FIGURE, "note": words}, {**FIGURE, "measure": "n_orgs_total", "note": None}]
        case "evidence":
            return ["12/BC", words]
    return words.encode() if isinstance(kind, sa.LargeBinary) else words


def _repeated(words: str) -> dict[str, Any]:
    """What a letter's bytes say once more."""
    texts = dict.fromkeys(("event_id", "type", "source"), words)
    return {**texts, "key": words.encode(), "headers": [[words, "eA=="]], "reason": f"not read: {words}"}


def _answer(erasable: dict[str, ErasableTable]) -> dict[str, Any]:
    """One that was kept for a repeated request and has the words of every table; no bytes, which are never answered."""
    columns = [(table, column) for table, one in erasable.items() for column in one.named if column != "value"]
    said = {f"{table}.{column}": words_of(table, column) for table, column in columns}
    body = json.dumps({"id": 1, "said": said, "list": [*said.values()]}).encode()
    return {"person": "officer", "key": "k", "request": "POST /", "request_sha256": b"x", "status": 201, "body": body}
