"""One writer at one obligation: picks what to do, does it, and enters in the ledger what came of it."""

import asyncio
from dataclasses import replace
from random import Random
from typing import Any
from uuid import UUID

from tests.resilience.actors.api_client import ApiClient
from tests.resilience.actors.content import invent, report, sha256
from tests.resilience.actors.ledger import Asked, Kind, Ledger, Obligation
from tests.resilience.actors.retrying_client import Answer
from tests.resilience.judging.expected import Revision, revisions, state, version

# What may come next in each state of the obligation, with weights: nobody withdraws what was accepted.
NEXT: dict[str, dict[Kind, int]] = {
    "open": {"submit": 1},
    "submitted": {"submit": 3, "accept": 3, "return": 2, "withdraw": 1},
    "accepted": {"submit": 3, "return": 2},
    "returned": {"submit": 1},
    "withdrawn": {"submit": 1},
}
REFUSED_SHARE, TWICE_SHARE, MATCHED_SHARE = 0.15, 0.15, 0.3
RESOLVED = {"submit": "submitted", "accept": "accepted", "return": "returned", "withdraw": "withdrawn"}


class Writer:
    def __init__(self, api: ApiClient, ledger: Ledger, rng: Random) -> None:
        self.api, self.ledger, self.rng = api, ledger, rng

    async def act(self, obligation: Obligation) -> None:
        """One request, or the same one twice at a time; about every seventh must be refused."""
        if any(asked.obligation == obligation.id for asked in self.ledger.unanswered.values()):
            return  # nothing is known of its state
        if self.rng.random() < REFUSED_SHARE:
            await self.provoke(obligation)
            return
        now = state(self.ledger.acts[obligation.id])
        kinds = NEXT[now]
        asked = self.asked(obligation, self.rng.choices(list(kinds), list(kinds.values()))[0])
        self.ledger.ask(asked)
        if self.rng.random() < TWICE_SHARE:
            await self.twice(obligation, asked)
        else:
            matched = self.rng.random() < MATCHED_SHARE
            tag = f'"{version(self.ledger.acts[obligation.id])}"' if matched else None
            await self.enter(obligation, asked, await self.api.send(obligation, asked, if_match=tag))

    def asked(self, obligation: Obligation, kind: Kind) -> Asked:
        """A valid request of this kind; its reason is a text that stands nowhere else."""
        key = str(UUID(int=self.rng.getrandbits(128), version=4))
        reason, latest = f"Lý do {key}", self.latest(obligation)
        if kind != "submit":
            assert latest is not None
            return Asked(key, obligation.id, kind, latest.number, latest.submit.submission, reason)
        values = invent(self.rng)
        told = reason if latest else None
        digest = sha256(obligation.unit, obligation.period, values)
        return Asked(key, obligation.id, kind, latest.number + 1 if latest else 1, None, told, values, digest)

    def latest(self, obligation: Obligation) -> Revision | None:
        all_of = revisions(self.ledger.acts[obligation.id])
        return all_of[-1] if all_of else None

    async def twice(self, obligation: Obligation, asked: Asked) -> None:
        """The same request twice at the same time: one effect, and both hear the same."""
        answers = await asyncio.gather(self.api.send(obligation, asked), self.api.send(obligation, asked))
        self.ledger.counts["sent twice"] += 1
        heard = [a for a in answers if a is not None]
        if len({(a.status, str(a.body)) for a in heard}) > 1:
            self.find(asked, f"sent twice at a time, answered differently: {[(a.status, a.body) for a in heard]}")
        await self.enter(obligation, asked, heard[0] if heard else None)

    async def enter(self, obligation: Obligation, asked: Asked, answer: Answer | None) -> None:
        if answer is None:
            self.ledger.counts["unanswered"] += 1
        elif answer.ok:
            self.check(asked, answer.body)
            self.ledger.counts[asked.kind] += 1
            self.ledger.acknowledge(asked, answer.body["id"])
        else:
            self.find(asked, f"was valid, but answered {answer.status} {answer.body}")
            await self.resolve(obligation, asked)

    def check(self, asked: Asked, body: dict[str, Any]) -> None:
        """The receipt says what was asked."""
        wanted: dict[str, Any] = {"revision": asked.revision, "state": RESOLVED[asked.kind]}
        if asked.kind == "submit":
            wanted["content_sha256"] = asked.sha256
        else:
            wanted |= {"id": asked.submission, "version": version(self.ledger.acts[asked.obligation]) + 1}
        found = {name: body.get(name) for name in wanted}
        if found != wanted:
            self.find(asked, f"expected {wanted}, was answered {found}")

    async def resolve(self, obligation: Obligation, asked: Asked) -> None:
        """Refused, although it was valid: what stands there now tells whether an earlier try took effect."""
        answer = await self.api.submissions(obligation)
        if answer is None or not answer.ok:
            return  # it stays unanswered, the checker asks again
        if (submission := effect(asked, answer.body["items"])) is not None:
            self.ledger.acknowledge(asked, submission)
        else:
            self.ledger.drop(asked)

    async def provoke(self, obligation: Obligation) -> None:
        """A request that must be refused, and leave nothing."""
        acts = self.ledger.acts[obligation.id]
        latest, asked = self.latest(obligation), self.asked(obligation, "submit")
        body, tag, status = report(asked.values or {}, asked.reason), None, 422
        choices = ["invalid", "stale"]
        if latest:
            choices += ["no reason", "decided", "reused key"]
        what = self.rng.choice(choices)
        if what == "invalid":
            body["observations"][1] |= {"value": "-1"}
        elif what == "no reason":
            body["reason"] = None
        elif what == "stale":
            tag, status = f'"{version(acts) - 1}"', 412
        elif what == "reused key" and latest:  # another report under it: the first one's answer would be a lie
            asked = replace(asked, key=latest.submit.key)
        elif what == "decided":
            first = revisions(acts)[0]
            if latest and first.number == latest.number and first.state == "submitted":
                return  # it may be accepted
            asked = replace(asked, kind="accept", submission=first.submit.submission, revision=first.number)
            body, status = {"decision": "accept", "reason": None}, 409
        answer = await self.api.send(obligation, asked, body=body, if_match=tag)
        self.refused(asked, what, status, answer)

    def refused(self, asked: Asked, what: str, status: int, answer: Answer | None) -> None:
        self.ledger.refuse(asked.obligation, what, (asked.sha256 if asked.kind == "submit" else asked.reason) or "")
        if answer is None:
            return
        self.ledger.counts[f"refused: {what}"] += 1
        if answer.status != status:
            self.find(asked, f"had to be refused ({what}, {status}), was answered {answer.status} {answer.body}")

    def find(self, asked: Asked, text: str) -> None:
        self.ledger.find(f"{asked.kind} revision {asked.revision} of {asked.obligation}: {text}")


def effect(asked: Asked, items: list[dict[str, Any]]) -> str | None:
    """The submission on which the request took effect, of the obligation's submissions; None when it did not."""
    for item in items:
        if item["revision"] != asked.revision:
            continue
        if asked.kind == "submit" and item["content_sha256"] == asked.sha256:
            return str(item["id"])
        if asked.kind != "submit" and item["state"] == RESOLVED[asked.kind]:
            return str(item["id"])
    return None
