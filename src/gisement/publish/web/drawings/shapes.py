"""What drawings are made of: shapes of SVG, colours by amount, names broken to the room that they have."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from markupsafe import Markup, escape

from gisement.publish.palette import COLOURS, SHADES

LETTER_WIDTH = 0.54
"""A letter is about half as wide as tall."""
DARK_FROM = 3
"""The first of the shades that is dark: what is written on it is light."""
UNSAFE = re.compile("[&<>'\"]")
Pair = tuple[str, str]


def shape(kind: str, inside: str | None = None, /, **attributes: object) -> str:
    """One element around what is markup already: `shape("circle", cx=4, cy=8.5, stroke_width=2)`."""
    written = "".join([
        f' {name.replace("_", "-")}="{safe(value) if isinstance(value, str) else value}"'
        for name, value in attributes.items()
    ])  # fmt: skip
    return f"<{kind}{written}/>" if inside is None else f"<{kind}{written}>{inside}</{kind}>"


def safe(words: str) -> str:
    """Words as markup."""
    return str(escape(words)) if UNSAFE.search(words) else words


def text(words: str, x: float, y: float, size: int, /, **attributes: object) -> str:
    """Words where they stand."""
    return shape("text", safe(words), x=x, y=y, font_size=size, **attributes)


def row(*shapes: str) -> str:
    """Shapes on a line of their own."""
    return f"  {''.join(shapes)}\n"


def linked(address: str, title: str, inside: str) -> str:
    """What leads to an address if there is one."""
    return shape("a", inside, href=address, aria_label=title) if address else shape("g", inside)


def svg(kind: str, size: tuple[float, float], summary: str, rows: Iterable[str], *, role: str = "img") -> Markup:
    """A drawing of these rows of shapes, that stands alone. `role` is `group` where parts of it lead somewhere."""
    return Markup(
        f'<svg class="{kind}" viewBox="0 0 {size[0]} {size[1]}" role="{role}" aria-label="{escape(summary)}" '
        f'xmlns="http://www.w3.org/2000/svg" font-family="sans-serif">\n{"".join(rows)}</svg>'
    )


def lines_of(words: str, width: float, size: float, at_most: int) -> tuple[str, ...]:
    """A label broken to a width; empty if a word does not fit."""
    fits = int(width / (size * LETTER_WIDTH))
    found: list[str] = []
    for word in words.split():
        if len(word) > fits:
            return ()
        if found and len(found[-1]) + 1 + len(word) <= fits:
            found[-1] += f" {word}"
        else:
            found.append(word)
    return tuple(found) if len(found) <= at_most else ()


def shade(share: float | None) -> Pair:
    """The colour of a share, and that of what is written on it."""
    if share is None:
        return COLOURS["unknown"], COLOURS["ink"]
    return _shade(min(int(share * len(SHADES)), len(SHADES) - 1))


def shade_from(amount: float | None, least: Sequence[float]) -> Pair:
    """The same of an amount, where each shade begins at the next of `least`; nothing has that of what is not known."""
    return shade(None) if amount is None or amount <= 0 else _shade(sum(amount >= each for each in least))


def _shade(step: int) -> Pair:
    return SHADES[step], COLOURS["sheet" if step >= DARK_FROM else "ink"]
