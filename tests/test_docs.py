"""Pages that people read say what the code does: chapters, worked examples, commands, links."""

from __future__ import annotations

import importlib
import re
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import typer.main

from gisement.catalog import texts
from gisement.catalog.food import food_rules
from gisement.engine.query import BUYERS, DIMENSIONS
from gisement.indicators import ALL
from tests.case_example import example
from tests.case_file import BY_NAME, cases
from tests.method_pages import blocks

DOCS = Path(__file__).resolve().parent.parent / "docs"
CHAPTERS = [
    "En une phrase",
    "Formule",
    "Exemple chiffré",
    "Base et source",
    "Ce que dit le résultat",
    "Options",
    "Exclusions",
    "Hypothèses",
    "Limites",
    "Références",
    "Commande",
]
METHODS = {indicator.name for indicator in ALL}
TOLD = ("`value`", "`low`", "`high`", "`interval`", "`missing`", "`coverage`", "`level`")
LOCAL_PREFERENCE = re.compile(r"préférence locale|favoriser (les|des) entreprises locales|acheter local", re.I)


def page(name: str) -> str:
    """The method page of an indicator."""
    return (DOCS / "methods" / f"{name}.md").read_text(encoding="utf-8")


def chapter(name: str, title: str) -> str:
    """One chapter of a method page."""
    return re.split(rf"^## {title}$", page(name), flags=re.MULTILINE)[1].split("\n## ")[0]


@pytest.mark.parametrize("name", BY_NAME)
def test_a_method_page_has_the_chapters_in_order_and_fills_them(name: str) -> None:
    assert page(name).startswith(f"# {texts('fr')['indicators'][name]['title']} (`{name}`)\n")
    assert re.findall(r"^## (.+)$", page(name), flags=re.MULTILINE) == CHAPTERS
    assert [title for title in CHAPTERS if len(chapter(name, title).strip()) < 40] == []
    assert 50 <= page(name).count("\n") <= 140


@pytest.mark.parametrize("name", [*METHODS, "README"])
def test_what_is_made_of_a_page_is_what_definition_texts_and_cases_say(name: str) -> None:
    shown = page(name)
    assert [block for block in blocks(name).values() if shown.count(block) != 1] == [], "run 'make pages'"


def test_an_example_that_differs_is_seen() -> None:
    block = example(cases("local_share")[0])
    assert "| 60 000 | compte |" in block
    assert "`value` = (60 000 + 20 000) / (80 000 + 100 000) = 44,4 %" in block
    assert block.replace("60 000", "60 001") not in page("local_share")


@pytest.mark.parametrize("name", BY_NAME)
def test_a_page_says_what_the_numbers_and_options_are(name: str) -> None:
    assert [word for word in TOLD if word not in chapter(name, "Ce que dit le résultat")] == []
    assert f"gisement measure {name}" in chapter(name, "Commande")
    assert f"gisement rows {name}" in chapter(name, "Commande")
    letters = chapter(name, "Formule")
    assert all(f"**{letter}**" in letters for letter in "PRU")
    assert re.search(r"\((V|V2|K|S|M)[,;) ]", chapter(name, "Références"))


@pytest.mark.parametrize("name", [n for n, i in BY_NAME.items() if i.is_of_money and i.table != "food_purchase"])
def test_a_page_about_money_says_that_contracts_are_ceilings(name: str) -> None:
    for title in ("En une phrase", "Base et source"):
        told = chapter(name, title)
        assert "maxim" in told, title
        assert "estim" in told, title
        assert re.search(r"sommes? versée", told), title


def test_no_page_prefers_the_near_or_confirms_the_published_figure() -> None:
    whole = "\n".join(path.read_text(encoding="utf-8") for path in DOCS.rglob("*.md"))
    found = [hit for hit in LOCAL_PREFERENCE.finditer(whole) if "Pas de " not in whole[hit.start() - 8 :][:8]]
    assert found == []
    assert "ne confirme ni n'infirme" in " ".join(chapter("local_share", "Références").split())


def test_every_method_has_its_page() -> None:
    assert {path.stem for path in (DOCS / "methods").glob("*.md")} == METHODS | {"README"}


def test_the_index_of_the_documentation_lists_every_page() -> None:
    linked = set(re.findall(r"\]\(([^)#]+\.md)\)", (DOCS / "README.md").read_text(encoding="utf-8")))
    written = {str(path.relative_to(DOCS)) for path in DOCS.rglob("*.md") if path.parent != DOCS / "methods"}
    assert written - linked == {"README.md"}


def test_links_between_pages_lead_somewhere() -> None:
    for path in DOCS.rglob("*.md"):
        for target in re.findall(r"\]\(([^)#]+?)(?:#[^)]*)?\)", path.read_text(encoding="utf-8")):
            assert "://" in target or (path.parent / target).exists(), f"{path.name}: {target}"


# --- commands -----------------------------------------------------------------------------------------------


@cache
def commands() -> dict[str, Any]:
    """The commands of the command line, by name, those of groups after their group's name."""
    app = importlib.import_module("gisement.cli").app
    return dict(_walk(typer.main.get_command(app), ""))


def _walk(command: Any, prefix: str) -> list[tuple[str, Any]]:
    found: list[tuple[str, Any]] = []
    for name, each in getattr(command, "commands", {}).items():
        own = f"{prefix}{name}"
        found += _walk(each, f"{own} ") if hasattr(each, "commands") else [(own, each)]
    return found


def command_page(name: str) -> str:
    """The section of a command in the page of commands."""
    return _sections().get(name, "")


@cache
def _sections() -> dict[str, str]:
    text = (DOCS / "commands.md").read_text(encoding="utf-8")
    return dict(re.findall(r"^## `([\w -]+)`\n(.*?)(?=^## |\Z)", text, flags=re.MULTILINE | re.DOTALL))


@pytest.mark.parametrize("name", commands())
def test_a_command_is_documented_with_its_options(name: str) -> None:
    told = command_page(name)
    assert f"gisement {name}" in told or f"gisement -w poitiers {name}" in told
    for parameter in commands()[name].params:
        if getattr(parameter, "hidden", False) or parameter.name == "help":
            continue
        is_argument = parameter.param_type_name == "argument"
        word = f"`{(parameter.name or '').upper()}`" if is_argument else max(parameter.opts, key=len)
        assert word in told, f"{name}: {word} is not documented"


def test_an_undocumented_command_is_seen() -> None:
    assert command_page("nowhere") == ""
    assert "measure" in commands()
    assert "`--verdict`" in command_page("rows")


def test_the_keys_and_options_of_where_are_documented() -> None:
    told = command_page("measure")
    assert [key for key in DIMENSIONS if f"`{key}`" not in told] == []
    assert f"`{BUYERS}=all`" in told
    named = {w for i in BY_NAME.values() for o in i.options for w in (o.name, *o.values)}
    assert {word for word in named if f"`{word}`" not in told} == set()


def test_the_kinds_of_files_are_documented() -> None:
    kinds = importlib.import_module("gisement.sources.registry").SOURCES
    assert {kind for kind in kinds if f"| `{kind}` |" not in command_page("add")} == set()


def test_the_rules_of_food_plans_are_documented() -> None:
    told = (DOCS / "food_plan.md").read_text(encoding="utf-8")
    assert [name for name, rule in food_rules().items() if f"| `{name}` |" not in told or rule["fr"] not in told] == []
