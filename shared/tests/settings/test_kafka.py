"""How Kafka is reached is checked as a whole before anything starts, and nothing of it tells a secret."""

import re
import subprocess
from pathlib import Path
from typing import Any, ClassVar

import pytest
from pydantic import ValidationError

from shared.settings import KafkaSettings, ServiceSettings

SECRET = "mat-khau-rat-bi-mat"
SCRAM: dict[str, Any] = {
    "kafka_security_protocol": "SASL_SSL",
    "kafka_sasl_mechanism": "SCRAM-SHA-512",
    "kafka_username": "audit",
    "kafka_password": SECRET,
}


class SomeSettings(ServiceSettings):
    service: ClassVar[str] = "some"
    default_port: ClassVar[int] = 8000


@pytest.fixture(autouse=True)
def _nothing_said(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in KafkaSettings.model_fields:
        monkeypatch.delenv(name.upper(), raising=False)


def refused(**given: Any) -> str:
    with pytest.raises(ValidationError) as fault:
        KafkaSettings(**given)
    assert SECRET not in str(fault.value)
    return str(fault.value)


def test_plaintext_is_the_default_of_a_machine_and_refused_in_production_unless_it_is_said() -> None:
    production: dict[str, Any] = {
        "database_url": "postgresql://x/y",
        "environment": "production",
        "pseudonym_key_file": Path(__file__),
        "jwks_url": "https://x",
        "database_sslmode": "disable",
        "audit_url": "https://x.example",
        "event_signing_key_file": Path(__file__),
        "event_keys_file": Path(__file__),
    }
    assert KafkaSettings().kafka_protocol == "PLAINTEXT"
    with pytest.raises(ValidationError, match="KAFKA_SECURITY_PROTOCOL is required"):
        SomeSettings(**production)
    with pytest.raises(ValidationError, match="KAFKA_SECURITY_PROTOCOL is required"):
        SomeSettings(**production, kafka_security_protocol="")
    assert SomeSettings(**production, kafka_security_protocol="PLAINTEXT").kafka_protocol == "PLAINTEXT"


def test_all_faults_of_the_combination_are_told_at_once(tmp_path: Path) -> None:
    with pytest.raises(ValidationError) as fault:
        SomeSettings(
            database_url="postgresql://x/y",
            environment="production",
            kafka_security_protocol="SASL_PLAINTEXT",
            kafka_sasl_mechanism="PLAIN",
            kafka_password=SECRET,
            kafka_password_file=tmp_path / "none",
            kafka_ca_file=tmp_path / "ca.pem",
        )
    for told in ("only with SASL_SSL", "KAFKA_USERNAME", "only one", "cannot be read", "KAFKA_CA_FILE", "JWKS_URL"):
        assert told in str(fault.value)
    assert SECRET not in str(fault.value)


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({"kafka_security_protocol": "SASL_SSL"}, "KAFKA_SASL_MECHANISM is required"),
        ({"kafka_username": "audit"}, "KAFKA_USERNAME needs"),
        (SCRAM | {"kafka_username": ""}, "KAFKA_USERNAME is required"),
        (SCRAM | {"kafka_password": ""}, "KAFKA_PASSWORD_FILE or KAFKA_PASSWORD is required"),
        (SCRAM | {"kafka_sasl_mechanism": "GSSAPI"}, "kafka_sasl_mechanism|KAFKA_SASL_MECHANISM"),
        (SCRAM | {"kafka_sasl_mechanism": "OAUTHBEARER"}, "one of KAFKA_TOKEN_URL and KAFKA_TOKEN_FILE"),
        (
            SCRAM | {"kafka_sasl_mechanism": "OAUTHBEARER", "kafka_token_url": "http://id.example/token"},
            "KAFKA_TOKEN_URL gets the client's secret",
        ),
        (SCRAM | {"kafka_key_file": Path(__file__)}, "KAFKA_KEY_FILE needs KAFKA_CERTIFICATE_FILE"),
        (SCRAM | {"kafka_ca_file": Path(__file__)}, "KAFKA_CA_FILE: of no use for TLS"),
    ],
)
def test_what_does_not_belong_together_is_refused(given: dict[str, Any], told: str) -> None:
    assert re.search(told, refused(**given))


def test_a_password_stands_in_a_file_and_is_read_at_every_use(tmp_path: Path) -> None:
    file = tmp_path / "password"
    file.write_text("first\n")
    settings = KafkaSettings(**(SCRAM | {"kafka_password": None, "kafka_password_file": file}))
    assert settings.kafka_secret() == "first"
    file.write_text("second\n")
    assert settings.kafka_secret() == "second"
    file.write_text("\n")
    assert "is empty" in refused(**(SCRAM | {"kafka_password": None, "kafka_password_file": file}))


def test_no_secret_is_told_by_the_settings() -> None:
    settings = KafkaSettings(**SCRAM)
    assert SECRET not in repr(settings) + str(settings) + settings.model_dump_json()
    assert settings.kafka_secret() == SECRET


@pytest.mark.usefixtures("outside")
def test_a_key_with_a_passphrase_is_refused_and_nobody_is_asked_for_it(tmp_path: Path) -> None:
    key, certificate = tmp_path / "key.pem", tmp_path / "certificate.pem"
    command = [
        "openssl",
        "req",
        "-x509",
        "-newkey",
        "rsa:2048",
        "-passout",
        "pass:abcd",
        "-subj",
        "/CN=x",
        "-days",
        "1",
    ]
    subprocess.run([*command, "-keyout", key, "-out", certificate], check=True, capture_output=True)
    assert "of no use for TLS" in refused(**SCRAM, kafka_certificate_file=certificate, kafka_key_file=key)
