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
from tests.contracts.schemas import PUBLISHES

ROOT = Path(__file__).resolve().parents[2]
COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text("utf-8"))
CONTAINERS: dict[str, dict[str, Any]] = COMPOSE["services"]
SERVICES = ("submissions", "aggregation", "notifications", "audit")
ONCE = {"topics", *(f"{service}-migrate" for service in SERVICES)}
UNWATCHED = {"otel-collector"}  # nothing in its image can ask (opentelemetry-collector-contrib#40517)
REQUIRED = re.compile(r"\$\{([A-Z_]+):?\?")
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
        environment = container["environment"]
        assert (
            environment[f"{service.upper()}_DATABASE_URL"] == f"postgresql+asyncpg://{service}@postgres:5432/{service}"
        )
        assert environment[f"{service.upper()}_DATABASE_PASSWORD_FILE"] == f"/run/secrets/{service}-db"
        assert environment["KAFKA_SECURITY_PROTOCOL"] == "SASL_SSL" and environment["KAFKA_USERNAME"] == service
        assert environment[f"{service.upper()}_DATABASE_SSLMODE"] == "verify-full"
        assert environment[f"{service.upper()}_DATABASE_CA_FILE"] == "/run/secrets/postgres-ca.pem"
        mail = {"smtp-password"} if service == "notifications" else set()
        own = {"pseudonym-key", "kafka-ca.pem", f"{service}-kafka", "postgres-ca.pem", f"{service}-db"} | mail
        own |= {"event-keys.json", f"{service}-event-key.pem"}
        owner = {name for name in environment if "_OWNER_" in name}
        if part == "migrate":
            own |= {f"{service}-owner-db"}
            assert owner == {f"{service.upper()}_OWNER_DATABASE_{what}" for what in ("URL", "PASSWORD_FILE")}
        assert set(container["secrets"]) == own, "no other's"
        assert part == "migrate" or not owner, "who serves could change the log that it keeps"
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


@pytest.mark.parametrize("service", SERVICES)
def test_the_acl_of_a_service_says_what_it_publishes_and_hears(service: str) -> None:
    """What it publishes as the AsyncAPI documents tell, what it hears as the table in docs/design.md 2.1."""
    script = (ROOT / "deploy/kafka/create-users.sh").read_text("utf-8")
    may = {what: set(topics.split()) for what, topics in re.findall(rf"(writes|hears) {service} ([^;\n]+)", script)}
    row = re.search(rf"^\| `{service}` \(.*$", (ROOT / "docs/design.md").read_text("utf-8"), re.MULTILINE)
    assert row
    hears = row[0].split("|")[3]
    heard = set(ALL_TOPICS) if "every topic" in hears else set(re.findall(r"`(\S+)`", hears))
    assert may == {"writes": set(PUBLISHES[service])} | ({"hears": heard} if heard else {})


def test_every_secret_is_a_file_and_used() -> None:
    files = {name: secret["file"] for name, secret in COMPOSE["secrets"].items()}
    assert files == {name: f"${{SECRETS_DIR:-./deploy/secrets}}/{name}" for name in files}
    used = {name for container in CONTAINERS.values() for name in container.get("secrets", [])}
    assert used == set(files)
    assert "secrets/" in (ROOT / "deploy/.gitignore").read_text("utf-8").splitlines()


def make_secrets(folder: Path) -> None:
    """As whoever has no root makes them."""
    command = ["sh", str(ROOT / "deploy/make-secrets.sh"), str(folder)]
    environment = {**os.environ, "SECRETS_GROUP": str(os.getegid())}
    subprocess.run(command, env=environment, check=True, capture_output=True)


@pytest.mark.usefixtures("outside")
def test_secrets_are_made_once_and_kept(tmp_path: Path) -> None:
    folder = tmp_path / "secrets"
    made = []
    for _ in range(2):
        make_secrets(folder)
        made.append({file.name: file.read_text() for file in folder.iterdir()})
    assert made[0] == made[1] and set(made[0]) == set(COMPOSE["secrets"])
    assert folder.stat().st_mode & 0o777 == 0o700
    assert made[0].pop("smtp-password") == "", "nobody else's to invent"
    assert all(
        re.fullmatch("[0-9a-f]{48}", text) for name, text in made[0].items() if not name.endswith((".pem", ".json"))
    )


@pytest.mark.usefixtures("outside")
def test_only_the_containers_group_reads_what_is_secret(tmp_path: Path) -> None:
    """A file keeps its owner and mode where it is mounted; certificates of authorities are nobody's secret."""
    folder, group = tmp_path / "secrets", os.getegid()
    make_secrets(folder)
    modes = {file.name: (file.stat().st_mode & 0o777, file.stat().st_gid) for file in folder.iterdir()}
    assert modes == {name: (0o444 if name.endswith("-ca.pem") else 0o640, group) for name in COMPOSE["secrets"]}


