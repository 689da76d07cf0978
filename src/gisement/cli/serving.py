"""The pages and the interface for programs of a workspace, served until Ctrl-C."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from gisement.cli.session import say
from gisement.terms import Trouble

if TYPE_CHECKING:
    from gisement.store import Workspace


def check_host(host: str, *, partner: bool) -> None:
    """Raise Trouble where lines of payment would be shown to another machine."""
    if partner and host not in ("127.0.0.1", "localhost", "::1"):
        raise Trouble(
            fr=f"Les lignes de paiement ne se montrent que sur cette machine (127.0.0.1), pas sur {host} : "
            "ôter --partner, ou --host.",
            en=f"Lines of payment are shown on this machine only (127.0.0.1), not on {host}: "
            "leave out --partner, or --host.",
        )


def serve_pages(workspace: Workspace, host: str, port: int, *, partner: bool = False) -> None:
    """The pages of a workspace, until Ctrl-C."""
    from gisement.cli.partners import gate, is_asked
    from gisement.engine.served import Served
    from gisement.publish.web.live import Live
    from gisement.publish.web.running import run
    from gisement.publish.web.site import Site
    from gisement.sources.cards import cards, described
    from gisement.sources.registry import SOURCES

    told = {name: [described(card.told(name), SOURCES) for card in cards().values()] for name in ("fr", "en")}

    def site_of(siren: str) -> Site:
        return Site(Served(workspace, partner=partner, siren=siren), told)

    if is_asked(os.environ) and not partner:
        return run(gate(workspace, site_of), host, port, say)
    return run(Live(site_of(""), lambda: site_of("")), host, port, say)
