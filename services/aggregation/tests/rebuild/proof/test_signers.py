"""Whoever may add to the log, and knows its chain, still chooses no figure."""

from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncEngine

from aggregation.rebuild.errors import CouldNotCompare
from aggregation.rules.plan import PlanIndex
from services.aggregation.tests.rebuild.driver import rebuild_from, run
from services.aggregation.tests.rebuild.proof.audit_log import AuditLog
from shared.clock import Clock
from shared.messaging.relay.chain import GENESIS, number
from shared.messaging.signing.ed25519 import PrivateKey
from shared.messaging.signing.event_signer import EventSigner
from shared.messaging.signing.signature_verifier import SignatureVerifier
from shared.messaging.signing.trusted_keys import jwk_of, written

SOURCE = "/submissions"
YEARS = timedelta(days=3650)
VALUES = "select unit, period, measure, numerator, denominator from indicator_value order by 1, 2, 3, 4, 5"
ADD = sa.text(
    "insert into entry (index, event_id, type, source, subject, obligation_id, unit, period, time, received_at, topic, "
    'partition, "offset", body, signature, data) '
    "select (select max(index) + 1 from entry), 'forged', type, source, subject, obligation_id, unit, period, time, "
    'received_at, topic, partition, "offset", :body, :signature, data from entry where index = 4'
)


class Keys:
    """Of a service, and of somebody whom nobody knows."""

    def __init__(self, folder: Path, source: str = SOURCE) -> None:
        self._source = source
        self.trusted = folder / "event-keys.json"
        now = datetime.now(UTC)
        own, stranger = PrivateKey.new(), PrivateKey.new()
        self.trusted.write_text(written([jwk_of(own.public, source, now - YEARS, now + YEARS)]))
        self._paths = {"own": folder / "own.pem", "stranger": folder / "stranger.pem"}
        self._paths["own"].write_text(own.pem)
        self._paths["stranger"].write_text(stranger.pem)

    @property
    def verifier(self) -> SignatureVerifier:
        return SignatureVerifier(self.trusted)

    def signed(self, bodies: list[bytes], by: str = "own") -> list[bytes]:
        signer = EventSigner(self._source, self._paths[by], None, Clock())
        return signer.sign([sha256(body).digest() for body in bodies])


@pytest.fixture
def keys(tmp_path: Path) -> Keys:
    return Keys(tmp_path)


@pytest.mark.parametrize("unsigned", [0, 3, 8])
async def test_what_submissions_signed_is_taken_and_unsigned_what_was_before(
    engine: AsyncEngine, plan: PlanIndex, applied: list[bytes], audit_log: AuditLog, keys: Keys, unsigned: int
) -> None:
    assert len(applied) == 8
    rest = applied[unsigned:]
    await audit_log.keep(applied, keys.signed(rest) if rest else [])
    result = await rebuild_from(engine, plan, audit_log.origin(keys.verifier), swap=True)
    assert result.rebuilt.equal and result.rebuilt.swapped, result.refused


def a_figure_more(bodies: list[bytes], source: str = SOURCE) -> bytes:
    """A report like the last one with a figure ten times as large and an id of its own; not numbered yet."""
    body = bodies[-1][: bodies[-1].index(b',"sequence"')] + b"}"
    body = body.replace(b'"id":"', b'"id":"f', 1).replace(b'"value":"', b'"value":"9')
    return body.replace(SOURCE.encode(), source.encode())


def the_next(bodies: list[bytes]) -> bytes:
    """Linked to the last one as its relay would have it."""
    return number(a_figure_more(bodies), len(bodies) + 1, sha256(bodies[-1]).hexdigest()).body


FORGED = {
    "unsigned": "entry 8 .* unsigned",
    "with the signature of another": "entry 8 .* bad-signature",
    "signed by a stranger": "entry 8 .* unknown-key",
    "of another source": "entry 8 .* wrong-source",
    "of another source, unnumbered": "an event of /aggregation has no number",
}


@pytest.mark.parametrize("forgery", FORGED)
async def test_an_added_report_is_a_strangers(
    engine: AsyncEngine, plan: PlanIndex, applied: list[bytes], audit_log: AuditLog, keys: Keys, forgery: str
) -> None:
    signatures = keys.signed(applied)
    await audit_log.keep(applied, signatures)
    body, elsewhere = the_next(applied), a_figure_more(applied, "/aggregation")
    added = {
        "unsigned": (body, None),
        "with the signature of another": (body, signatures[-1]),
        "signed by a stranger": (body, *keys.signed([body], "stranger")),
        "of another source": (number(elsewhere, 1, GENESIS).body, None),
        "of another source, unnumbered": (elsewhere, None),
    }[forgery]
    async with audit_log.engine.begin() as tx:  # as the role that serves, who may add
        await tx.execute(ADD, {"body": added[0], "signature": added[1]})
    before = await run(engine, VALUES)
    with pytest.raises(CouldNotCompare, match=FORGED[forgery]):
        await rebuild_from(engine, plan, audit_log.origin(keys.verifier), swap=True, partial=True)
    assert before and await run(engine, VALUES) == before
    assert not await run(engine, "select 1 from rebuild")


async def test_without_keys_a_source_is_still_held_to_its_types(
    engine: AsyncEngine, plan: PlanIndex, applied: list[bytes], audit_log: AuditLog
) -> None:
    await audit_log.keep(applied)
    async with audit_log.engine.begin() as tx:
        body = number(a_figure_more(applied, "/aggregation"), 1, GENESIS).body
        await tx.execute(ADD, {"body": body, "signature": None})
    with pytest.raises(CouldNotCompare, match="wrong-source"):
        await rebuild_from(engine, plan, audit_log.origin(), swap=True)


@pytest.mark.parametrize("places", [[0, 1, 2, 4, 3], [4, 0, 1, 2, 3], [3, 4, 0, 1, 2]])
async def test_the_first_signed_one_may_come_late_into_the_log(
    engine: AsyncEngine, plan: PlanIndex, applied: list[bytes], audit_log: AuditLog, keys: Keys, places: list[int]
) -> None:
    """Its number counts: an unsigned one behind it in the chain is found in whatever order they are read."""
    bodies = [applied[place] for place in places]
    signatures = {3: keys.signed([applied[3]])[0]}
    for place, body in zip(places, bodies, strict=True):
        await audit_log.keep([body], [signatures[place]] if place in signatures else [])
    with pytest.raises(CouldNotCompare, match=rf"entry {places.index(4)} .* unsigned"):
        await rebuild_from(engine, plan, audit_log.origin(keys.verifier))
