"""What every service is told, beside how it reaches Kafka and its database."""

import re
from ipaddress import ip_address
from pathlib import Path
from typing import Annotated, Any, ClassVar, Literal
from urllib.parse import urlsplit

import limits
from limits import RateLimitItem
from pydantic import AfterValidator, AliasChoices, Field, ValidationInfo, field_validator
from pydantic_settings import NoDecode, SettingsConfigDict

from shared.settings.authorities import authorities_fault
from shared.settings.database import DatabaseSettings
from shared.settings.kafka import KafkaSettings
from shared.settings.secret_file import read_secret, secret_file_fault

# Those with a public key: with a shared secret whoever can check a token can make one.
Algorithm = Literal["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA"]


def _env(*names: str) -> AliasChoices:
    """Field names stay usable as keyword arguments, which is how tests make settings."""
    return AliasChoices(*names)


def _rate(said: str | None) -> str | None:
    if said not in (None, "", "none"):
        limits.parse(said)  # ValueError
    return said or None


LONGEST_SCHEMAS_URL = 200
RateLimitText = Annotated[str | None, AfterValidator(_rate)]
# An office behind one address has many people; a program that sends a report a second is well below either.
PRODUCTION_RATES = {"token": "1200/minute", "address": "6000/minute"}


class ServiceSettings(DatabaseSettings, KafkaSettings):
    """Frozen; unknown environment variables are ignored.

    Per-service variables carry the service's name (`SUBMISSIONS_DATABASE_URL`), the rest are common to all.
    """

    model_config = SettingsConfigDict(frozen=True, extra="ignore", populate_by_name=True)

    default_port: ClassVar[int]

    environment: Literal["local", "test", "production"] = Field("production", validation_alias=_env("ENVIRONMENT"))
    host: str = "127.0.0.1"
    port: int = 0
    build: str = Field("dev", validation_alias=_env("TIENDO_BUILD"))

    # A consumer stops when more than this share of what came lately, and at least so many records, cannot be applied.
    poison_share: float = Field(0.2, ge=0, le=1, validation_alias=_env("POISON_SHARE"))
    poison_least: int = Field(100, ge=1, validation_alias=_env("POISON_LEAST"))
    poison_window_seconds: float = Field(600, gt=0, validation_alias=_env("POISON_WINDOW_SECONDS"))
    poison_retry_seconds: float = Field(30, gt=0, le=240, validation_alias=_env("POISON_RETRY_SECONDS"))

    # A worker without progress for so long although its servers answer is started again.
    stuck_after_seconds: float = Field(120, gt=0, validation_alias=_env("STUCK_AFTER_SECONDS"))

    otlp_endpoint: str | None = Field(None, validation_alias=_env("OTEL_EXPORTER_OTLP_ENDPOINT"))
    spans_dir: Path | None = Field(None, validation_alias=_env("TIENDO_SPANS_DIR"))
    trace_ratio: float = Field(1.0, ge=0, le=1, validation_alias=_env("TIENDO_TRACE_RATIO"))
    clock_offset_seconds: float = Field(0.0, validation_alias=_env("TIENDO_CLOCK_OFFSET_SECONDS"))
    demonstration: bool = Field(False, validation_alias=_env("TIENDO_DEMONSTRATION"))
    """Its data are illustrative: every page says so."""

    jwks_url: str | None = Field(None, validation_alias=_env("JWKS_URL"))
    jwks_file: Path | None = Field(None, validation_alias=_env("JWKS_FILE"))
    jwks_ca_file: Path | None = Field(None, validation_alias=_env("JWKS_CA_FILE"))
    """Who signed the certificate of `jwks_url` (PEM). Not said: the public authorities."""
    token_issuer: str = Field("tiendo-local", validation_alias=_env("TOKEN_ISSUER"))
    token_audience: str = Field("tiendo", validation_alias=_env("TOKEN_AUDIENCE"))
    token_algorithms: Annotated[tuple[Algorithm, ...], NoDecode] = Field(
        ("ES256", "RS256", "EdDSA"), validation_alias=_env("TOKEN_ALGORITHMS")
    )
    """With commas between them."""
    token_parties: Annotated[tuple[str, ...], NoDecode] = Field((), validation_alias=_env("TOKEN_PARTIES"))
    """The clients whose tokens are taken (`azp`, `client_id`), with commas between them. None: those of every client
    that the provider gives tokens for `token_audience`."""
    token_role_claim: str = Field("role", validation_alias=_env("TOKEN_ROLE_CLAIM"))
    token_unit_claim: str = Field("unit", validation_alias=_env("TOKEN_UNIT_CLAIM"))
    """Paths, as `shared/auth/claim_path.py` reads them."""
    pseudonym_key_file: Path | None = Field(None, validation_alias=_env("PSEUDONYM_KEY_FILE"))
    """The secret behind the pseudonyms of persons in events and log: one for all services, and never another one."""
    local_issuer_key_file: Path | None = Field(None, validation_alias=_env("LOCAL_ISSUER_KEY_FILE"))

    event_signing_key_file: Path | None = Field(None, validation_alias=_env("EVENT_SIGNING_KEY_FILE"))
    """The private key (PEM, Ed25519) that this service signs its events with."""
    event_keys_file: Path | None = Field(None, validation_alias=_env("EVENT_KEYS_FILE"))
    """The public keys of all services. Without it no event is checked, which production does not take."""

    rate_limit_per_token: RateLimitText = Field(None, validation_alias=_env("RATE_LIMIT_PER_TOKEN"))
    rate_limit_per_address: RateLimitText = Field(None, validation_alias=_env("RATE_LIMIT_PER_ADDRESS"))
    """As "1200/minute"; "none" for no limit. Not said: `PRODUCTION_RATES` in production, none elsewhere."""

    catalogue_path: Path | None = Field(None, validation_alias=_env("CATALOGUE_PATH"))

    submissions_url: str = Field("http://127.0.0.1:8001", validation_alias=_env("SUBMISSIONS_URL"))
    aggregation_url: str = Field("http://127.0.0.1:8002", validation_alias=_env("AGGREGATION_URL"))
    notifications_url: str = Field("http://127.0.0.1:8003", validation_alias=_env("NOTIFICATIONS_URL"))
    audit_url: str = Field("http://127.0.0.1:8004", validation_alias=_env("AUDIT_URL"))
    mailbox_url: str | None = Field(None, validation_alias=_env("MAILBOX_URL"))

    trace_url: str | None = Field(None, validation_alias=_env("TRACE_URL"), max_length=500)
    """Where a trace is looked at, with a place `{trace_id}`; without it a trace id on a page is no link."""

    schemas_url: str = Field("", validation_alias=_env("SCHEMAS_URL"))
    """The absolute address below which the schemas of events are served, the same for all services."""

    @field_validator("token_algorithms", "token_parties", mode="before")
    @classmethod
    def _split(cls, given: Any, field: ValidationInfo) -> Any:
        if field.field_name == "token_parties" and not given:
            return ()
        return tuple(one.strip() for one in given.split(",")) if isinstance(given, str) else given

    @field_validator(
        *("jwks_url", "jwks_file", "jwks_ca_file", "pseudonym_key_file", "trace_url"),
        *("event_signing_key_file", "event_keys_file"),
        mode="before",
    )
    @classmethod
    def _empty_is_none(cls, given: Any) -> Any:
        return given or None

    @property
    def service_urls(self) -> dict[str, str]:
        """Public base URL of each service, for navigation between pages."""
        return {
            "submissions": self.submissions_url,
            "aggregation": self.aggregation_url,
            "notifications": self.notifications_url,
            "audit": self.audit_url,
        }

    @property
    def schemas(self) -> str:
        """`schemas_url` without a slash at its end; unless it is given, where the audit service serves them."""
        return (self.schemas_url or f"{self.audit_url.rstrip('/')}/schemas").rstrip("/")

    @property
    def listen_port(self) -> int:
        return self.port or self.default_port

    def pseudonym_key(self, local: str) -> bytes:
        """`local` where none is set."""
        file = self.pseudonym_key_file
        return (read_secret(file).get_secret_value() if file else local).encode()

    def rate_limit(self, per: Literal["token", "address"]) -> RateLimitItem | None:
        said = self.rate_limit_per_token if per == "token" else self.rate_limit_per_address
        if said is None and self.environment == "production":
            said = PRODUCTION_RATES[per]
        return None if said in (None, "none") else limits.parse(said)

    def faults(self) -> list[str]:
        production = self.environment == "production"
        faults = [
            *super().faults(),
            *self.database_faults(production=production),
            *self._schemas_faults(),
            *self._trace_faults(),
            *self._keys_faults(),
        ]
        if (file := self.jwks_ca_file) and (fault := authorities_fault("JWKS_CA_FILE", file)):
            faults.append(fault)
        for name, secret in (
            ("PSEUDONYM_KEY_FILE", self.pseudonym_key_file),
            ("EVENT_SIGNING_KEY_FILE", self.event_signing_key_file),
            ("EVENT_KEYS_FILE", self.event_keys_file),
        ):
            if secret and (fault := secret_file_fault(name, secret)):
                faults.append(fault)
        return [*faults, *(self._production_faults() if production else [])]

    def _schemas_faults(self) -> list[str]:
        """It stands in every event for good: absolute, and without a query or a fragment (RFC 3986, 4.3)."""
        if not re.fullmatch(r"https?://[^\s/?#\"\\]+(/[^\s?#\"\\]*)?", self.schemas) or not self.schemas.isascii():
            return ["SCHEMAS_URL (else AUDIT_URL) must be an absolute address: https://host/schemas"]
        if len(self.schemas) > LONGEST_SCHEMAS_URL:
            return [f"SCHEMAS_URL (else AUDIT_URL) stands in every event: at most {LONGEST_SCHEMAS_URL} characters"]
        return []

    def _trace_faults(self) -> list[str]:
        if not self.trace_url or re.fullmatch(r"https?://[^\s/{}]+/[^\s{}]*\{trace_id\}[^\s{}]*", self.trace_url):
            return []
        return ["TRACE_URL must be an absolute address with one {trace_id}: https://host/trace/{trace_id}"]

    def _keys_faults(self) -> list[str]:
        """Whoever answers in the provider's place signs everybody's tokens."""
        url = urlsplit(self.jwks_url or "https:")
        if url.scheme == "https" or (url.scheme == "http" and _is_loopback(str(self.jwks_url))):
            return []
        return ["JWKS_URL must be https, or lead to this machine"]

    def _production_faults(self) -> list[str]:
        faults = [
            text
            for broken, text in (
                (self.clock_offset_seconds != 0, "TIENDO_CLOCK_OFFSET_SECONDS is for demonstrations"),
                (self.demonstration, "TIENDO_DEMONSTRATION is for demonstrations"),
                (self.local_issuer_key_file is not None, "LOCAL_ISSUER_KEY_FILE is for local use"),
                (not self.jwks_url and not self.jwks_file, "JWKS_URL or JWKS_FILE is required"),
                (bool(self.jwks_url) and not str(self.jwks_url).startswith("https://"), "JWKS_URL must be https"),
                (self.pseudonym_key_file is None, "PSEUDONYM_KEY_FILE is required"),
                (
                    self.kafka_security_protocol is None,
                    "KAFKA_SECURITY_PROTOCOL is required: SASL_SSL, or PLAINTEXT where nobody else reaches the network",
                ),
                (self.event_signing_key_file is None, "EVENT_SIGNING_KEY_FILE is required: events are signed"),
                (self.event_keys_file is None, "EVENT_KEYS_FILE is required: whose events are believed"),
                (
                    _is_loopback(self.schemas),
                    "AUDIT_URL (or SCHEMAS_URL) is required, an address that others reach: it stands in every event",
                ),
            )
            if broken
        ]
        return ["refused in production: " + "; ".join(faults)] if faults else []


def _is_loopback(url: str) -> bool:
    """Whether it leads whoever follows it to their own machine (RFC 6761, 6.3)."""
    host = (urlsplit(url).hostname or "").removesuffix(".")
    try:
        address = ip_address(host)
    except ValueError:  # a name; one of digits alone is an address in a short writing, as 127.1
        return host == "localhost" or host.endswith(".localhost") or not any(c.isalpha() for c in host)
    address = getattr(address, "ipv4_mapped", None) or address
    return address.is_loopback or address.is_unspecified
