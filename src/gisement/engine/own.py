"""Raw tables that the program itself gives: the territory, embedded geography and economy, what leads to segments."""

from __future__ import annotations

from typing import Any

from gisement.catalog.segments import segment_definitions, segment_evidence, segment_prefixes, segment_words
from gisement.sources import geography
from gisement.sources.economy import embedded as embedded_economy
from gisement.store import database, parsed
from gisement.store.workspace import Workspace


def give_own_tables(workspace: Workspace) -> None:
    """Write the raw tables that need no file from outside, where they are missing or have changed.

    To read and compare them takes as long as a small table; that nothing was touched is seen at once.
    """
    if parsed.own_tables_untouched(workspace):
        return
    given: dict[str, list[dict[str, Any]]] = {**geography.territory_rows(workspace.territory())}
    given |= {"segment_prefix": segment_prefixes(), "segment_definition": segment_definitions()}
    given |= {"segment_evidence": segment_evidence(), "segment_word": segment_words()}
    connection = database.connect(workspace)
    try:
        for table, rows in given.items():
            parsed.give_rows(workspace, connection, table, rows)
    finally:
        connection.close()
    embedded = {**geography.raw_files(), **embedded_economy.raw_files()}
    for table, source in embedded.items():
        parsed.give_file(workspace, table, source)
    parsed.know_own_tables(workspace, (*given, *embedded))
