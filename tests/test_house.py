"""The house holds its laws, and each law can fail: it is shown an example that breaks it."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from tests import house_laws
from tests.house_laws import Module, circle
from tests.yaml_file import read_yaml

PROJECT = Path(__file__).resolve().parent.parent
PACKAGE = PROJECT / "src" / "gisement"
HOUSE = house_laws.modules(PACKAGE)
OWN_TESTS = house_laws.modules(PROJECT / "tests")

# What the command line may not load before it knows which command is wanted.
HEAVY = ("ibis", "duckdb", "pyarrow", "pyspark", "pandas", "numpy", "sqlglot", "httpx", "jinja2")
# Spelled in parts, so that this file obeys the law that it states.
HOSTS = ["pypi" + ".org", "python" + "hosted.org", "npm" + "js.org", "deb." + "debian.org", "crates" + ".io"]
MACHINE_PATH = re.compile(r"(?<![\w.\-/>}])/(?:(?:work|tmp|root)\b|(?:home|Users)/\w)")

BROKEN: list[tuple[str, str, str]] = [
    ("knows_its_room", "gisement.attic.x", ""),
    ("imports_point_down", "gisement.store.x", "import gisement.engine"),
    ("imports_point_down", "gisement.clean.x", "from gisement.enrich import rings"),
    ("imports_point_down", "gisement.clean.x", "from gisement.store import workspace"),
    ("imports_point_down", "gisement.pipeline", "from gisement import store"),
    ("imports_point_down", "gisement.terms.x", "def f():\n    from gisement.catalog import texts"),
    ("siblings_are_pure", "gisement.models.x", "import os"),
    ("siblings_are_pure", "gisement.enrich.x", "from random import choice"),
    ("network_has_its_rooms", "gisement.store.x", "import httpx"),
    ("network_has_its_rooms", "gisement.clean.x", "from urllib.request import urlopen"),
    ("clock_is_not_read", "gisement.clean.x", "from datetime import date\nd = lambda: date.today()"),
    ("clock_is_not_read", "gisement.engine.x", "import time\ndef f():\n    return time.time()"),
    ("clock_is_not_read", "gisement.enrich.x", "import ibis\ndef f():\n    return ibis.now()"),
    ("disk_has_its_rooms", "gisement.clean.x", "def f(path):\n    return open(path)"),
    ("disk_has_its_rooms", "gisement.engine.x", "def f(path):\n    return path.read_text()"),
    ("disk_has_its_rooms", "gisement.catalog.x", "def f(path):\n    path.write_text('')"),
    ("disk_has_its_rooms", "gisement.cli", "import shutil"),
    ("lengths_are_bearable", "gisement.terms.x", "x = 1\n" * 400),
    ("lengths_are_bearable", "gisement.terms.x", "def f():\n" + "    x = 1\n" * 60),
    ("names_say_something", "gisement.store.utils", ""),
    ("names_say_something", "gisement.helpers", ""),
    ("nothing_works_at_import", "gisement.store.x", "from pathlib import Path\nPath('x').mkdir()"),
    ("nothing_works_at_import", "gisement.store.x", "import os\nHOME = os.environ.get('HOME')"),
    ("nothing_works_at_import", "gisement.store.x", "for name in ('a', 'b'):\n    print(name)"),
    ("nothing_works_at_import", "gisement.store.x", "class A:\n    rows = load('a.csv')"),
    (
        "nothing_works_at_import",
        "gisement.store.x",
        "try:\n    import a\nexcept ImportError:\n    a = fetch()",
    ),
    ("nothing_works_at_import", "gisement.store.x", "def f(day=today()):\n    return day"),
    ("nothing_works_at_import", "gisement.store.x", "def f():\n    return 1\nONE = f()"),
    ("nothing_works_at_import", "gisement.sources.x", "import httpx\nCLIENT = httpx.Client()"),
    ("public_things_are_documented", "gisement.terms.x", ""),
    ("public_things_are_documented", "gisement.terms.x", '"""Said."""\ndef f():\n    return 1'),
    (
        "public_things_are_documented",
        "gisement.terms.x",
        '"""Said."""\nclass A:\n    """A."""\n    def b(self): ...',
    ),
]
SOUND = '''"""A module that obeys every law."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from gisement.catalog import tables
from gisement.terms import Perimeter

WORDS = re.compile("a|b")
LARGEST = max(len("one"), len("three"))
ORDER = tuple(sorted({"b": 1, "a": 2}))
LATER = lambda path: path.split()


def _doubled(word: str) -> str:
    return word * 2


TWICE = _doubled("a")


@dataclass(frozen=True)
class Row:
    """A row."""

    names: list[str] = field(default_factory=list)

    def size(self) -> int:
        """How many names."""
        return len(self.names)


