"""A person's words are erased on request: by the rules, everywhere, with evidence, and by the owner alone."""

import json
from collections.abc import Callable

import psycopg
import pytest
import structlog

from shared.erasure.erase import LEFT, NOT_DONE, WELL, WRONG
from shared.erasure.words import label
from shared.retention import retentions
from tests.deploy.database.erasing.command import FOR_THE_RECORD, Erasing
from tests.deploy.database.erasing.everywhere import everything, where
from tests.deploy.database.erasing.rows import (
    ID,
    connect,
    insert,
    report,
    tables_of,
    words_of,
)
from tests.deploy.test_compose import SERVICES

ERASABLE = [
    (service, table, column)
    for service in SERVICES
    for table, one in tables_of(service).items()
    for column in one.named
]


def test_of_every_column_that_may_hold_a_person_a_rule_says_what_is_erased() -> None:
    for rule in retentions():
        told = [column for one in rule.on_request for column in one.columns]
        assert sorted(told) == sorted(set(told)) and set(told) == set(rule.personal), rule.name
        assert all(one.never is None or len(one.never) > 20 for one in rule.on_request), rule.name
    for service in SERVICES:
        for one in tables_of(service).values():
            columns = {name for rule in one.rules.values() for name in rule.along}
            assert columns <= set(one.table.columns.keys())


@pytest.mark.parametrize(("service", "table", "column"), ERASABLE)
def test_words_that_are_erased_stand_nowhere_in_the_database(
    erasing: Callable[[str], Erasing], service: str, table: str, column: str
) -> None:
    """Also not in an answer that is kept for a repeated request, and what is named elsewhere is left."""
    there, words = erasing(service), words_of(table, column)
    answers = {"idempotency.body"} if service != "aggregation" and column != "value" else set()
    assert where(there.connection, words) >= {f"{table}.{column}"} | answers
    others = {(t, c) for s, t, c in ERASABLE if s == service and (t, c) != (table, column)}

    assert there.erase(table, column) == WELL

    assert where(there.connection, words) == set()
    assert all(where(there.connection, words_of(*other)) for other in others)
    evidence = there.connection.execute(
        "select table_name, row_id, column_name, request, reason from erasure"
    ).fetchall()
    assert {(row[0], row[1], row[2].partition("/")[0], *row[3:]) for row in evidence} == {
        (table, there.ids[table], column, "12/2026-BVDL", "person-asked")
    }
    before = everything(there.connection)
    assert there.erase(table, column) == WELL, "a second time"
    assert everything(there.connection) == before


@pytest.mark.parametrize("service", SERVICES)
def test_a_report_names_places_and_lengths_and_changes_nothing(
    erasing: Callable[[str], Erasing], service: str, capsys: pytest.CaptureFixture[str]
) -> None:
    there = erasing(service)
    before = everything(there.connection)
    for table, one in tables_of(service).items():
        assert there.run(table, there.ids[table], *one.named, *FOR_THE_RECORD) == LEFT
        told = capsys.readouterr()
        assert "Mẫu" not in told.out + told.err
        for column in one.named:
            length = len(words_of(table, column).encode() if column == "value" else words_of(table, column))
            assert f"{table} {there.ids[table]} {column}" in told.out and f": {length} " in told.out
    assert everything(there.connection) == before


def test_figures_hashes_and_everything_else_of_a_report_stay(erasing: Callable[[str], Erasing]) -> None:
    there = erasing("submissions")
    before = everything(there.connection)
    assert there.erase("submission", "narrative", "observations", "evidence", "reason") == WELL
    after = everything(there.connection)
    assert {name for name in before if before[name] != after[name]} == {"submission", "idempotency", "erasure"}

    [row] = there.connection.execute("select narrative, observations, evidence, reason, content_sha256 from submission")
    figure = {"measure": "population", "value": "11900", "disaggregation": {}, "status": "final"}
    assert row == (
        {"difficulties": label(), "proposals": label(), "blank": ""},
        [{**figure, "note": label()}, {**figure, "measure": "n_orgs_total", "note": None}],
        [label(), label()],
        label(),
        "a" * 64,
    )
    assert label() == "[đã xóa theo yêu cầu / erased on request]"
    [(body,)] = there.connection.execute("select body from idempotency")
    kept = json.loads(body)
    assert kept["id"] == 1 and kept["said"]["review.reason"] == words_of("review", "reason")
    assert kept["said"]["submission.reason"] == label()


def test_one_part_is_erased_and_the_same_words_in_another_revision_with_it(
    erasing: Callable[[str], Erasing], capsys: pytest.CaptureFixture[str]
) -> None:
    """A correction takes over what it does not change."""
    there = erasing("submissions")
    words = "Gia đình bà Mẫu ở thôn 3"
    told = {"difficulties": words, "proposals": "Thêm cán bộ"}
    second, third = (report(there.connection, number, "1", revision, told) for number, revision in (("a", 2), ("b", 3)))
    target = ("submission", second, "narrative/difficulties", *FOR_THE_RECORD)

    assert there.run(*target) == LEFT
    lines = capsys.readouterr().out.splitlines()
    assert lines == [
        f"submission {second} narrative/difficulties: {len(words)} characters",
        f"submission {third} narrative/difficulties: {len(words)} characters, the same words",
    ]
    assert there.run(*target, "--apply") == WELL
    assert where(there.connection, words) == set() and where(there.connection, "Thêm cán bộ")


