"""The only code that ties tables to functions: `build` makes tables by steps, `Observatory` figures by indicators."""

from typing import TYPE_CHECKING, Any

from gisement.engine.build import build as build

if TYPE_CHECKING:
    from gisement.engine.measure import Observatory as Observatory


def __getattr__(name: str) -> Any:
    """`Observatory`, loaded when it is asked for: what builds tables has no use for what measures."""
    if name != "Observatory":
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from gisement.engine.measure import Observatory

    return Observatory
