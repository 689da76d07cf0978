"""The laws of the house that can be read off the code: a checker yields `line: what is wrong` for a module.

`test_house.py` runs them on the tree as it is, and on small examples that break them.
"""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from graphlib import CycleError, TopologicalSorter
from pathlib import Path


def words(text: str) -> set[str]:
    """The words of a text."""
    return set(text.split())


SIBLINGS = ("clean", "enrich", "segments", "models", "indicators")
# Top to bottom: a room may import those below it. Rooms of one line never import each other.
FLOORS = (
    ("__main__",),
    ("cli",),
    ("publish",),
    ("pipeline",),
    ("studies",),
    ("engine",),
    ("sources",),
    SIBLINGS,
    ("store",),
    ("catalog",),
    ("terms",),
)
RANK = {room: floor for floor, rooms in enumerate(FLOORS) for room in rooms}
# Below them on the list, yet not for them: only `engine` calls `store` for a step, and faces are given
# Figures and rows.
BARRED = {
    "pipeline": {"store"},
    "publish": {"store", "sources", *SIBLINGS},
    **{room: {"store"} for room in SIBLINGS},
}

READING_ROOMS = words("cli publish sources store catalog")
WRITING_ROOMS = words("publish sources store")
READS = words("open read_text read_bytes iterdir glob rglob is_file is_dir read_parquet")
WRITES = words("write_text write_bytes mkdir unlink rmdir touch symlink_to hardlink_to to_parquet write_table")
WRITING_MODULES = words("shutil tempfile")

NETWORK_ROOMS = words("sources publish")
NETWORK = words("aiohttp ftplib http httpx requests smtplib socket ssl urllib.request urllib3")
IMPURE = words(
    "duckdb io multiprocessing os pathlib pyspark random secrets shutil subprocess tempfile threading time uuid"
)
CLOCKLESS_ROOMS = {"pipeline", "studies", "engine", "catalog", "terms", *SIBLINGS}
CLOCK = words("now today utcnow time time_ns localtime gmtime")

FILE_LINES, FUNCTION_LINES = 400, 60

# Calls that cost nothing and touch nothing; a capitalised name makes a value.
CHEAP = words(
    """
    attrgetter auto cast chain compile date dict enumerate field float format fromkeys frozenset getLogger int
    itemgetter items join keys len list local_step lower maketrans max min namedtuple partial range replace
    resolve schema set sorted split step_idle_without str strip sum timedelta tuple union upper values zip
    """
)
REGISTERS = words("add_typer add_command")
WORKERS = words("Client AsyncClient Session Popen Thread ThreadPoolExecutor ProcessPoolExecutor")

DISTRIBUTIONS = {
    "ibis": "ibis-framework",
    "markdown_it": "markdown-it-py",
    "markupsafe": "jinja2",
    "pydantic": "fastapi",
    "python_calamine": "python-calamine",
    "sklearn": "scikit-learn",
    "starlette": "fastapi",
    "stdnum": "python-stdnum",
    "yaml": "pyyaml",
}

Functions = ast.FunctionDef | ast.AsyncFunctionDef
Problems = Iterator[str]


@dataclass(frozen=True)
class Import:
    """One name that a module imports, fully spelled (`gisement.terms.Trouble`)."""

    target: str
    line: int


@dataclass(frozen=True)
class Module:
    """A module of the house, from its text."""

    name: str
    source: str
    is_package: bool = False

    @cached_property
    def tree(self) -> ast.Module:
        """The syntax tree."""
        return ast.parse(self.source, filename=self.name)

    @property
    def room(self) -> str:
        """The room it is in; empty for the package itself."""
        return room_of(self.name)

    @cached_property
    def imports(self) -> list[Import]:
        """Every import, wherever it stands: those inside functions and for types count too."""
        found = []
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Import):
                found += [Import(alias.name, node.lineno) for alias in node.names]
            elif isinstance(node, ast.ImportFrom) and node.module:
                found += [Import(f"{node.module}.{alias.name}", node.lineno) for alias in node.names]
        return found


def room_of(dotted: str) -> str:
    """The room of a dotted name of the house; empty if it is in none."""
    parts = dotted.split(".")
    return parts[1] if parts[0] == "gisement" and len(parts) > 1 else ""


