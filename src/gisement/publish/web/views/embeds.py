"""The gallery of frames: each figure that another site may show, and the lines to copy there."""

from __future__ import annotations

from html import escape

from starlette.responses import Response

from gisement.pipeline import INDICATORS
from gisement.publish.web.card import Card
from gisement.publish.web.page import Page

WIDTH, HEIGHT = 420, 360


def gallery(page: Page) -> Response:
    """Every indicator as a frame: what it shows today, and its code."""
    names = [indicator.name for indicator in INDICATORS if not indicator.name.endswith("_known_share")]
    cards = [page.card_of(name) for name in names]
    return page.render("embeds.html.j2", frames=[(card, _code(page, card)) for card in cards])


def _code(page: Page, card: Card) -> str:
    """The lines to copy: they name this site as the reader reached it."""
    address = f"{page.request.url.scheme}://{page.request.url.netloc}{card.embed}"
    return (
        f'<iframe src="{escape(address)}" title="{escape(card.shown.title)}" width="{WIDTH}" height="{HEIGHT}" '
        'loading="lazy"></iframe>'
    )
