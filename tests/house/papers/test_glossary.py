"""The glossary names what is there: a term that was renamed in the code is renamed in docs/glossary.md."""

from collections import Counter
from pathlib import PurePosixPath

from tests.house.glossary import Term, defined, terms, unknown
from tests.house.tracked import product, text_of, tracked


def paths() -> set[str]:
    return {str(parent) for path in tracked() for parent in (PurePosixPath(path), *PurePosixPath(path).parents)}


def test_every_name_of_the_glossary_is_in_the_source() -> None:
    names = {name for path, source in product().items() for name in defined(path, source)}
    names |= {unit for path in tracked() if path.endswith("plan.yaml") for unit in text_of(path).split()}
    found = list(unknown(terms(text_of("docs/glossary.md")), names, paths()))
    assert not found, "\n".join(found)


def test_a_term_stands_once() -> None:
    rows = terms(text_of("docs/glossary.md"))
    assert len(rows) > 60
    counted = Counter(term for row in rows for term in row.term.split(", "))
    assert [term for term, count in counted.items() if count > 1] == []


TEXT = """
| term | Vietnamese | meaning | in the code |
|---|---|---|---|
| relay | – | sends the `outbox` | `Relay`, `shared/relay.py` |
| desk | – | everything | `Desk` |
| wish | – | not built | |

| not | say |
|---|---|
| desk | context |
"""


def test_a_name_that_nobody_defines_is_told() -> None:
    rows = terms(TEXT)
    assert rows[0] == Term("relay", ("Relay", "shared/relay.py"))
    assert list(unknown(rows, {"Relay"}, {"shared/relay.py"})) == [
        "desk: `Desk` is neither defined in the source nor a path; rename it in docs/glossary.md",
        "wish: the last column names nothing in the code",
    ]


def test_what_a_module_defines() -> None:
    source = 'entry = sa.Table("entry", m)\nclass A:\n    field: int\n    def f(self): ...\nS = "create table gap ()"\n'
    assert set(defined("a/store/tables.py", source)) == {"tables", "entry", "A", "field", "f", "S", "gap"}
