"""Addresses hold the whole state of a page: a perimeter is read from one, and written into another."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import lru_cache
from urllib.parse import unquote_plus

from gisement.engine.query import DIMENSIONS
from gisement.pipeline import indicator_named, perimeter_of
from gisement.terms import Figure, Indicator, Perimeter
from gisement.terms.query_string import query_string

ANY = "*"
"""What a form sends for « all »: the key is then left out."""
KEYS = frozenset({*DIMENSIONS, "buyers"})
Pairs = list[tuple[str, str]]


def chosen(indicator: Indicator, query: Iterable[tuple[str, str]]) -> Pairs:
    """The filters and options that a query holds, in order, without the defaults; the rest is the page's own."""
    defaults = _defaults(indicator.name)
    kept = [
        (key, value)
        for key, value in query
        if (key in KEYS or key in defaults) and value != ANY and defaults.get(key) != value
    ]
    return sorted(dict.fromkeys(kept))


def perimeter(pairs: Pairs) -> Perimeter:
    """The perimeter that such pairs spell; Trouble if an option or a value does not exist."""
    return perimeter_of([f"{key}={value}" for key, value in pairs])


def pairs_of(figure: Figure) -> Pairs:
    """What leads to the same figure again: its whole perimeter, without the defaults."""
    query = figure.rows.partition("?")[2]
    return chosen(indicator_named(figure.indicator), map(_pair, query.split("&") if query else ()))


def address(path: str, pairs: Iterable[tuple[str, str]] = (), **more: object) -> str:
    """A path with its query; what is None or empty in `more` is left out."""
    query = [*pairs, *((key, str(value)) for key, value in more.items() if value not in (None, ""))]
    return f"{path}?{query_string(query)}" if query else path


def with_each(whole: str, key: str, values: Iterable[str]) -> list[str]:
    """The same address with each of these values of one more key, which are names: nothing in them is to be quoted."""
    begun = f"{whole}{'&' if '?' in whole else '?'}{key}="
    return [begun + value for value in values]


@lru_cache(maxsize=256)
def _defaults(name: str) -> Mapping[str, str]:
    return {option.name: option.default for option in indicator_named(name).options}


@lru_cache(maxsize=8192)
def _pair(written: str) -> tuple[str, str]:
    """A key and its value as `query_string` writes them: a page reads some forty, of the same few."""
    key, _, value = written.partition("=")
    return unquote_plus(key), unquote_plus(value)
