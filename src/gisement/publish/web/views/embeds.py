"""The gallery of frames: each figure that another site may show, and the lines to copy there."""

from __future__ import annotations

from collections.abc import Iterator
from html import escape

from starlette.responses import Response

from gisement.pipeline import INDICATORS, shown_at
from gisement.publish.web.card import Card
from gisement.publish.web.page import Page
from gisement.publish.web.questions import QUESTIONS

Frame = tuple[Card, str]
WIDTH, HEIGHT = 420, 360


def gallery(page: Page) -> Response:
    """Every indicator as a frame: what it shows today, and its code."""
    names = [indicator.name for indicator in INDICATORS if indicator.name not in shown_at("report/known")]
    frames = {name: (card, _code(page, card)) for name in names for card in (page.card_of(name),)}
    return page.render("embeds.html.j2", groups=list(_groups(page, frames)))


def _groups(page: Page, frames: dict[str, Frame]) -> Iterator[tuple[str, list[Frame]]]:
    """Frames by the question that they answer, those of no question last: a page of all of them was endless."""
    left = dict(frames)
    for question in QUESTIONS:
        held = [left.pop(name) for name in question.indicators if name in left]
        if held:
            yield str(page.texts["figures"][question.title]), held
    if left:
        yield str(page.texts["figures"]["others"]), list(left.values())


def _code(page: Page, card: Card) -> str:
    """The lines to copy: they name this site as the reader reached it."""
    address = f"{page.request.url.scheme}://{page.request.url.netloc}{card.embed}"
    return (
        f'<iframe src="{escape(address)}" title="{escape(card.shown.title)}" width="{WIDTH}" height="{HEIGHT}" '
        'loading="lazy"></iframe>'
    )