def test_what_was_erased_is_a_line_for_whoever_guards_the_system(erasing: Callable[[str], Erasing]) -> None:
    there = erasing("audit")
    with structlog.testing.capture_logs() as logs:
        assert there.erase("finding", "condition", "cause") == WELL
    lines = [line for line in logs if line["event"] == "security.words-erased"]
    assert [(line["table"], line["row"], line["column"], line["request"]) for line in lines] == [
        ("finding", there.ids["finding"], column, "12/2026-BVDL") for column in ("condition", "cause")
    ]
    assert "Mẫu" not in str(logs)


def test_an_address_in_use_stays_and_is_told(
    erasing: Callable[[str], Erasing], capsys: pytest.CaptureFixture[str]
) -> None:
    """Reminders go there: it is another address that takes its place."""
    there, address = erasing("notifications"), words_of("contact_change", "old_address")
    held = {"unit": "SO_Y_TE", "role": "head", "channel": "email", "changed_by": "p", "changed_at": "2026-11-24T01:00Z"}
    insert(there.connection, "contact", {**held, "address": address})
    assert there.erase("contact_change", "old_address") == LEFT
    assert "contact.address: the same words stand there and stay" in capsys.readouterr().out
    assert where(there.connection, address) == {"contact.address"}


def test_who_serves_may_not_erase(erasing: Callable[[str], Erasing], capsys: pytest.CaptureFixture[str]) -> None:
    for service in SERVICES:
        there = erasing(service)
        before = everything(there.connection)
        target = ("dead_letter", there.ids["dead_letter"], "value", *FOR_THE_RECORD, "--apply")
        assert there.run(*target, owner_database_url=None) == NOT_DONE
        assert "permission denied" in capsys.readouterr().err
        assert there.run(*target, owner_database_url=None, environment="production") == NOT_DONE
        assert "refused in production" in capsys.readouterr().err
        with connect(there.url) as serving, pytest.raises(psycopg.errors.InsufficientPrivilege):
            serving.execute("insert into erasure (table_name) values ('submission')")
        assert everything(there.connection) == before


def test_while_somebody_writes_it_gives_up_and_erases_nothing(
    erasing: Callable[[str], Erasing], capsys: pytest.CaptureFixture[str]
) -> None:
    """A report that is being sent may repeat the words; it is not kept waiting for."""
    there = erasing("submissions")
    with connect(there.url) as writing, writing.transaction():
        writing.execute("update submission set state = 'accepted'")
        assert there.erase("submission", "reason") == NOT_DONE
    assert "lock timeout" in capsys.readouterr().err
    assert there.erase("submission", "reason") == WELL


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (
            [],
            [
                "say TABLE ROW COLUMN, as: submission 019ad5c8-… narrative",
                "--request: the number of the file or an opaque id, as 12/BVDL; no name, no blank",
                "--reason: one of person-asked, authority-asked, entered-by-mistake",
            ],
        ),
        (
            ["submission", ID.format(0), "narrative", "state", "submitted_by", "--request", "Bà Mẫu", "--reason", "x"],
            [
                "--request: the number of the file or an opaque id, as 12/BVDL; no name, no blank",
                "--reason: one of person-asked, authority-asked, entered-by-mistake",
                "column submission.state: not erased on request; these are: evidence, narrative, observations, reason",
                "column submission.submitted_by: it stays: opaque id of who acted in office",
                f"submission {ID.format(0)}: there is no such row",
            ],
        ),
        (
            ["--again", "-", "submission", *FOR_THE_RECORD],
            ["--again: its lines say everything; nothing but --apply beside it"],
        ),
        (
            ["obligation", ID.format(1), "unit", "--reason", "person-asked"],
            [
                "--request: the number of the file or an opaque id, as 12/BVDL; no name, no blank",
                "table 'obligation': nothing is erased there; only of: dead_letter, review, submission",
            ],
        ),
        (
            ["submission", ID.format(2), "narrative/weather", "reason", *FOR_THE_RECORD],
            [
                f"submission {ID.format(2)}: no part narrative/weather; there are: "
                "narrative/blank, narrative/proposals, narrative/difficulties",
            ],
        ),
    ],
)
def test_everything_wrong_is_told_at_once(
    erasing: Callable[[str], Erasing], words: list[str], told: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    there = erasing("submissions")
    before = everything(there.connection)
    assert there.run(*words, "--apply") == WRONG
    assert capsys.readouterr().err.splitlines() == told
    assert everything(there.connection) == before
