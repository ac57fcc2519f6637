"""Reminders against the promise (services/notifications/README.md): each once; nobody who has answered is reminded.

A mail comes twice only when its sender died between the server's 250 and the commit, and then with the same Message-ID.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from tests.resilience.actors.ledger import Ledger
from tests.resilience.judging.expected import BASES, STATE, counting
from tests.resilience.judging.verdict import Item, Verdict, differences, repeated

MAILBOX_KEEPS = 2000
RETURNED = "returned"
SENT = "vn.tiendo.notification.sent.v1"


def once(ledger: Ledger, reminders: Sequence[Item], deliveries: Sequence[Item], entries: Iterable[Item]) -> Verdict:
    """One reminder per obligation, step, channel and role; one sent delivery and one event for each that is sent."""
    keys = Counter((r["obligation_id"], r["stage"], r["channel"], r["recipient_role"]) for r in reminders)
    wrong = [f"reminder {key}: {n} of them" for key, n in keys.items() if n > most(ledger, key[0], key[1])]
    sent = [d["reminder_id"] for d in deliveries if d["state"] == "sent"]
    told = [e["data"]["reminder_id"] for e in entries if e["type"] == SENT]
    wrong += repeated(sent, "delivery of reminder") + repeated(told, "notification.sent of reminder")
    expected = {r["id"]: "sent" for r in reminders if r["state"] == "sent"}
    wrong += differences(expected, dict.fromkeys(sent, "sent"), "delivery of reminder")
    wrong += differences(expected, dict.fromkeys(told, "sent"), "notification.sent of reminder")
    return Verdict(f"{len(expected)} sent", f"{len(sent)} deliveries, {len(told)} events", tuple(wrong))


def most(ledger: Ledger, obligation: str, stage: str) -> int:
    """How many messages of a step one recipient may get: one, but a notice for each return."""
    if stage != RETURNED:
        return 1
    return sum(act.kind == "return" for act in ledger.acts.get(obligation, ()))


def mailed(ledger: Ledger, reminders: Iterable[Item], deliveries: Iterable[Item], mails: Sequence[Item]) -> Verdict:
    """Every mail belongs to a reminder; every delivery that was sent has its mail, as far as the mailbox goes back."""
    known = {r["id"]: r for r in reminders}
    found: dict[tuple[str, str, str], set[str]] = {}
    wrong = []
    for mail in mails:
        reminder = known.get(mail["message_id"].strip("<>").partition("@")[0])
        if reminder is None:
            wrong.append(f"mail {mail['message_id']} “{mail['subject']}”: of no reminder")
            continue
        for recipient in mail["to"]:
            key = (reminder["obligation_id"], reminder["stage"], recipient)
            found.setdefault(key, set()).add(mail["message_id"])
    wrong += [f"{key}: mails {sorted(ids)}" for key, ids in found.items() if len(ids) > most(ledger, key[0], key[1])]
    there = {mail["message_id"] for mail in mails}
    sent = [d for d in deliveries if d["state"] == "sent"]
    if len(mails) < MAILBOX_KEEPS:
        lost = [d for d in sent if d["message_id"] not in there]
        wrong += [f"delivery {d['id']} ({d['stage']}, {d['unit']}): no mail" for d in lost]
    again = len(mails) - len(there)
    return Verdict(f"{len(sent)} mails", f"{len(there)} mails, {again} came again", tuple(wrong))


def answered(ledger: Ledger, reminders: Iterable[Item], deadlines: Iterable[Item]) -> Verdict:
    """Deadlines know who has reported, and nothing is about to go out to them."""
    reported = {key for key, acts in ledger.acts.items() if counting(acts, BASES[0])}
    expected = {key: "submitted" if key in reported else "open" for key in ledger.obligations}
    found = {d["obligation_id"]: d["state"] for d in deadlines if d["obligation_id"] in ledger.obligations}
    wrong = differences(expected, found, "deadline of obligation")
    wrong += [
        f"reminder {r['id']} ({r['stage']}) of obligation {r['obligation_id']} is {r['state']}, the unit has reported"
        for r in reminders
        if r["state"] in ("planned", "due") and r["obligation_id"] in reported
    ]
    return Verdict(f"{len(reported)} reported", str(sum(s == "submitted" for s in found.values())), tuple(wrong))


def unprovoked(
    ledger: Ledger, reminders: Iterable[Item], deliveries: Iterable[Item], grace: timedelta | None
) -> Verdict:
    """No mail left later than `grace` after the unit had reported, while its report stood.

    Without a grace this only tells how long after: a service that was cut off cannot know of the report.
    """
    of = {r["id"]: r["obligation_id"] for r in reminders}
    late: list[timedelta] = []
    wrong = []
    for delivery in deliveries:
        since = reported_since(ledger, of.get(delivery["reminder_id"], ""), delivery["sent_at"])
        if since is None:
            continue
        late.append(since)
        if grace is not None and since > grace:
            wrong.append(f"delivery {delivery['id']} ({delivery['stage']}) left {since} after the report")
    longest = max(late, default=timedelta(0)).total_seconds()
    limit = "any time" if grace is None else f"within {grace.total_seconds():.0f} s"
    return Verdict(limit, f"{len(late)} mails, up to {longest:.1f} s after", tuple(wrong))


def reported_since(ledger: Ledger, obligation: str, sent_at: str | None) -> timedelta | None:
    """How long the obligation had been answered when the mail left; None when it was not, or the mail did not leave."""
    since = None
    at = datetime.fromisoformat(sent_at) if sent_at else None
    for act in ledger.acts.get(obligation, ()) if at else ():
        if at and act.at < at:
            since = (since or act.at) if STATE[act.kind] in ("submitted", "accepted") else None
    return at - since if at and since else None
