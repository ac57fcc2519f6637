"""How PostgreSQL is reached is checked before anything starts: the password's file, TLS and whom it trusts."""

import ssl
from pathlib import Path
from typing import Any, ClassVar

import certifi
import pytest
from pydantic import ValidationError

from shared.settings import ServiceSettings

URL = "postgresql+asyncpg://some@db/some"
AUTHORITIES = Path(certifi.where())
PRODUCTION: dict[str, Any] = {
    "environment": "production",
    "pseudonym_key_file": Path(__file__),
    "jwks_url": "https://id.example/keys",
    "kafka_security_protocol": "PLAINTEXT",
    "audit_url": "https://tiendo.example:8004",
    "event_signing_key_file": Path(__file__),
    "event_keys_file": Path(__file__),
}


class SomeSettings(ServiceSettings):
    service: ClassVar[str] = "some"
    default_port: ClassVar[int] = 8000


def settings(**given: Any) -> SomeSettings:
    return SomeSettings(**({"database_url": URL, "environment": "local"} | given))


def test_the_password_can_stand_in_a_file(tmp_path: Path) -> None:
    file = tmp_path / "password"
    file.write_text("p@ss/word\n")
    told = settings(database_password_file=file)
    assert told.database().password == "p@ss/word"
    assert "p@ss/word" not in repr(told)
    with pytest.raises(ValidationError, match="SOME_DATABASE_PASSWORD_FILE"):
        settings(database_password_file=tmp_path / "none")


def test_who_migrates_comes_by_a_role_of_its_own(tmp_path: Path) -> None:
    file = tmp_path / "password"
    file.write_text("the owner's")
    owner = {"owner_database_url": "postgresql+asyncpg://some_owner@db/some", "owner_database_password_file": file}
    told = settings(**owner, database_ca_file=AUTHORITIES)
    assert (told.as_owner().database().username, told.as_owner().database().password) == ("some_owner", "the owner's")
    assert told.as_owner().libpq_tls() == told.libpq_tls()
    assert (told.database().username, told.database().password) == ("some", None)
    assert "the owner's" not in repr(told)
    assert not told.owner_faults(production=True)
    with pytest.raises(ValidationError, match="SOME_OWNER_DATABASE_PASSWORD_FILE"):
        settings(owner_database_password_file=tmp_path / "none")


@pytest.mark.parametrize("owner", [None, URL])
def test_in_production_who_serves_owns_nothing(owner: str | None) -> None:
    told = settings(owner_database_url=owner)
    assert not told.owner_faults(production=False) and told.as_owner().database() == told.database()
    assert "SOME_OWNER_DATABASE_URL is required" in told.owner_faults(production=True)[0]


def test_verify_full_checks_certificate_and_name_for_both_drivers() -> None:
    told = settings(database_sslmode="verify-full", database_ca_file=AUTHORITIES)
    context = told.asyncpg_tls()["ssl"]
    assert isinstance(context, ssl.SSLContext)
    assert (context.verify_mode, context.check_hostname) == (ssl.CERT_REQUIRED, True)
    assert told.libpq_tls() == {"sslmode": "verify-full", "sslrootcert": str(AUTHORITIES)}
    public = Path(settings(database_sslmode="verify-full").libpq_tls()["sslrootcert"])
    assert public.is_file(), "libpq reads the authorities that Python trusts"
    assert settings(database_ca_file=AUTHORITIES).database_tls == "verify-full", "who names an authority wants it"


def test_disable_is_no_tls_and_unsaid_is_what_the_driver_does(monkeypatch: pytest.MonkeyPatch) -> None:
    plain = settings(database_sslmode="disable")
    assert (plain.asyncpg_tls(), plain.libpq_tls()) == ({"ssl": False}, {"sslmode": "disable"})
    for name in ("SOME_DATABASE_SSLMODE", "SOME_DATABASE_CA_FILE"):
        monkeypatch.setenv(name, "")
    assert (settings().asyncpg_tls(), settings().libpq_tls()) == ({}, {})


def test_in_production_it_must_be_said() -> None:
    with pytest.raises(ValidationError, match="SOME_DATABASE_SSLMODE is required"):
        settings(**PRODUCTION)
    for said in ({"database_sslmode": "disable"}, {"database_ca_file": AUTHORITIES}):
        assert settings(**PRODUCTION, **said).database_tls


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({"database_ca_file": Path(__file__)}, "SOME_DATABASE_CA_FILE: .* of no use for TLS"),
        ({"database_ca_file": Path("/none")}, "SOME_DATABASE_CA_FILE: .* of no use for TLS .FileNotFoundError"),
        ({"database_ca_file": AUTHORITIES, "database_sslmode": "disable"}, "SOME_DATABASE_CA_FILE needs TLS"),
        ({"database_url": f"{URL}?sslmode=require"}, "TLS is told by SOME_DATABASE_SSLMODE"),
        ({"database_url": "the database"}, "SOME_DATABASE_URL must look like"),
        ({"database_sslmode": "require"}, "verify-full"),
    ],
)
def test_what_cannot_be_meant_is_refused(given: dict[str, Any], told: str) -> None:
    with pytest.raises(ValidationError, match=told):
        settings(**given)
