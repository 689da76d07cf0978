"""A step makes one table from tables: its parameter names are the tables it reads, its name the one it writes."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Step:
    """A named, pure table-maker.

    `local` steps take and give Arrow tables on the driver under every engine and say how many rows
    they accept (`row_limit`) and why they cannot be an expression (`reason`). A step that is `idle_without` rows of
    some inputs makes none where all of those are empty, so that it need not be run, nor its libraries loaded.
    """

    name: str
    inputs: tuple[str, ...]
    function: Callable[..., Any]
    local: bool = False
    row_limit: int | None = None
    reason: str = ""
    idle_without: tuple[str, ...] = ()

    def __call__(self, *tables: Any, **named: Any) -> Any:
        """The table this step makes of the given tables."""
        return self.function(*tables, **named)


def step(function: Callable[..., Any]) -> Step:
    """Declare `function` a step: Ibis tables in, an Ibis table out."""
    return Step(function.__name__, _inputs(function), function)


def step_idle_without(*inputs: str) -> Callable[[Callable[..., Any]], Step]:
    """Declare a step that makes no row where each of these inputs has none: sources that many workspaces lack."""

    def declare(function: Callable[..., Any]) -> Step:
        return Step(function.__name__, _inputs(function), function, idle_without=inputs)

    return declare


def local_step(row_limit: int, reason: str, idle_without: str = "") -> Callable[[Callable[..., Any]], Step]:
    """Declare a step that runs on the driver: Arrow tables in, an Arrow table out."""
    idle = (idle_without,) if idle_without else ()

    def declare(function: Callable[..., Any]) -> Step:
        return Step(function.__name__, _inputs(function), function, True, row_limit, reason, idle)

    return declare


def _inputs(function: Callable[..., Any]) -> tuple[str, ...]:
    return tuple(inspect.signature(function).parameters)
