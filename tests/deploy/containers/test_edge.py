"""What Caddy tells browsers before any service does."""

import re

from tests.deploy.test_compose import CONTAINERS, EXAMPLE, ROOT, SERVICES

CADDYFILE = (ROOT / "deploy/caddy/Caddyfile").read_text("utf-8")
YEAR = 31_536_000


def test_browsers_are_told_to_come_by_https_only() -> None:
    """Without it, whoever stands between could answer the first request of each visit in the clear."""
    snippet = re.search(r"^\(service\) \{\n(.*?)^\}", CADDYFILE, re.M | re.S)
    assert snippet
    header = re.search(r'^\theader Strict-Transport-Security "max-age=\{\$HSTS_SECONDS:(\d+)\}"$', snippet[1], re.M)
    assert header and int(header[1]) == YEAR
    sites = re.findall(r"^(\{\$PUBLIC_HOST\S*:\d+) \{\n(.*?)^\}", CADDYFILE, re.M | re.S)
    assert len(sites) == len(SERVICES) and all("\timport service " in body for _, body in sites)
    assert "http://" not in CADDYFILE and "auto_https" not in CADDYFILE, "Caddy leads http on to https by itself"


def test_a_trial_binds_nobodys_own_machine() -> None:
    """For a year browsers would refuse whatever else somebody runs on localhost without https."""
    assert CONTAINERS["caddy"]["environment"]["HSTS_SECONDS"] == f"${{HSTS_SECONDS:-{YEAR}}}"
    assert "HSTS_SECONDS" not in EXAMPLE, "a year unless somebody says otherwise"
    trial = (ROOT / "deploy/.env.example").read_text("utf-8").partition("# A trial")[2]
    assert "# HSTS_SECONDS=0\n" in trial
