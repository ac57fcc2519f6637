"""What a service is told is checked before it starts."""

from pathlib import Path
from typing import Any, ClassVar

import pytest
from pydantic import ValidationError

from shared.settings import ServiceSettings


class SomeSettings(ServiceSettings):
    service: ClassVar[str] = "some"
    default_port: ClassVar[int] = 8000


def settings(**more: Any) -> SomeSettings:
    return SomeSettings(database_url="postgresql+asyncpg://nowhere/none", **more)


PRODUCTION: dict[str, Any] = {
    "environment": "production",
    "pseudonym_key_file": Path(__file__),
    "kafka_security_protocol": "PLAINTEXT",
    "database_sslmode": "disable",
    "jwks_url": "https://id.example/keys",
    "audit_url": "https://tiendo.example:8004",
    "event_signing_key_file": Path(__file__),
    "event_keys_file": Path(__file__),
}


@pytest.mark.parametrize("name", ["event_signing_key_file", "event_keys_file"])
def test_in_production_events_are_signed_and_checked(name: str, tmp_path: Path) -> None:
    """Else whoever reaches Kafka replaces a unit's report for good."""
    assert settings(**PRODUCTION).event_keys_file and settings(environment="local").event_keys_file is None
    for given in (None, ""):
        with pytest.raises(ValidationError, match=f"{name.upper()} is required"):
            settings(**PRODUCTION | {name: given})
    with pytest.raises(ValidationError, match=f"{name.upper()}: .* cannot be read .FileNotFoundError"):
        settings(environment="local", **{name: tmp_path / "none"})


def test_what_a_demonstration_needs_is_refused_in_production_all_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TIENDO_DEMONSTRATION", "true")
    monkeypatch.setenv("TIENDO_CLOCK_OFFSET_SECONDS", "60")
    with pytest.raises(ValidationError) as refused:
        settings(environment="production")
    for name in ("TIENDO_DEMONSTRATION", "TIENDO_CLOCK_OFFSET_SECONDS", "JWKS_FILE"):
        assert name in str(refused.value)


def test_a_demonstration_is_no_default(monkeypatch: pytest.MonkeyPatch) -> None:
    assert settings(environment="local").demonstration is False
    monkeypatch.setenv("TIENDO_DEMONSTRATION", "true")
    assert settings(environment="local").demonstration is True


def test_the_schemas_of_events_are_where_audit_is_unless_it_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    assert settings(environment="local").schemas == "http://127.0.0.1:8004/schemas"
    monkeypatch.setenv("AUDIT_URL", "https://tiendo.example:8004/")
    assert settings(environment="local").schemas == "https://tiendo.example:8004/schemas"
    monkeypatch.setenv("SCHEMAS_URL", "https://schemas.example/tiendo/")
    assert settings(environment="local").schemas == "https://schemas.example/tiendo"


@pytest.mark.parametrize(
    "given",
    ["/schemas", "x.example/y", "https://x/?a=1", "https://x/#a", "https://x/ y", "ftp://x", "https://tiến.example"],
)
def test_what_is_no_absolute_address_of_schemas_is_refused(monkeypatch: pytest.MonkeyPatch, given: str) -> None:
    monkeypatch.setenv("SCHEMAS_URL", given)
    with pytest.raises(ValidationError, match="SCHEMAS_URL"):
        settings(environment="local")


@pytest.mark.parametrize(
    "given",
    [
        "/trace/{trace_id}",
        "https://x/trace",
        "https://x/{trace_id}/{trace_id}",
        "https://x/{id}",
        "javascript:{trace_id}",
    ],
)
def test_what_leads_to_no_trace_is_refused(monkeypatch: pytest.MonkeyPatch, given: str) -> None:
    monkeypatch.setenv("TRACE_URL", given)
    with pytest.raises(ValidationError, match="TRACE_URL"):
        settings(environment="local")


@pytest.mark.parametrize(("given", "kept"), [("", None), ("https://x/?q={trace_id}", "https://x/?q={trace_id}")])
def test_where_a_trace_is_looked_at(monkeypatch: pytest.MonkeyPatch, given: str, kept: str | None) -> None:
    monkeypatch.setenv("TRACE_URL", given)
    assert settings(environment="local").trace_url == kept


