"""A provider that changes its keys, goes away, is slow or answers nonsense; and tokens whose keys nobody knows."""

import asyncio
import subprocess
from pathlib import Path

import pytest
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from structlog.testing import capture_logs

from shared.auth.keys.provider_keys import FRESH_SECONDS, KEPT_SECONDS, MAX_BYTES
from shared.metrics import JWKS_FAILURES

from ..conftest import StandingClock, VerifierFactory, outcome
from ..identity_provider import IdentityProvider
from ..signing_key import SigningKey

HOUR = 3600
LONG = 7 * 24 * HOUR  # of tokens that outlive what a test lets pass


async def test_keys_are_fetched_once_and_again_after_a_minute(
    provider: IdentityProvider, jwks_url: str, verifier: VerifierFactory, standing: StandingClock, key: SigningKey
) -> None:
    known = verifier(jwks_url=jwks_url)
    for n in range(3):
        assert await outcome(known, key.token(n=n)) == 200
    assert provider.asked == 1
    standing.seconds += FRESH_SECONDS + 1
    assert await outcome(known, key.token(n=4)) == 200
    assert provider.asked == 2


async def test_a_new_key_is_taken_at_once_and_one_taken_out_no_longer(
    provider: IdentityProvider, jwks_url: str, verifier: VerifierFactory, standing: StandingClock, key: SigningKey
) -> None:
    known, second = verifier(jwks_url=jwks_url), SigningKey("second", "RS256")
    old = key.token(lifetime=LONG)
    assert await outcome(known, old) == 200
    provider.rotate(key, second)
    standing.seconds += 10
    with capture_logs() as logs:
        assert await outcome(known, second.token()) == 200, "no restart, and no wait until the keys are a minute old"
        provider.rotate(second)
        standing.seconds += 2 * FRESH_SECONDS
        assert await outcome(known, old) == 401
    changes = [(line["added"], line["removed"]) for line in logs if line["event"] == "security.key-changed"]
    assert changes == [("second", ""), ("", "first")]


async def test_invented_key_names_do_not_make_a_request_each(
    provider: IdentityProvider, jwks_url: str, verifier: VerifierFactory, standing: StandingClock, key: SigningKey
) -> None:
    known = verifier(jwks_url=jwks_url)
    assert await outcome(known, key.token()) == 200
    standing.seconds += 10
    for n in range(50):
        assert await outcome(known, key.token({"kid": f"invented-{n}"})) == 401
    assert provider.asked == 2
    standing.seconds += 10
    assert {await outcome(known, key.token({"kid": f"more-{n}"})) for n in range(50)} == {401}
    assert provider.asked == 3


async def test_one_request_at_a_time_whoever_waits_for_it(
    provider: IdentityProvider, jwks_url: str, verifier: VerifierFactory, key: SigningKey
) -> None:
    known = verifier(jwks_url=jwks_url)
    provider.open.clear()
    waiting = [asyncio.create_task(outcome(known, key.token(n=n))) for n in range(20)]
    async with asyncio.timeout(10):
        while not provider.asked:
            await asyncio.sleep(0.01)
    waiting.pop().cancel()  # somebody who hangs up takes nothing from the others
    provider.open.set()
    assert set(await asyncio.gather(*waiting)) == {200}
    assert (provider.asked, provider.most_at_once) == (1, 1)


async def test_an_outage_of_hours_is_no_sign_out(
    provider: IdentityProvider, jwks_url: str, verifier: VerifierFactory, standing: StandingClock, key: SigningKey
) -> None:
    known, failures = verifier(jwks_url=jwks_url), JWKS_FAILURES.labels("probe")
    assert await outcome(known, key.token()) == 200
    await provider.stop()
    before = failures._value.get()
    with capture_logs() as logs:
        for minute in range(0, 20 * 60, 15):
            standing.seconds += 15 * 60
            assert await outcome(known, key.token(n=minute)) == 200
            await asyncio.sleep(0.01)  # the request that nobody waits for
    told = [line for line in logs if line["event"] == "jwks.unreachable"]
    assert len(told) > 60 and all(line["kept_keys"] == 1 for line in told)
    assert failures._value.get() - before == len(told)
    state = await known.keys()
    assert state.keys == 1 and str(state.failure).startswith("ConnectError") and state.age_seconds == 20 * HOUR
    standing.seconds += 10
    assert await outcome(known, SigningKey("new").token()) == 503, "it may be a key that came during the outage"

    new = SigningKey("new")
    provider.rotate(new)
    await provider.start()
    standing.seconds += 10
    assert await outcome(known, new.token()) == 200
    assert await known.keys() == type(state)(1, 0.0, None)
    assert await outcome(known, key.token(n=-1)) == 401, "what was taken out meanwhile"


async def test_keys_are_not_kept_for_ever(
    provider: IdentityProvider, jwks_url: str, verifier: VerifierFactory, standing: StandingClock, key: SigningKey
) -> None:
    known = verifier(jwks_url=jwks_url)
    assert await outcome(known, key.token()) == 200
    await provider.stop()
    standing.seconds += KEPT_SECONDS + 1
    assert await outcome(known, key.token(lifetime=LONG)) == 503
    assert (await known.keys()).keys == 0


