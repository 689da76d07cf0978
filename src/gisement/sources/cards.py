"""Source cards: what each public source is, under which terms, and how the address of its file is found."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import urljoin

import httpx

from gisement.catalog.tables import read_yaml
from gisement.sources.download import Download, Progress, Session, download
from gisement.terms.trouble import Trouble

DATA_GOUV = "https://www.data.gouv.fr"


@dataclass(frozen=True)
class Resolution:
    """How a file is found: a fixed `address`, or a data.gouv.fr `dataset` and what names its resource."""

    address: str | None = None
    dataset: str | None = None
    resource: str | None = None
    title: str | None = None
    format: str | None = None


@dataclass(frozen=True)
class Card:
    """A source: `kind` is what `add` calls its file; no `resolution` means that it is not fetched.

    `to_check` names the entries that have not been read at the source itself.
    """

    name: str
    title: str
    producer: str
    licence: str
    cadence: str
    page: str
    to_check: tuple[str, ...]
    kind: str | None = None
    file_name: str | None = None
    resolution: Resolution | None = None
    vintage: str | None = None
    population_vintage: str | None = None


@cache
def cards() -> Mapping[str, Card]:
    """Every source card, by name, in the order of `catalog/sources.yaml`."""
    return {name: _card(name, dict(entry)) for name, entry in read_yaml("sources.yaml").items()}


def card(name: str) -> Card:
    """The card called `name`. Raises Trouble with the names that exist."""
    if name not in cards():
        known = ", ".join(cards())
        raise Trouble(
            fr=f"La source « {name} » n'existe pas : choisir parmi {known}.",
            en=f"There is no source '{name}': choose among {known}.",
        )
    return cards()[name]


def resolve(source: Card, base_url: str = DATA_GOUV) -> str:
    """The address of the current file of `source`; `base_url` is where the data.gouv.fr API answers.

    Raises Trouble if the source is not fetched, or if the API does not answer or knows no such file.
    """
    found = source.resolution
    if found is None:
        raise _not_fetched(source)
    if found.address is not None:
        return found.address
    resources = _resources(source, f"{base_url}/api/1/datasets/{found.dataset}/")
    matching = [item for item in resources if _matches(item, found)]
    if not matching:
        raise _not_there(source)
    # the stable identifier wins; else the resource changed last, then by identifier so that ties are fixed
    matching.sort(key=lambda item: (str(item.get("last_modified") or ""), str(item.get("id"))), reverse=True)
    matching.sort(key=lambda item: item.get("id") != found.resource)
    chosen = matching[0]
    return urljoin(base_url, str(chosen.get("latest") or chosen["url"]))


def fetch(
    source: Card,
    folder: Path,
    base_url: str = DATA_GOUV,
    *,
    progress: Progress | None = None,
    session: Session | None = None,
) -> Download:
    """Download the file of `source` into `folder` if it has changed. Raises Trouble if it cannot be had."""
    address = resolve(source, base_url)
    return download(address, folder / (source.file_name or source.name), progress=progress, session=session)


def _card(name: str, entry: dict[str, Any]) -> Card:
    resolution = entry.pop("resolution", None)
    to_check = tuple(entry.pop("to_check"))
    return Card(name, to_check=to_check, resolution=Resolution(**resolution) if resolution else None, **entry)


def _resources(source: Card, address: str) -> list[Mapping[str, Any]]:
    try:
        answer = httpx.get(address, timeout=30.0, follow_redirects=True, headers={"User-Agent": "gisement"})
        answer.raise_for_status()
        resources = list(answer.json()["resources"])
    except (httpx.HTTPError, ValueError, KeyError, TypeError) as error:
        raise _no_answer(source, error) from error
    return [item for item in resources if isinstance(item, Mapping) and item.get("url")]


def _matches(item: Mapping[str, Any], wanted: Resolution) -> bool:
    """Whether a resource is the one wanted: by identifier, or else by title (or file name) and format."""
    if wanted.resource is not None and item.get("id") == wanted.resource:
        return True
    names = f"{item.get('title') or ''} {str(item.get('url')).rpartition('/')[2]}"
    is_named = wanted.title is not None and re.search(wanted.title, names, re.IGNORECASE) is not None
    return is_named and wanted.format in (None, str(item.get("format") or "").lower())


def _not_fetched(source: Card) -> Trouble:
    return Trouble(
        fr=f"La source « {source.name} » ne se télécharge pas d'elle-même : prendre le fichier sur"
        f" {source.page} et l'ajouter.",
        en=f"Source '{source.name}' is not fetched: take the file at {source.page} and add it.",
    )


def _not_there(source: Card) -> Trouble:
    return Trouble(
        fr=f"Le fichier de la source « {source.name} » n'est plus dans le jeu de données : le prendre sur"
        f" {source.page} et l'ajouter.",
        en=f"The file of source '{source.name}' is no longer in its dataset: take it at {source.page} and add it.",
    )


def _no_answer(source: Card, error: Exception) -> Trouble:
    said = str(error).splitlines()[0] if str(error) else type(error).__name__
    return Trouble(
        fr=f"L'adresse du fichier de la source « {source.name} » n'a pas pu être lue ({said}) : relancer plus"
        f" tard, ou prendre le fichier sur {source.page} et l'ajouter.",
        en=f"The address of the file of source '{source.name}' could not be read ({said}): run it again"
        f" later, or take the file at {source.page} and add it.",
    )
