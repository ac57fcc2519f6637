"""What a token must have, and what it is refused for."""

import base64
import hmac
import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as profile
from hypothesis import strategies as st
from structlog.testing import capture_logs

from shared.auth import TokenVerifier
from shared.errors import Problem, StartError
from shared.metrics import TOKENS_REJECTED

from .conftest import StandingClock, VerifierFactory, outcome
from .signing_key import CLAIMS, OURS, SigningKey

KEY = SigningKey("first")
STRANGER = SigningKey("first")


@pytest.fixture
def known(verifier: VerifierFactory, tmp_path: Path) -> TokenVerifier:
    file = tmp_path / "jwks.json"
    file.write_text(json.dumps({"keys": [KEY.jwk()]}))
    return verifier(jwks_file=file)


def unsigned(header: dict[str, Any]) -> str:
    claims = CLAIMS | OURS | {"exp": int(time.time()) + 60}
    parts = [json.dumps(part).encode() for part in (header, claims)]
    return ".".join([*(base64.urlsafe_b64encode(part).rstrip(b"=").decode() for part in parts), ""])


def with_shared_secret() -> str:
    """HS256 with the public key as its secret: what libraries fell for that took the token's word for its algorithm."""
    said = unsigned({"alg": "HS256", "kid": "first"}).removesuffix(".")
    signature = hmac.digest(json.dumps(KEY.jwk()).encode(), said.encode(), "sha256")
    return f"{said}.{base64.urlsafe_b64encode(signature).rstrip(b'=').decode()}"


def tampered() -> str:
    head, _, signature = KEY.token().split(".")
    return ".".join([head, KEY.token(role="ops").split(".")[1], signature])


REJECTED: list[tuple[str, Callable[[], str], int]] = [
    ("expired", lambda: KEY.token(lifetime=-60), 401),
    ("not-yet-valid", lambda: KEY.token(nbf=int(time.time()) + 60), 401),
    ("not-yet-valid", lambda: KEY.token(iat=int(time.time()) + 60), 401),
    ("issuer", lambda: KEY.token(iss="https://elsewhere.example"), 401),
    ("audience", lambda: KEY.token(aud="another"), 401),
    ("missing-claim", lambda: KEY.token(aud=None), 401),
    ("missing-claim", lambda: KEY.token(exp=None), 401),
    ("missing-claim", lambda: KEY.token(sub=None), 401),
    ("unknown-key", lambda: KEY.token({"kid": "unknown"}), 401),
    ("no-kid", lambda: KEY.token({"kid": None}), 401),
    ("signature", STRANGER.token, 401),
    ("signature", tampered, 401),
    ("algorithm", with_shared_secret, 401),
    ("algorithm", lambda: unsigned({"alg": "none", "kid": "first"}), 401),
    ("algorithm", lambda: unsigned({"alg": ["ES256"], "kid": "first"}), 401),
    ("algorithm", lambda: SigningKey("first", "EdDSA").token(), 401),
    ("token-type", lambda: KEY.token({"typ": "logout+jwt"}), 401),
    ("token-type", lambda: KEY.token({"typ": "dpop+jwt"}), 401),
    ("token-type", lambda: KEY.token(typ="ID"), 401),
    ("token-type", lambda: KEY.token(typ="Refresh"), 401),
    ("token-type", lambda: KEY.token(nonce="n-0S6_WzA2Mj"), 401),
    ("token-type", lambda: KEY.token(at_hash="77QmUPtjPfzWtF2AnpK9RQ"), 401),
    ("malformed", lambda: "x" * 10_000, 401),
    ("malformed", lambda: "é.ü.ß", 401),
    ("malformed", lambda: unsigned({"alg": "ES256", "kid": 7}), 401),
    ("malformed", lambda: KEY.token(exp="Infinity"), 401),
    ("no-role", lambda: KEY.token(role="king"), 403),
    ("several-roles", lambda: KEY.token(role=["reporter", "ops"]), 403),
    ("no-unit", lambda: KEY.token(unit=None), 403),
    ("several-units", lambda: KEY.token(unit=["SO_Y_TE", "DAK_NONG"]), 403),
]