def modules(package: Path) -> list[Module]:
    """Every module under the package's folder, in order of name."""
    found = []
    for path in sorted(package.rglob("*.py")):
        parts = path.relative_to(package.parent).with_suffix("").parts
        is_package = parts[-1] == "__init__"
        name = ".".join(parts[:-1] if is_package else parts)
        found.append(Module(name, path.read_text(encoding="utf-8"), is_package))
    return found


def knows_its_room(module: Module) -> Problems:
    """Every module is in a room of the list."""
    if module.name != "gisement" and module.room not in RANK:
        yield f"1: no room is called {module.room}"


def imports_point_down(module: Module) -> Problems:
    """Imports point down the list; rooms of one floor never import each other."""
    rank = RANK.get(module.room, len(FLOORS))
    for found in module.imports:
        room = room_of(found.target)
        if room not in RANK or room == module.room:
            continue
        if RANK[room] <= rank or room in BARRED.get(module.room, ()):
            yield f"{found.line}: {module.room or 'gisement'} may not import {room}"


def siblings_are_pure(module: Module) -> Problems:
    """The five rooms of mathematics and joins have no disk, network, clock, engine or chance."""
    if module.room in SIBLINGS:
        yield from _imports_of(module, IMPURE, "is not for a pure room")


def network_has_its_rooms(module: Module) -> Problems:
    """Only `sources` fetches and `publish` serves."""
    if module.room not in NETWORK_ROOMS:
        yield from _imports_of(module, NETWORK, "is for sources and publish")


def clock_is_not_read(module: Module) -> Problems:
    """Same inputs, same outputs: "today" is a parameter."""
    if module.room in CLOCKLESS_ROOMS:
        for call in _calls(module.tree):
            name, owner = _name(call.func), _name(getattr(call.func, "value", call.func))
            # An Ibis column has a `.time()` of its own, which is no clock.
            if name in CLOCK and (name != "time" or owner == "time"):
                yield f"{call.lineno}: {name}() reads the clock"


def disk_has_its_rooms(module: Module) -> Problems:
    """Only `sources` and `store` touch a workspace; `publish` may write what was asked for."""
    if module.room not in WRITING_ROOMS:
        yield from _imports_of(module, WRITING_MODULES, "touches the disk")
    for call in _calls(module.tree):
        name = _name(call.func)
        # `Workspace.open(...)` is a constructor, not a file.
        made = isinstance(call.func, ast.Attribute) and _name(call.func.value)[:1].isupper()
        if name in WRITES and module.room not in WRITING_ROOMS:
            yield f"{call.lineno}: {name}() writes to the disk"
        elif name in READS and not made and module.room not in READING_ROOMS:
            yield f"{call.lineno}: {name}() reads the disk"


def lengths_are_bearable(module: Module) -> Problems:
    """Files under 400 lines, functions up to 60."""
    lines = module.source.count("\n")
    if lines >= FILE_LINES:
        yield f"1: {lines} lines"
    for node in ast.walk(module.tree):
        if isinstance(node, Functions) and (node.end_lineno or 0) - node.lineno >= FUNCTION_LINES:
            yield f"{node.lineno}: {node.name} has {(node.end_lineno or 0) - node.lineno + 1} lines"


def names_say_something(module: Module) -> Problems:
    """No drawer for everything."""
    for part in module.name.split("."):
        if part.strip("_") in {"util", "utils", "helper", "helpers", "common", "misc"}:
            yield f"1: {part} says nothing of what is in it"


def nothing_works_at_import(module: Module) -> Problems:
    """Importing a module only declares: no loop, no call but cheap constants."""
    # A pure room may make its constants with a function of the same file.
    own = {f.name for f in module.tree.body if isinstance(f, Functions) and module.room in SIBLINGS}
    for node in _executed(module.tree.body):
        if isinstance(node, Functions):
            defaults = [d for d in (*node.args.defaults, *node.args.kw_defaults) if d is not None]
            values: Iterable[ast.AST] = defaults
        elif isinstance(node, ast.Expr) and isinstance(node.value, ast.Call):
            values = () if _name(node.value.func) in REGISTERS else (node.value,)
            if values:
                yield f"{node.lineno}: a call for its effect, at import"
                continue
        elif isinstance(node, ast.Assign | ast.AnnAssign | ast.AugAssign):
            values = (node.value,) if node.value else ()
        elif isinstance(node, ast.For | ast.While | ast.With | ast.Assert | ast.Raise | ast.Delete):
            yield f"{node.lineno}: a {type(node).__name__.lower()} at import"
            continue
        else:
            continue
        for call in _work(values):
            if _name(call.func) not in own:
                yield f"{call.lineno}: {_name(call.func) or 'a value'}() is called at import"


