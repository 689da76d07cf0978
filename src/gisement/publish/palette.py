"""The colours of what is shown: pages and their drawings, reports, workbooks. No other place writes one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

COLOURS: Final[Mapping[str, str]] = {
    "paper": "#faf6ee",
    "sheet": "#fffdf8",
    "ink": "#2b2521",
    "ink_soft": "#4a4139",
    "soft": "#5f554c",
    "edge": "#8c7f70",
    "rule": "#9b8c77",
    "underline": "#b7a993",
    "line": "#ddd2c1",
    "hatch": "#c9bda9",
    "sand": "#ece3d3",
    "sand_soft": "#efe6d6",
    "sand_coin": "#e9dfcd",
    "clay": "#9a3b1b",
    "clay_dark": "#7f2f14",
    "clay_mild": "#b0603b",
    "clay_pale": "#cf8f6e",
    "clay_soft": "#e6c3ae",
    "clay_faint": "#f3e7d8",
    "straw": "#b98b4c",
    "deep": "#1f4b53",
    "deep_dark": "#163a41",
    "deep_darkest": "#0f2f35",
    "deep_mild": "#4d7880",
    "deep_pale": "#7d9aa0",
    "deep_soft": "#dce7e6",
    "sea": "#eef1ef",
    "abroad": "#b9b2a7",
    "unknown": "#d9d5cf",
    "notice": "#f3d9a0",
    "notice_ink": "#3d2c05",
    "notice_edge": "#a97c17",
    "alarm": "#8c1d18",
}
"""Warm paper, ink, clay and a deep blue-green: every pair of text and ground holds 4.5 to 1."""
SHADES: Final = tuple(COLOURS[f"clay_{name}"] for name in ("faint", "soft", "pale", "mild", "dark"))
"""From little to much: one hue, darker as it grows, so that it holds for the colour-blind and in grey."""


def style_variables() -> str:
    """The colours as variables of a style sheet: `var(--clay-soft)`."""
    written = (f"--{name.replace('_', '-')}: {colour};" for name, colour in COLOURS.items())
    return f":root {{ {' '.join(written)} }}\n"
