"""The table of rights as docs/security.md shows it. `python -m tests.contracts.rights.paper` prints it anew."""

from collections.abc import Iterator

from shared.access import ROLES, Role
from shared.auth.rights import DEAD_LETTERS, PUBLIC, RIGHTS, SHELL, Right


def paper() -> str:
    """One table: what is the same at every service stands once."""
    own = {
        service: {name: right for name, right in rows.items() if name not in SHELL | DEAD_LETTERS}
        for service, rows in RIGHTS.items()
    }
    lines = [f"| call or page | {' | '.join(ROLES)} |", "|---|" + "---|" * len(ROLES)]
    for title, rows in (
        *own.items(),
        ("dead letters, where events are consumed", DEAD_LETTERS),
        ("every service", SHELL),
    ):
        lines += [f"| **{title}** |" + " |" * len(ROLES), *_rows(rows)]
    return "\n".join(lines)


def _rows(rows: dict[str, Right]) -> Iterator[str]:
    for name, right in rows.items():
        cells = ["public" if right == PUBLIC else _cell(right, role) for role in ROLES]
        yield f"| `{name}` | {' | '.join(cells)} |"


def _cell(right: Right, role: Role) -> str:
    return "all" if role in right.all else "own" if role in right.own else "–"


if __name__ == "__main__":
    print(paper())