def weight(row: Row, perimeter: Perimeter, least: Row = Row()) -> int:
    """The size of the row within a perimeter."""
    return row.size() + len(tables()) + LARGEST
'''


@pytest.mark.parametrize("law", house_laws.LAWS, ids=lambda law: str(law.__name__))
def test_the_house_obeys(law: Any) -> None:
    hold(f"{module.name}:{problem}" for module in HOUSE for problem in law(module))


def hold(problems: Iterable[str]) -> None:
    """Fail with one line for each problem, and nothing else."""
    try:
        told = "\n".join(problems)
    except SyntaxError as error:
        told = f"{error.filename}:{error.lineno}: {error.msg}"
    if told:
        pytest.fail(told, pytrace=False)


@pytest.mark.parametrize(("law", "name", "source"), BROKEN, ids=[f"{n}-{law}" for n, (law, *_) in enumerate(BROKEN)])
def test_a_breach_is_seen(law: str, name: str, source: str) -> None:
    assert list(getattr(house_laws, law)(Module(name, source)))


def test_every_law_has_a_breach_and_lets_sound_code_pass() -> None:
    assert {law.__name__ for law in house_laws.LAWS} == {law for law, *_ in BROKEN}
    sound = Module("gisement.clean.sound", SOUND)
    assert [problem for law in house_laws.LAWS for problem in law(sound)] == []


def test_tests_are_short_well_named_files() -> None:
    laws = (house_laws.lengths_are_bearable, house_laws.names_say_something)
    hold(f"{module.name}:{problem}" for module in OWN_TESTS for law in laws for problem in law(module))


@pytest.mark.parametrize("by_room", [False, True], ids=["files", "rooms"])
def test_imports_make_no_circle(by_room: bool) -> None:
    around = circle(HOUSE, by_room=by_room)
    hold([" -> ".join(around)] if around else [])


def test_a_circle_is_seen() -> None:
    one = Module("gisement.store.one", "def f():\n    from gisement.store.two import g")
    two = Module("gisement.store.two", "from gisement.catalog import three")
    three = Module("gisement.catalog.three", "import gisement.store.one")
    assert len(circle([one, two, three])) == 4
    assert len(circle([one, two, three], by_room=True)) == 3
    assert circle([one, two]) == []


# --- dependencies -------------------------------------------------------------------------------------------


def test_libraries_are_declared() -> None:
    hold(f"{m.name}:{p}" for m in HOUSE for p in house_laws.libraries_are_declared(m, declared()))
    strange = Module("gisement.clean.x", "import pandas\nimport pyspark.sql\nimport json\nimport ibis")
    assert len(list(house_laws.libraries_are_declared(strange, declared()))) == 2


def test_each_dependency_has_its_reason() -> None:
    page = (PROJECT / "docs" / "decisions" / "0005-dependencies.md").read_text(encoding="utf-8")
    project = pyproject()
    names = [distribution(text) for text in project["dependencies"]]
    names += [distribution(text) for extra in project["optional-dependencies"].values() for text in extra]
    assert unexplained(names, page) == []
    assert unexplained(["nowhere"], page) == ["nowhere"]


def test_lock_files_are_hashed_name_no_host_and_agree() -> None:
    whole, run = (read("requirements.lock"), read("requirements-run.lock"))
    assert lock_problems(whole) == lock_problems(run) == []
    assert pins(run).items() <= pins(whole).items()
    assert {distribution(text) for text in pyproject()["dependencies"]} <= set(pins(run))
    assert lock_problems("--index-url https://example.invalid\n") == ["--index-url https://example.invalid"]
    assert lock_problems("duckdb==1.5.6\n") == ["duckdb==1.5.6"]


def declared() -> dict[str, tuple[str, ...]]:
    """The runtime dependencies, for every room; pyspark for the two that may meet it."""
    everywhere: Mapping[str, tuple[str, ...]] = {distribution(text): () for text in pyproject()["dependencies"]}
    return {**everywhere, "pyspark": ("engine", "store")}


def pyproject() -> dict[str, Any]:
    """The [project] table."""
    project: dict[str, Any] = tomllib.loads(read("pyproject.toml"))["project"]
    return project


def distribution(requirement: str) -> str:
    """`pyspark` of `pyspark[connect]==4.0.5`."""
    return re.split(r"[\[<>=~!; ]", requirement, maxsplit=1)[0].lower()


def unexplained(names: list[str], page: str) -> list[str]:
    """The names without a row of their own in the page's tables."""
    explained = set(re.findall(r"^\| `([\w.-]+)", page.lower(), flags=re.MULTILINE))
    return [name for name in names if name not in explained]


def lock_problems(text: str) -> list[str]:
    """The lines that name a place or an option, and the pins without a hash."""
    placed = [line for line in text.splitlines() if "://" in line or " @ " in line or re.match(r"-\w|--\w", line)]
    bare = re.findall(r"^[a-z0-9][^\n]*(?:\n|\Z)(?!    --hash=)", text, flags=re.MULTILINE)
    return placed + [line.strip() for line in bare]


def pins(text: str) -> dict[str, str]:
    """The pinned version of each package."""
    return dict(re.findall(r"^([a-z0-9][\w.-]*)==(\S+)", text, flags=re.MULTILINE))


# --- start, places, texts -----------------------------------------------------------------------------------


def test_the_command_line_starts_light() -> None:
    if not any(module.name == "gisement.cli" for module in HOUSE):
        pytest.skip("there is no command line yet")
    assert loaded_by("gisement.cli") == []


def test_a_heavy_start_is_seen() -> None:
    assert "duckdb" in loaded_by("duckdb")


def loaded_by(module: str) -> list[str]:
    """The heavy libraries that a fresh interpreter has loaded after importing `module`."""
    code = f"import sys, {module}; print(*[name for name in {HEAVY} if name in sys.modules])"
    environment = {**os.environ, "PYTHONPATH": str(PACKAGE.parent)}
    done = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True)
    return done.stdout.split()


def test_no_file_names_a_machine_or_a_registry() -> None:
    hold(f"{path.relative_to(PROJECT)}:{line}" for path in files() for line in places(path))


@pytest.mark.parametrize("text", ["cd /" + "work/x", "'/" + "tmp'", "/" + "home/someone/x", "see " + HOSTS[0]])
def test_a_place_is_seen(text: str, tmp_path: Path) -> None:
    good = "good: ../shared/data, a/" + "work/b, https://example.org/" + "tmp"
    (tmp_path / "x.md").write_text(f"{good}\n{text}\n")
    assert [line.split(":")[0] for line in places(tmp_path / "x.md")] == ["2"]


def files() -> Iterator[Path]:
    """Every file of the project that git does not ignore."""
    command = ["git", "-C", str(PROJECT), "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    yield from (PROJECT / name for name in done.stdout.split("\0") if name and (PROJECT / name).is_file())


def places(path: Path) -> Iterator[str]:
    """The lines of a text file that name a machine's path or a registry's host."""
    try:
        text = path.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        return
    for number, line in enumerate(text.splitlines(), 1):
        if MACHINE_PATH.search(line) or any(host in line for host in HOSTS):
            yield f"{number}: {line.strip()[:100]}"


def test_french_and_english_say_the_same_things() -> None:
    folder = PACKAGE / "catalog" / "texts"
    french, english = (keys(text_of(folder, language)) for language in ("fr", "en"))
    hold(f"{key}: in one language only" for key in sorted(french ^ english))
    assert keys({"a": {"b": "x", "c": ["y"]}, "d": "z"}) == {"a.b", "a.c", "d"}


def text_of(folder: Path, language: str) -> dict[str, Any]:
    """Every text of a language, from `<language>*.yaml`; a file of one language alone makes a difference."""
    found: dict[str, Any] = {}
    for path in sorted(folder.glob(f"{language}*.yaml")):
        found[path.stem.removeprefix(language)] = read_yaml(path)
    return found


def keys(texts: Any, prefix: str = "") -> set[str]:
    """The dotted addresses of the texts."""
    if not isinstance(texts, dict):
        return {prefix}
    return {key for name, text in texts.items() for key in keys(text, f"{prefix}.{name}".lstrip("."))}


def read(name: str) -> str:
    """A file at the project's root."""
    return (PROJECT / name).read_text(encoding="utf-8")


# --- CI -----------------------------------------------------------------------------------------------------

HIDDEN = {
    "test_hidden.py": "import pytest\ndef test_it():\n    pytest.skip('not today')\n",
    "test_module.py": "import pytest\npytest.skip('not today', allow_module_level=True)\n",
}
PLAIN = {
    "test_absent_data.py": "def test_it(shared_data):\n    pass\n",
    "test_none.py": "def test_it():\n    pass\n",
}


@pytest.mark.parametrize("files", [HIDDEN, PLAIN], ids=["hidden", "plain"])
def test_ci_lets_only_absent_data_be_skipped(files: dict[str, str], tmp_path: Path) -> None:
    folder = tmp_path / "project" / "tests"
    folder.mkdir(parents=True)
    shutil.copy(PROJECT / "tests" / "conftest.py", folder)
    for name, source in files.items():
        (folder / name).write_text(source)
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", str(folder)],
        cwd=folder,
        env={**os.environ, "CI": "true", "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"},
        capture_output=True,
        text=True,
    )
    refused = re.findall(r"CI skips nothing, yet (\w+\.py)\S* was skipped", done.stdout)
    assert sorted(refused) == (list(HIDDEN) if files is HIDDEN else []), done.stdout
    assert done.returncode == bool(refused), done.stdout
