"""What the tests of random files share: an empty workspace, a folder for the file of an example, small blocks, a time.

Where `GISEMENT_FUZZ_SECONDS` is set, a test of random examples begins again until its time is over: a reader of `add`
has all of these seconds for itself, the tests of another file share them. How much each got is told at the end.
"""

from __future__ import annotations

import functools
import os
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import is_hypothesis_test

from gisement.sources.decp import chunks, json, tables
from gisement.store import Workspace
from tests.workspaces import created

SECONDS = float(os.environ.get("GISEMENT_FUZZ_SECONDS", "0"))
OF_ONE_READER = "kind"
"""The parameter of a test that stands for a reader."""
_shares: dict[str, float] = {}
_examples: Counter[str] = Counter()
_spent: dict[str, tuple[int, float]] = {}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Share the time of a file among its tests of random examples."""
    random = [item for item in items if isinstance(item, pytest.Function) and is_hypothesis_test(item.obj)]
    sharing = Counter(item.path for item in random if not _is_of_one_reader(item))
    for item in random:
        _shares[item.nodeid] = SECONDS if _is_of_one_reader(item) else SECONDS / sharing[item.path]


def _is_of_one_reader(item: pytest.Function) -> bool:
    return hasattr(item, "callspec") and OF_ONE_READER in item.callspec.params


@pytest.hookimpl(tryfirst=True)
def pytest_pyfunc_call(pyfuncitem: pytest.Function) -> bool | None:
    """Go over a test of random examples until its time is over."""
    share = _shares.get(pyfuncitem.nodeid, 0.0)
    if not share:
        return None
    names = pyfuncitem._fixtureinfo.argnames
    held, inner = pyfuncitem.obj.hypothesis, pyfuncitem.obj.hypothesis.inner_test
    held.inner_test = _counted(inner, pyfuncitem.nodeid)
    began, rounds = time.monotonic(), 0
    try:
        while time.monotonic() - began < share:
            pyfuncitem.obj(**{name: pyfuncitem.funcargs[name] for name in names})
            rounds += 1
    finally:
        held.inner_test = inner
        _spent[pyfuncitem.nodeid] = rounds, time.monotonic() - began
    return True


def _counted(test: Callable[..., Any], name: str) -> Callable[..., Any]:
    @functools.wraps(test)
    def counting(*args: Any, **given: Any) -> Any:
        _examples[name] += 1
        return test(*args, **given)

    return counting


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say how many examples each test got, in how much time."""
    for name, (rounds, seconds) in _spent.items():
        told = f"{rounds} rounds without a failure, {_examples[name]} examples, {seconds:.0f} s"
        terminalreporter.write_line(f"{name}: {told}")


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """An empty workspace, empty again after each example."""
    return created(tmp_path_factory.mktemp("fuzz") / "workspace", "department:86")


@pytest.fixture(scope="module", params=[None, 700], ids=["whole", "in blocks"])
def blocks(request: pytest.FixtureRequest) -> Iterator[None]:
    """Files are read in blocks of some megabytes: also in such small ones that every document has several."""
    with pytest.MonkeyPatch.context() as patch:
        if request.param:
            patch.setattr(json, "BLOCK", request.param)
            patch.setattr(chunks, "SIZE", request.param)
            patch.setattr(tables, "CELLS_AT_ONCE", 40)
        yield


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the file of the example is: after a crash of the process, it is still there."""
    return tmp_path_factory.mktemp("example")