def test_who_reads_secrets_is_a_member_of_their_group_or_root() -> None:
    """PostgreSQL's container begins as root, which hands them on (deploy/postgres/start.sh)."""
    readers = {name for name, one in CONTAINERS.items() if one.get("secrets")} - {"postgres"}
    assert {name for name in readers if CONTAINERS[name]["group_add"] == ["${SECRETS_GROUP:-65532}"]} == readers
    assert "user" not in CONTAINERS["postgres"]
    assert 'group="${SECRETS_GROUP:-65532}"' in (ROOT / "deploy/make-secrets.sh").read_text("utf-8")
    assert "USER 65532:65532" in (ROOT / "deploy/Dockerfile").read_text("utf-8")


def test_no_secret_stands_in_the_repository_or_in_an_environment() -> None:
    """Whatever must be given stands in .env.example; what is secret, in files."""
    text = (ROOT / "docker-compose.yml").read_text("utf-8")
    settings = text.partition("\nsecrets:\n")[0]
    assert set(REQUIRED.findall(text)) <= set(EXAMPLE)
    assert not [name for name in EXAMPLE if "PASSWORD" in name]
    for container in CONTAINERS.values():
        told = {name: value for name, value in container.get("environment", {}).items() if "PASSWORD" in name}
        assert all(name.endswith("_FILE") and value.startswith("/run/secrets/") for name, value in told.items())
    assert not re.search(r"(?i)(password|secret|token)\w*:\s*[\"']?(?!\$\{|\s)[a-z0-9]{6,}", settings)


def test_kafka_is_administered_from_its_own_loopback_only() -> None:
    lines = (ROOT / "deploy/kafka/server.properties").read_text("utf-8").splitlines()
    said = dict(line.split("=", 1) for line in lines if "=" in line and not line.startswith(("#", " ")))
    listeners = dict(one.split("://") for one in said["listeners"].split(","))
    assert [name for name, address in listeners.items() if not address.startswith("127.0.0.1:")] == ["CLIENTS"]
    assert "CLIENTS:SASL_SSL" in said["listener.security.protocol.map"]
    assert "PLAINTEXT:" not in said["listener.security.protocol.map"].replace("SASL_PLAINTEXT", "")
    assert said["super.users"] == "User:admin" and said["allow.everyone.if.no.acl.found"] == "false"
    assert CONTAINERS["topics"]["network_mode"] == "service:kafka"
    assert "ports" not in CONTAINERS["kafka"]


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
@pytest.mark.parametrize("name", ["SMTP_URL", "CONTACT_DOMAIN", "JWKS_URL", "TOKEN_ISSUER", "PUBLIC_HOST"])
def test_what_nobody_can_guess_must_be_given(name: str) -> None:
    assert name in REQUIRED.findall((ROOT / "docker-compose.yml").read_text("utf-8"))
    assert not EXAMPLE[name], "a value to fill in, not one to forget"
    if name == "SMTP_URL":  # each run costs a second
        without = configured({key: value for key, value in FILLED.items() if key != name})
        assert without.returncode != 0 and name in without.stderr


def test_where_keys_stand_in_a_file_their_address_may_be_empty() -> None:
    environment = CONTAINERS["audit-api"]["environment"]
    assert "JWKS_URL?" in environment["JWKS_URL"] and environment["JWKS_FILE"] == "${JWKS_FILE:-}"
    assert "./deploy/identity:/run/identity:ro" in CONTAINERS["audit-api"]["volumes"]
    assert "identity/" in (ROOT / "deploy/.gitignore").read_text("utf-8").splitlines()


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


@pytest.mark.usefixtures("outside")
def test_a_trace_id_leads_to_jaeger_where_it_is_told_to_and_the_page_of_operations_to_every_service() -> None:
    told = {"TRACE_URL": "https://jaeger.example/trace/{trace_id}"}
    done = configured(FILLED | told)
    assert done.returncode == 0, done.stderr
    services = yaml.safe_load(done.stdout)["services"]
    assert {services[f"{service}-api"]["environment"]["TRACE_URL"] for service in SERVICES} == set(told.values())
    environment = CONTAINERS["audit-api"]["environment"]
    for service in SERVICES[:3]:
        port = environment[f"{service.upper()}_URL"].rpartition(":")[2]
        assert environment[f"{service.upper()}_API_URL"] == f"http://{service}-api:{port}"
        assert set(CONTAINERS[f"{service}-api"]["networks"]) & set(CONTAINERS["audit-api"]["networks"])


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
