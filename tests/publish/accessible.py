"""What a page breaks of the rules of accessibility that axe knows, and where: nothing, in the end."""

from __future__ import annotations

from pathlib import Path

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

CONTRASTS = (Path(__file__).parent / "contrast.js").read_text(encoding="utf-8")
ALL_OTHERS = {"resultTypes": ["violations"], "rules": {"color-contrast": {"enabled": False}}}


def breaches(page: Page, within: str = "html", *, contrasts: bool = True) -> list[tuple[str, list[str]]]:
    """Each rule that is broken, with the first elements that break it; contrasts of what is alike are measured once."""
    found = Axe().run(page, within, options=ALL_OTHERS).response["violations"]
    if contrasts:
        found += page.evaluate(CONTRASTS, within)
    return [(rule["id"], [node["html"][:160] for node in rule["nodes"][:3]]) for rule in found]
