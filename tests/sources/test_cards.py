"""Source cards: what they say, and how the address of a file is found on a data.gouv.fr API."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, ClassVar

import pytest

from gisement.sources.cards import DATA_GOUV, Card, card, cards, fetch, resolve
from gisement.terms.trouble import Trouble

BODY = b"the file"
STOCK = "Sirene : Fichier StockEtablissement (format parquet)"
RESOURCES: list[dict[str, Any]] = [
    {"id": "x", "title": "Sirene : Fichier StockEtablissementHistorique (format parquet)", "url": "/wrong",
     "format": "parquet", "last_modified": "2026-09-01"},
    {"id": "y", "title": "Sirene : Fichier StockEtablissement", "format": "zip", "url": "/wrong.zip"},
    {"id": "z", "title": STOCK, "format": "parquet", "url": "/old", "last_modified": "2026-01-01"},
    {"id": "w", "title": STOCK, "format": "Parquet", "url": "/new", "last_modified": "2026-02-01"},
]  # fmt: skip


class Api(BaseHTTPRequestHandler):
    """An API that lists `resources`, or fails with `status`; any other address is a file."""

    status: ClassVar[int]
    resources: ClassVar[Any]
    asked: ClassVar[list[str]]

    def do_GET(self) -> None:
        self.asked.append(self.path)
        is_api = self.path.startswith("/api/")
        body = json.dumps({"resources": self.resources}).encode() if is_api else BODY
        self.send_response(self.status if is_api else 200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: Any) -> None:
        """Nothing is printed."""


@pytest.fixture
def api() -> Iterator[str]:
    """The address of a fresh API."""
    Api.status, Api.resources, Api.asked = 200, RESOURCES, []
    server = ThreadingHTTPServer(("127.0.0.1", 0), Api)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_address[1]}"
    server.shutdown()
    server.server_close()
    thread.join()


def test_by_title_and_format_the_latest(api: str) -> None:
    assert resolve(card("sirene_establishments"), api) == f"{api}/new"
    assert Api.asked == ["/api/1/datasets/5b7ffc618b4c4169d30727e0/"]


def test_the_stable_identifier_wins(api: str) -> None:
    sirene = card("sirene_establishments")
    assert sirene.resolution is not None
    stable = {
        "id": sirene.resolution.resource,
        "title": "renamed",
        "url": "/stable",
        "latest": f"{api}/latest",
    }
    Api.resources = [*RESOURCES, stable]
    assert resolve(sirene, api) == f"{api}/latest"


def test_fixed_address_asks_nobody(api: str) -> None:
    assert resolve(card("decp_augmented"), api).startswith("https://data.economie.gouv.fr/")
    assert Api.asked == []


def test_fetch_brings_the_file(api: str, tmp_path: Path) -> None:
    found = fetch(card("sirene_establishments"), tmp_path, api)
    assert found.path == tmp_path / "StockEtablissement_utf8.parquet"
    assert found.path.read_bytes() == BODY


@pytest.mark.parametrize(
    ("status", "resources", "said"),
    [
        (200, RESOURCES[:2], "no longer in its dataset"),
        (200, [], "no longer in its dataset"),
        (200, None, "could not be read"),
        (500, RESOURCES, "could not be read"),
    ],
)
def test_file_that_cannot_be_found(api: str, status: int, resources: Any, said: str) -> None:
    Api.status, Api.resources = status, resources
    with pytest.raises(Trouble, match=said) as caught:
        resolve(card("sirene_establishments"), api)
    assert card("sirene_establishments").page in caught.value.fr


def test_what_is_not_fetched_or_not_known(api: str) -> None:
    with pytest.raises(Trouble, match="is not fetched"):
        resolve(card("geography"), api)
    with pytest.raises(Trouble, match="choose among decp"):
        card("unknown")


def test_cards_say_what_must_be_said() -> None:
    for known in cards().values():
        assert known.page.startswith("https://")
        assert all((known.title, known.producer, known.licence, known.cadence))
        assert set(known.to_check) <= set(Card.__dataclass_fields__)
        assert known.resolution is None or (known.kind and known.file_name)
    assert card("geography").vintage == "COG 2026"
    assert DATA_GOUV.startswith("https://")
