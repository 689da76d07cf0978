"""What a page breaks of the rules of accessibility that axe knows, and where: nothing, in the end."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

OF_COLOURS = (Path(__file__).parent / "contrast.js").read_text(encoding="utf-8")
OTHERS = {
    "resultTypes": ["violations"],
    "rules": {name: {"enabled": False} for name in ("color-contrast", "link-in-text-block")},
}


OF_WIDTH = ("scrollable-region-focusable",)
"""The rule that depends on how wide a screen is: what scrolls must be reached by keyboard."""


def breaches(
    page: Page, within: str = "html", *, colours: bool = True, only: Sequence[str] = ()
) -> list[tuple[str, list[str]]]:
    """Each rule that is broken, with the first elements that break it; colours of what is alike are measured once.

    `only` are rules to try alone, beside those of colours.
    """
    page.evaluate(Axe().axe_script)
    options = {**OTHERS, "runOnly": list(only)} if only else OTHERS
    found = page.evaluate("([within, options]) => axe.run(within, options).then(r => r.violations)", [within, options])
    if colours:
        found += page.evaluate(OF_COLOURS, within)
    return [(rule["id"], [node["html"][:160] for node in rule["nodes"][:3]]) for rule in found]
