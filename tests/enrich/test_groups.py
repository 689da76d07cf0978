"""Groups of firms and central purchasing bodies: what a supplier is gathered with, and what hides its maker."""

from __future__ import annotations

from pathlib import Path

import pytest

from gisement.sources.groups import read_groups
from gisement.terms import Reading, Trouble
from tests import mixed_files
from tests.disturbed import Stage
from tests.workspaces import rows


def test_a_firm_is_gathered_with_the_head_that_a_file_tells(stage: Stage) -> None:
    sql = "SELECT DISTINCT supplier_siren, group_siren FROM purchase WHERE supplier_siren IS NOT NULL"
    told = {row["supplier_siren"]: row["group_siren"] for row in rows(stage.done, sql, ["purchase"])}
    head, *members = (firm[:9] for firm in mixed_files.FIRMS[:3])
    assert {told.get(siren, head) for siren in members} == {head}
    assert all(group in (siren, head) for siren, group in told.items())
    assert any(siren in told for siren in members)


def test_lines_without_two_identifiers_are_counted(tmp_path: Path) -> None:
    given, made = tmp_path / "groups.csv", tmp_path / "raw.parquet"
    given.write_text("SIREN;SIREN mère\n90000001900012;900 000 027\n?;900000027\n900000035;\n", encoding="utf-8")
    assert read_groups(given, made) == Reading(3, 2)


def test_a_file_of_something_else_is_refused(tmp_path: Path) -> None:
    given = tmp_path / "list.csv"
    given.write_text("siret,type\n90000001900012,EI\n", encoding="utf-8")
    with pytest.raises(Trouble) as told:
        read_groups(given, tmp_path / "raw.parquet")
    assert "siren_mere" in told.value.fr
