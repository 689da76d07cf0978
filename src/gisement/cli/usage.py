"""What is typed on the command line: words read as what commands want, and one sentence where they do not fit.

Typer would answer in English, in a box of several lines, and load Pydantic (a twentieth of a second) to read one word.
"""

from __future__ import annotations

import itertools
import re
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from copy import copy
from functools import partial
from pathlib import Path
from types import SimpleNamespace
from typing import Any, get_args, get_origin

import typer
import typer.main
from typer.core import TyperGroup

from gisement.terms import Trouble, among
from gisement.terms.mishap import in_french

PROGRAM = "gisement"
HELP = ("-h", "--help")
GLOBAL = ("-w", "--workspace", "--lang")
"""The options that stand before the command, each with a value."""
INTERRUPTED = 130
MEMORY = re.compile(r"[0-9]+(\.[0-9]+)? *([KMGT]i?B|B)", re.IGNORECASE)
DECIMAL = re.compile(r"[0-9]{1,12}(\.[0-9]{1,6})?")
FULL = ("No space left on device", "File too large", "Disk quota exceeded")
NO_MEMORY = ("Cannot allocate memory", "Failed to allocate", "bad_alloc", "bad allocation", "Allocation failure")
"""Words of a lack of memory that errors of other kinds bear: the file that they name is sound."""
DAMAGED = re.compile(r"['\"]([^'\"]+\.parquet)['\"]")
THREADS = re.compile("[1-9][0-9]{0,3}")
KINDS = {"str": "texte", "int": "entier", "float": "nombre", "path": "chemin"}
KIND = re.compile(r"<(?:list\[)?(\w+)(?: range)?\]?>")
"""A kind of value, alone, in a list or with bounds; a list of allowed words is none, and is kept."""
REMARKS = re.compile(r"\[([^\[\]]+)\]$")
HEADINGS = {"Usage:": "Usage :", "Options:": "Options :", "Arguments:": "Mots à donner :", "Commands:": "Commandes :"}
HEADING = re.compile("^({})".format("|".join(HEADINGS)), re.MULTILINE)
FOLLOWING = "COMMANDE …"
LONG = 200
"""Characters in which every command says what it does."""


class Commands(TyperGroup):
    """The commands; one that does not exist is a Trouble that names those that do."""

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        """The command that the first word names."""
        if args[0] not in self.commands and not args[0].startswith("-"):
            allowed = among(args[0], self.commands)
            raise Trouble(
                fr=f"« {args[0]} » n'est pas une commande : choisir parmi {allowed}.",
                en=f"'{args[0]}' is not a command: choose among {allowed}.",
            )
        return super().resolve_command(ctx, args)


def run(app: typer.Typer, words: Sequence[str]) -> int:
    """Run what the words ask for and return the exit status. Raises Trouble where they are not well written."""
    command: Any = typer.main.get_command(asked_of(app, words))
    for each in _all(command):
        _prepare(each)
    try:
        return int(command(list(words), prog_name=PROGRAM, standalone_mode=False) or 0)
    except typer.TyperException as error:
        if not words:  # nothing was asked for: Typer's message is the help
            print(error.format_message(), file=sys.stderr)
            return 2
        if type(error).__name__ == "NoArgsIsHelpError":  # a group alone: what it can do, as a list
            print(_list_of(_chosen_command(command, words), command), file=sys.stderr)
            return 2
        raise _trouble(error, command, words) from None


def asked_of(app: typer.Typer, words: Sequence[str]) -> typer.Typer:
    """The program with the one command that the words name, or the whole program where they name none plainly.

    To lay out all of its commands, with their help and options, takes longer than most of them.
    """
    named = _first_of(words)
    nameless = [each.typer_instance for each in app.registered_groups if not isinstance(each.name, str)]
    known = [each for held in (app, *nameless) if held for each in held.registered_commands]
    commands = [each for each in known if each.callback and _name_of(each) == named]
    groups = [each for each in app.registered_groups if each.name == named]
    if len(commands) + len(groups) != 1:
        return app
    asked = copy(app)
    asked.registered_commands, asked.registered_groups = commands, groups
    return asked


