"""What drawings are made of: shapes of SVG, colours by amount, names broken to the room that they have."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from markupsafe import Markup, escape

from gisement.publish.palette import COLOURS, SHADES

LETTER_WIDTH = 0.54
"""A letter is about half as wide as tall."""
DARK_FROM = 3
"""The first of the shades that is dark: what is written on it is light."""
Pair = tuple[str, str]


def shape(kind: str, inside: str | None = None, /, **attributes: object) -> Markup:
    """One element: `shape("text", "2024", x=4, font_size=13)`; what is no markup is escaped."""
    written = "".join(f' {name.replace("_", "-")}="{escape(value)}"' for name, value in attributes.items())
    return Markup(f"<{kind}{written}/>" if inside is None else f"<{kind}{written}>{escape(inside)}</{kind}>")


def text(words: str, x: float, y: float, size: int, /, **attributes: object) -> Markup:
    """Words where they stand."""
    return shape("text", words, x=x, y=y, font_size=size, **attributes)


def row(*shapes: Markup) -> Markup:
    """Shapes on a line of their own."""
    return Markup("  ") + Markup().join(shapes) + "\n"


def linked(address: str, title: str, inside: Markup) -> Markup:
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
