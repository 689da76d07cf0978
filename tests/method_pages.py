"""The parts of method pages that nobody writes: the worked example, the table of options, the index of all.

`make pages` writes them anew; `test_docs.py` fails where one is not what the definition, its texts and its cases say.
"""

from __future__ import annotations

import re
from pathlib import Path

from gisement.catalog import page_texts, texts
from gisement.pipeline import ALL
from gisement.publish.web.questions import QUESTIONS
from gisement.terms import Indicator
from tests.case_example import example
from tests.case_file import BY_NAME, cases

METHODS = Path(__file__).resolve().parent.parent / "docs" / "methods"
_MARKED = re.compile(
    r"<!-- (exemple|options|index)\b.*?-->\n.*?<!-- fin (?:de l'exemple|des options|de l'index) -->", re.DOTALL
)


def options_table(indicator: Indicator) -> str:
    """What each option of an indicator may be, in the words of the catalog."""
    lines = ["<!-- options : d'après la définition -->", "| Option | Valeurs | Par défaut |", "| --- | --- | --- |"]
    for option in indicator.options:
        words = texts("fr")["options"][option.name]["values"]
        told = " ; ".join(f"`{value}` : {words[value]}" for value in option.values)
        lines.append(f"| `{option.name}` | {told} | `{option.default}` |")
    return "\n".join([*lines, "<!-- fin des options -->"])


def index_table() -> str:
    """Every indicator under its question: the address of its page, its title, its unit."""
    lines = [
        "<!-- index : d'après les définitions -->",
        "| Indicateur | Ce qu'il mesure | Unité |",
        "| --- | --- | --- |",
    ]
    for question in QUESTIONS:
        lines.append(f"| **{page_texts('fr')['figures'][question.title].strip()}** | | |")
        for name in question.indicators:
            told = texts("fr")["indicators"][name]
            lines.append(f"| [`{name}`]({name}.md) | {told['title']} | {told['unit_label']} |")
    return "\n".join([*lines, "<!-- fin de l'index -->"])


def blocks(name: str) -> dict[str, str]:
    """The parts of a page that are made, by the word that opens them."""
    if name == "README":
        return {"index": index_table()}
    indicator = next(each for each in ALL if each.name == name)
    made = {"options": options_table(indicator)} if indicator.options else {}
    return made | ({"exemple": example(cases(name)[0])} if name in BY_NAME else {})


def written(name: str) -> str:
    """A page as it should stand: what people wrote, around what is made."""
    made = blocks(name)
    text = (METHODS / f"{name}.md").read_text(encoding="utf-8")
    return _MARKED.sub(lambda found: made.get(found[1], found[0]), text)


def refresh() -> None:
    """Write every page as it should stand."""
    for path in sorted(METHODS.glob("*.md")):
        path.write_text(written(path.stem), encoding="utf-8")


if __name__ == "__main__":
    refresh()
