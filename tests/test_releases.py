"""What moved from one release to the next, told from what each published."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from gisement.store import Workspace
from gisement.store.kept import keep_release
from gisement.studies.releases import releases
from tests.workspaces import created

SHARE = {"value": 0.5, "low": 0.4, "high": 0.6, "coverage": 0.9, "unit": "percent"}


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    return created(tmp_path / "workspace", "department:86")


def published(workspace: Workspace, name: str, files: list[tuple[str, str]], code: str = "one", **figures: Any) -> None:
    """Publish a release of these files."""
    keep_release(workspace, name, {"as_of_date": "2026-11-01", "code": code, "files": files, "figures": figures})


def test_nothing_was_published_yet(workspace: Workspace) -> None:
    assert releases(workspace) == []


def test_the_first_release_moves_nothing(workspace: Workspace) -> None:
    published(workspace, "aaa", [("decp", "1")], local_share=SHARE)
    (only,) = releases(workspace)
    assert (only.name, only.is_first, only.moves, only.added) == ("aaa", True, (), {})


def test_a_figure_that_moves_is_told_with_both_values_and_its_reasons(workspace: Workspace) -> None:
    published(workspace, "aaa", [("decp", "1"), ("ledger", "2")], local_share=SHARE, total_spend=SHARE)
    later = SHARE | {"low": 0.45}
    published(workspace, "bbb", [("decp", "1"), ("decp", "3"), ("decp", "4")], local_share=later, total_spend=SHARE)
    (found, _) = releases(workspace)
    assert [(move.indicator, move.before, move.after) for move in found.moves] == [("local_share", SHARE, later)]
    assert (found.added, found.withdrawn, found.is_other_code) == ({"decp": 2}, {"ledger": 1}, False)


def test_a_release_that_kept_more_of_a_figure_did_not_say_another_one(workspace: Workspace) -> None:
    published(workspace, "first", [], share={**SHARE, "secrecy": ""})
    published(workspace, "second", [], code="two", share=SHARE)
    assert releases(workspace)[0].moves == ()


def test_a_figure_that_comes_or_goes_moves_too(workspace: Workspace) -> None:
    published(workspace, "aaa", [], local_share=SHARE)
    published(workspace, "bbb", [], code="other", total_spend=SHARE)
    (found, _) = releases(workspace)
    assert {(move.indicator, move.before is None, move.after is None) for move in found.moves} == {
        ("local_share", False, True),
        ("total_spend", True, False),
    }
    assert found.is_other_code


def test_a_release_published_again_keeps_its_place_and_may_come_back(workspace: Workspace) -> None:
    for name in ("aaa", "aaa", "bbb", "aaa"):
        published(workspace, name, [], local_share=SHARE)
    assert [each.name for each in releases(workspace)] == ["aaa", "bbb", "aaa"]


@pytest.mark.parametrize(("kept", "told"), [("2026-11-01", date(2026, 11, 1)), (None, None), ("None", None)])
def test_a_release_without_a_day_has_none(workspace: Workspace, kept: str | None, told: date | None) -> None:
    keep_release(workspace, "aaa", {"as_of_date": kept, "code": "one", "files": [], "figures": {}})
    assert [each.as_of_date for each in releases(workspace)] == [told]
