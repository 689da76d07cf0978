"""The review between partners: misses stand before hits, both with figures, and late actions are said to be late."""

from __future__ import annotations

import io
import json
from datetime import date
from typing import Any

import pypdf

from gisement.publish.reports.laying import laid
from gisement.publish.reports.reading import read
from gisement.publish.reports.review import _late, review
from gisement.publish.reports.writing import book, html, pdf
from gisement.publish.web.site import Site


def test_the_review_tells_misses_before_hits_with_each_partner(site: Site) -> None:
    made = review(read(site.served, "contract"))
    assert not made.is_internal
    content = laid(made)
    names = [block["name"] for block in content["blocks"] if block.get("name")]
    assert names.index("missed-figures") < names.index("reached-figures")
    (missed,) = [block for block in content["blocks"] if block.get("name") == "missed-figures"]
    assert any(row["label"].endswith("Ville de démonstration") for row in missed["rows"])
    told = json.dumps(content, ensure_ascii=False)
    for text in (
        "Non atteints",
        "Atteints",
        "Facilitatrice des clauses",
        "des lots plus petits",
        "rencontrer les entreprises",
    ):
        assert text in told, text


def test_the_review_is_a_document_in_three_forms(site: Site) -> None:
    made = review(read(site.served, "contract"))
    printed = pypdf.PdfReader(io.BytesIO(pdf(made)))
    assert 4 <= len(printed.pages) <= 12
    assert pdf(made) == pdf(made)
    assert b"<table" in html(made)
    assert book(made)[:2] == b"PK"


def test_an_open_action_whose_day_has_passed_is_late() -> None:
    def late(state: str, due: Any) -> str:
        return _late({"sheet_state": state, "action_due_date": due}, date(2026, 2, 1), "late")

    assert late("to_do", date(2026, 1, 31)) == late("under_way", date(2025, 1, 1)) == "late"
    assert late("done", date(2025, 1, 1)) == late("to_do", date(2026, 2, 1)) == late("to_do", None) == ""