def _first_of(words: Sequence[str]) -> str | None:
    """The first word that is no global option; None where another option comes before it, or it is missing."""
    rest = iter(words)
    for word in rest:
        if word in GLOBAL:
            next(rest, None)
        elif word.partition("=")[0] not in GLOBAL:
            return None if word.startswith("-") else word
    return None


def _name_of(command: Any) -> str:
    return command.name or typer.main.get_command_name(command.callback.__name__)


def _list_of(group: Any, command: Any) -> str:
    """The commands of a group, a line each, with what they do."""
    wide = max(map(len, group.commands))
    lines = [f"  {name:<{wide}}  {each.get_short_help_str(limit=200)}" for name, each in group.commands.items()]
    path = _path(group, command)
    return "\n".join([f"{path} : {group.help}", *lines, f"{path} {next(iter(group.commands))} --help"])


def _all(command: Any) -> Iterator[Any]:
    """A command, and those of its group if it is one."""
    yield command
    for each in getattr(command, "commands", {}).values():
        yield from _all(each)


def _prepare(command: Any) -> None:
    """Have a command read its words by ourselves, and tell its help in French."""
    told = command.get_help_option(SimpleNamespace(help_option_names=HELP))
    told.help = "Montrer cette aide et finir."
    for parameter in (*command.params, told):
        parameter._runtime_param = _Reader()
        if parameter.param_type_name == "argument":
            parameter.metavar = _name(parameter)
    _tell_in_french(command, (*command.params, told))


def language_of(words: Sequence[str], default: str) -> str:
    """The language that the words ask for, before anything is read: a mistake too is told in it."""
    asked = [following for word, following in itertools.pairwise(words) if word == "--lang"]
    asked += [word.removeprefix("--lang=") for word in words if word.startswith("--lang=")]
    return "en" if [*asked, default][0].startswith("en") else "fr"


def unexpected(error: Exception) -> Trouble:
    """What is told of a failure that nobody foresaw, and of a disk that refuses."""
    told, kind, how = str(error).partition("\n")[0][:300], type(error).__name__, "GISEMENT_DEBUG=1"
    if any(word in told for word in FULL):
        return Trouble(
            fr="Il n'y a plus de place sur le disque : en libérer, puis relancer la même commande ; les tables d'avant "
            "sont intactes.",
            en="The disk is full: free some space, then run the same command again; the former tables are intact.",
        )
    if isinstance(error, MemoryError) or kind == "OutOfMemoryException" or any(word in told for word in NO_MEMORY):
        return Trouble(
            fr="La mémoire ne suffit pas : en libérer ou en permettre davantage (GISEMENT_MEMORY=8GB), puis relancer "
            "la même commande ; les tables d'avant sont intactes.",
            en="There is not enough memory: free some or allow more (GISEMENT_MEMORY=8GB), then run the same command "
            "again; the former tables are intact.",
        )
    damaged = DAMAGED.search(told)
    if damaged and kind.endswith("Exception"):
        return Trouble(
            fr=f"Le fichier {damaged[1]} est abîmé : le supprimer, puis lancer « gisement build », qui le refait.",
            en=f"The file {damaged[1]} is damaged: delete it, then run 'gisement build', which makes it again.",
        )
    if isinstance(error, OSError) and error.filename:
        return Trouble(
            fr=f"« {error.filename} » ne peut pas être lu ou écrit ({in_french(error)}) : vérifier le chemin, les "
            "droits et la place sur le disque.",
            en=f"'{error.filename}' cannot be read or written ({error.strerror}): check the path, the permissions and "
            "the space on the disk.",
        )
    return Trouble(
        fr=f"Erreur imprévue ({kind} : {told}) : relancer avec {how} et signaler le message complet.",
        en=f"Unexpected error ({kind}: {told}): run again with {how} and report the whole message.",
    )


