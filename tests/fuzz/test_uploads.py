"""Whatever is posted to a server that partners sign in to: no traceback, no 5xx, and nothing kept that was refused.

Generated over the routes of the door and of the desk: a new form cannot be forgotten.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from starlette.testclient import TestClient

from gisement.cli.desk import WorkspaceDesk
from gisement.engine.served import Served
from gisement.publish.web.partners.desk import Counter
from gisement.publish.web.partners.door import Door, door
from gisement.publish.web.partners.gate import Gate, House
from gisement.publish.web.partners.provider import Provider, Settings
from gisement.publish.web.partners.rights import Rights
from gisement.publish.web.site import Site
from gisement.store import Workspace, remove_snapshot, snapshots
from tests import mixed_files
from tests.disturbed import Stage, copy
from tests.fuzz.every_source import Seed, seeds, spoilt
from tests.fuzz.material import ODD_TEXTS

SITE = "http://testserver"
FEW = settings(max_examples=max(settings().max_examples // 2, 1), suppress_health_check=list(HealthCheck))
LAWFUL = (200, 303, 400, 403, 404, 405, 413, 422)
texts = st.sampled_from(ODD_TEXTS) | st.text(max_size=40) | st.sampled_from(["2024", "own", "public", "read", "send"])


@pytest.fixture(scope="module")
def workspace(stage: Stage, tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """A small workspace, built."""
    return copy(stage.done, tmp_path_factory.mktemp("uploads") / "workspace")


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> list[Seed]:
    """Files that partners may send, before they are spoilt."""
    held = seeds(tmp_path_factory.mktemp("seeds"))
    return [*held["ledger"], *held["pes"], *held["experience"], *held["correction"], *held["decp"][:1]]


@pytest.fixture(scope="module")
def gate(workspace: Workspace) -> Gate:
    """The application; nobody signs in through the provider, which is named and never asked."""
    provider = Provider(Settings("http://127.0.0.1:9", "gisement", "unused", SITE))
    desk = WorkspaceDesk(workspace)
    made = House(lambda siren: Site(Served(workspace, siren=siren)), lambda: set(), provider, Rights(), lambda event: None,
                 is_secure=False)  # fmt: skip
    return Gate(made, lambda at: door(at, lambda inner: Counter(inner, desk).routes()))


@pytest.fixture(scope="module")
def client(gate: Gate) -> TestClient:
    """The browser of an editor; whatever the program raises is the test's."""
    session = gate.sessions.begin()
    siren = mixed_files.BUYER[:9]
    session.subject, session.siren, session.rights = "someone", siren, {siren: "editor"}
    return TestClient(gate, cookies={gate.house.cookie: session.key}, follow_redirects=False)


def forms(gate: Gate) -> list[str]:
    """Every address that takes a form."""
    inner = Door(gate)
    routes = [*inner.routes(), *Counter(inner, WorkspaceDesk(gate.everyone.site.observatory.workspace)).routes()]
    found = [path for path, _, method in routes if method == "POST" and path != "/session/out"]
    assert {"/partner/ledger", "/partner/correction", "/partner/experience", "/session/view"} <= set(found)
    return sorted(found)


def fields(path: str) -> list[str]:
    """The fields of a form, found in its page and code."""
    return {
        "/partner/ledger": ["siret", "mapping", "do"],
        "/partner/correction": ["key", "column", "old_value", "new_value", "reason"],
        "/partner/experience": ["text"],
    }.get(path, ["siren", "view", "language"])


@FEW
@given(data=st.data())
def test_no_form_breaks_the_server(
    client: TestClient, gate: Gate, workspace: Workspace, sound: list[Seed], data: st.DataObject
) -> None:
    path = data.draw(st.sampled_from(forms(gate)), label="form")
    given: dict[str, Any] = {name: data.draw(texts, label=name) for name in fields(path) if data.draw(st.booleans())}
    given = {name: value.encode("utf-8", "replace").decode() for name, value in given.items()}
    if data.draw(st.integers(0, 5)):
        given["token"] = token(client)
    if path == "/partner/ledger" and data.draw(st.integers(0, 5)):
        given["siret"] = mixed_files.BUYER
    seed = data.draw(st.sampled_from(sound), label="seed")
    name, content = data.draw(spoilt(seed), label="file")
    if seed.mapping is not None and data.draw(st.booleans()):
        given["mapping"] = seed.mapping.read_text(encoding="utf-8")
    if path == "/partner/experience" and data.draw(st.booleans()):
        given["text"] = content.decode("utf-8", "replace")
    before = {(held.kind, held.identifier) for held in snapshots(workspace)}
    files = {"file": (name, bytes(content))} if path == "/partner/ledger" or data.draw(st.booleans()) else None
    answer = client.post(path, data=given, files=files)
    assert answer.status_code in LAWFUL, (path, answer.status_code)
    assert "Traceback" not in answer.text
    assert "Erreur imprévue" not in answer.text
    after = {(held.kind, held.identifier) for held in snapshots(workspace)}
    assert answer.status_code == 200 or after == before, "what is refused leaves nothing"
    for kind, identifier in after - before:
        remove_snapshot(workspace, identifier, kind)


@FEW
@given(body=st.binary(max_size=300), kind=st.sampled_from(["multipart/form-data", "multipart/form-data; boundary=x",
       "application/x-www-form-urlencoded", "application/json", "text/plain; charset=utf-7", ""]), data=st.data())  # fmt: skip
def test_no_body_breaks_the_server(client: TestClient, gate: Gate, body: bytes, kind: str, data: st.DataObject) -> None:
    path = data.draw(st.sampled_from(forms(gate)))
    start = data.draw(
        st.sampled_from([b"", b"--x\r\n", b'--x\r\nContent-Disposition: form-data; name="token"\r\n\r\n'])
    )
    answer = client.post(path, content=start + body, headers={"content-type": kind})
    assert answer.status_code in LAWFUL, (path, answer.status_code)


def token(client: TestClient) -> str:
    """The token of the session's forms."""
    found = re.search(r'name="token" value="([^"]+)"', client.get("/session").text)
    assert found
    return found[1]


def test_there_are_files_to_send(sound: list[Seed], tmp_path: Path) -> None:
    assert {Path(seed.name).suffix for seed in sound} >= {".csv", ".xml", ".md", ".json"}
