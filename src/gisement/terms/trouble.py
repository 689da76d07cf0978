"""What a user is told when something cannot be done: one plain sentence, in both languages."""

from __future__ import annotations


class Trouble(Exception):
    """A refusal that a user can act on: what is wrong, where, and what to do.

    The command line prints the sentence of the chosen language on standard error and ends with
    status 2; no traceback reaches a user.
    """

    def __init__(self, *, fr: str, en: str) -> None:
        super().__init__(en)
        self.fr = fr
        self.en = en

    def sentence(self, language: str = "fr") -> str:
        """The sentence in `language` (`fr` unless `en` is asked for)."""
        return self.en if language == "en" else self.fr