def setting(name: str, environment: Mapping[str, str], form: re.Pattern[str], example: str) -> str | None:
    """What a variable of the environment says, if it says something; else None.

    Raises Trouble, with an example, where that is not of the form asked for.
    """
    value = environment.get(name)
    if value and not form.fullmatch(value):
        raise Trouble(
            fr=f"La variable {name} vaut « {value} », qui ne se lit pas : écrire par exemple {example}.",
            en=f"The variable {name} is '{value}', which cannot be read: write for instance {example}.",
        )
    return value or None


class _Reader:
    """Reads the words given for a parameter, in place of the validator that Typer would build with Pydantic."""

    def coerce(self, value: Any, param: Any, ctx: Any) -> Any:
        """The value that the command wants, or a Trouble that says what is allowed."""
        wanted, is_many = param.type_descriptor.annotation, param.multiple or param.nargs == -1
        if value is None:
            return () if is_many else None
        if is_many:
            element = get_args(wanted)[0] if get_origin(wanted) is list else wanted
            return [_read(word, element, param) for word in value]
        return _read(value, wanted, param)


def _read(word: Any, wanted: Any, param: Any) -> Any:
    if (choices := param.type_descriptor.choices) is not None:
        return _chosen(word, {str(choice): choice for choice in choices}, param)
    if wanted is int:
        return _number(word, param)
    if wanted is float:
        return _decimal(word, param)
    return Path(word) if wanted is Path else word


def _chosen(word: Any, choices: dict[str, Any], param: Any) -> Any:
    if word in choices:
        return choices[word]
    name, allowed = _name(param), among(str(word), choices)
    raise Trouble(
        fr=f"« {word} » n'est pas une valeur de {name} : choisir parmi {allowed}.",
        en=f"'{word}' is not a value of {name}: choose among {allowed}.",
    )


def _number(word: Any, param: Any) -> int:
    about = param.type_descriptor.parameter_info
    least, most = (0 if about.min is None else int(about.min)), (1 << 31 if about.max is None else int(about.max))
    if str(word).isdecimal() and least <= int(word) <= most:
        return int(word)
    name = _name(param)
    raise Trouble(
        fr=f"« {word} » n'est pas une valeur de {name} : écrire un nombre entier de {least} à {most}.",
        en=f"'{word}' is not a value of {name}: write a whole number from {least} to {most}.",
    )


def _decimal(word: Any, param: Any) -> float:
    """A number with a point or a French comma."""
    about, plain = param.type_descriptor.parameter_info, str(word).replace(",", ".")
    if DECIMAL.fullmatch(plain) and (about.max is None or float(plain) <= about.max):
        return float(plain)
    name = _name(param)
    if about.max is not None:
        most = int(about.max)
        raise Trouble(
            fr=f"« {word} » n'est pas une valeur de {name} : écrire un nombre de 0 à {most}, comme 0,05.",
            en=f"'{word}' is not a value of {name}: write a number from 0 to {most}, such as 0.05.",
        )
    raise Trouble(
        fr=f"« {word} » n'est pas une valeur de {name} : écrire un nombre positif, comme 12,5.",
        en=f"'{word}' is not a value of {name}: write a positive number, such as 12.5.",
    )


def _trouble(error: Any, command: Any, words: Sequence[str]) -> Trouble:
    """What Typer found wrong, in a sentence of ours."""
    context = getattr(error, "ctx", None)
    chosen = context.command if context else _chosen_command(command, words)
    explain: dict[str, Callable[[Any, Any, Any], Trouble]] = {
        "MissingParameter": _missing,
        "NoSuchOption": _no_such_option,
        "BadOptionUsage": _bad_option,
    }
    return explain.get(type(error).__name__, _other)(error, chosen, command)


def _missing(error: Any, chosen: Any, command: Any) -> Trouble:
    """An argument or an option that must be there is not."""
    wanted = [parameter for parameter in chosen.params if parameter.required]
    typed = " ".join([_path(chosen, command), *(_usage(parameter) for parameter in wanted)])
    name = _name(error.param)
    return Trouble(
        fr=f"Il manque {name} : écrire « {typed} » (détail : « {_path(chosen, command)} --help »).",
        en=f"{name} is missing: write '{typed}' (details: '{_path(chosen, command)} --help').",
    )


