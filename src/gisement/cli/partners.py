"""`gisement serve` for partners who sign in: everything secret comes from the environment, rights from a file."""

from __future__ import annotations

import os
import warnings
from collections.abc import Callable, Mapping
from functools import partial
from typing import TYPE_CHECKING, Any

from gisement.terms import Trouble

if TYPE_CHECKING:
    from gisement.publish.web.partners.gate import Gate, House
    from gisement.publish.web.site import Site
    from gisement.store import Workspace

ISSUER, CLIENT, SECRET, ADDRESS = (
    "GISEMENT_OIDC_ISSUER",
    "GISEMENT_OIDC_CLIENT_ID",
    "GISEMENT_OIDC_CLIENT_SECRET",
    "GISEMENT_PUBLIC_URL",
)
_PARTNERS = "SELECT DISTINCT buyer_siren FROM payment WHERE buyer_siren IS NOT NULL"


def is_asked(environment: Mapping[str, str]) -> bool:
    """Whether the environment names a provider."""
    return bool(environment.get(ISSUER))


def gate(workspace: Workspace, site_of: Callable[[str], Site]) -> Gate:
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
    from gisement.publish.web.partners.provider import Provider, Settings
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
    settings = Settings(given[ISSUER], given[CLIENT], given[SECRET], address)
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
