"""Puts folders of channels beside those of the product, for one test."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from notifications import channels
from notifications.channels import registry
from shared.text import messages

PLANTED = Path(__file__).parent / "planted"


@contextmanager
def planted(name: str, beside: Path = PLANTED) -> Iterator[None]:
    """`name` is named in CHANNELS; its folder is `beside`/`name`, if there is one."""
    package = f"{channels.__name__}.{name}"
    try:
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(channels, "__path__", [*channels.__path__, str(beside)])
            patch.setattr(registry, "CHANNELS", (*registry.CHANNELS, name))
            yield
    finally:
        messages.load.cache_clear()  # the next folder of this name says other things
        for module in [module for module in sys.modules if module == package or module.startswith(f"{package}.")]:
            del sys.modules[module]
