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
    scraped = (ROOT / "deploy/prometheus/prometheus.yml").read_text("utf-8")
    assert f"{service}-api:" in scraped and f"{service}-worker:" in scraped


def test_topics_are_those_of_the_contract() -> None:
    script = (ROOT / "deploy/kafka/create-topics.sh").read_text("utf-8")
    named = re.search(r"for topic in (.*); do", script)
    assert named and set(named[1].split()) == set(ALL_TOPICS)
    assert f"--partitions {PARTITIONS} " in script


def test_no_secret_has_a_value_in_the_repository() -> None:
    """Whatever must be given stands in .env.example, and secrets stand there without a value."""
    example = dict(
        line.split("=", 1)
        for line in (ROOT / "deploy/.env.example").read_text("utf-8").splitlines()
        if "=" in line and not line.startswith("#")
    )
    text = (ROOT / "docker-compose.yml").read_text("utf-8")
    required = set(REQUIRED.findall(text))
    assert required <= set(example)
    assert {name for name in required if "PASSWORD" in name} == {name for name in example if name.endswith("PASSWORD")}
    assert all(not value for name, value in example.items() if name.endswith("PASSWORD"))
    assert not re.search(r"(?i)(password|secret|token)\w*:\s*[\"']?(?!\$\{|\s)[a-z0-9]{6,}", text)


def test_nothing_names_a_registry() -> None:
    texts = [path.read_text("utf-8") for path in (ROOT / "docker-compose.yml", ROOT / "deploy/Dockerfile")]
    images = [container["image"] for container in CONTAINERS.values()]
    assert all(not re.match(r"[^/]*[.:][^/]*/", image) for image in images)
    assert all(":" in image for image in images if not image.startswith("tiendo/"))
    assert all("docker.io" not in text and "ghcr.io" not in text and "index-url" not in text for text in texts)


def test_docker_compose_takes_it() -> None:
    program = shutil.which("docker-compose")
    if program is None:
        pytest.skip("docker-compose is not installed (Debian: apt-get install docker-compose)")
    given = dict.fromkeys(REQUIRED.findall((ROOT / "docker-compose.yml").read_text("utf-8")), "x")
    done = subprocess.run(
        [program, "-f", str(ROOT / "docker-compose.yml"), "config"],
        env=os.environ | given,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert set(yaml.safe_load(done.stdout)["services"]) == set(CONTAINERS)
    without = subprocess.run(
        [program, "-f", str(ROOT / "docker-compose.yml"), "config"],
        env={name: value for name, value in os.environ.items() if name not in given},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert without.returncode != 0, "a missing password must be told, not left empty"