@pytest.mark.parametrize(
    "given",
    ["http://127.0.0.1:8004", "https://localhost:8004", "https://a.localhost", "http://[::1]:8004", "http://0.0.0.0"],
)
def test_an_address_of_schemas_that_only_this_machine_reaches_is_refused_in_production(given: str) -> None:
    """It stands in every event for good, and whoever follows it would ask their own machine."""
    with pytest.raises(ValidationError, match=r"AUDIT_URL \(or SCHEMAS_URL\) is required"):
        settings(**(PRODUCTION | {"audit_url": given}))
    assert settings(**(PRODUCTION | {"audit_url": given, "schemas_url": "https://schemas.example"})).schemas
    assert settings(environment="local", audit_url=given).schemas


def test_the_address_of_schemas_is_required_in_production() -> None:
    unsaid = {name: value for name, value in PRODUCTION.items() if name != "audit_url"}
    with pytest.raises(ValidationError, match=r"AUDIT_URL \(or SCHEMAS_URL\) is required"):
        settings(**unsaid)


@pytest.mark.parametrize("name", ["audit_url", "schemas_url"])
def test_the_address_of_schemas_is_short_for_it_stands_in_every_event(name: str) -> None:
    with pytest.raises(ValidationError, match="at most 200 characters"):
        settings(environment="local", **{name: "https://" + "a" * 193})


def test_whom_to_trust_about_keys_is_a_file_of_certificates(tmp_path: Path) -> None:
    with pytest.raises(ValidationError, match=r"JWKS_CA_FILE: .* of no use for TLS"):
        settings(environment="local", jwks_ca_file=tmp_path / "none")


def test_the_key_of_pseudonyms_is_required_in_production(tmp_path: Path) -> None:
    """Without it everybody who has the log and a list of addresses finds out who acted."""
    with pytest.raises(ValidationError, match="PSEUDONYM_KEY_FILE is required"):
        settings(**(PRODUCTION | {"pseudonym_key_file": None}))
    (tmp_path / "empty").write_text("\n")
    with pytest.raises(ValidationError, match=r"PSEUDONYM_KEY_FILE: .* is empty"):
        settings(**(PRODUCTION | {"pseudonym_key_file": tmp_path / "empty"}))


def test_keys_are_fetched_over_https_in_production() -> None:
    """Whoever answers in the provider's place signs everybody's tokens."""
    with pytest.raises(ValidationError, match="JWKS_URL must be https"):
        settings(jwks_url="http://id.example/keys")
    assert settings(**PRODUCTION).jwks_url
    assert settings(environment="local", jwks_url="http://127.0.0.1:8080/keys").jwks_url


@pytest.mark.parametrize("given", ["http://id.example/keys", "http://10.0.0.7/keys", "ftp://id.example/keys", "keys"])
def test_so_they_are_anywhere_but_from_this_machine(given: str) -> None:
    """A trial that others reach signed everybody in by keys that anybody on the network could put there."""
    with pytest.raises(ValidationError, match="JWKS_URL must be https, or lead to this machine"):
        settings(environment="local", jwks_url=given)
    assert settings(environment="local", jwks_url="https://id.example/keys").jwks_url


@pytest.mark.parametrize(("given", "kept"), [("", ()), ("web", ("web",)), ("web, cli", ("web", "cli"))])
def test_parties_are_a_list(monkeypatch: pytest.MonkeyPatch, given: str, kept: tuple[str, ...]) -> None:
    monkeypatch.setenv("TOKEN_PARTIES", given)
    assert settings(environment="local").token_parties == kept


def test_algorithms_are_a_list_and_only_such_with_a_public_key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TOKEN_ALGORITHMS", "RS256, PS256")
    assert settings(environment="local").token_algorithms == ("RS256", "PS256")
    for refused in ("HS256", "none", "RS256,HS256", "", "RS256;PS256"):
        monkeypatch.setenv("TOKEN_ALGORITHMS", refused)
        with pytest.raises(ValidationError, match="Input should be 'RS256'"):
            settings(environment="local")


def test_an_empty_address_of_keys_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JWKS_URL", "")
    assert settings(environment="local").jwks_url is None
