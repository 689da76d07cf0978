"""One demonstration workspace, one site and one server for all tests of what is published."""

from __future__ import annotations

import shutil
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import httpx
import pytest
import uvicorn
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright
from starlette.testclient import TestClient

from gisement.cli.desk import WorkspaceDesk
from gisement.engine.intake import add_files
from gisement.engine.served import Served
from gisement.publish.web.app import create_app
from gisement.publish.web.partners.desk import Counter
from gisement.publish.web.partners.door import door
from gisement.publish.web.partners.gate import Gate
from gisement.publish.web.serving.running import configuration, listen
from gisement.publish.web.site import Site
from gisement.sources.cards import cards, described
from gisement.sources.demonstration import Demonstration
from gisement.sources.registry import SOURCES
from gisement.store import Workspace, add_snapshot
from gisement.terms import parse_territory
from tests import made_contours
from tests.publish.signing_in import PROVIDER, Place, RunningProvider, house, signed_in
from tests.test_cli import BUYER, FAR, HEADER
from tests.tiny import PAID, tiny
from tests.workspaces import added, built, copied, created

PROVIDER_ABSENT = (
    "signing in needs a provider that runs on Node (Debian: apt-get install npm; then 'make .venv/oidc.stamp')"
)


CHROMIUM_ABSENT = "pages are tried in Chromium, and there is none (Debian: apt-get install chromium)"
WIDE, NARROW = {"width": 1366, "height": 768}, {"width": 390, "height": 844}
PATIENCE = 60_000
UNDATED = f"""{HEADER}
1,{BUYER},75,Peinture,45442100,1000.10,,,{FAR},75
"""


@pytest.fixture(scope="session")
def demo() -> Demonstration:
    """The smallest demonstration territory: its files, and the truth that they were made from."""
    return tiny()