async def test_a_token_that_has_it_all_names_a_person(known: TokenVerifier) -> None:
    person = await known.person(KEY.token())
    assert (person.role, person.unit, person.subject) == ("reporter", "SO_Y_TE", "s-1")


@pytest.mark.parametrize(("reason", "make", "status"), REJECTED)
async def test_a_rejected_token_is_answered_logged_and_counted(
    known: TokenVerifier, reason: str, make: Callable[[], str], status: int
) -> None:
    counter = TOKENS_REJECTED.labels("probe", reason)
    before, token = counter._value.get(), make()
    with capture_logs() as logs, pytest.raises(Problem) as refused:
        await known.person(token)
    assert refused.value.status == status
    error = {401: "invalid_token", 403: "insufficient_scope"}[status]
    assert refused.value.headers["WWW-Authenticate"].startswith(f'Bearer error="{error}", error_description="The ')
    [line] = logs
    assert (line["event"], line["reason"]) == ("bearer.rejected", reason)
    assert counter._value.get() == before + 1


async def test_the_line_says_whose_token_and_how_old_but_not_the_token_or_its_bearer(known: TokenVerifier) -> None:
    token = KEY.token(aud=["a", "b"], sub="079080000001", name="Y Bhăm", email="y@example.vn", iat=int(time.time()) - 9)
    with capture_logs() as logs:
        assert await outcome(known, token) == 401
    [line] = logs
    assert 9 <= line.pop("age_seconds") < 60 and -60 <= line.pop("expired_seconds") < 0
    assert line == {
        "event": "bearer.rejected",
        "log_level": "warning",
        "reason": "audience",
        "kid": "first",
        "alg": "ES256",
        "issuer": "https://id.example",
        "audience": ["a", "b"],
    }
    assert not any(part in repr(logs) for part in token.split("."))


async def test_a_line_stays_short_whatever_the_token_says(known: TokenVerifier) -> None:
    token = KEY.token({"kid": "k" * 1000}, iss="i" * 1000, aud=[*"abcdefgh", {"deep": "d" * 1000}], iat=None)
    with capture_logs() as logs:
        assert await outcome(known, token) == 401
    assert len(repr(logs)) < 600


async def test_a_line_names_the_claim_that_held_no_role(known: TokenVerifier) -> None:
    with capture_logs() as logs:
        assert await outcome(known, KEY.token(role=None)) == 403
    assert logs[0]["claim"] == "role"


@pytest.mark.parametrize(
    ("changed", "status"),
    [({"lifetime": -20}, 200), ({"lifetime": -40}, 401), ({"nbf": 20}, 200), ({"nbf": 40}, 401), ({"iat": 40}, 401)],
)
async def test_clocks_may_be_half_a_minute_apart(known: TokenVerifier, changed: dict[str, int], status: int) -> None:
    now = int(time.time())
    claims: dict[str, Any] = {name: value if name == "lifetime" else now + value for name, value in changed.items()}
    assert await outcome(known, KEY.token(**claims)) == status


@pytest.mark.parametrize(("taken", "status"), [("RS256", 200), ("ES256,RS256", 200), ("ES256", 401), ("PS256", 401)])
async def test_only_configured_algorithms_are_taken(
    verifier: VerifierFactory, tmp_path: Path, taken: str, status: int
) -> None:
    """Of a key that names no algorithm, too: Entra ID publishes such."""
    rsa = SigningKey("rsa", "RS256")
    for jwk in (rsa.jwk(), rsa.jwk(alg=None)):
        file = tmp_path / "jwks.json"
        file.write_text(json.dumps({"keys": [jwk]}))
        assert await outcome(verifier(jwks_file=file, token_algorithms=taken), rsa.token()) == status


