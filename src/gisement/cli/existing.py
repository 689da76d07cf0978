"""What exists: indicators with their definitions, sources, and the files of the workspace."""

from __future__ import annotations

from gisement.cli.session import Settings


def list_indicators(format: str) -> None:
    """Print every indicator with its definition, in the order of the catalog."""
    from gisement.indicators import ALL
    from gisement.publish import answers, tables

    found = [answers.described(indicator, Settings.language) for indicator in ALL]
    if format == "json":
        print(answers.to_json(found))
    else:
        tables.show_indicators(found, Settings.language)


def list_sources(format: str) -> None:
    """Print every source with its card, then the files held and withdrawn where the folder is a workspace."""
    from gisement.publish import answers, tables
    from gisement.sources.cards import cards, described
    from gisement.sources.registry import SOURCES
    from gisement.store import Workspace, snapshots
    from gisement.store.snapshots import withdrawals

    is_workspace = (Settings.workspace / "territory.toml").is_file()
    known = [described(card.told(Settings.language), SOURCES) for card in cards().values()]
    held = [
        {"snapshot": s.identifier, "kind": s.kind, "name": s.name, "bytes": s.size, "licence": s.card["licence"]}
        for s in (snapshots(Workspace.open(Settings.workspace)) if is_workspace else ())
    ]
    withdrawn = withdrawals(Workspace.open(Settings.workspace)) if is_workspace else []
    if format == "json":
        print(answers.to_json({"sources": known, "snapshots": held, "withdrawn": withdrawn}))
    else:
        tables.show_sources(known, held, withdrawn, Settings.language)
