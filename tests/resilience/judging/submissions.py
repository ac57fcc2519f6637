"""The submissions service against the ledger: all that was acknowledged is there, once, and nothing else."""

from collections.abc import Iterable, Sequence

from tests.resilience.actors.content import observations
from tests.resilience.actors.ledger import Ledger
from tests.resilience.judging.expected import revisions, state, version
from tests.resilience.judging.verdict import Item, Verdict, differences, repeated


def held(ledger: Ledger, items: Sequence[Item]) -> Verdict:
    """Every submission by its id: obligation, revision, state, content hash, whether it is the latest."""
    expected = {}
    for obligation, acts in ledger.acts.items():
        all_of = revisions(acts)
        for r in all_of:
            facts = (obligation, r.number, r.state, r.submit.sha256, r is all_of[-1])
            expected[r.submit.submission] = facts
    mine = [i for i in items if i["obligation_id"] in ledger.obligations]
    found = {i["id"]: (i["obligation_id"], i["revision"], i["state"], i["content_sha256"], i["latest"]) for i in mine}
    wrong = repeated((i["id"] for i in mine), "submission")
    wrong += repeated(((i["obligation_id"], i["revision"]) for i in mine), "revision")
    wrong += differences(expected, found, "submission")
    return Verdict(f"{len(expected)} submissions", str(len(mine)), tuple(wrong))


def obligations(ledger: Ledger, items: Iterable[Item]) -> Verdict:
    """State and number of revisions of every obligation."""
    expected = {key: (state(acts), len(revisions(acts))) for key, acts in ledger.acts.items()}
    found = {i["id"]: (i["state"], i["revision"]) for i in items if i["id"] in ledger.obligations}
    return Verdict(f"{len(expected)} obligations", str(len(found)), tuple(differences(expected, found, "obligation")))


def versions(ledger: Ledger, found: dict[str, int]) -> Verdict:
    """A refused request would have left a version behind."""
    expected = {key: version(acts) for key, acts in ledger.acts.items()}
    wrong = differences(expected, found, "version of obligation")
    return Verdict(f"{sum(expected.values())} changes", str(sum(found.values())), tuple(wrong))


def details(ledger: Ledger, items: Iterable[Item]) -> Verdict:
    """Figures, reason and reviews of the submissions read one by one."""
    acts = [act for of in ledger.acts.values() for act in of]
    sent = {act.submission: act for act in acts if act.kind == "submit"}
    wrong, count = [], 0
    for item in items:
        submit = sent[item["id"]]
        reviews = [(a.kind, a.reason) for a in acts if a.kind != "submit" and a.submission == item["id"]]
        expected = {"observations": observations(submit.values or {}), "reason": submit.reason, "reviews": reviews}
        told = [(r["act"], r["reason"]) for r in item["reviews"]]
        found = {"observations": item["observations"], "reason": item["reason"], "reviews": told}
        wrong += differences(expected, found, f"submission {item['id']}")
        count += 1
    return Verdict(f"{count} read in full", str(count), tuple(wrong))


def untraced(ledger: Ledger, items: Iterable[Item], told: str) -> Verdict:
    """Nothing of what was refused stands among the submissions, nor in `told`, the log as text."""
    hashes = {i["content_sha256"] for i in items}
    wrong = [
        f"refused ({r.what}) for obligation {r.obligation}, but there: {r.mark}"
        for r in ledger.refused
        if r.mark in hashes or r.mark in told
    ]
    return Verdict(f"0 of {len(ledger.refused)} refused", str(len(wrong)), tuple(wrong))
