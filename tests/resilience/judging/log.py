"""The audit log against the ledger: each event once, in order, and no free text."""

from collections.abc import Sequence

from tests.resilience.actors.ledger import Ledger
from tests.resilience.judging.expected import events
from tests.resilience.judging.verdict import Item, Verdict, differences, repeated

SOURCE = "/submissions"


def gapless(entries: Sequence[Item]) -> Verdict:
    """Indexes 0, 1, 2 …; no event twice."""
    indexes = sorted(e["index"] for e in entries)
    wrong = repeated((e["id"] for e in entries), "event")
    wrong += [f"index {n} is missing" for n in sorted(set(range(len(indexes))) - set(indexes))[:20]]
    wrong += repeated(indexes, "index")
    return Verdict(f"indexes 0 to {len(entries) - 1}", f"{len(indexes)} entries", tuple(wrong))


def told(ledger: Ledger, entries: Sequence[Item], *, ignored: frozenset[str] = frozenset()) -> Verdict:
    """The events of each obligation, by index, are its acts in order. `ignored`: ids of injected events."""
    expected = {key: events(acts) for key, acts in ledger.acts.items()}
    hashes = {a.submission: a.sha256 for acts in ledger.acts.values() for a in acts if a.kind == "submit"}
    found: dict[str, list[object]] = {}
    wrong = []
    for entry in sorted(entries, key=lambda e: e["index"]):
        key = entry["data"].get("obligation_id")
        if entry["source"] != SOURCE or key not in ledger.obligations or entry["id"] in ignored:
            continue
        data = entry["data"]
        found.setdefault(key, []).append(
            (entry["type"], data["version"], data.get("submission_id"), data.get("revision"))
        )
        if "content_sha256" in data and data["content_sha256"] != hashes.get(data["submission_id"]):
            wrong.append(f"event {entry['id']}: content hash {data['content_sha256']}")
    wrong += [difference for key in expected for difference in _compared(key, expected[key], found.get(key, []))]
    count = sum(map(len, expected.values()))
    return Verdict(f"{count} events", str(sum(map(len, found.values()))), tuple(wrong))


def _compared(key: str, expected: Sequence[object], found: Sequence[object]) -> list[str]:
    if list(expected) == list(found):
        return []
    told = differences(dict(enumerate(expected)), dict(enumerate(found)), f"obligation {key}, event")
    return told[:3]


def discreet(ledger: Ledger, text: str) -> Verdict:
    """No reason that a person wrote stands in an event. `text`: the whole log as text."""
    reasons = {a.reason for acts in ledger.acts.values() for a in acts if a.reason}
    wrong = [f"free text in an event: {reason}" for reason in reasons if reason in text]
    return Verdict(f"0 of {len(reasons)} reasons", str(len(wrong)), tuple(wrong))


def sources(items: Sequence[Item], entries: Sequence[Item], *, injected: int = 0) -> Verdict:
    """No open gap, no broken chain, nobody silent; as many numbers as the log has events of the source.

    `injected`: how many events without a number may stand beside them.
    """
    wrong = []
    for item in items:
        name = item["source"]
        wrong += [f"{name}: {gap}" for gap in item["gaps"] if gap["closed_at"] is None or gap["kind"] != "missing"]
        if item["silent"]:
            wrong.append(f"{name} is silent since {item['last_heartbeat_at']}")
        sequence = item["sequence"] or 0
        if (item["announced"] or 0) > sequence:
            wrong.append(f"{name} announced {item['announced']}, contiguous to {sequence}")
        held = sum(e["source"] == name for e in entries)
        if held != sequence + item["unnumbered"] or item["unnumbered"] > injected:
            wrong.append(f"{name}: {sequence} numbered and {item['unnumbered']} not, {held} in the log")
    missing = {e["source"] for e in entries} - {i["source"] for i in items}
    wrong += [f"{name} is in the log, but no source" for name in sorted(missing)]
    return Verdict("no gap, all heard", f"{len(items)} sources", tuple(wrong))
