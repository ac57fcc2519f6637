"""Planted lies about the log are found."""

import pytest

from tests.resilience.judging.verdict import Item
from tests.resilience.tests.judging.honest import Lie, noticed


def _exchange(entries: list[Item], left: int, right: int) -> None:
    entries[left]["index"], entries[right]["index"] = right, left


# What was tampered with → the judges that must notice, at least.
LIES: dict[str, tuple[Lie, set[str]]] = {
    "one event missing": (lambda _, a: a.entries.pop(2), {"gapless", "told", "sources"}),
    "one event twice": (
        lambda _, a: a.entries.append({**a.entries[1], "index": len(a.entries)}),
        {"gapless", "told", "sources"},
    ),
    "two events exchanged": (lambda _, a: _exchange(a.entries, 1, 2), {"told"}),
    "an event with free text": (lambda _, a: a.entries[1]["data"].update(note="Lý do 0-0"), {"discreet"}),
    "an event with another hash": (lambda _, a: a.entries[1]["data"].update(content_sha256="0" * 64), {"told"}),
    "an open gap": (lambda _, a: a.sources[0]["gaps"][0].update(closed_at=None), {"sources"}),
    "a forked chain": (lambda _, a: a.sources[0]["gaps"][0].update(kind="forked"), {"sources"}),
    "a silent source": (lambda _, a: a.sources[0].update(silent=True), {"sources"}),
    "a lost tail": (lambda _, a: a.sources[0].update(announced=99), {"sources"}),
    "an event of no outbox": (lambda _, a: a.sources[0].update(sequence=12, unnumbered=1), {"sources"}),
    "a source unheard of": (lambda _, a: a.sources.pop(), {"sources"}),
}


@pytest.mark.parametrize("lie", LIES)
def test_a_planted_lie_is_found(lie: str) -> None:
    tamper, wanted = LIES[lie]
    assert wanted <= noticed(tamper)
