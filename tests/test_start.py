"""What a command does not need is neither loaded nor laid out, and nothing that it says depends on that."""

from __future__ import annotations

import importlib
import subprocess
import sys
from datetime import date
from typing import Any

import pytest
import typer.main

from gisement import __version__
from gisement.cli import usage
from gisement.publish.words import checks
from gisement.studies.retention import Kept
from tests.commands import gisement

APP = importlib.import_module("gisement.cli").app
LOADED = "import sys, {module}; print(*[name for name in ('yaml', 'gisement.engine.measure') if name in sys.modules])"


def whole() -> Any:
    """The program with all of its commands."""
    return typer.main.get_command(APP)


def asked(*words: str) -> Any:
    """What is laid out of the program for these words."""
    return typer.main.get_command(usage.asked_of(APP, words))


def laid_out(command: Any) -> list[str]:
    """The names of commands, and each of their parameters."""
    inner = [line for name, each in getattr(command, "commands", {}).items() for line in (name, *laid_out(each))]
    return [*(str(vars(each).get("help")) for each in command.params), *inner]


@pytest.mark.parametrize("name", [*whole().commands])
def test_a_command_laid_out_alone_is_the_same(name: str) -> None:
    program, alone = whole(), asked(name, "--help")
    assert laid_out(alone.commands[name]) == laid_out(program.commands[name])
    assert [each.opts for each in alone.params] == [each.opts for each in program.params]


@pytest.mark.parametrize(
    "words",
    [("-w", "build", "add"), ("--lang", "en", "add"), ("--workspace=build", "--lang=en", "add", "build"), ("add",)],
)
def test_the_first_word_that_is_no_option_names_the_command(words: tuple[str, ...]) -> None:
    assert [*asked(*words).commands] == ["add"]


@pytest.mark.parametrize(
    "words", [(), ("--help",), ("--help", "add"), ("-w",), ("-wadd", "add"), ("--", "add"), ("ad",), ("--lang", "en")]
)
def test_where_none_is_named_plainly_all_are_laid_out(words: tuple[str, ...]) -> None:
    assert laid_out(asked(*words)) == laid_out(whole())


def test_the_options_before_a_command_are_known() -> None:
    assert {name for each in whole().params for name in each.opts} == {*usage.GLOBAL, "--version"}


def test_the_version_is_said_in_one_line() -> None:
    run = gisement("--version")
    assert (run.returncode, run.stdout, run.stderr) == (0, f"gisement {__version__}\n", "")


def test_a_file_comes_in_without_what_measures() -> None:
    for module, expected in (("gisement.engine.intake", []), ("gisement.engine.measure", ["gisement.engine.measure"])):
        code = LOADED.format(module=module)
        done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
        assert done.stdout.split() == expected
    assert importlib.import_module("gisement.engine").Observatory.__name__ == "Observatory"
    with pytest.raises(ImportError, match="Laboratory"):
        exec("from gisement.engine import Laboratory")


def test_no_text_is_read_where_no_file_is_overdue(monkeypatch: pytest.MonkeyPatch) -> None:
    late = Kept("0123", "ledger", "ledger.csv", 2009, date(2019, 12, 31))
    assert "ledger.csv" in checks.kept_too_long([late], "fr")[0]
    monkeypatch.setattr(checks, "texts", None)
    assert checks.kept_too_long([], "fr") == []
