"""Keys from a file that changes, goes away and comes back."""

import json
from pathlib import Path

from structlog.testing import capture_logs

from ..conftest import StandingClock, VerifierFactory, outcome
from ..signing_key import SigningKey

OLD, NEW = SigningKey("old"), SigningKey("new", "EdDSA")


def write(file: Path, *keys: SigningKey) -> None:
    file.write_text(json.dumps({"keys": [key.jwk() for key in keys]}))


async def test_a_key_taken_out_stops_working(
    verifier: VerifierFactory, tmp_path: Path, standing: StandingClock
) -> None:
    file = tmp_path / "jwks.json"
    write(file, OLD)
    known = verifier(jwks_file=file)
    token = OLD.token()
    assert await outcome(known, token) == 200
    write(file, NEW)
    with capture_logs() as logs:
        assert await outcome(known, NEW.token()) == 200
    (line,) = [line for line in logs if line["event"] == "security.key-changed"]
    assert (line["of"], line["added"], line["removed"]) == ("tokens", NEW.kid, OLD.kid)
    standing.seconds += 61
    assert await outcome(known, token) == 401


async def test_while_it_is_away_or_half_written_its_last_keys_serve(verifier: VerifierFactory, tmp_path: Path) -> None:
    file = tmp_path / "jwks.json"
    known = verifier(jwks_file=file)
    with capture_logs() as logs:
        assert await outcome(known, OLD.token()) == 503
        assert await outcome(known, OLD.token()) == 503
    assert [line["event"] for line in logs] == ["jwks.unreadable"], "once, not for each token"
    write(file, OLD)
    assert await outcome(known, OLD.token()) == 200
    for broken in ('{"keys": [', "[]", '{"keys": []}', '{"keys": 7}', '{"keys": [7, {"kid": "x"}]}'):
        file.write_text(broken)
        assert await outcome(known, OLD.token()) == 200
        assert (await known.keys()).failure == "ValueError" or broken == '{"keys": ['
    file.unlink()
    assert await outcome(known, OLD.token()) == 200
    assert (await known.keys()).keys == 1
    write(file, OLD, NEW)
    state = await known.keys()
    assert (state.keys, state.failure) == (2, None)


async def test_a_file_is_no_provider_whose_keys_are_unknown(verifier: VerifierFactory, tmp_path: Path) -> None:
    file = tmp_path / "jwks.json"
    write(file, OLD)
    assert await outcome(verifier(jwks_file=file), NEW.token()) == 401


async def test_keys_that_sign_nothing_are_left_out(verifier: VerifierFactory, tmp_path: Path) -> None:
    """Keycloak lists a key for encryption beside those for signatures."""
    file = tmp_path / "jwks.json"
    secret = {"kty": "oct", "kid": "secret", "k": "c2VjcmV0", "alg": "HS256"}
    file.write_text(json.dumps({"keys": [OLD.jwk(use="enc", kid="enc"), secret, NEW.jwk(kid=None), OLD.jwk()]}))
    known = verifier(jwks_file=file)
    assert (await known.keys()).keys == 1
    assert await outcome(known, OLD.token()) == 200
    assert await outcome(known, OLD.token({"kid": "enc"})) == 401
