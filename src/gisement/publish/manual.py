"""The help of a command, which Typer writes half in English: its headings, kinds of values and remarks, in French."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from functools import partial
from typing import Any

KINDS = {"str": "texte", "int": "entier", "float": "nombre", "path": "chemin"}
KIND = re.compile(r"<(?:list\[)?(\w+)(?: range)?\]?>")
"""A kind of value, alone, in a list or with bounds; a list of allowed words is none, and is kept."""
REMARKS = re.compile(r"\[([^\[\]]+)\]$")
HEADINGS = {"Usage:": "Usage :", "Options:": "Options :", "Arguments:": "Mots à donner :", "Commands:": "Commandes :"}
HEADING = re.compile("^({})".format("|".join(HEADINGS)), re.MULTILINE)
FOLLOWING = "COMMANDE …"
LONG = 200
"""Characters in which every command says what it does."""


def in_french(command: Any, parameters: Iterable[Any]) -> None:
    """Have a command tell its help in French, its columns being laid on the French words."""
    if hasattr(command, "commands"):
        command.subcommand_metavar = FOLLOWING
    command.get_help = partial(_help, command.get_help)
    command.get_short_help_str = partial(_whole, command.get_short_help_str)
    for parameter in parameters:
        parameter.display_type = partial(_kind, parameter.display_type)
        parameter.get_help_record = partial(_record, parameter.get_help_record)


def _help(written: Callable[[Any], str], ctx: Any) -> str:
    return HEADING.sub(lambda found: HEADINGS[found[1]], written(ctx))


def _whole(written: Callable[[int], str], limit: int = 0) -> str:
    """What a command does, where its group lists it: never cut."""
    return written(max(limit, LONG))


def _kind(written: Callable[..., str], ctx: Any) -> str:
    return KIND.sub(lambda found: f"<{KINDS.get(found[1].lower(), found[1])}>", written(ctx))


def _record(written: Callable[[Any], tuple[str, str] | None], ctx: Any) -> tuple[str, str] | None:
    """A parameter and what is said of it, or nothing where it is hidden."""
    record = written(ctx)
    if record is None:
        return None
    return record[0], REMARKS.sub(lambda found: f"[{' ; '.join(map(_remark, found[1].split('; ')))}]", record[1])


def _remark(said: str) -> str:
    """`required`, `default: 1`, `20<=x<=5000`, in French."""
    bounds = re.fullmatch(r"(?:(\S+)<=)?x(?:<=(\S+))?", said)
    if bounds and bounds[1] and bounds[2]:
        return f"de {bounds[1]} à {bounds[2]}"
    if bounds:
        return f"au plus {bounds[2]}" if bounds[2] else f"au moins {bounds[1]}"
    return "obligatoire" if said == "required" else said.replace("default: ", "par défaut : ")
