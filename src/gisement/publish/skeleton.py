"""What `gisement new` writes in a clone of the project: the files of an indicator that works, to be made one's own."""

from __future__ import annotations

import re
from pathlib import Path

from gisement.catalog.tables import FOLDER
from gisement.pipeline import ALL
from gisement.publish.exports.files import write_output
from gisement.terms import Trouble, among

PACKAGE = Path("src") / "gisement"
_NAME = re.compile(r"[a-z][a-z0-9]*(_[a-z0-9]+)*")
_LAST = "    *COVERAGE,\n"
"""The line of the list of indicators before which a new one is put: what is known comes last."""


def new_indicator(root: Path, name: str, question: str) -> list[Path]:
    """Write the definition, texts, page and cases of an indicator in a clone; the files that were written or changed.

    Raises Trouble where `root` is no clone, the name is taken or no name, or the question is none.
    """
    check_clone(root)
    check_name(name, {each.name for each in ALL})
    questions = sorted({place.split("/")[1] for each in ALL for place in each.shown if place.startswith("figures/")})
    if question not in questions:
        allowed = among(question, questions)
        raise Trouble(
            fr=f"« {question} » n'est pas une question de la page des chiffres : choisir parmi {allowed}.",
            en=f"'{question}' is no question of the page of figures: choose among {allowed}.",
        )
    rank = 1 + max(each.shown.get(f"figures/{question}", 0) for each in ALL)
    words = {"NAME_UPPER": name.upper(), "NAME": name, "QUESTION": question, "RANK": str(rank)}
    definition = _written(root / PACKAGE / "indicators" / f"{name}.py", "indicator/definition.py", words)
    page = _written(root / "docs" / "methods" / f"{name}.md", "indicator/page.md", words)
    cases = _written(root / "tests" / "cases" / f"{name}.yaml", "indicator/cases.yaml", words)
    texts = root / PACKAGE / "catalog" / "texts" / "indicators.yaml"
    texts.write_text(texts.read_text(encoding="utf-8") + _filled("indicator/texts.yaml", words), encoding="utf-8")
    listed = root / PACKAGE / "indicators" / "__init__.py"
    lines = listed.read_text(encoding="utf-8").splitlines(keepends=True)
    lines.insert(lines.index(_LAST), f"    {name.upper()},\n")
    own = f"from gisement.indicators.{name} import {name.upper()}\n"
    later = (place for place, line in enumerate(lines) if line.startswith("from gisement.") and line > own)
    lines.insert(next(later), own)
    listed.write_text("".join(lines), encoding="utf-8")
    return [definition, texts, page, cases, listed]


def check_clone(root: Path) -> None:
    """Raise Trouble where a folder is no clone of the project: there is nothing to add an indicator to."""
    if not (root / PACKAGE / "pipeline.py").is_file():
        raise Trouble(
            fr=f"{root.absolute()} n'est pas un clone de Gisement : « gisement new » s'emploie à sa racine.",
            en=f"{root.absolute()} is no clone of Gisement: 'gisement new' is used at its root.",
        )


def check_name(name: str, taken: set[str]) -> None:
    """Raise Trouble for a name that is taken, or that could be no name in code, addresses and files alike."""
    if not _NAME.fullmatch(name):
        raise Trouble(
            fr=f"« {name} » ne peut pas être un nom : des minuscules sans accent, des chiffres et des soulignés.",
            en=f"'{name}' cannot be a name: lower-case letters, digits and underscores.",
        )
    if name in taken:
        raise Trouble(fr=f"« {name} » existe déjà : choisir un autre nom.", en=f"'{name}' exists: choose another name.")


def _written(path: Path, template: str, words: dict[str, str]) -> Path:
    write_output(path, _filled(template, words))
    return path


def _filled(template: str, words: dict[str, str]) -> str:
    text = (FOLDER / "skeletons" / f"{template}.txt").read_text(encoding="utf-8")
    return re.sub("|".join(words), lambda found: words[found[0]], text)
