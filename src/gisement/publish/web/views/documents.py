"""What to hand out, made of what these pages show: documents, and frames of figures for other sites."""

from __future__ import annotations

from collections.abc import Iterator
from html import escape

from starlette.responses import Response

from gisement.pipeline import INDICATORS, shown_at
from gisement.publish.reports.published import DOCUMENTS
from gisement.publish.reports.published import document as written
from gisement.publish.web.page import Card, Page
from gisement.publish.web.questions import QUESTIONS
from gisement.publish.web.site import Site, kept

ENDINGS = {".pdf": "application/pdf", ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"}
ABOUT = {
    "note": "note_text", "diagnosis": "diagnosis_text", "review": "review_text", "spaser": "spaser_text",
    "food": "food_text",
}  # fmt: skip
"""The text on each document."""
Frame = tuple[Card, str]
WIDTH, HEIGHT = 420, 360


def documents(page: Page) -> Response:
    """What each document tells, for whom, and its files."""
    words = page.texts["documents"]
    return page.render(
        "documents.html.j2",
        documents=[
            (
                name,
                words[name],
                words[ABOUT[name]],
                [(ending[1:].upper(), f"{page.root}/documents/{name}{ending}") for ending in ENDINGS],
            )
            for name in DOCUMENTS
        ],
    )


def document(page: Page) -> Response:
    """One document as a file."""
    name, dot, ending = str(page.request.path_params["file"]).rpartition(".")
    if name not in DOCUMENTS or dot + ending not in ENDINGS:
        raise page.absent()
    content = _written(page.site, name, dot + ending)
    headers = {"Content-Disposition": f'attachment; filename="gisement-{name}.{ending}"'}
    return Response(content, media_type=ENDINGS[dot + ending], headers=headers)


@kept(16)
def _written(site: Site, name: str, ending: str) -> bytes:
    return written(site.served, name, ending)


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
