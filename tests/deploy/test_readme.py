"""What README.md tells an operator agrees with what there is."""

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
README = (ROOT / "README.md").read_text("utf-8")


def test_files_that_the_readme_names_are_there() -> None:
    named = re.findall(r"`([\w./-]*(?:\.env\.example|\.yml|\.md|\.py|\.lock))`", README)
    assert "deploy/.env.example" in named
    assert not [name for name in named if not (ROOT / name).is_file()]


def test_the_readme_says_what_production_lacks_and_needs() -> None:
    limits = README.split("## Guaranteed, and not", 1)[1].split("\n## ", 1)[0]
    assert "OpenID Connect" in limits and "bearer token" in limits
    assert "session mode" in limits and "default_pool_size" in limits
