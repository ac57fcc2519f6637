"""WCAG 2.2 success criteria 1.4.3 (text, 4.5:1) and 1.4.11 (borders of fields, 3:1), in both colour schemes."""

import re
from importlib.resources import files

import pytest

STYLE = files("shared.web").joinpath("static/app.css").read_text("utf-8")
TOKENS = STYLE.split("@layer tokens {")[1].split("@layer elements {")[0]
COLOUR = re.compile(r"--([a-z-]+): (#[0-9a-f]{6});")
LIGHT = dict(COLOUR.findall(TOKENS.split("@media (prefers-color-scheme: dark)")[0]))
SCHEMES = {"light": LIGHT, "dark": LIGHT | dict(COLOUR.findall(TOKENS.split("@media (prefers-color-scheme: dark)")[1]))}
TEXT = [
    *((text, ground) for text in ("ink", "muted", "accent") for ground in ("paper", "ground", "accent-soft")),
    *((state, ground) for state in ("met", "partly", "not-met", "open") for ground in (f"{state}-soft", "paper")),
    ("accent-ink", "accent"),
    ("focus-ink", "focus"),
]


def luminance(colour: str) -> float:
    channels = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4 for value in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, two: str) -> float:
    low, high = sorted((luminance(one), luminance(two)))
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize(("text", "ground"), TEXT)
def test_text(scheme: str, text: str, ground: str) -> None:
    assert contrast(SCHEMES[scheme][text], SCHEMES[scheme][ground]) >= 4.5


@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize("ground", ["paper", "ground"])
def test_borders(scheme: str, ground: str) -> None:
    assert contrast(SCHEMES[scheme]["line-strong"], SCHEMES[scheme][ground]) >= 3


def test_the_style_sheet_stays_small() -> None:
    assert len(STYLE.splitlines()) < 500
