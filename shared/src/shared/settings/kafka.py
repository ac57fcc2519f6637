"""How Kafka is reached: its addresses, TLS, and as whom. Services and tools read it from the same variables.

What can be combined is Kafka's own: https://kafka.apache.org/documentation/#security_sasl.
"""

import re
import ssl
from pathlib import Path
from typing import Literal, Self

from pydantic import AliasChoices, Field, SecretStr, field_validator, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from shared.settings.secret_file import read_secret, secret_file_fault

SecurityProtocol = Literal["PLAINTEXT", "SSL", "SASL_PLAINTEXT", "SASL_SSL"]
SaslMechanism = Literal["PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512", "OAUTHBEARER"]

_CONFIDENTIAL = re.compile(r"https://|http://(127\.0\.0\.1|localhost|\[::1\])[:/]")


def _env(name: str) -> AliasChoices:
    """The field's name stays usable as a keyword argument, which is how tests make settings."""
    return AliasChoices(name)


class KafkaSettings(BaseSettings):
    """Frozen. Raises ValidationError with every fault of the combination at once.

    OAUTHBEARER takes its tokens from a file that somebody renews (`KAFKA_TOKEN_FILE`), or by client credentials
    (RFC 6749, section 4.4) from `KAFKA_TOKEN_URL`, where `KAFKA_USERNAME` and the password are the client's.
    """

    model_config = SettingsConfigDict(frozen=True, extra="ignore", populate_by_name=True, hide_input_in_errors=True)

    kafka_bootstrap_servers: str = Field("127.0.0.1:9092", validation_alias=_env("KAFKA_BOOTSTRAP_SERVERS"))
    kafka_security_protocol: SecurityProtocol | None = Field(None, validation_alias=_env("KAFKA_SECURITY_PROTOCOL"))
    """Not said: PLAINTEXT, which production takes only where it is said."""
    kafka_sasl_mechanism: SaslMechanism | None = Field(None, validation_alias=_env("KAFKA_SASL_MECHANISM"))
    kafka_username: str | None = Field(None, validation_alias=_env("KAFKA_USERNAME"))
    kafka_password: SecretStr | None = Field(None, validation_alias=_env("KAFKA_PASSWORD"))
    kafka_password_file: Path | None = Field(None, validation_alias=_env("KAFKA_PASSWORD_FILE"))
    kafka_token_url: str | None = Field(None, validation_alias=_env("KAFKA_TOKEN_URL"))
    kafka_token_scope: str | None = Field(None, validation_alias=_env("KAFKA_TOKEN_SCOPE"))
    kafka_token_file: Path | None = Field(None, validation_alias=_env("KAFKA_TOKEN_FILE"))
    kafka_ca_file: Path | None = Field(None, validation_alias=_env("KAFKA_CA_FILE"))
    """PEM. Not said: the system's own authorities."""
    kafka_certificate_file: Path | None = Field(None, validation_alias=_env("KAFKA_CERTIFICATE_FILE"))
    """Of this client, PEM, with its chain; the key may stand in it, or in `KAFKA_KEY_FILE`. A key has no passphrase."""
    kafka_key_file: Path | None = Field(None, validation_alias=_env("KAFKA_KEY_FILE"))

    kafka_idempotent: bool = Field(True, validation_alias=_env("KAFKA_IDEMPOTENT"))
    kafka_fetch_max_wait_ms: int = Field(500, ge=1, le=5000, validation_alias=_env("KAFKA_FETCH_MAX_WAIT_MS"))
    kafka_session_timeout_ms: int = Field(
        45_000, ge=6_000, le=300_000, validation_alias=_env("KAFKA_SESSION_TIMEOUT_MS")
    )

    @field_validator(
        *("kafka_security_protocol", "kafka_sasl_mechanism", "kafka_username", "kafka_password", "kafka_password_file"),
        *("kafka_token_url", "kafka_token_scope", "kafka_token_file"),
        *("kafka_ca_file", "kafka_certificate_file", "kafka_key_file"),
        mode="before",
    )
    @classmethod
    def _empty_is_absent(cls, value: object) -> object:
        """A variable that compose hands on without a value."""
        return value or None

    @property
    def kafka_protocol(self) -> SecurityProtocol:
        return self.kafka_security_protocol or "PLAINTEXT"

    @property
    def kafka_tls(self) -> bool:
        return self.kafka_protocol in ("SSL", "SASL_SSL")

    @property
    def kafka_sasl(self) -> bool:
        return self.kafka_protocol in ("SASL_PLAINTEXT", "SASL_SSL")

    def kafka_secret(self) -> str:
        """The password, or the client's secret; read anew from its file. Raises OSError."""
        if self.kafka_password_file:
            return read_secret(self.kafka_password_file).get_secret_value()
        return self.kafka_password.get_secret_value() if self.kafka_password else ""

    def kafka_tls_context(self) -> ssl.SSLContext | None:
        """None without TLS. Checks the broker's certificate and its name. Raises OSError (an SSLError is one)."""
        if not self.kafka_tls:
            return None
        context = ssl.create_default_context(cafile=self.kafka_ca_file)
        if self.kafka_certificate_file:
            # Without a passphrase of ours OpenSSL would ask for one at the terminal.
            context.load_cert_chain(self.kafka_certificate_file, self.kafka_key_file, password="")
        return context

    def faults(self) -> list[str]:
        """What is wrong with the settings taken together; a subclass adds its own."""
        return [*self._sasl_faults(), *self._secret_faults(), *self._tls_faults()]

    def _sasl_faults(self) -> list[str]:
        protocol, mechanism = self.kafka_protocol, self.kafka_sasl_mechanism
        if not self.kafka_sasl:
            told: dict[str, object] = {"KAFKA_SASL_MECHANISM": mechanism, "KAFKA_USERNAME": self.kafka_username}
            told |= {"KAFKA_PASSWORD": self.kafka_password, "KAFKA_PASSWORD_FILE": self.kafka_password_file}
            told |= {"KAFKA_TOKEN_URL": self.kafka_token_url, "KAFKA_TOKEN_FILE": self.kafka_token_file}
            needs = f"needs KAFKA_SECURITY_PROTOCOL=SASL_SSL, it is {protocol}"
            return [f"{name} {needs}" for name, value in told.items() if value]
        if mechanism is None:
            return [f"KAFKA_SASL_MECHANISM is required with KAFKA_SECURITY_PROTOCOL={protocol}"]
        if mechanism in ("PLAIN", "OAUTHBEARER") and not self.kafka_tls:
            return [f"KAFKA_SASL_MECHANISM={mechanism} sends its secret as it is: only with SASL_SSL"]
        return []

    def _secret_faults(self) -> list[str]:
        faults = []
        if self.kafka_password and self.kafka_password_file:
            faults.append("of KAFKA_PASSWORD and KAFKA_PASSWORD_FILE only one can be given")
        for name, file in (
            ("KAFKA_PASSWORD_FILE", self.kafka_password_file),
            ("KAFKA_TOKEN_FILE", self.kafka_token_file),
        ):
            if file and (fault := secret_file_fault(name, file)):
                faults.append(fault)
        bearer = self.kafka_sasl_mechanism == "OAUTHBEARER"
        if bearer and bool(self.kafka_token_url) == bool(self.kafka_token_file):
            faults.append("OAUTHBEARER needs one of KAFKA_TOKEN_URL and KAFKA_TOKEN_FILE")
        if self.kafka_token_url and not _CONFIDENTIAL.match(self.kafka_token_url):
            faults.append("KAFKA_TOKEN_URL gets the client's secret: only https, or http on this machine")
        if self.kafka_sasl and self.kafka_sasl_mechanism and not (bearer and self.kafka_token_file):
            if not self.kafka_username:
                faults.append(f"KAFKA_USERNAME is required with {self.kafka_sasl_mechanism}")
            if not self.kafka_password and not self.kafka_password_file:
                faults.append(f"KAFKA_PASSWORD_FILE or KAFKA_PASSWORD is required with {self.kafka_sasl_mechanism}")
        return faults

    def _tls_faults(self) -> list[str]:
        files = {
            "KAFKA_CA_FILE": self.kafka_ca_file,
            "KAFKA_CERTIFICATE_FILE": self.kafka_certificate_file,
            "KAFKA_KEY_FILE": self.kafka_key_file,
        }
        given = {name: file for name, file in files.items() if file}
        if not self.kafka_tls:
            return [f"{name} needs TLS: KAFKA_SECURITY_PROTOCOL=SASL_SSL or SSL" for name in given]
        missing = [f"{name}: {file} cannot be read" for name, file in given.items() if not file.is_file()]
        if self.kafka_key_file and not self.kafka_certificate_file:
            missing.append("KAFKA_KEY_FILE needs KAFKA_CERTIFICATE_FILE")
        if missing:
            return missing
        try:
            self.kafka_tls_context()
        except (OSError, ValueError) as error:
            reason = getattr(error, "reason", None) or type(error).__name__
            return [f"{' and '.join(given) or 'the CA certificates of the system'}: of no use for TLS ({reason})"]
        return []

    @model_validator(mode="after")
    def _faultless(self) -> Self:
        if faults := self.faults():
            raise ValueError("; ".join(faults))
        return self
