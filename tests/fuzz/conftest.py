"""What the tests of random files share: an empty workspace, a folder for the file of an example, small blocks."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from gisement.sources.decp import chunks, json_file, tabular
from gisement.store import Workspace
from tests.workspaces import created


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """An empty workspace, empty again after each example."""
    return created(tmp_path_factory.mktemp("fuzz") / "workspace", "department:86")


@pytest.fixture(scope="module", params=[None, 700], ids=["whole", "in blocks"])
def blocks(request: pytest.FixtureRequest) -> Iterator[None]:
    """Files are read in blocks of some megabytes: also in such small ones that every document has several."""
    with pytest.MonkeyPatch.context() as patch:
        if request.param:
            patch.setattr(json_file, "SIZE", request.param)
            patch.setattr(chunks, "SIZE", request.param)
            patch.setattr(tabular, "CELLS_AT_ONCE", 40)
        yield


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the file of the example is: after a crash of the process, it is still there."""
    return tmp_path_factory.mktemp("example")
