"""docker-compose.yml: valid, watched, limited, without secrets, and about the topics and services that there are."""

import os
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from shared.events import ALL_TOPICS, PARTITIONS

ROOT = Path(__file__).resolve().parents[2]
COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text("utf-8"))
CONTAINERS: dict[str, dict[str, Any]] = COMPOSE["services"]
SERVICES = ("submissions", "aggregation", "notifications", "audit")
ONCE = {"topics", *(f"{service}-migrate" for service in SERVICES)}
UNWATCHED = {"otel-collector"}  # nothing in its image can ask (opentelemetry-collector-contrib#40517)
REQUIRED = re.compile(r"\$\{([A-Z_]+):\?")
EXAMPLE = dict(
    line.split("=", 1)
    for line in (ROOT / "deploy/.env.example").read_text("utf-8").splitlines()
    if "=" in line and not line.startswith("#")
)
FILLED = {name: value or "x" for name, value in EXAMPLE.items()}
PROMETHEUS: dict[str, Any] = yaml.safe_load((ROOT / "deploy/prometheus/prometheus.yml").read_text("utf-8"))


def configured(given: dict[str, str], *options: str) -> subprocess.CompletedProcess[str]:
    """What docker-compose makes of it with nothing given but `given`."""
    program = shutil.which("docker-compose")
    if program is None:
        pytest.skip("docker-compose is not installed (Debian: apt-get install docker-compose)")
    return subprocess.run(
        [program, *options, "-f", str(ROOT / "docker-compose.yml"), "config"],
        env={"PATH": os.environ["PATH"], "HOME": os.environ.get("HOME", "/"), **given},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


@pytest.mark.parametrize("name", CONTAINERS)
def test_every_container_has_a_memory_limit_and_a_health_check(name: str) -> None:
    container = CONTAINERS[name]
    assert re.fullmatch(r"\d+[mg]", container["mem_limit"])
    if name in ONCE | UNWATCHED:
        assert container["healthcheck"] == {"disable": True}
    else:
        assert container["healthcheck"]["test"] and container["stop_grace_period"] == "40s"
        assert container["restart"] == "unless-stopped"
    assert name in ONCE or container["restart"] != "no"


@pytest.mark.parametrize("service", SERVICES)
def test_each_service_is_migrated_once_and_runs_as_api_and_worker(service: str) -> None:
    parts = {part: CONTAINERS[f"{service}-{part}"] for part in ("migrate", "api", "worker")}
    for part, container in parts.items():
        assert container["command"] == [part]
        assert container["build"]["args"] == {"SERVICE": service}
        url = container["environment"][f"{service.upper()}_DATABASE_URL"]
        assert url == f"postgresql+asyncpg://{service}:${{{service.upper()}_DB_PASSWORD:?}}@postgres:5432/{service}"
    for part in ("api", "worker"):
        waits = parts[part]["depends_on"]
        assert waits[f"{service}-migrate"] == {"condition": "service_completed_successfully"}
    assert "topics" in parts["worker"]["depends_on"]
    assert f"{service}-api" in CONTAINERS["caddy"]["depends_on"]
    assert f"{service}-api:" in (ROOT / "deploy/caddy/Caddyfile").read_text("utf-8")


def test_topics_are_those_of_the_contract() -> None:
    script = (ROOT / "deploy/kafka/create-topics.sh").read_text("utf-8")
    named = re.search(r"for topic in (.*); do", script)
    assert named and set(named[1].split()) == set(ALL_TOPICS)
    assert f"--partitions {PARTITIONS} " in script


def test_no_secret_has_a_value_in_the_repository() -> None:
    """Whatever must be given stands in .env.example, and secrets stand there without a value."""
    text = (ROOT / "docker-compose.yml").read_text("utf-8")
    required = set(REQUIRED.findall(text))
    assert required <= set(EXAMPLE)
    assert {name for name in required if "PASSWORD" in name} == {name for name in EXAMPLE if name.endswith("PASSWORD")}
    assert all(not value for name, value in EXAMPLE.items() if name.endswith("PASSWORD"))
    assert not re.search(r"(?i)(password|secret|token)\w*:\s*[\"']?(?!\$\{|\s)[a-z0-9]{6,}", text)


def test_nothing_names_a_registry() -> None:
    texts = [path.read_text("utf-8") for path in (ROOT / "docker-compose.yml", ROOT / "deploy/Dockerfile")]
    images = [container["image"] for container in CONTAINERS.values()]
    assert all(not re.match(r"[^/]*[.:][^/]*/", image) for image in images)
    assert all(":" in image for image in images if not image.startswith("tiendo/"))
    assert all("docker.io" not in text and "ghcr.io" not in text and "index-url" not in text for text in texts)


@pytest.mark.usefixtures("outside")
def test_docker_compose_takes_the_example_once_it_is_filled_in() -> None:
    done = configured(FILLED | {"COMPOSE_PROFILES": "trial"})
    assert done.returncode == 0, done.stderr
    config = yaml.safe_load(done.stdout)["services"]
    assert set(config) == set(CONTAINERS)
    for service in SERVICES:
        for part in ("migrate", "api", "worker"):
            environment = config[f"{service}-{part}"]["environment"]
            assert environment["ENVIRONMENT"] == "production"
            assert float(environment["TIENDO_TRACE_RATIO"]) == 0.1


@pytest.mark.usefixtures("outside")
@pytest.mark.parametrize("name", ["SMTP_URL", "CONTACT_DOMAIN", "JWKS_URL", "TOKEN_ISSUER", "POSTGRES_PASSWORD"])
def test_what_nobody_can_guess_must_be_given(name: str) -> None:
    assert name in REQUIRED.findall((ROOT / "docker-compose.yml").read_text("utf-8"))
    assert not EXAMPLE[name], "a value to fill in, not one to forget"
    if name in ("SMTP_URL", "POSTGRES_PASSWORD"):  # each run costs a second
        without = configured({key: value for key, value in FILLED.items() if key != name})
        assert without.returncode != 0 and name in without.stderr


@pytest.mark.usefixtures("outside")
def test_paths_to_claims_reach_the_services_as_an_env_file_writes_them(tmp_path: Path) -> None:
    """Quotes are part of a path; docker-compose takes those around a value away."""
    written = re.findall(r"^# (TOKEN_\w+=.*)$", (ROOT / "deploy/.env.example").read_text("utf-8"), re.M)
    filled = [f"{name}={value}" for name, value in FILLED.items()]
    (tmp_path / "env").write_text("\n".join([*filled, *written]))
    done = configured({}, "--env-file", str(tmp_path / "env"))
    assert done.returncode == 0, done.stderr
    environment = yaml.safe_load(done.stdout)["services"]["audit-api"]["environment"]
    assert environment["TOKEN_ROLE_CLAIM"] == "realm_access.roles"
    assert environment["TOKEN_UNIT_CLAIM"] == '"https://example.vn/claims/unit"'
    assert environment["TOKEN_ALGORITHMS"] == "ES256,RS256,EdDSA"


def test_mail_that_reaches_nobody_is_chosen_never_the_default() -> None:
    """Mailpit keeps every mail to itself: it runs in a profile of its own, and no default names it."""
    assert CONTAINERS["mailpit"]["profiles"] == ["trial"]
    environment = CONTAINERS["notifications-worker"]["environment"]
    assert "mailpit" not in environment["SMTP_URL"] and "example" not in environment["CONTACT_DOMAIN"]
    depending = [name for name, one in CONTAINERS.items() if "mailpit" in one.get("depends_on", {})]
    assert not depending


@pytest.mark.parametrize("part", ["api", "worker"])
def test_prometheus_finds_every_container_of_a_service(part: str) -> None:
    """A fixed target is one container, whatever `--scale` says; a name is looked up to all their addresses."""
    [job] = [job for job in PROMETHEUS["scrape_configs"] if job["job_name"] == part]
    assert "static_configs" not in job
    found = {name: (one["type"], one["port"]) for one in job["dns_sd_configs"] for name in one["names"]}
    assert found == {f"{service}-{part}": ("A", 8001 + number) for number, service in enumerate(SERVICES)}


def test_the_check_of_kafka_takes_little_of_the_brokers_memory() -> None:
    kafka = CONTAINERS["kafka"]
    check = kafka["healthcheck"]
    settings = dict(word.split("=", 1) for word in check["test"] if re.match(r"[A-Z_]+=", word))
    heaps = [
        int(re.findall(r"-Xmx(\d+)m", text)[0])
        for text in (kafka["environment"]["KAFKA_HEAP_OPTS"], settings["KAFKA_HEAP_OPTS"])
    ]
    assert heaps[1] <= 96 and sum(heaps) <= 640
    assert kafka["mem_limit"] == "1g"
    assert int(check["interval"].rstrip("s")) >= 30