async def test_a_token_that_is_known_is_not_known_for_longer_than_it_lasts(
    known: TokenVerifier, standing: StandingClock
) -> None:
    short = KEY.token(lifetime=5)
    assert await outcome(known, short) == 200
    assert known._known[short][0] <= standing.seconds + 5
    late = KEY.token(lifetime=-20)  # within the leeway
    assert await outcome(known, late) == 200
    assert known._known[late][0] < standing.seconds


async def test_without_a_provider_nobody_is_let_in(verifier: VerifierFactory) -> None:
    without = verifier()
    assert await outcome(without, KEY.token()) == 401
    assert (await without.keys()).keys == 0


@pytest.mark.parametrize("setting", ["token_role_claim", "token_unit_claim"])
def test_a_service_does_not_start_with_a_path_that_is_none(verifier: VerifierFactory, setting: str) -> None:
    with pytest.raises(StartError, match=f"settings: {setting.upper()}: "):
        verifier(**{setting: "https://example.vn/claims/role"})


PART = st.binary(max_size=60) | st.dictionaries(
    st.sampled_from(["alg", "kid", "iat", "exp", "iss", "aud", "crit", "b64", "typ"]),
    st.sampled_from(["ES256", "first", "none", "", 7, -1, 1e400, float("nan"), None, ["a", 7], {"a": 1}, True]),
).map(lambda members: json.dumps(members).encode())


@given(parts=st.lists(PART, min_size=1, max_size=4), text=st.text(max_size=20))
@profile(suppress_health_check=[HealthCheck.function_scoped_fixture])
async def test_whatever_a_stranger_sends_is_a_401(known: TokenVerifier, parts: list[bytes], text: str) -> None:
    written = ".".join(base64.urlsafe_b64encode(part).rstrip(b"=").decode() for part in parts)
    deep = base64.urlsafe_b64encode(b"[" * 5000).decode()
    for token in (written, written + text, text, f"{deep}.{deep}.{deep}"):
        assert await outcome(known, token) == 401


@pytest.mark.parametrize(
    ("header", "claims"),
    [
        ({"typ": None}, {}),
        ({"typ": "JWT"}, {}),
        ({"typ": "at+jwt"}, {}),
        ({"typ": "application/AT+JWT"}, {"nonce": "n"}),
        ({"typ": "JWT"}, {"typ": "Bearer", "nonce": "n"}),  # Keycloak up to 24
    ],
)
async def test_an_access_token_is_taken_however_its_provider_calls_it(
    known: TokenVerifier, header: dict[str, Any], claims: dict[str, Any]
) -> None:
    assert await outcome(known, KEY.token(header, **claims)) == 200


@pytest.mark.parametrize(
    ("claims", "expected"),
    [
        ({"azp": "tiendo-web"}, "200"),
        ({"client_id": "tiendo-web"}, "200"),
        ({"azp": "payroll"}, "401 party"),
        ({"azp": ["tiendo-web"]}, "401 party"),
        ({}, "401 party"),
    ],
)
async def test_a_token_of_another_client_opens_nothing(
    verifier: VerifierFactory, tmp_path: Path, claims: dict[str, Any], expected: str
) -> None:
    """Whatever client of the provider got tokens for our audience could read with its users' roles."""
    file = tmp_path / "jwks.json"
    file.write_text(json.dumps({"keys": [KEY.jwk()]}))
    named = verifier(jwks_file=file, token_parties="tiendo-web, tiendo-cli")
    with capture_logs() as logs:
        found = await outcome(named, KEY.token(**claims))
    reasons = [entry["reason"] for entry in logs if entry["event"] == "bearer.rejected"]
    assert " ".join([str(found), *reasons]) == expected


async def test_another_role_of_the_same_person_is_told(known: TokenVerifier) -> None:
    with capture_logs() as logs:
        for changed in ({}, {"n": 2}, {"role": "ops", "unit": "DAK_NONG"}):
            assert await outcome(known, KEY.token(**changed)) == 200
    (line,) = [line for line in logs if line["event"] == "security.role-changed"]
    assert (line["role"], line["before_role"], line["before_unit"]) == ("ops", "reporter", OURS["unit"])
    assert CLAIMS["sub"] not in repr(line)
