"""What `gisement new` writes in a clone of the project: an indicator or a source that works, to be made one's own."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from gisement.catalog.file_kinds import file_kinds
from gisement.catalog.tables import FOLDER, raw_tables, tables
from gisement.pipeline import ALL
from gisement.publish.exports.files import write_output
from gisement.terms import Trouble, among

_NAME = re.compile(r"[a-z][a-z0-9]*(_[a-z0-9]+)*")
PACKAGE = "src/gisement"
CATALOG = f"{PACKAGE}/catalog"


@dataclass(frozen=True)
class Part:
    """A file to write, from a template of `catalog/skeletons`; or lines to put into one.

    Lines go to the end of it, `before` the line that begins so, or in alphabetical order `after` such a line.
    """

    path: str
    template: str
    is_new: bool = False
    before: str = ""
    after: str = ""

    def written(self, root: Path, words: Mapping[str, str]) -> Path:
        """The file, once it is written."""
        path, text = root / _filled(self.path, words), _filled(self._text(), words)
        if self.is_new:
            write_output(path, text)
        else:
            lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
            lines.insert(self._place(lines, text), text)
            path.write_text("".join(lines), encoding="utf-8")
        return path

    def _text(self) -> str:
        if "\n" in self.template:
            return self.template
        return (FOLDER / "skeletons" / f"{self.template}.txt").read_text(encoding="utf-8")

    def _place(self, lines: Sequence[str], text: str) -> int:
        if self.before:
            return next(n for n, line in enumerate(lines) if line.startswith(self.before))
        if self.after:
            first = next(n for n, line in enumerate(lines) if line.startswith(self.after)) + 1
            return next((n for n in range(first, len(lines)) if lines[n] > text), len(lines))
        return len(lines)


INDICATOR = (
    Part(f"{PACKAGE}/indicators/NAME.py", "indicator/definition.py", is_new=True),
    Part("docs/methods/NAME.md", "indicator/page.md", is_new=True),
    Part("tests/cases/NAME.yaml", "indicator/cases.yaml", is_new=True),
    Part(f"{CATALOG}/texts/indicators.yaml", "indicator/texts.yaml"),
    Part(
        f"{PACKAGE}/indicators/__init__.py", "from gisement.indicators.NAME import UPPER\n", after="from gisement.indi"
    ),
    # what is known comes last
    Part(f"{PACKAGE}/indicators/__init__.py", "    UPPER,\n", before="    *COVERAGE,"),
)
SOURCE = (
    Part(f"{PACKAGE}/sources/NAME.py", "source/reader.py", is_new=True),
    Part(f"{PACKAGE}/clean/NAME.py", "source/step.py", is_new=True),
    Part("tests/sources/test_NAME.py", "source/test.py", is_new=True),
    Part(f"{CATALOG}/templates/KIND.csv", "source/template.csv", is_new=True),
    Part(f"{CATALOG}/file_kinds.yaml", "source/kind.yaml"),
    Part(f"{CATALOG}/sources.yaml", "source/card.yaml"),
    Part(f"{CATALOG}/raw_columns.csv", "source/raw_columns.csv"),
    Part(f"{CATALOG}/columns.csv", "source/columns.csv", after="column,"),
    Part(f"{CATALOG}/tables.yaml", "source/table.yaml"),
    Part(f"{PACKAGE}/pipeline.py", "    NAME,\n", after="from gisement.clean import ("),
    Part(f"{PACKAGE}/pipeline.py", "    NAME.NAME,\n", before="    # What firms of the register here could offer."),
    Part("docs/commands.md", "source/documented.md", before="| `groups` |"),
)


def new_indicator(root: Path, name: str, question: str) -> list[Path]:
    """Write the definition, texts, page and cases of an indicator in a clone; the files that were written or changed.

    Raises Trouble where `root` is no clone, the name is taken or no name, or the question is none.
    """
    check_name(root, name, {each.name for each in ALL})
    questions = sorted({place.split("/")[1] for each in ALL for place in each.shown if place.startswith("figures/")})
    if question not in questions:
        allowed = among(question, questions)
        raise Trouble(
            fr=f"« {question} » n'est pas une question de la page des chiffres : choisir parmi {allowed}.",
            en=f"'{question}' is no question of the page of figures: choose among {allowed}.",
        )
    rank = 1 + max(each.shown.get(f"figures/{question}", 0) for each in ALL)
    return _laid(INDICATOR, root, {"NAME": name, "UPPER": name.upper(), "QUESTION": question, "RANK": str(rank)})


def new_source(root: Path, name: str) -> list[Path]:
    """Write the reader, table, step, card, template and test of a kind of file in a clone; the files that changed.

    Raises Trouble where `root` is no clone, or the name is taken or no name.
    """
    taken = {kind.replace("-", "_") for kind in file_kinds()}
    check_name(root, name, taken | set(tables()) | {table.removeprefix("raw_") for table in raw_tables()})
    return _laid(SOURCE, root, {"NAME": name, "KIND": name.replace("_", "-")})


def check_name(root: Path, name: str, taken: Collection[str]) -> None:
    """Raise Trouble where a folder is no clone of the project, and for a name that is taken or could be none."""
    if not (root / PACKAGE / "pipeline.py").is_file():
        raise Trouble(
            fr=f"{root.absolute()} n'est pas un clone de Gisement : « gisement new » s'emploie à sa racine.",
            en=f"{root.absolute()} is no clone of Gisement: 'gisement new' is used at its root.",
        )
    if not _NAME.fullmatch(name):
        raise Trouble(
            fr=f"« {name} » ne peut pas être un nom : des minuscules sans accent, des chiffres et des soulignés.",
            en=f"'{name}' cannot be a name: lower-case letters, digits and underscores.",
        )
    if name in taken:
        raise Trouble(fr=f"« {name} » existe déjà : choisir un autre nom.", en=f"'{name}' exists: choose another name.")


def _laid(parts: Sequence[Part], root: Path, words: Mapping[str, str]) -> list[Path]:
    return list(dict.fromkeys(part.written(root, words) for part in parts))


def _filled(text: str, words: Mapping[str, str]) -> str:
    return re.sub("|".join(words), lambda found: words[found[0]], text)
