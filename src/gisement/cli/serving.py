"""The pages and the interface for programs of a workspace, served until Ctrl-C."""

from __future__ import annotations

import os
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from gisement.cli.session import complain, say
from gisement.terms import Trouble

if TYPE_CHECKING:
    from gisement.publish.web.partners.gate import Gate
    from gisement.publish.web.serving.live import Live
    from gisement.publish.web.serving.running import Listening
    from gisement.publish.web.serving.workers import Waiting
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


def serve_pages(
    workspace: Workspace, host: str, port: int, *, partner: bool = False, workers: int = 1,
    meanwhile: Callable[[], None] | None = None,
) -> None:  # fmt: skip
    """The pages of a workspace, until Ctrl-C. Trouble if the port is taken, or for several processes with a session.

    What is to be told `meanwhile` is told while pages are answered already, the address once more below it.
    """
    from gisement.cli.partners import is_asked
    from gisement.publish.web.serving.running import address_of, listen, run
    from gisement.publish.web.serving.workers import ABSENT, beside, shared_numbers

    if workers > 1 and (partner or is_asked(os.environ)):
        raise Trouble(
            fr="Plusieurs processus ne servent que les pages publiques : ôter --workers pour montrer des lignes de "
            "paiement ou laisser des partenaires se connecter.",
            en="Several processes serve public pages only: leave out --workers to show lines of payment or to let "
            "partners sign in.",
        )
    listening = listen(host, port)
    application = _application(workspace, partner=partner)
    address = address_of(listening, host)
    say(address)
    waiting = shared_numbers(workers, ABSENT)
    with beside(_answer, [(workspace, listening, waiting, number) for number in range(1, workers)]):
        run(application, listening, waiting, meanwhile=partial(_tell, meanwhile, address))


def _tell(meanwhile: Callable[[], None] | None, address: str) -> None:
    """Tell what there is to tell, and the address below it: it has gone out of sight by then."""
    if meanwhile is not None:
        try:
            meanwhile()
        except Trouble as trouble:
            complain(trouble)
        say(address)


def _answer(workspace: Workspace, listening: Listening, waiting: Waiting, number: int) -> None:
    """What another process does that serves the same."""
    from gisement.publish.web.serving.running import run
    from gisement.publish.web.serving.workers import ABSENT

    waiting[number] = ABSENT  # the one whose place it takes may have ended in the middle of answers
    run(_application(workspace, partner=False), listening, waiting, number)


def _application(workspace: Workspace, *, partner: bool) -> Live | Gate:
    from gisement.cli.partners import gate, is_asked
    from gisement.engine.served import Served
    from gisement.publish.web.serving.live import Live
    from gisement.publish.web.site import Site
    from gisement.sources.cards import cards, described
    from gisement.sources.registry import SOURCES

    told = {name: [described(card.told(name), SOURCES) for card in cards().values()] for name in ("fr", "en")}

    def site_of(siren: str) -> Site:
        return Site(Served(workspace, partner=partner, siren=siren), told)

    if is_asked(os.environ) and not partner:
        return gate(workspace, site_of)
    return Live(site_of(""), lambda: site_of(""))
