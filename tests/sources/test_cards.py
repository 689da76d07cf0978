"""Source cards: what they say, and how the address of a file is found on a data.gouv.fr API."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from gisement.sources.cards import (
    DATA_GOUV,
    FETCHED_BY_DEFAULT,
    Card,
    card,
    cards,
    described,
    fetch,
    fetchable,
    resolve,
)
from gisement.sources.download import Session
from gisement.sources.registry import SOURCES
from gisement.terms.trouble import Trouble
from tests.publisher import Scene, published, says

SIRENE = "5b7ffc618b4c4169d30727e0"
STOCK = "Sirene : Fichier StockEtablissement (format parquet)"
RESOURCES: list[dict[str, Any]] = [
    {"id": "x", "title": "Sirene : Fichier StockEtablissementHistorique (format parquet)", "url": "/wrong",
     "format": "parquet", "last_modified": "2026-09-01"},
    {"id": "y", "title": "Sirene : Fichier StockEtablissement", "format": "zip", "url": "/wrong.zip"},
    {"id": "z", "title": STOCK, "format": "parquet", "url": "/old", "last_modified": "2026-01-01"},
    {"id": "w", "title": STOCK, "format": "Parquet", "url": "/new", "last_modified": "2026-02-01"},
]  # fmt: skip


@pytest.fixture
def scene() -> Iterator[Scene]:
    """A server that lists the resources above."""
    with published() as fresh:
        fresh.listing[SIRENE] = {"resources": RESOURCES}
        yield fresh


def test_by_title_and_format_the_latest(scene: Scene) -> None:
    assert resolve(card("sirene_establishments"), scene.address) == f"{scene.address}/new"
    assert [asked["path"] for asked in scene.asked] == [f"/api/1/datasets/{SIRENE}/"]


def test_the_stable_identifier_wins(scene: Scene) -> None:
    sirene = card("sirene_establishments")
    assert sirene.resolution is not None
    stable = {
        "id": sirene.resolution.resource,
        "title": "renamed",
        "url": "/stable",
        "latest": f"{scene.address}/latest",
    }
    scene.listing[SIRENE] = {"resources": [*RESOURCES, stable]}
    assert resolve(sirene, f"{scene.address}/") == f"{scene.address}/latest"


def test_a_fixed_address_asks_nobody(scene: Scene) -> None:
    own = resolve(card("decp_augmented"))
    assert own.startswith("https://data.economie.gouv.fr/")
    assert resolve(card("decp_augmented"), scene.address) == scene.address + own.partition(".gouv.fr")[2]
    assert scene.asked == []


@pytest.mark.parametrize(
    ("listed", "asked"),
    [
        ("https://static.data.gouv.fr/resources/x.parquet?v=1", "{mirror}/resources/x.parquet?v=1"),
        ("https://files.example.org/x.parquet", "https://files.example.org/x.parquet"),
        ("/x.parquet", "{mirror}/x.parquet"),
    ],
)
def test_a_mirror_stands_for_the_state_and_for_nobody_else(scene: Scene, listed: str, asked: str) -> None:
    scene.listing[SIRENE] = {"resources": [{**RESOURCES[-1], "url": listed}]}
    found = resolve(card("sirene_establishments"), scene.address)
    assert found == asked.format(mirror=scene.address)


def test_fetch_brings_the_file(scene: Scene, tmp_path: Path) -> None:
    found = fetch(card("sirene_establishments"), tmp_path, scene.address)
    assert found.path == tmp_path / "StockEtablissement_utf8.parquet"
    assert found.path.read_bytes() == scene.body


@pytest.mark.parametrize(
    ("listing", "said"),
    [
        ({"resources": RESOURCES[:2]}, "no longer in its dataset"),
        ({"resources": []}, "no longer in its dataset"),
        ({"resources": None}, "could not be read"),
        ([], "could not be read"),
        (None, "could not be read"),
    ],
)
def test_file_that_cannot_be_found(scene: Scene, listing: Any, said: str) -> None:
    scene.listing[SIRENE] = listing
    with pytest.raises(Trouble, match=said) as caught:
        resolve(card("sirene_establishments"), scene.address)
    assert card("sirene_establishments").page in caught.value.fr


def test_a_listing_that_fails_is_asked_for_again(scene: Scene) -> None:
    waits: list[float] = []
    session = Session(sleep=waits.append, first_wait=0.5)
    scene.listing_acts = [says(500), says(429, Retry_After="7"), says(200)]
    with pytest.raises(Trouble, match=r"could not be read \(unreadable answer\)"):
        resolve(card("sirene_establishments"), scene.address, session=session)
    assert waits == [0.5, 7.0]
    scene.listing_acts = [says(503)] * 9
    with pytest.raises(Trouble, match=r"could not be read \(HTTP 503\)"):
        resolve(card("sirene_establishments"), scene.address, session=session)
    assert len(scene.asked) == 3 + session.attempts


def test_what_is_not_fetched_or_not_known(scene: Scene) -> None:
    with pytest.raises(Trouble, match="is not downloaded"):
        resolve(card("geography"), scene.address)
    for name, told in (("geography", "is not downloaded"), ("groups", "is not fetched: take the file at https://")):
        with pytest.raises(Trouble, match=told):
            fetchable(name, SOURCES)
    with pytest.raises(Trouble, match="choose among decp"):
        card("unknown")


def test_every_card_says_how_to_have_it() -> None:
    ways = {name: described(known, SOURCES)["way"] for name, known in cards().items()}
    assert {name for name, way in ways.items() if way == "fetched_by_default"} == set(FETCHED_BY_DEFAULT)
    assert (ways["geography"], ways["groups"], ways["coordinates"]) == ("embedded", "by_hand", "fetched_if_named")
    assert {ways[name] for name in ("contours", "contours_epci", "contours_communes")} == {"fetched_if_named"}


def test_cards_say_what_must_be_said_in_both_languages() -> None:
    for known in cards().values():
        assert known.page.startswith("https://")
        for told in (known, known.told("en")):
            assert all((told.title, told.producer, told.licence, told.cadence))
        assert known.told("en").title != known.title
        assert known.told("fr") is known
        assert set(known.to_check) <= set(Card.__dataclass_fields__)
        assert known.resolution is None or (known.kind and known.file_name)
    assert card("geography").vintage == "COG 2026"
    assert DATA_GOUV.startswith("https://")
