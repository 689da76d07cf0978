"""The pages and the interface for programs of a workspace, served until Ctrl-C."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gisement.cli.session import say

if TYPE_CHECKING:
    from gisement.store import Workspace


def serve_pages(workspace: Workspace, host: str, port: int, *, partner: bool = False) -> None:
    """The pages of a workspace, until Ctrl-C."""
    from gisement.engine.served import Served
    from gisement.publish.web.running import run
    from gisement.publish.web.site import Site
    from gisement.sources.cards import cards, described
    from gisement.sources.registry import SOURCES

    told = {name: [described(card.told(name), SOURCES) for card in cards().values()] for name in ("fr", "en")}
    run(Site(Served(workspace, partner=partner), told), host, port, say)
