"""How far a long command is: a bar on standard error, on a terminal only."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from gisement.publish import format

Advance = Callable[[str, int, int], None]
LEAST_BYTES = 10_000
"""No list of steps is that long: from there on, what is counted is bytes."""


@contextmanager
def progress(language: str = "fr") -> Iterator[Advance]:
    """What to call with (what, done, total) as the work goes on; silent where nobody watches."""
    if not sys.stderr.isatty():
        yield lambda what, done, total: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

    def advance(what: str, done: int, total: int) -> None:
        name, held = format.harmless(what)[:28], amount(done, total, language)
        bar.update(task, completed=done, total=total or None, description=name, amount=held)

    columns = (TextColumn("{task.description:<28}", markup=False), BarColumn(20), TextColumn("{task.fields[amount]}"))
    with Progress(*columns, TimeElapsedColumn(), console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("", total=None, amount="")
        yield advance


def amount(done: int, total: int, language: str = "fr") -> str:
    """How much is done, of how much: steps (`3/31`), or bytes (`12,0 Mo / 1,2 Go`)."""
    if max(done, total) < LEAST_BYTES:
        return f"{done}/{total}" if total else ""
    written = [format.size(octets, language) for octets in (done, total) if octets]
    return " / ".join(written)
