"""Source cards: what each public source is, under which terms, and how the address of its file is found."""

from __future__ import annotations

import re
from collections.abc import Container, Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urljoin, urlsplit, urlunsplit

from gisement.catalog.tables import read_yaml
from gisement.terms.trouble import Trouble, among

if TYPE_CHECKING:
    from gisement.sources.download import Download, Progress, Session

DATA_GOUV = "https://www.data.gouv.fr"
FETCHED_BY_DEFAULT = ("decp", "sirene_establishments", "sirene_legal_units")
_STATE_HOSTS = ".gouv.fr"


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

    `english` holds the entries that people read, in English; `to_check` names those that have not been read at the
    source itself.
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
    english: Mapping[str, str] = field(default_factory=dict)

    def told(self, language: str) -> Card:
        """The card as people read it in `language` (`fr` or `en`)."""
        english: dict[str, Any] = dict(self.english)
        return replace(self, **english) if language == "en" else self


@cache
def cards() -> Mapping[str, Card]:
    """Every source card, by name, in the order of `catalog/sources.yaml`."""
    return {name: _card(name, dict(entry)) for name, entry in read_yaml("sources.yaml").items()}


def card(name: str) -> Card:
    """The card called `name`. Raises Trouble with the names that exist."""
    if name not in cards():
        known = among(name, cards())
        raise Trouble(
            fr=f"La source « {name} » n'existe pas : choisir parmi {known}.",
            en=f"There is no source '{name}': choose among {known}.",
        )
    return cards()[name]


def fetchable(name: str, kinds: Container[str]) -> Card:
    """The card called `name`, if its file can be downloaded and is of a kind that is read. Raises Trouble if not."""
    chosen = card(name)
    if chosen.resolution is None or chosen.kind not in kinds:
        raise _not_fetched(chosen)
    return chosen


def described(source: Card, kinds: Container[str]) -> dict[str, Any]:
    """What a source is and how to have it: `way` is one of `embedded`, `not_used_yet`, `by_hand`, `fetched_...`."""
    if source.kind is None or source.kind not in kinds:
        way = "embedded" if source.vintage else "not_used_yet"
    elif source.resolution is None:
        way = "by_hand"
    else:
        way = "fetched_by_default" if source.name in FETCHED_BY_DEFAULT else "fetched_if_named"
    told = {name: getattr(source, name) for name in ("title", "producer", "licence", "cadence", "page", "kind")}
    return {"source": source.name, **told, "way": way}


def resolve(source: Card, base_url: str = DATA_GOUV, *, session: Session | None = None) -> str:
    """The address of the current file of `source`; `base_url` is where data.gouv.fr, or a mirror of it, answers.

    Raises Trouble if the source is not fetched, or if the API does not answer or knows no such file.
    """
    found, base = source.resolution, base_url.rstrip("/")
    if found is None:
        raise _not_fetched(source)
    if found.address is not None:
        return _through(base, found.address)
    resources = _resources(source, f"{base}/api/1/datasets/{found.dataset}/", session)
    matching = [item for item in resources if _matches(item, found)]
    if not matching:
        raise _not_there(source)
    # the stable identifier wins; else the resource changed last, then by identifier so that ties are fixed
    matching.sort(key=lambda item: (str(item.get("last_modified") or ""), str(item.get("id"))), reverse=True)
    matching.sort(key=lambda item: item.get("id") != found.resource)
    chosen = matching[0]
    return _through(base, str(chosen.get("latest") or chosen["url"]))


def fetch(
    source: Card,
    folder: Path,
    base_url: str = DATA_GOUV,
    *,
    progress: Progress | None = None,
    session: Session | None = None,
) -> Download:
    """Download the file of `source` into `folder` if it has changed. Raises Trouble if it cannot be had."""
    from gisement.sources.download import download  # its library takes a while to load, and `add` never needs it

    address = resolve(source, base_url, session=session)
    return download(address, folder / (source.file_name or source.name), progress=progress, session=session)


def _through(base: str, address: str) -> str:
    """The address to ask: as it is, or at the mirror where there is one and the address is the State's."""
    whole = urljoin(f"{base}/", address)
    parts = urlsplit(whole)
    if base == DATA_GOUV or not (parts.hostname or "").endswith(_STATE_HOSTS):
        return whole
    return base + urlunsplit(("", "", parts.path, parts.query, ""))


def _card(name: str, entry: dict[str, Any]) -> Card:
    resolution = entry.pop("resolution", None)
    to_check = tuple(entry.pop("to_check"))
    return Card(name, to_check=to_check, resolution=Resolution(**resolution) if resolution else None, **entry)


def _resources(source: Card, address: str, session: Session | None) -> list[Mapping[str, Any]]:
    from gisement.sources.download import Unreachable, download_json

    try:
        resources = list(download_json(address, session=session)["resources"])
    except Unreachable as error:
        raise _no_answer(source, error.reason_fr, error.reason_en) from error
    except (KeyError, TypeError) as error:
        raise _no_answer(source, "réponse inattendue", "unexpected answer") from error
    return [item for item in resources if isinstance(item, Mapping) and item.get("url")]


def _matches(item: Mapping[str, Any], wanted: Resolution) -> bool:
    """Whether a resource is the one wanted: by identifier, or else by title (or file name) and format."""
    if wanted.resource is not None and item.get("id") == wanted.resource:
        return True
    names = f"{item.get('title') or ''} {str(item.get('url')).rpartition('/')[2]}"
    is_named = wanted.title is not None and re.search(wanted.title, names, re.IGNORECASE) is not None
    return is_named and wanted.format in (None, str(item.get("format") or "").lower())


def _not_fetched(source: Card) -> Trouble:
    if source.kind is None:
        return Trouble(
            fr=f"La source « {source.name} » ne se télécharge pas et ne s'ajoute pas : voir « gisement sources ».",
            en=f"Source '{source.name}' is not downloaded, nor to be added: see 'gisement sources'.",
        )
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


def _no_answer(source: Card, fr: str, en: str) -> Trouble:
    return Trouble(
        fr=f"L'adresse du fichier de la source « {source.name} » n'a pas pu être lue ({fr}) : relancer plus"
        f" tard, ou prendre le fichier sur {source.page} et l'ajouter.",
        en=f"The address of the file of source '{source.name}' could not be read ({en}): run it again"
        f" later, or take the file at {source.page} and add it.",
    )
