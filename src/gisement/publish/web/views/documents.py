"""Documents to hand out: the note for a council, the study, the reviews, written from what these pages show."""

from __future__ import annotations

from starlette.responses import Response

from gisement.publish.reports.published import DOCUMENTS
from gisement.publish.web.page import Page

ENDINGS = {".pdf": "application/pdf", ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"}
ABOUT = {
    "note": "note_text", "diagnosis": "diagnosis_text", "review": "review_text", "spaser": "spaser_text",
    "food": "food_text",
}  # fmt: skip
"""The text on each document."""


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
    content = page.site.document(name, dot + ending)
    headers = {"Content-Disposition": f'attachment; filename="gisement-{name}.{ending}"'}
    return Response(content, media_type=ENDINGS[dot + ending], headers=headers)
