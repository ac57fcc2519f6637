"""Prometheus with the rules of deploy/, scraping the services of this machine each second: what would call somebody."""

import shutil
import signal
from pathlib import Path
from typing import Any

import httpx
import yaml

from tiendo_local.servers.ports import Ports
from tiendo_local.servers.process import Child
from tiendo_local.workspace import find

PROMETHEUS = shutil.which("prometheus")
RULES = find().root / "deploy/prometheus/rules.yml"
STOP = ((signal.SIGTERM, 10.0), (signal.SIGKILL, 5.0))


class Prometheus:
    """`services`: the base URLs of those to scrape."""

    def __init__(self, folder: Path, services: list[str]) -> None:
        self._folder = folder
        self._services = services
        self._at = f"127.0.0.1:{Ports(folder / 'ports.json').get('prometheus', None)}"
        self._child = Child("prometheus", folder / "prometheus.log")

    def start(self) -> None:
        config = self._folder / "prometheus.yml"
        targets = [url.removeprefix("http://") for url in self._services]
        config.write_text(
            yaml.safe_dump(
                {
                    "global": {"scrape_interval": "1s", "evaluation_interval": "1s"},
                    "rule_files": [str(RULES)],
                    "scrape_configs": [{"job_name": "api", "static_configs": [{"targets": targets}]}],
                }
            )
        )
        self._child.start(
            [
                str(PROMETHEUS),
                f"--config.file={config}",
                f"--storage.tsdb.path={self._folder / 'data'}",
                f"--web.listen-address={self._at}",
            ]
        )
        self._child.wait_until(self._is_ready, 60, "ready")

    def stop(self) -> None:
        self._child.stop(*STOP)

    def firing(self, alert: str) -> list[dict[str, str]]:
        """The labels of each that fires."""
        alerts: list[dict[str, Any]] = httpx.get(f"http://{self._at}/api/v1/alerts", timeout=10).json()["data"][
            "alerts"
        ]
        return [one["labels"] for one in alerts if one["state"] == "firing" and one["labels"]["alertname"] == alert]

    def _is_ready(self) -> bool:
        try:
            return httpx.get(f"http://{self._at}/-/ready", timeout=2).status_code == 200
        except httpx.HTTPError:
            return False
