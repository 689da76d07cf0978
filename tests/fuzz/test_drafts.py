"""Draft consultations (DOCX, PDF, TXT) that were spoilt: each gives its text, or is refused in one plain sentence."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import pytest
import typst
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gisement.sources.consultation import read_text
from gisement.terms import Trouble
from tests.fuzz.account import is_plain, patience
from tests.fuzz.damage import damaged
from tests.fuzz.every_source import spoilt_inside
from tests.fuzz.material import Content

WORD = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
ARTICLES = [f"Article {number}. Le titulaire réserve des heures d'insertion." for number in range(12)]


@pytest.fixture(scope="module")
def drafts() -> dict[str, Content]:
    """One draft of each kind, in the same words."""
    out, text = io.BytesIO(), "".join(f"<w:p><w:r><w:t>{article}</w:t></w:r></w:p>" for article in ARTICLES)
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("word/document.xml", f'<w:document xmlns:w="{WORD}"><w:body>{text}</w:body></w:document>')
    page = typst.compile("\n\n".join(ARTICLES).encode())
    assert isinstance(page, bytes)
    made = {"docx": out.getvalue(), "pdf": page, "txt": "\n".join(ARTICLES).encode("cp1252")}
    return {kind: Content(data) for kind, data in made.items()}


def test_each_kind_is_read(drafts: dict[str, Content], tmp_path: Path) -> None:
    for kind, data in drafts.items():
        (tmp_path / f"projet.{kind}").write_bytes(data)
        assert "Article 11. Le titulaire" in read_text(tmp_path / f"projet.{kind}")


@settings(suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_a_spoilt_draft_gives_its_text_or_is_refused(
    drafts: dict[str, Content], folder: Path, data: st.DataObject
) -> None:
    kind = data.draw(st.sampled_from(sorted(drafts)), label="kind")
    inside = kind == "docx" and data.draw(st.booleans(), label="inside")
    content = spoilt_inside(data.draw, drafts[kind]) if inside else data.draw(damaged(drafts[kind]), label="bytes")
    path = folder / f"projet.{kind}"
    path.write_bytes(content)
    try:
        with patience():
            read_text(path)
    except Trouble as trouble:
        is_plain(trouble, "projet")