def public_things_are_documented(module: Module) -> Problems:
    """Modules, public classes and functions, public methods of public classes."""
    if not ast.get_docstring(module.tree):
        yield "1: the module has no docstring"
    for node in module.tree.body:
        yield from _undocumented(node)
        if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
            for inner in node.body:
                yield from _undocumented(inner)


def libraries_are_declared(module: Module, declared: Mapping[str, Iterable[str]]) -> Problems:
    """What is imported from outside is a dependency; an extra's library is for the room that declares it."""
    for found in module.imports:
        top = found.target.split(".")[0]
        if top == "gisement" or top in sys.stdlib_module_names:
            continue
        rooms = declared.get(DISTRIBUTIONS.get(top, top).lower())
        if rooms is None or (rooms and module.room not in rooms):
            yield f"{found.line}: {top} is not declared for {module.room}"


LAWS = (
    knows_its_room,
    imports_point_down,
    siblings_are_pure,
    network_has_its_rooms,
    clock_is_not_read,
    disk_has_its_rooms,
    lengths_are_bearable,
    names_say_something,
    nothing_works_at_import,
    public_things_are_documented,
)


def circle(house: Iterable[Module], *, by_room: bool = False) -> list[str]:
    """A circle of imports among files (or rooms), as the names along it; empty if there is none."""
    known = {module.name: module for module in house}
    graph: dict[str, set[str]] = {}
    for module in known.values():
        here = module.room if by_room else module.name
        for found in module.imports:
            there = _module_named(found.target, known)
            there = room_of(there) if by_room else there
            if there and there != here:
                graph.setdefault(here, set()).add(there)
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        return list(error.args[1])
    return []


def _module_named(dotted: str, known: Mapping[str, Module]) -> str:
    parts = dotted.split(".")
    names = (".".join(parts[:length]) for length in range(len(parts), 0, -1))
    return next((name for name in names if name in known), "")


def _imports_of(module: Module, barred: set[str], why: str) -> Problems:
    for found in module.imports:
        parts = found.target.split(".")
        if parts[0] in barred or ".".join(parts[:2]) in barred:
            yield f"{found.line}: {found.target} {why}"


def _calls(tree: ast.AST) -> Iterator[ast.Call]:
    return (node for node in ast.walk(tree) if isinstance(node, ast.Call))


def _name(node: ast.AST) -> str:
    """The last word of what is called: `compile` of `re.compile`."""
    if isinstance(node, ast.Attribute):
        return node.attr
    return node.id if isinstance(node, ast.Name) else ""


def _executed(body: Iterable[ast.stmt]) -> Iterator[ast.stmt]:
    """The statements that run when the module is imported, classes included."""
    for node in body:
        if isinstance(node, ast.If) and "__name__" in ast.dump(node.test):
            continue
        yield node
        if isinstance(node, ast.ClassDef):
            yield from _executed(node.body)
        elif isinstance(node, ast.If):
            yield from _executed((*node.body, *node.orelse))
        elif isinstance(node, ast.Try):
            handled = (statement for handler in node.handlers for statement in handler.body)
            yield from _executed((*node.body, *handled, *node.orelse, *node.finalbody))


def _work(values: Iterable[ast.AST]) -> Iterator[ast.Call]:
    """The calls in these expressions that are more than making a constant; a lambda's body does not run."""
    for value in values:
        if isinstance(value, ast.Lambda):
            continue
        if isinstance(value, ast.Call):
            name = _name(value.func).lstrip("_")
            if name in WORKERS or not (name[:1].isupper() or name in CHEAP):
                yield value
        yield from _work(ast.iter_child_nodes(value))


def _undocumented(node: ast.stmt) -> Problems:
    if not isinstance(node, Functions | ast.ClassDef) or node.name.startswith("_"):
        return
    decorators = {_name(d) for d in node.decorator_list}
    if not ast.get_docstring(node) and not decorators & {"overload", "override", "setter"}:
        yield f"{node.lineno}: {node.name} has no docstring"
