"""One real browser for the tests of all pages."""

import sys
from pathlib import Path

from tests.support.browser import browser

__all__ = ["browser"]

sys.path.insert(0, str(Path(__file__).parent / "web"))  # the package web_demo, a service for tests of the shell
