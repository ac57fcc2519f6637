"""Tests of more than one member. Pytest gives this name to the tests of `shared`, too, so they are found under it."""

from pathlib import Path

__path__.append(str(Path(__file__).parents[1] / "shared" / "tests"))
