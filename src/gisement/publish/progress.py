"""How far a long command is: a bar on standard error, on a terminal only."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

Advance = Callable[[str, int, int], None]


@contextmanager
def progress() -> Iterator[Advance]:
    """What to call with (what, done, total) as the work goes on; silent where nobody watches."""
    if not sys.stderr.isatty():
        yield lambda what, done, total: None
        return

    def advance(what: str, done: int, total: int) -> None:
        bar.update(task, description=what, completed=done, total=total or None)

    columns = (TextColumn("{task.description:<28}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("", total=None)
        yield advance
