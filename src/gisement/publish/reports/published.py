"""The documents that a server gives, each made of what it may show: to everyone contracts, on one's laptop all."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from gisement.engine.served import Served
from gisement.publish.reports.document import Report
from gisement.publish.reports.food import food
from gisement.publish.reports.purchases import diagnosis, note
from gisement.publish.reports.reading import Reading, read
from gisement.publish.reports.review import review
from gisement.publish.reports.spaser import spaser
from gisement.publish.reports.writing import FACES

DOCUMENTS: Mapping[str, Callable[[Reading], Report]] = {
    "note": note, "diagnosis": diagnosis, "review": review, "spaser": spaser, "food": food,
}  # fmt: skip


def document(served: Served, name: str, ending: str) -> bytes:
    """A document as `.pdf` or `.xlsx`. Raises Trouble where what it tells of was not added."""
    basis = "" if served.partner and name != "food" else "contract"
    return FACES[ending](DOCUMENTS[name](read(served, basis)))
