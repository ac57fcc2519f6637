"""deploy/prometheus/rules.yml: loaded, about metrics that there are, and each alert says how urgent and what to do."""

import json
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml
from prometheus_client.metrics import MetricWrapperBase

from shared import metrics

ROOT = Path(__file__).resolve().parents[2]
RULES = ROOT / "deploy/prometheus/rules.yml"
PROMETHEUS: dict[str, Any] = yaml.safe_load((ROOT / "deploy/prometheus/prometheus.yml").read_text("utf-8"))
GROUPS: list[dict[str, Any]] = yaml.safe_load(RULES.read_text("utf-8"))["groups"]
ALERTS: dict[str, dict[str, Any]] = {rule["alert"]: rule for group in GROUPS for rule in group["rules"]}
SAMPLES = {"counter": ["_total"], "gauge": [""], "histogram": ["_bucket", "_count", "_sum"]}
GROUPED = re.compile(r"by \(([^)]*)\)")
PLACEHOLDER = re.compile(r"\$labels\.(\w+)")


def known() -> dict[str, set[str]]:
    """The name of every time series of shared/metrics.py → its labels."""
    found: dict[str, set[str]] = {}
    for metric in vars(metrics).values():
        if isinstance(metric, MetricWrapperBase):
            [described] = metric.describe()
            found |= {described.name + end: set(metric._labelnames) for end in SAMPLES[described.type]}
    return found


def anchors(path: Path) -> set[str]:
    """Of a Markdown file's headings, as GitHub and GitLab make them."""
    headings = re.findall(r"^#+ (.*)$", path.read_text("utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def test_prometheus_loads_the_rules_that_its_container_is_given() -> None:
    assert PROMETHEUS["rule_files"] == [RULES.name]
    compose = yaml.safe_load((ROOT / "docker-compose.yml").read_text("utf-8"))
    mount = f"./{RULES.relative_to(ROOT)}:/etc/prometheus/{RULES.name}:ro"
    assert mount in compose["services"]["prometheus"]["volumes"]


def test_each_alert_has_a_name_of_its_own() -> None:
    assert len(ALERTS) == sum(len(group["rules"]) for group in GROUPS)


@pytest.mark.parametrize("name", ALERTS)
def test_an_alert_is_about_a_metric_that_there_is(name: str) -> None:
    """A misspelt metric or label is no error to Prometheus: the alert would never fire."""
    expression = ALERTS[name]["expr"]
    series = known()
    named = set(re.findall(r"tiendo_\w+", expression))
    assert named <= set(series) and (named or re.match(r"up\{", expression))
    labels = set[str]().union(*(series[one] for one in named))
    for grouped in GROUPED.findall(expression):
        assert set(grouped.split(", ")) <= labels


@pytest.mark.parametrize("name", ALERTS)
def test_an_alert_says_how_urgent_it_is_and_what_to_do(name: str) -> None:
    alert = ALERTS[name]
    assert alert["labels"]["severity"] in ("page", "ticket")
    assert alert["annotations"]["summary"].endswith(".")
    path, anchor = alert["annotations"]["runbook"].split("#")
    assert anchor in anchors(ROOT / path)
    if path == "deploy/README.md":
        assert f"`{name}`" in (ROOT / path).read_text("utf-8")


@pytest.mark.parametrize("name", ALERTS)
def test_a_summary_names_labels_that_the_expression_keeps(name: str) -> None:
    alert = ALERTS[name]
    kept = {label for grouped in GROUPED.findall(alert["expr"]) for label in grouped.split(", ")}
    if alert["expr"].startswith("up{"):
        kept = {"container", "instance"}
    assert set(PLACEHOLDER.findall(alert["annotations"]["summary"])) <= kept


def test_a_broken_chain_calls_somebody_a_gap_waits_for_the_day() -> None:
    urgency = {name: alert["labels"]["severity"] for name, alert in ALERTS.items()}
    assert urgency["ChainBroken"] == "page" and 'kind=~"forked|unchained"' in ALERTS["ChainBroken"]["expr"]
    assert urgency["EventsMissing"] == "ticket"


@pytest.fixture
def promtool(outside: None) -> str:
    program = shutil.which("promtool")
    if program is None:
        pytest.skip("promtool is not installed (Debian: apt-get install prometheus)")
    return program


def run(*command: str) -> None:
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 0, done.stdout + done.stderr


def test_promtool_takes_the_rules(promtool: str) -> None:
    run(promtool, "check", "rules", str(RULES))


STRANGERS = 'tiendo_strangers_total{service="aggregation", topic="submissions.v1", reason="unsigned"}'
BEHIND = 'tiendo_database_behind{service="audit"}'
SHUT = 'tiendo_sums_shut{service="aggregation"}'
WENT_BACK = 'tiendo_source_open_gaps{source="/submissions", kind="went_back"}'


@pytest.mark.parametrize(
    ("alert", "series", "values", "minute", "fires"),
    [
        ("StrangerOnTheBus", STRANGERS, "_ _ _ 1x30", 4, {"service": "aggregation", "topic": "submissions.v1"}),
        ("StrangerOnTheBus", STRANGERS, "_ _ _ 1x30", 30, None),
        ("StrangerOnTheBus", STRANGERS, "7x20 8x20", 22, {"service": "aggregation", "topic": "submissions.v1"}),
        ("StrangerOnTheBus", STRANGERS, "7x40", 30, None),
        ("DatabaseWentBack", BEHIND, "0x5 12x20", 7, {"service": "audit"}),
        ("DatabaseWentBack", BEHIND, "0x20", 7, None),
        ("SumsShut", SHUT, "0x5 12x20", 7, {"service": "aggregation"}),
        ("SumsShut", SHUT, "0x20", 7, None),
        ("SourceWentBack", WENT_BACK, "0x5 1x20", 7, {"source": "/submissions"}),
        ("SourceWentBack", WENT_BACK, "0x20", 7, None),
    ],
)
def test_an_alert_fires_when_it_must(
    promtool: str, alert: str, series: str, values: str, minute: int, fires: dict[str, str] | None, tmp_path: Path
) -> None:
    summary = ALERTS[alert]["annotations"]["summary"].replace("{{ $value }}", "12")
    for label, value in (fires or {}).items():
        summary = summary.replace(f"{{{{ $labels.{label} }}}}", value)
    expected = {
        "exp_labels": {"severity": ALERTS[alert]["labels"]["severity"]} | (fires or {}),
        "exp_annotations": ALERTS[alert]["annotations"] | {"summary": summary},
    }
    told = {"eval_time": f"{minute}m", "alertname": alert, "exp_alerts": [expected] if fires else []}
    test = {
        "rule_files": [str(RULES)],
        "evaluation_interval": "1m",
        "tests": [
            {
                "interval": "1m",
                "input_series": [{"series": series, "values": values}],
                "alert_rule_test": [told],
            }
        ],
    }
    file = tmp_path / "alerts.json"
    file.write_text(json.dumps(test))
    run(promtool, "test", "rules", str(file))
