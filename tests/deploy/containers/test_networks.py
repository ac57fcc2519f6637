"""Who reaches whom in docker-compose.yml, and what a container that was taken over could still do."""

from typing import Any

import pytest

from tests.deploy.test_compose import COMPOSE, CONTAINERS, SERVICES

NETWORKS: dict[str, Any] = COMPOSE["networks"]
APIS = {f"{service}-api" for service in SERVICES}
WORKERS = {f"{service}-worker" for service in SERVICES}
MIGRATIONS = {f"{service}-migrate" for service in SERVICES}
# Who is on each network, and so whom somebody in one of its containers could speak to.
NEEDS = {
    "database": {"postgres"} | APIS | WORKERS | MIGRATIONS,
    # A rebuild may read the topic, reconciling does; an API asks for the lag.
    "kafka": {"kafka", "aggregation-migrate", "submissions-migrate"} | APIS | WORKERS,
    "edge": {"caddy", "notifications-worker"} | APIS,  # the worker asks for the reason of a return
    "telemetry": {"otel-collector", "jaeger", "prometheus"} | APIS | WORKERS,
    "outward": {"caddy", "notifications-worker", "aggregation-migrate", "mailpit"} | APIS,
    "operators": {"jaeger", "prometheus"},
}
LEADS_OUT = {"outward", "operators"}
WRITES_ITS_OWN_FILES = {"postgres", "kafka", "topics"}
BEGINS_AS_ROOT = {
    "postgres": {"CHOWN", "DAC_OVERRIDE", "FOWNER", "SETGID", "SETUID"},
    "caddy": {"NET_BIND_SERVICE"},
}


def test_a_container_is_on_the_networks_that_it_needs_and_on_no_other() -> None:
    found = {name: {who for who, one in CONTAINERS.items() if name in one.get("networks", ())} for name in NETWORKS}
    assert found == NEEDS
    alone = {who for who, one in CONTAINERS.items() if "networks" not in one}
    assert alone == {"topics"}, "a container without networks would be on one with all others"


def test_nothing_of_the_database_or_the_broker_leads_out() -> None:
    assert {name for name, one in NETWORKS.items() if not one.get("internal")} == LEADS_OUT
    for name in ("postgres", "kafka", "otel-collector"):
        assert not set(CONTAINERS[name]["networks"]) & LEADS_OUT and "ports" not in CONTAINERS[name]


def test_only_caddy_listens_to_others() -> None:
    """A port of a container is found on every address of the machine unless it says where."""
    listening = {name: one["ports"] for name, one in CONTAINERS.items() if "ports" in one}
    assert set(listening.pop("caddy"))
    assert all(port.startswith("127.0.0.1:") for ports in listening.values() for port in ports)
    assert all(set(CONTAINERS[name]["networks"]) & LEADS_OUT for name in listening), "else no port is published"


@pytest.mark.parametrize("name", CONTAINERS)
def test_who_takes_over_a_container_finds_little_to_work_with(name: str) -> None:
    container = CONTAINERS[name]
    assert container["cap_drop"] == ["ALL"] and set(container.get("cap_add", ())) == BEGINS_AS_ROOT.get(name, set())
    assert container["security_opt"] == ["no-new-privileges:true"]
    assert container.get("read_only", False) is (name not in WRITES_ITS_OWN_FILES)
    assert "privileged" not in container and not any("docker.sock" in one for one in container.get("volumes", ()))


def test_an_image_of_others_has_a_version() -> None:
    """By tag: the digests are written where images can be had (deploy/README.md), not here."""
    tags = {one["image"].partition(":")[2] for one in CONTAINERS.values() if not one["image"].startswith("tiendo/")}
    assert all(tag and tag[0] in "v0123456789" for tag in tags)
