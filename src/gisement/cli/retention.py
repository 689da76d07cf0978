"""What `build` and `check` tell at their end: tables made, files that have been kept too long."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any

from gisement.cli.session import Settings, say

if TYPE_CHECKING:
    from gisement.store import Workspace


def tell_what_was_made(workspace: Workspace, tables: int) -> None:
    """How many tables were made anew, and which files have been kept too long."""
    from gisement.publish.format import counted

    if not tables:
        say("Tout était à jour.", "All was up to date.")
    else:
        fr, en = (counted(tables, "table", "tables", language) for language in ("fr", "en"))
        say(f"{fr} {'refaite' if tables < 2 else 'refaites'}.", f"{en} made anew.")
    tell_what_is_overdue(workspace)


def tell_what_is_overdue(workspace: Workspace) -> None:
    """One sentence for each file whose retention date has passed, with the command that removes it."""
    from gisement.publish.words.checks import kept_too_long
    from gisement.studies.retention import overdue

    for sentence in kept_too_long(overdue(workspace, _today()), Settings.language):
        say(sentence)


def kept_rows(workspace: Workspace) -> list[dict[str, Any]]:
    """Until when each file may be kept, as rows."""
    from gisement.publish.words.checks import retention_rows
    from gisement.studies.retention import kept_until

    return retention_rows(kept_until(workspace), _today())


def _today() -> date:
    return datetime.now(UTC).date()