@pytest.fixture(scope="session")
def workspace(demo: Demonstration, tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """The same, built."""
    made = Workspace.create(
        tmp_path_factory.mktemp("published") / "workspace", parse_territory(demo.territory, name=demo.name)
    )
    for file in demo.files:
        if file.kind not in PAID:
            add_snapshot(made, file.kind, file.path.name, file.path, demo.card)
    contours = made_contours.write(made.root.parent / "contours.geojson", [
        *made_contours.departments(), *made_contours.epcis(), *made_contours.communes("86")
    ])  # fmt: skip
    add_snapshot(made, "contours", contours.name, contours, demo.card)
    built(made)
    return made


@pytest.fixture(scope="session")
def site(workspace: Workspace) -> Site:
    """The workspace as a public server sees it."""
    known = {name: [described(card.told(name), SOURCES) for card in cards().values()] for name in ("fr", "en")}
    return Site(Served(workspace), known)


@pytest.fixture(scope="session")
def client(site: Site) -> Iterator[TestClient]:
    """Asks the application without a network; a fault of the program is an error of the test."""
    with TestClient(create_app(site), follow_redirects=False) as one_loop:
        yield one_loop


@pytest.fixture(scope="session")
def bare_workspace(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """One to which nothing was added, built."""
    made = created(tmp_path_factory.mktemp("bare") / "workspace", "department:86")
    built(made)
    return made


@pytest.fixture(scope="session", params=["nothing", "undated_contract_of_elsewhere"])
def bare_site(
    request: pytest.FixtureRequest, bare_workspace: Workspace, tmp_path_factory: pytest.TempPathFactory
) -> Site:
    """A workspace without a purchase of its territory nor a day, as a public server sees it."""
    made = bare_workspace
    if request.param != "nothing":
        folder = tmp_path_factory.mktemp("undated")
        (folder / "table.csv").write_text(UNDATED, encoding="utf-8")
        made = copied(bare_workspace, folder / "workspace", "department:86")
        assert [one.trouble for one in added(made, "decp", [folder / "table.csv"])] == [None]
        built(made)
    return Site(Served(made))


@pytest.fixture(scope="session")
def bare_client(bare_site: Site) -> Iterator[TestClient]:
    """Asks a public server of such a workspace, once it has noted its release."""
    bare_site.note_release()
    with TestClient(create_app(bare_site), follow_redirects=False) as one_loop:
        yield one_loop


@pytest.fixture(scope="session")
def paid_workspace(demo: Demonstration, workspace: Workspace, tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """The same with the ledgers and accounts of the buyers."""
    made = copied(workspace, tmp_path_factory.mktemp("paid") / "workspace", demo.territory)
    for file in demo.files:
        if file.kind in PAID:
            add_files(made, SOURCES[file.kind], [file.path], card=demo.card, mapping=file.mapping)
    built(made)
    return made


@pytest.fixture(scope="session")
def paid_site(paid_workspace: Workspace) -> Site:
    """The workspace with ledgers, as a public server sees it."""
    return Site(Served(paid_workspace))


@pytest.fixture(scope="session")
def paid_client(paid_site: Site) -> Iterator[TestClient]:
    """Asks a public server of a workspace with ledgers."""
    with TestClient(create_app(paid_site), follow_redirects=False) as one_loop:
        yield one_loop


@pytest.fixture(scope="session")
def partner_site(paid_workspace: Workspace) -> Site:
    """The workspace with ledgers, as the single user of its machine sees it: lines of payment are there."""
    return Site(Served(paid_workspace, partner=True))


@pytest.fixture(scope="session")
def partner_client(partner_site: Site) -> Iterator[TestClient]:
    """Asks the server of that machine."""
    with TestClient(create_app(partner_site), follow_redirects=False) as one_loop:
        yield one_loop


@contextmanager
def serving(site: Site) -> Iterator[str]:
    """The address of a real server of a site, while it is asked."""
    listening = listen("127.0.0.1", 0)
    server = uvicorn.Server(configuration(create_app(site)))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{listening.getsockname()[1]}"
    server.should_exit = True
    thread.join(10)


@pytest.fixture(scope="session")
def address(site: Site) -> Iterator[str]:
    """The address of a real server of the site."""
    with serving(site) as told:
        yield told


@pytest.fixture(scope="session")
def place(paid_workspace: Workspace) -> Iterator[Place]:
    """The server and a provider, each a real one; the provider signs what it tells of a person, as ProConnect does."""
    if not (PROVIDER / "node_modules").is_dir():
        pytest.skip(PROVIDER_ABSENT)
    listening = listen("127.0.0.1", 0)
    address = f"http://127.0.0.1:{listening.getsockname()[1]}"
    with RunningProvider(address, "jwt") as issuer:
        made = Place(address, issuer, None)  # type: ignore[arg-type]
        desk = WorkspaceDesk(paid_workspace)
        made.gate = Gate(house(paid_workspace, made), lambda at: door(at, lambda inner: Counter(inner, desk).routes()))
        server = uvicorn.Server(configuration(made.gate))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, daemon=True)
        thread.start()
        yield made
        server.should_exit = True
        thread.join(10)


@pytest.fixture(scope="session")
def town(place: Place) -> httpx.Client:
    """The browser of someone of the town, by the `siret` of the token."""
    return signed_in(place, "town")


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """One Chromium for all tests."""
    found = shutil.which("chromium")
    if found is None:
        pytest.skip(CHROMIUM_ABSENT)
    with sync_playwright() as driver:
        started = driver.chromium.launch(executable_path=found, args=["--no-sandbox", "--disable-gpu"])
        yield started
        started.close()


@pytest.fixture(scope="session")
def complaints() -> list[str]:
    """What the browser complained of: breaches of the policy, faults of scripts, requests to other hosts."""
    return []


def context(browser: Browser, address: str, complaints: list[str], size: Any, **more: Any) -> BrowserContext:
    """A window of that size which notes every complaint."""
    made = browser.new_context(viewport=size, base_url=address, **more)
    made.set_default_timeout(PATIENCE)
    made.on("request", lambda r: None if r.url.startswith((address, "blob:")) else complaints.append(r.url))
    made.on("console", lambda m: complaints.append(m.text) if m.type == "error" else None)
    made.on("weberror", lambda e: complaints.append(str(e.error)))
    return made


@pytest.fixture(scope="session")
def wide(browser: Browser, address: str, complaints: list[str]) -> Page:
    """A page on a desk."""
    return context(browser, address, complaints, WIDE).new_page()


@pytest.fixture(scope="session")
def narrow(browser: Browser, address: str, complaints: list[str]) -> Page:
    """A page in a hand."""
    return context(browser, address, complaints, NARROW).new_page()
