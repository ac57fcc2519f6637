"""A stranger's dead letter cannot be replayed into an effect; one whose key was published too late can."""

from dataclasses import replace
from pathlib import Path

import pytest
from aiokafka import ConsumerRecord

from shared.messaging import BatchConsumer
from shared.messaging.dead_letter import DeadLetters, StillFails
from shared.messaging.signing import watched_file
from shared.messaging.signing.ed25519 import PrivateKey
from shared.messaging.signing.event_signer import EventSigner
from shared.messaging.signing.signature_verifier import SignatureVerifier
from shared.messaging.signing.trusted_keys import jwk_of, jwks_in, written

from ..conftest import NOW, ServiceProbe, a_record
from ..signing.keys import NOTIFICATIONS, YEARS, Keys, chained, signed
from .letters import BY, letters_of


async def set_aside(probe: ServiceProbe, verifier: SignatureVerifier | None, record: ConsumerRecord) -> int:
    await BatchConsumer(probe.engine, "probe", probe.apply, verifier=verifier).consume([record])
    ((id_,),) = await probe.rows("select id from dead_letter")
    return int(id_)


async def test_a_replay_checks_the_signature_again(probe: ServiceProbe, tmp_path: Path) -> None:
    """Else one click of somebody of ops would do what the forger could not."""
    keys = Keys(tmp_path)
    (true,) = signed(keys.signer(), chained(1))
    verifier = SignatureVerifier(keys.trusted)
    forged = true.value.replace(b'"days_left":7', b'"days_left":9')
    id_ = await set_aside(probe, verifier, replace(true, value=forged))
    letters: DeadLetters = replace(letters_of(probe, probe.apply), verifier=verifier)
    with pytest.raises(StillFails) as failed:
        await letters.replay(id_, BY)
    assert failed.value.reason.startswith("stranger: bad-signature")
    assert await probe.effects() == [] and await probe.rows("select 1 from inbox") == []


async def test_a_letter_of_before_events_were_signed_keeps_its_reason(probe: ServiceProbe, tmp_path: Path) -> None:
    """No stranger's: a rebuild leaves out what such a letter holds, and would believe no id of a stranger's."""
    keys = Keys(tmp_path)
    keys.signer()
    before = await set_aside(probe, None, a_record(chained(1, stage="poison")[0], offset=1))
    ((reason,),) = await probe.rows("select reason from dead_letter")
    letters = replace(letters_of(probe, probe.apply), verifier=SignatureVerifier(keys.trusted))
    with pytest.raises(StillFails) as failed:
        await letters.replay(before, BY)
    assert failed.value.reason.startswith("stranger: unsigned"), "who asks is told why"
    assert await probe.rows("select reason, attempts from dead_letter") == [(reason, 1)] and "stranger" not in reason


async def test_what_came_before_its_key_was_published_is_replayed(
    probe: ServiceProbe, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(watched_file, "LOOK_SECONDS", 0.0)
    keys = Keys(tmp_path)
    keys.signer()
    verifier = SignatureVerifier(keys.trusted)
    late = keys.stranger()
    (record,) = signed(late, chained(1))
    id_ = await set_aside(probe, verifier, record)
    publish_key(keys, late)
    letters = replace(letters_of(probe, probe.apply), verifier=verifier)
    assert (await letters.replay(id_, BY)).outcome == "applied"
    assert len(await probe.effects()) == 1


def publish_key(keys: Keys, signer: EventSigner) -> None:
    public = PrivateKey.read(signer._key._path.read_bytes()).public
    jwk = jwk_of(public, NOTIFICATIONS, NOW - YEARS, NOW + YEARS)
    keys.trusted.write_text(written([*jwks_in(keys.trusted.read_bytes()), jwk]))
