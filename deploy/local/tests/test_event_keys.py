"""Keys of this machine, and the command that makes a new one for an installation."""

import os
import subprocess
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from shared.events.topics import ALL_SOURCES
from shared.messaging.signing.ed25519 import PrivateKey
from shared.messaging.signing.trusted_keys import read_keys
from tiendo_local.__main__ import main
from tiendo_local.event_keys import EventKeys

MAKE_SECRETS = Path(__file__).resolve().parents[2] / "make-secrets.sh"
NOW = datetime.now(UTC)


def key_id(file: Path) -> bytes:
    return PrivateKey.read(file.read_bytes()).public.id


def test_each_service_of_this_machine_has_a_key_that_all_believe(tmp_path: Path) -> None:
    keys = EventKeys(tmp_path)
    trusted = read_keys(keys.trusted.read_bytes())
    assert {trusted[key_id(keys.key_file(source[1:]))].source for source in ALL_SOURCES} == set(ALL_SOURCES)
    assert all(
        key.covers(NOW - timedelta(days=9000)) and key.covers(NOW + timedelta(days=900)) for key in trusted.values()
    )
    assert EventKeys(tmp_path).trusted.read_bytes() == keys.trusted.read_bytes(), "kept"
    assert keys.key_file("audit").stat().st_mode & 0o777 == 0o600


def test_a_new_key_is_published_beside_the_old_ones(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    keys = EventKeys(tmp_path)
    before = dict(read_keys(keys.trusted.read_bytes()))
    inode = keys.trusted.stat().st_ino
    new = ["event-keys", "new", "/audit", "--key", str(tmp_path / "new.pem"), "--keys", str(keys.trusted)]
    assert main(new) == 0
    after = read_keys(keys.trusted.read_bytes())
    id_ = key_id(tmp_path / "new.pem")
    assert capsys.readouterr().out.strip() == id_.hex()
    assert after == before | {id_: after[id_]} and after[id_].source == "/audit"
    assert after[id_].covers(NOW - timedelta(days=6)), "what waits in an outbox while keys are switched"
    assert after[id_].covers(NOW + timedelta(days=399)) and not after[id_].covers(NOW + timedelta(days=401))
    assert keys.trusted.stat().st_ino == inode, "a container sees the file that it was started with"
    assert main(new) == 1, "no private key is overwritten"
    assert main([*new[:2], "/nobody", "--key", str(tmp_path / "x.pem"), *new[5:]]) == 1
    assert read_keys(keys.trusted.read_bytes()) == after


@pytest.mark.usefixtures("outside")
def test_the_secrets_of_an_installation_have_a_key_for_each_service(tmp_path: Path) -> None:
    folder = tmp_path / "secrets"
    command = ["sh", str(MAKE_SECRETS), str(folder)]
    for _ in range(2):
        environment = os.environ | {"SECRETS_GROUP": str(os.getegid())}
        subprocess.run(command, env=environment, check=True, capture_output=True, timeout=60)
        trusted = read_keys((folder / "event-keys.json").read_bytes())
        found = {source: trusted[key_id(folder / f"{source[1:]}-event-key.pem")] for source in ALL_SOURCES}
        assert {source: key.source for source, key in found.items()} == {source: source for source in ALL_SOURCES}
        assert all(
            key.covers(NOW - timedelta(days=6)) and key.covers(NOW + timedelta(days=399)) for key in found.values()
        )