def _no_such_option(error: Any, chosen: Any, command: Any) -> Trouble:
    """An option that does not exist, or that stands after the command and not before."""
    name, path = error.option_name, _path(chosen, command)
    if name in _options(command):
        return Trouble(
            fr=f"{name} se place avant la commande : écrire « {PROGRAM} {name} … {chosen.name} … ».",
            en=f"{name} goes before the command: write '{PROGRAM} {name} … {chosen.name} …'.",
        )
    allowed = among(name, [*_options(chosen), "--help"])
    return Trouble(
        fr=f"« {name} » n'est pas une option de « {path} » : choisir parmi {allowed}.",
        en=f"'{name}' is not an option of '{path}': choose among {allowed}.",
    )


def _bad_option(error: Any, chosen: Any, command: Any) -> Trouble:
    """An option without the value that it wants, or with one that it does not want."""
    name, path = error.option_name, _path(chosen, command)
    if any(name in (*p.opts, *p.secondary_opts) and p.is_flag for p in chosen.params):
        return Trouble(
            fr=f"{name} ne prend pas de valeur : l'écrire seule.",
            en=f"{name} takes no value: write it alone.",
        )
    return Trouble(
        fr=f"{name} attend une valeur : écrire « {path} … {name} VALEUR » (détail : « {path} --help »).",
        en=f"{name} wants a value: write '{path} … {name} VALUE' (details: '{path} --help').",
    )


def _other(error: Any, chosen: Any, command: Any) -> Trouble:
    """No command, too many words, or what a later version of Typer may find wrong."""
    path = _path(chosen, command)
    extra = re.search(r"argument\(s\) \((.*)\)$", error.format_message(), re.DOTALL)
    if extra:
        return Trouble(
            fr=f"« {extra[1]} » est de trop : voir « {path} --help » (un nom avec des espaces va entre guillemets).",
            en=f"'{extra[1]}' is too much: see '{path} --help' (a name with spaces goes between quotes).",
        )
    if chosen is command:
        allowed = ", ".join(command.commands)
        return Trouble(
            fr=f"Il manque une commande : choisir parmi {allowed}.",
            en=f"A command is missing: choose among {allowed}.",
        )
    said = " ".join(error.format_message().split())
    return Trouble(
        fr=f"« {path} » ne se lit pas ainsi ({said}) : voir « {path} --help ».",
        en=f"'{path}' cannot be read so ({said}): see '{path} --help'.",
    )


def _chosen_command(command: Any, words: Sequence[str]) -> Any:
    """The command that the words most likely name, where Typer does not say."""
    return next((command.commands[word] for word in words if word in command.commands), command)


def _path(chosen: Any, command: Any) -> str:
    if chosen is command:
        return PROGRAM
    group = next((g.name for g in command.commands.values() if chosen in getattr(g, "commands", {}).values()), "")
    return " ".join(filter(None, (PROGRAM, group, chosen.name)))


def _options(chosen: Any) -> list[str]:
    """The options of a command that are meant for everyone, in every spelling."""
    shown = [p for p in chosen.params if p.param_type_name == "option" and not p.hidden]
    return [name for parameter in shown for name in (*parameter.opts, *parameter.secondary_opts)]


def _name(parameter: Any) -> str:
    """How a parameter is called by those who type it: `INDICATOR`, `--by`."""
    return str(parameter.name).upper() if parameter.param_type_name == "argument" else max(parameter.opts, key=len)


def _usage(parameter: Any) -> str:
    name = _name(parameter)
    return f"{name} …" if parameter.param_type_name == "option" or parameter.nargs == -1 else name


def _tell_in_french(command: Any, parameters: Sequence[Any]) -> None:
    """Have a command tell its help, which Typer writes half in English, in French; columns are laid on its words."""
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
