"""Where an export is written: what stands there is kept unless it is a former export; a prefix is one of OCDS."""

from __future__ import annotations

from pathlib import Path

import pytest

from gisement.catalog.tables import exported_words
from gisement.engine.exports import EXPORTED, exported_schema
from gisement.pipeline import perimeter_of
from gisement.publish.exports.card import about, data_package
from gisement.publish.exports.tables import table_schema
from gisement.publish.exports.writing import export
from gisement.publish.web.site import Site
from gisement.terms import Trouble


def test_every_exported_column_is_told_in_french_and_cents_are_said_to_be_cents() -> None:
    """A French reader of the workbook took cents for euros, under notes in English."""
    exported = {name for table in EXPORTED for name in exported_schema(table)}
    assert exported == set(exported_words())
    for table in EXPORTED:
        for field in table_schema(table)["fields"]:
            assert field["description"] == exported_words()[field["name"]]
            assert not field["name"].endswith("_cents") or "diviser par 100" in field["unit"]
    assert "divide by 100" in str(table_schema("contract", language="en"))


def test_what_is_no_export_is_kept_and_a_former_export_is_made_again(site: Site, tmp_path: Path) -> None:
    """An export wrote over any file of the same name, and among any files."""
    kept, folder, card = tmp_path / "notes.json", tmp_path / "notes", about(site.served)
    kept.write_text("{}", encoding="utf-8")
    folder.mkdir()
    (folder / "lisez-moi.txt").write_text("à garder", encoding="utf-8")
    nothing = perimeter_of(["year=1999"])
    for kind, path in (("ocds", kept), ("csv", folder)):
        with pytest.raises(Trouble, match="exists already"):
            export(site.served, kind, nothing, path, card)
        for force in (True, False):
            assert not sum(export(site.served, kind, nothing, path, card, force=force).counts.values())
    assert (folder / "lisez-moi.txt").read_text(encoding="utf-8") == "à garder"


@pytest.mark.parametrize(("kind", "prefix"), [("ocds", "toto"), ("ocds", "ocds-12345"), ("decp", "ocds-123456")])
def test_a_prefix_that_is_none_is_refused(site: Site, tmp_path: Path, kind: str, prefix: str) -> None:
    with pytest.raises(Trouble, match="prefix"):
        export(site.served, kind, perimeter_of([]), tmp_path / "x.json", about(site.served), prefix)


def test_a_package_is_titled_in_the_language_of_its_columns(site: Site) -> None:
    french, english = (data_package(about(site.served, language=language), "csv", {}) for language in ("fr", "en"))
    assert french["title"].startswith("Commande publique : ")
    assert english["title"].startswith("Public procurement: ")
    assert "payment" in english["description"]
