"""What every test may ask for, and the rule that in CI (`CI=true`) nothing is skipped without being seen."""

from __future__ import annotations

import gc
import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import settings

if TYPE_CHECKING:
    from gisement.engine.spark import Cluster
    from tests.disturbed import Stage

PROJECT = Path(__file__).resolve().parent.parent
SHARED_DATA = PROJECT.parent / "shared" / "data"
IN_CI = os.environ.get("CI", "").lower() == "true"
# The one reason for which CI lets a test be skipped: real files that may not ship with the project.
DATA_ABSENT = "the real files of ../shared/data are absent: they may not ship with the project"
JAVA_ABSENT = "Apache Spark needs a Java runtime, and there is none (Debian: apt-get install default-jre-headless)"

SHORT_LIVED = "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC -XX:ReservedCodeCacheSize=240m -XX:MetaspaceSize=256m -Xmn256m"
"""Java's second compiler and its parallel collector serve machines that run for hours: here they took most of the time.

The first compiler alone has 48 MB for its code, and sweeps; room for classes and new objects spares rounds of collection.
"""

PLAIN = {
    "spark.sql.adaptive.enabled": "false",
    "spark.sql.codegen.wholeStage": "false",
    "spark.sql.codegen.factoryMode": "NO_CODEGEN",
    "spark.sql.constraintPropagation.enabled": "false",
    "spark.sql.subexpressionElimination.enabled": "false",
}
"""What Spark does for large tables is most of its work on small ones: planning again between stages doubled the time of a
write, writing and compiling Java took a third of it, deriving what each column implies a sixth. `test_spark.py` builds
two tables with all of it too."""

settings.register_profile("quick", max_examples=25, deadline=None, derandomize=True)
settings.register_profile("fuzz", max_examples=400, deadline=None, print_blob=True)
settings.load_profile("quick")

_skips: list[tuple[str, str]] = []

# The collector of cycles looked again and again at libraries that stay: 4 % of the time of tests, 15 % of their collection.
gc.set_threshold(50_000, 20, 100)


@pytest.fixture(scope="session", autouse=True)
def _no_power_cut() -> Iterator[None]:
    """Let nothing wait for the disk (a build does, 540 times): that all is flushed in time, `test_power_cut.py` sees."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(os, "fsync", lambda descriptor: None)
        yield


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder of real files, read in place; a test that asks for it is skipped where it is absent."""
    if not SHARED_DATA.is_dir():
        pytest.skip(DATA_ABSENT)
    return SHARED_DATA


@pytest.fixture(scope="session")
def tiny_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The workspace of the smallest demonstration, with its ledgers, built by the command: to be read."""
    from tests.commands import gisement

    folder = tmp_path_factory.mktemp("demo") / "w"
    run = gisement("demo", "--size", "tiny", "--no-serve", workspace=folder)
    assert run.returncode == 0, run.stderr
    return folder


@pytest.fixture(scope="session")
def small_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workspace of the Vienne that holds the five contracts of `test_cli.py`, built: to be read."""
    from tests.test_cli import TABLE
    from tests.workspaces import workspace_of

    folder = tmp_path_factory.mktemp("small")
    (folder / "table.csv").write_text(TABLE, encoding="utf-8")
    return workspace_of(folder / "workspace", "department:86", {"decp": [folder / "table.csv"]}).root


@pytest.fixture(scope="session")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Stage:
    """A workspace to disturb: before, at work, after."""
    from tests.disturbed import staged

    return staged(tmp_path_factory.mktemp("stage"))


@pytest.fixture(scope="session")
def cluster() -> Iterator[Cluster]:
    """One Spark Connect server on two workers for all tests: it takes seconds to start, and a process has but one."""
    from gisement.engine.spark import Cluster

    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SPARK_SUBMIT_OPTS", f'{SHORT_LIVED} -Dspark.executor.extraJavaOptions="{SHORT_LIVED}"')
        started = Cluster("local-cluster[2,1,1024]")
    for name, value in PLAIN.items():
        started.session.conf.set(name, value)
    yield started
    started.stop()


@pytest.fixture(scope="session")
def spark(cluster: Cluster) -> Any:
    """A session on that server."""
    return cluster.session


def pytest_collection_finish() -> None:
    """Keep what is loaded out of the collector's rounds."""
    gc.freeze()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Skip Spark tests where there is no Java; in CI they run, and fail."""
    if IN_CI or _java():
        return
    for item in items:
        if item.get_closest_marker("spark"):
            item.add_marker(pytest.mark.skip(reason=JAVA_ABSENT))


def pytest_collectreport(report: pytest.CollectReport) -> None:
    """Note a module that skipped itself whole."""
    _note(report)


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    """Note a test that was skipped (one that fails as expected is not)."""
    if not hasattr(report, "wasxfail"):
        _note(report)


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    """In CI, a test skipped for any reason but absent data makes the run fail."""
    hidden = [(test, reason) for test, reason in _skips if not _allowed(reason)]
    if not (IN_CI and hidden):
        return
    for test, reason in hidden:
        print(f"\nCI skips nothing, yet {test} was skipped: {reason}")
    session.exitstatus = pytest.ExitCode.TESTS_FAILED


def _note(report: pytest.CollectReport | pytest.TestReport) -> None:
    if report.skipped:
        told = report.longrepr
        _skips.append((report.nodeid, told[2] if isinstance(told, tuple) else str(told)))


def _allowed(reason: str) -> bool:
    return ("../shared/data" in reason or "real data" in reason) and not SHARED_DATA.is_dir()


def _java() -> bool:
    home = os.environ.get("JAVA_HOME", "")
    return shutil.which("java") is not None or bool(home and (Path(home) / "bin" / "java").is_file())
