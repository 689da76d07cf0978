"""What a user is told when something cannot be done: one plain sentence, in both languages."""

from __future__ import annotations

import re
from collections.abc import Iterable

# Controls but the end of a line, halves of letters, and marks that turn the direction of writing.
_UNSAFE = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")
_NAMELESS = re.compile(r"(?<=[Ff]ichier )content\b|(?<=[Ff]ile )content\b")
_LONGEST, _END = 800, 250
_LONGEST_LIST = 600
_LONG_QUOTE = re.compile(r"(« [^«»\n]{160})[^«»\n]{40,}( »)|((?<![^\s(])'[^'\s][^'\n]{159})[^'\n]{40,}('(?!\w))")


def harmless(text: str) -> str:
    """A text that someone else wrote, without what could act on the terminal."""
    return _UNSAFE.sub(" ", text)


def one_line(text: object) -> str:
    """A cell, key or error of a library, to be quoted in a sentence: the ends of lines in it are blanks."""
    return " ".join(str(text).split())


def sensible(text: str) -> str:
    """A sentence whose quotations from a file are no longer than a reader needs; each line stays under 805 characters.

    Of a line that is longer still, the middle goes: its beginning says where, and its end what to do.
    """
    return "\n".join(map(_without_middle, _LONG_QUOTE.sub(r"\1\3…\2\4", text).split("\n")))


def _without_middle(line: str) -> str:
    return line if len(line) <= _LONGEST else f"{line[: _LONGEST - _END]} … {line[-_END:]}"


def counted(value: int, one: str, many: str, language: str = "fr", written: str = "") -> str:
    """`1 ligne`, `2 lignes`, the number as it is `written` where that differs: in French, zero is singular."""
    is_one = abs(value) < 2 if language == "fr" else value == 1
    return f"{written or value} {one if is_one else many}"


def among(word: str, names: Iterable[str]) -> str:
    """The names that exist, as a sentence lists them: first what looks like `word`, and as many as it has room for."""
    from difflib import get_close_matches

    known = list(names)
    near = get_close_matches(word.strip().lower(), known, n=3)
    listed = ", ".join([*near, *(name for name in known if name not in near)])
    if len(listed) <= _LONGEST_LIST:
        return listed
    return listed[: listed.rindex(",", 0, _LONGEST_LIST)] + ", …"


class Trouble(Exception):
    """A refusal that a user can act on: what is wrong, where, and what to do.

    The command line prints the sentence of the chosen language on standard error and ends with
    status 2; no traceback reaches a user.
    """

    def __init__(self, *, fr: str, en: str) -> None:
        super().__init__(en)
        self.fr = sensible(harmless(fr))
        self.en = sensible(harmless(en))

    def about(self, name: str) -> Trouble:
        """The same, said of a file: its name stands in the sentence. In a workspace, every file is called `content`."""
        name = harmless(name)
        fr, en = (_NAMELESS.sub(lambda _: name, told) for told in (self.fr, self.en))
        if name in fr and name in en:
            return Trouble(fr=fr, en=en)
        return Trouble(fr=f"{name} : {fr}", en=f"{name}: {en}")

    def sentence(self, language: str = "fr") -> str:
        """The sentence in `language` (`fr` unless `en` is asked for)."""
        return self.en if language == "en" else self.fr
