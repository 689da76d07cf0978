"""The pages and the interface for programs of a workspace, served until Ctrl-C; partners may sign in to them.

Everything secret comes from the environment, rights from a file.
"""

from __future__ import annotations

import os
import warnings
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from gisement.cli.session import Port, Settings, complain, opened, pipeline_steps, say
from gisement.terms import Trouble

if TYPE_CHECKING:
    from gisement.publish.web.partners.gate import Gate, House
    from gisement.publish.web.serving.running import Listening, Live
    from gisement.publish.web.serving.workers import Waiting
    from gisement.publish.web.site import Site
    from gisement.store import Workspace


verbs = typer.Typer()
ISSUER, CLIENT, SECRET, ADDRESS = (
    "GISEMENT_OIDC_ISSUER",
    "GISEMENT_OIDC_CLIENT_ID",
    "GISEMENT_OIDC_CLIENT_SECRET",
    "GISEMENT_PUBLIC_URL",
)
_PARTNERS = "SELECT DISTINCT buyer_siren FROM payment WHERE buyer_siren IS NOT NULL"


@verbs.command()
def demo(
    size: Annotated[Literal["tiny", "demo", "full"], typer.Option(help="taille du territoire")] = "demo",
    port: Port = 8000,
    serve: Annotated[bool, typer.Option("--serve/--no-serve", help="servir la page, ou finir")] = True,
) -> None:
    """Construire un territoire fictif, le mesurer et le servir."""
    from gisement.cli.files import write_study
    from gisement.cli.workspace import demonstration
    from gisement.engine import Observatory
    from gisement.engine.build import build
    from gisement.publish.progress import progress
    from gisement.publish.words.diagnosis import diagnose, show
    from gisement.sources.registry import SOURCES

    workspace = demonstration(Settings.workspace if Settings.workspace != Path(".") else Path("demo"), size)
    with progress(Settings.language) as step:
        build(workspace, pipeline_steps, SOURCES, say=step)

    def tell() -> None:
        show(diagnose(Observatory(workspace, load=True)), str(workspace.root), whole=False)
        page = write_study(workspace)
        say(f"L'étude en une page : {page}", f"The study as one page, in French: {page}")

    if serve:
        serve_pages(workspace, "127.0.0.1", port, meanwhile=tell)
    else:
        tell()


@verbs.command()
def serve(
    host: Annotated[str, typer.Option(help="adresse d'écoute")] = "127.0.0.1",
    port: Port = 8000,
    partner: Annotated[
        bool, typer.Option("--partner", help="montrer aussi les lignes de paiement, sur cette machine seulement")
    ] = False,
    workers: Annotated[int, typer.Option(min=1, max=64, help="processus qui répondent")] = 1,
) -> None:
    """Servir les pages et l'API de l'espace de travail."""
    if partner and host not in ("127.0.0.1", "localhost", "::1"):
        raise Trouble(
            fr=f"Les lignes de paiement ne se montrent que sur cette machine (127.0.0.1), pas sur {host} : "
            "ôter --partner, ou --host.",
            en=f"Lines of payment are shown on this machine only (127.0.0.1), not on {host}: "
            "leave out --partner, or --host.",
        )
    serve_pages(opened(), host, port, partner=partner, workers=workers)


def serve_pages(
    workspace: Workspace, host: str, port: int, *, partner: bool = False, workers: int = 1,
    meanwhile: Callable[[], None] | None = None,
) -> None:  # fmt: skip
    """The pages of a workspace, until Ctrl-C. Trouble if the port is taken, or for several processes with a session.

    What is to be told `meanwhile` is told while pages are answered already, the address once more below it.
    """
    from gisement.publish.web.serving.running import address_of, listen, run
    from gisement.publish.web.serving.workers import ABSENT, beside, shared_numbers

    if workers > 1 and (partner or os.environ.get(ISSUER)):
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
    from gisement.engine.served import Served
    from gisement.publish.web.serving.running import Live
    from gisement.publish.web.site import Site
    from gisement.sources.cards import cards, described
    from gisement.sources.registry import SOURCES

    told = {name: [described(card.told(name), SOURCES) for card in cards().values()] for name in ("fr", "en")}

    def site_of(siren: str) -> Site:
        return Site(Served(workspace, partner=partner, siren=siren), told)

    if os.environ.get(ISSUER) and not partner:
        return _gate(workspace, site_of)
    return Live(site_of(""), lambda: site_of(""))


def _gate(workspace: Workspace, site_of: Callable[[str], Site]) -> Gate:
    """The application of a server that partners may sign in to. Raises Trouble where a setting is missing."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # Authlib names the library that will follow httpx
        from gisement.cli.desk import WorkspaceDesk
        from gisement.publish.web.partners.desk import Counter
        from gisement.publish.web.partners.door import door
        from gisement.publish.web.partners.gate import Gate
    desk = WorkspaceDesk(workspace)
    return Gate(_house(workspace, site_of), lambda made: door(made, lambda at: Counter(at, desk).routes()))


def _house(workspace: Workspace, site_of: Callable[[str], Site]) -> House:
    """What the gate needs, from the environment and `partners.toml`."""
    from gisement.publish.web.partners.gate import House
    from gisement.publish.web.partners.provider import Provider
    from gisement.publish.web.partners.provider import Settings as ProviderSettings
    from gisement.publish.web.partners.rights import Rights, parse_rights
    from gisement.store.kept import note
    from gisement.store.workspace import RIGHTS

    given = {name: os.environ.get(name, "") for name in (ISSUER, CLIENT, SECRET, ADDRESS)}
    missing = [name for name, value in given.items() if not value]
    if missing:
        raise Trouble(
            fr=f"Pour que les partenaires se connectent, donner aussi {', '.join(missing)} (docs/partners.md).",
            en=f"For partners to sign in, give {', '.join(missing)} too (docs/partners.md).",
        )
    _check_address(given[ADDRESS])
    path = workspace.root / RIGHTS
    rights = parse_rights(path.read_text(encoding="utf-8"), str(path)) if path.is_file() else Rights()
    address = given[ADDRESS].rstrip("/")
    settings = ProviderSettings(given[ISSUER], given[CLIENT], given[SECRET], address)
    return House(
        site_of, partial(_partners, workspace), Provider(settings), rights, partial(note, workspace),
        is_secure=address.startswith("https:"),
    )  # fmt: skip


def _check_address(address: str) -> None:
    from urllib.parse import urlsplit

    parts = urlsplit(address)
    if parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in ("127.0.0.1", "localhost", "::1")):
        return
    raise Trouble(
        fr=f"{ADDRESS} vaut « {address} » : une session de partenaire demande https (ou cette machine).",
        en=f"{ADDRESS} is '{address}': a partner's session needs https (or this machine).",
    )


def _partners(workspace: Workspace) -> frozenset[str]:
    """The legal units (SIREN) with a ledger here."""
    from gisement.store import database

    found: list[tuple[Any, ...]] = database.query(workspace, _PARTNERS, ["payment"])
    return frozenset(str(siren) for (siren,) in found)
