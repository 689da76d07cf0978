"""Tables are built anew under a server at work: fifty readers, no error, and no answer that mixes two releases."""

from __future__ import annotations

import json
import re
import shutil
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from urllib.request import urlopen

import pytest
import uvicorn

from gisement.engine.served import Served
from gisement.publish import format
from gisement.publish.web.serving import running
from gisement.publish.web.serving.running import Live, configuration, listen
from gisement.publish.web.site import Site
from gisement.store import Workspace, database
from gisement.terms import Trouble
from tests.commands import gisement
from tests.workspaces import built

READERS, AT_MOST = 50, 240.0
ASKED = ("/figures/contracts?basis=contract", "/api/measure/contracts?basis=contract", "/quality", "/sources")


@dataclass
class Read:
    """What readers saw: faults, and the pairs (release, answer) of each address."""

    faults: list[str] = field(default_factory=list)
    pairs: dict[str, set[tuple[str, str]]] = field(default_factory=dict)
    count: int = 0


@pytest.fixture
def live_server(workspace: Workspace, tmp_path: Path) -> Iterator[tuple[Live, str, Workspace]]:
    """A server of a copy of the demonstration that looks for a new release all the time."""
    shutil.copytree(workspace.root, tmp_path / "workspace")
    copy = Workspace(tmp_path / "workspace")

    def made() -> Site:
        return Site(Served(copy), {"fr": [], "en": []})

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(running, "EVERY", 0.05)
        application = Live(made(), made)
        listening = listen("127.0.0.1", 0)
        server = uvicorn.Server(configuration(application))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, daemon=True)
        thread.start()
        watching = threading.Thread(target=application.watch, daemon=True)
        watching.start()
        yield application, f"http://127.0.0.1:{listening.getsockname()[1]}", copy
        application.stop()
        watching.join(30)
        server.should_exit = True
        thread.join(10)


def test_fifty_readers_see_one_release_or_the_next(live_server: tuple[Live, str, Workspace], tmp_path: Path) -> None:
    application, address, workspace = live_server
    former = application.site.served.release
    read, near, over = Read(), threading.Event(), threading.Event()
    given = (address, near, over, read)
    readers = [threading.Thread(target=_reader, args=(number, *given), daemon=True) for number in range(READERS)]
    for reader in readers:
        reader.start()
    _add_contracts(workspace, tmp_path)
    built(workspace)
    near.set()
    given_up = time.monotonic() + AT_MOST
    while application.site.served.release == former and time.monotonic() < given_up:
        time.sleep(0.05)
    time.sleep(1)
    over.set()
    for reader in readers:
        reader.join(60)
    assert read.faults == []
    assert application.site.served.release != former
    assert read.count > READERS
    for path, pairs in read.pairs.items():
        marks = {mark for mark, _ in pairs}
        assert len(marks) <= 2, path
        assert len(pairs) == len(marks), f"{path}: one release gave two answers"
    api = read.pairs[ASKED[1]]
    assert len({answer for _, answer in api}) == 2, "both releases were read, and they differ"
    _what_moved_is_told(application, address, former)


def _what_moved_is_told(application: Live, address: str, former: str) -> None:
    """The page of releases names both, the file that came, and the count of contracts before and after."""
    given_up = time.monotonic() + AT_MOST
    while len(application.site.releases()) < 2 and time.monotonic() < given_up:
        time.sleep(0.2)
    later, first = application.site.releases()
    assert (first.name, first.is_first, later.is_first) == (former, True, False)
    assert (later.added, later.withdrawn, later.is_other_code) == ({"decp": 1}, {}, False)
    (move,) = (each for each in later.moves if each.indicator == "contracts")
    assert move.before is not None
    assert move.after is not None
    assert move.after["value"] > move.before["value"]
    with urlopen(f"{address}/releases", timeout=60) as answer:
        page = answer.read().decode().replace("\xa0", " ")
    assert f"Version {later.name}" in page
    assert "Un fichier « contrats publiés (données essentielles) » ajouté." in page
    assert f"<td>{format.number(move.before['value'])}</td><td>{format.number(move.after['value'])}</td>" in page


def test_a_look_that_fails_is_not_the_last(live_server: tuple[Live, str, Workspace]) -> None:
    application, _, workspace = live_server
    looks: list[str] = []

    def renew() -> Site:
        looks.append("look")
        if len(looks) == 1:
            raise FileNotFoundError("a table that a build took away")
        return Site(Served(workspace), {"fr": [], "en": []})

    application.renew = renew
    application.site.served.release = "a former release"
    given_up = time.monotonic() + AT_MOST
    while application.site.served.is_stale and time.monotonic() < given_up:
        time.sleep(0.05)
    assert not application.site.served.is_stale
    assert len(looks) == 2


def _reader(number: int, address: str, near: threading.Event, over: threading.Event, read: Read) -> None:
    """Ask for one address again and again, more often once the new release is near; note the release and the answer."""
    path = ASKED[number % len(ASKED)]
    while not (near.wait(2.0) and over.wait(0.3)):  # without a pause fifty of them starve the build
        try:
            with urlopen(f"{address}{path}", timeout=60) as answer:
                content, mark = answer.read().decode(), answer.headers["ETag"]
        except OSError as error:
            read.faults.append(f"{path}: {error}")
            return
        told = content if path.startswith("/api") else re.sub(r"\s+", " ", content)
        read.pairs.setdefault(path, set()).add((mark, told))
        read.count += 1


def _add_contracts(workspace: Workspace, folder: Path) -> None:
    source = next((workspace.snapshots / "decp").glob("*/content"))
    found = json.loads(source.read_text(encoding="utf-8"))["marches"]["marche"]
    more = [{**record, "id": f"N{n}", "objet": f"Nouvelle opération {n}"} for n, record in enumerate(found[:40])]
    (folder / "more.json").write_text(json.dumps({"marches": {"marche": more}}), encoding="utf-8")
    run = gisement("add", "decp", folder / "more.json", workspace=workspace.root)
    assert (run.returncode, run.stderr) == (0, "")


def test_tables_that_do_not_belong_together_are_not_served(workspace: Workspace, tmp_path: Path) -> None:
    shutil.copytree(workspace.root, tmp_path / "workspace")
    copy = Workspace(tmp_path / "workspace")
    told = database.read_lineage(copy, "contract")
    assert told is not None
    database.write_lineage(copy, "contract", {**told, "content": "of another build"})
    with pytest.raises(Trouble, match="belong together"):
        Served(copy)