async def test_a_provider_that_was_never_there_is_no_bad_token(
    provider: IdentityProvider, jwks_url: str, verifier: VerifierFactory, standing: StandingClock, key: SigningKey
) -> None:
    await provider.stop()
    known = verifier(jwks_url=jwks_url)
    with capture_logs() as logs:
        assert {await outcome(known, key.token(n=n)) for n in range(20)} == {503}
    assert [line["event"] for line in logs] == ["jwks.unreachable"], "a request to it, and a line, not for each token"
    assert (await known.keys()).keys == 0
    await provider.start()
    standing.seconds += 6
    assert await outcome(known, key.token()) == 200


async def test_who_has_good_keys_does_not_wait_for_a_slow_provider(
    provider: IdentityProvider,
    jwks_url: str,
    verifier: VerifierFactory,
    standing: StandingClock,
    key: SigningKey,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def seconds(patience: float, fetch: float) -> None:
        monkeypatch.setattr("shared.auth.keys.provider_keys.PATIENCE_SECONDS", patience)
        monkeypatch.setattr("shared.auth.keys.provider_keys.FETCH_SECONDS", fetch)

    known = verifier(jwks_url=jwks_url)
    assert await outcome(known, key.token()) == 200
    provider.open.clear()
    standing.seconds += FRESH_SECONDS + 1
    seconds(patience=0.05, fetch=0.5)
    assert await outcome(known, key.token(n=1)) == 200
    assert await outcome(known, SigningKey("new").token()) == 503, "waited for until the request timed out"
    assert (await known.keys()).failure == "TimeoutError"
    standing.seconds += 10
    seconds(patience=60, fetch=60)
    async with asyncio.timeout(20):  # nobody waits for one that is known to be away
        assert await outcome(known, key.token(n=2)) == 200


@pytest.mark.parametrize(
    ("answer", "failure"),
    [
        (Response("{", media_type="application/json"), "JSONDecodeError: Expecting property name"),
        (PlainTextResponse("away", 503), "status 503"),
        (RedirectResponse("/elsewhere"), "status 307"),
        (PlainTextResponse('{"keys": []}'), "ValueError: no key for signatures in it"),
        (PlainTextResponse(" " * (MAX_BYTES + 1)), "ValueError: more than 1048576 bytes"),
        (PlainTextResponse("[" * 100_000), "RecursionError"),
    ],
)
async def test_nonsense_replaces_no_good_keys(
    provider: IdentityProvider,
    jwks_url: str,
    verifier: VerifierFactory,
    standing: StandingClock,
    key: SigningKey,
    answer: Response,
    failure: str,
) -> None:
    known = verifier(jwks_url=jwks_url)
    assert await outcome(known, key.token()) == 200
    provider.answer = lambda: answer
    standing.seconds += FRESH_SECONDS + 1
    assert await outcome(known, key.token(n=1)) == 200
    state = await known.keys()
    assert state.keys == 1 and str(state.failure).startswith(failure)


async def test_no_log_tells_a_password_in_the_address(
    provider: IdentityProvider, jwks_url: str, verifier: VerifierFactory, standing: StandingClock, key: SigningKey
) -> None:
    known = verifier(jwks_url=jwks_url.replace("//", "//service:geheim@"))
    with capture_logs() as logs:
        assert await outcome(known, key.token()) == 200
        for broken in (lambda: PlainTextResponse("no", 401), lambda: PlainTextResponse("{")):
            provider.answer = broken
            standing.seconds += FRESH_SECONDS + 1
            await known.keys()
        await provider.stop()
        standing.seconds += FRESH_SECONDS + 1
        await known.keys()
    assert len(logs) >= 2 and "geheim" not in repr(logs) + repr(await known.keys())


@pytest.fixture
def certificate(outside: None, tmp_path: Path) -> Path:
    """Signed by nobody but itself, with its key."""
    file = tmp_path / "provider.pem"
    command = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"]
    names = ["-subj", "/CN=id", "-addext", "subjectAltName=IP:127.0.0.1", "-days", "1"]
    subprocess.run([*command, *names, "-keyout", file, "-out", tmp_path / "ca.pem"], check=True, capture_output=True)
    file.write_text(file.read_text() + (tmp_path / "ca.pem").read_text())
    return file


async def test_a_provider_inside_the_network_has_an_authority_of_its_own(
    certificate: Path, verifier: VerifierFactory, key: SigningKey
) -> None:
    async with IdentityProvider(key, certificate=certificate) as inside:
        address = f"{inside.url}/jwks"
        assert await outcome(verifier(jwks_url=address), key.token()) == 503, "no public authority has signed it"
        trusting = verifier(jwks_url=address, jwks_ca_file=certificate.with_name("ca.pem"))
        assert await outcome(trusting, key.token()) == 200
