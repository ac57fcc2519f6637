"""What the services can be told, docker-compose.yml tells or hands on; what it leaves to their defaults stands here."""

from pathlib import Path
from typing import Any

import yaml
from pydantic import AliasChoices

from shared.settings import ServiceSettings
from tests.contracts.conftest import SERVICES

ROOT = Path(__file__).resolve().parents[2]
CONTAINERS: dict[str, dict[str, Any]] = yaml.safe_load((ROOT / "docker-compose.yml").read_text("utf-8"))["services"]

LEFT_OUT = {
    "the Kafka of compose is a whole one and takes SCRAM by TLS, with passwords in files": (
        *("kafka_password", "kafka_token_url", "kafka_token_scope", "kafka_token_file", "kafka_certificate_file"),
        *("kafka_key_file", "kafka_idempotent", "kafka_fetch_max_wait_ms", "kafka_session_timeout_ms"),
    ),
    "each container has a network address of its own": ("port",),
    "no installation has had to change it": (
        *("poison_least", "poison_window_seconds", "poison_retry_seconds", "stuck_after_seconds"),
        *("tick_seconds", "settle_seconds", "lease_seconds", "claim_size", "retry_base_seconds", "retry_cap_seconds"),
        *("smtp_timeout_seconds", "reason_timeout_seconds", "gap_grace_seconds", "silent_seconds"),
    ),
    "refused in production": ("clock_offset_seconds", "demonstration", "local_issuer_key_file"),
    "spans go to the collector": ("spans_dir",),
    "another plan is another image": ("catalogue_path",),
    "given to the one command that asks for it: docker compose run -e AUDIT_TOKEN": ("audit_token",),
}


def variables(settings: type[ServiceSettings], field: str) -> set[str]:
    """The names by which the environment may give a field."""
    alias = settings.model_fields[field].validation_alias
    if isinstance(alias, AliasChoices):
        return {str(name) for name in alias.choices}
    return {str(alias)} if alias else {settings.model_config["env_prefix"] + field.upper()}


def told(service: str) -> set[str]:
    """The names that at least one container of the service gets."""
    return {name for part in ("migrate", "api", "worker") for name in CONTAINERS[f"{service}-{part}"]["environment"]}


def test_every_setting_is_told_or_left_out_on_purpose() -> None:
    forgotten = {
        name
        for service, (_, settings) in SERVICES.items()
        for name in settings.model_fields
        if not variables(settings, name) & told(service)
    }
    assert forgotten == {name for names in LEFT_OUT.values() for name in names}
