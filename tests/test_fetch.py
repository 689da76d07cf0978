"""`gisement fetch` as people run it, against a server that behaves like the real ones, good days and bad."""

from __future__ import annotations

import hashlib
import json
import re
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from gisement.sources.cards import FETCHED_BY_DEFAULT, Card, card, cards
from gisement.sources.download import Session
from tests import made_contours
from tests.commands import Run, gisement, on_a_terminal, started
from tests.publisher import Scene, breaks_after, changes, published, says, stalls_after
from tests.sources.decp_samples import contract, wrapped
from tests.test_cli import TABLE, refused
from tests.workspaces import created

ESTABLISHMENTS = "siret,siren,nic,etablissementSiege,codeCommuneEtablissement,etatAdministratifEtablissement\n"
LEGAL_UNITS = "siren,categorieJuridiqueUniteLegale,categorieEntreprise,trancheEffectifsUniteLegale\n"
PLACES = "code_commune_insee,latitude,longitude\n"
# A readable file of each kind.
CONTENT = {
    "decp": TABLE.encode(),
    "sirene": f"{ESTABLISHMENTS}99900000000018,999000000,00018,true,86194,A\n".encode(),
    "legal-units": f"{LEGAL_UNITS}999000000,5710,PME,12\n".encode(),
    "distance": f"{PLACES}86194,46.58,0.34\n".encode(),
    "contours": made_contours.told([made_contours.square("86", "Vienne", 0.1, 46.9, 0.5)]),
}
FETCHED = [known for known in cards().values() if known.resolution]
FILE = "/files/decp.parquet"


def lines(count: int, place: str = "86") -> bytes:
    """A table of so many contracts."""
    header, first, *_ = TABLE.splitlines()
    return "\n".join(
        [header, *(first.replace("1,", f"{n},", 1).replace(",86,", f",{place},") for n in range(count))]
    ).encode()


LARGE, OTHER = lines(8000), lines(7000, "75")


@pytest.fixture
def scene() -> Iterator[Scene]:
    """A server that publishes a readable file of each source."""
    with published() as fresh:
        for known in FETCHED:
            assert known.kind is not None
            fresh.publish(known, CONTENT[known.kind])
        official = card("decp_official")
        fresh.files[f"/files/{official.file_name}"] = json.dumps(wrapped(contract())).encode()
        yield fresh


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    """A workspace without any file."""
    return created(tmp_path / "workspace", "department:86").root


def fetched(scene: Scene, workspace: Path, *names: str) -> Run:
    """Run the command on these sources (those by default, if none is named)."""
    return gisement("fetch", *names, "--base-url", scene.address, workspace=workspace)


def held(workspace: Path) -> dict[str, dict[str, Any]]:
    """The cards of the snapshots, by their path in the workspace."""
    found = (workspace / "snapshots").rglob("card.json")
    return {str(path.parent.relative_to(workspace)): json.loads(path.read_text(encoding="utf-8")) for path in found}


def only_content(workspace: Path) -> bytes:
    """The content of the only snapshot."""
    (folder,) = held(workspace)
    return (workspace / folder / "content").read_bytes()


def every_file(workspace: Path) -> dict[str, tuple[bytes, int]]:
    """Every file of the workspace but scratch, with its content and the moment of its last change."""
    kept = (path for path in workspace.rglob("*") if path.is_file() and ".scratch" not in path.parts)
    return {str(path): (path.read_bytes(), path.stat().st_mtime_ns) for path in kept if path.name != ".lock"}


# --- good days ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("source", FETCHED, ids=lambda source: source.name)
def test_every_source_is_fetched_through_the_base_address(scene: Scene, workspace: Path, source: Card) -> None:
    run = fetched(scene, workspace, source.name)
    assert (run.returncode, run.stderr) == (0, "")
    assert run.stdout.startswith(f"{source.title} : ")
    assert re.search(r"\b\d enregistrements?\.", run.stdout)
    ((folder, about),) = held(workspace).items()
    content = (workspace / folder / "content").read_bytes()
    assert about["sha256"] == hashlib.sha256(content).hexdigest()
    assert folder == f"snapshots/{source.kind}/{about['sha256'][:16]}"
    assert (about["kind"], about["name"], about["size"]) == (source.kind, source.file_name, len(content))
    assert (about["licence"], about["producer"]) == (source.licence, source.producer)
    assert about["address"].startswith(scene.address)
    assert list((workspace / "raw").glob(f"*/{about['sha256'][:16]}.parquet"))


def test_a_snapshot_has_its_date(scene: Scene, workspace: Path) -> None:
    fetched(scene, workspace, "decp")
    (about,) = held(workspace).values()
    assert re.fullmatch(r"\d{4}-\d\d-\d\d", about["date"])


def test_without_a_name_the_usual_sources_are_fetched_and_read(scene: Scene, workspace: Path) -> None:
    run = fetched(scene, workspace)
    assert (run.returncode, run.stderr) == (0, "")
    assert len(run.stdout.splitlines()) == len(FETCHED_BY_DEFAULT)
    assert {about["kind"] for about in held(workspace).values()} == {"decp", "sirene", "legal-units"}
    built = gisement("build", workspace=workspace)
    assert (built.returncode, built.stderr) == (0, "")
    measured = gisement("measure", "contracts", "--format", "json", workspace=workspace)
    assert json.loads(measured.stdout)["figures"][0]["value"] == 5
    listed = json.loads(gisement("sources", "--format", "json", workspace=workspace).stdout)
    assert {one["licence"] for one in listed["snapshots"]} == {"Licence Ouverte 2.0"}


def test_a_file_that_has_not_changed_changes_nothing(scene: Scene, workspace: Path) -> None:
    fetched(scene, workspace, "decp")
    before, asked = every_file(workspace), len(scene.asked)
    run = fetched(scene, workspace, "decp")
    assert (run.returncode, run.stdout) == (0, f"{card('decp').title} : déjà présent.\n")
    assert scene.files_asked()[-1]["if-none-match"] == scene.content(FILE)[1]
    assert len(scene.asked) == asked + 2
    assert every_file(workspace) == before


def test_a_new_version_takes_the_place_of_the_former_one(scene: Scene, workspace: Path) -> None:
    added = workspace.parent / "mine.csv"
    added.write_bytes(lines(3))
    gisement("add", "decp", added, workspace=workspace)
    fetched(scene, workspace, "decp")
    scene.files[FILE] = lines(12)
    run = fetched(scene, workspace, "decp")
    assert run.stdout.endswith(" : 12 enregistrements.\n")
    assert sorted(about["name"] for about in held(workspace).values()) == ["decp.parquet", "mine.csv"]
    assert hashlib.sha256(lines(12)).hexdigest() in {about["sha256"] for about in held(workspace).values()}


# --- bad days -----------------------------------------------------------------------------------------------


def test_a_truncated_download_goes_on_where_it_stopped(scene: Scene, workspace: Path) -> None:
    scene.files[FILE] = LARGE
    scene.acts = [breaks_after(300_000)]
    run = fetched(scene, workspace, "decp")
    assert (run.returncode, run.stderr) == (0, "")
    assert [asked.get("range") for asked in scene.files_asked()] == [None, "bytes=300000-"]
    assert only_content(workspace) == LARGE


def test_a_killed_download_goes_on_where_it_stopped(scene: Scene, workspace: Path) -> None:
    scene.files[FILE] = LARGE
    enough = threading.Event()
    scene.acts = [stalls_after(300_000, enough)]
    running = started("fetch", "decp", "--base-url", scene.address, workspace=workspace)
    part = workspace / ".scratch" / "downloads" / "decp.parquet.part"
    until = time.monotonic() + 60
    while not (part.is_file() and part.stat().st_size == 300_000):
        assert time.monotonic() < until
        assert running.poll() is None, running.communicate()
        time.sleep(0.01)
    running.kill()
    running.communicate()
    enough.set()
    assert held(workspace) == {}
    run = fetched(scene, workspace, "decp")
    assert (run.returncode, run.stderr) == (0, "")
    assert scene.files_asked()[-1]["range"] == "bytes=300000-"
    assert only_content(workspace) == LARGE


def test_a_file_that_changes_on_the_way_is_begun_again(scene: Scene, workspace: Path) -> None:
    scene.files[FILE] = LARGE
    scene.acts = [breaks_after(300_000), changes(OTHER)]
    run = fetched(scene, workspace, "decp")
    assert (run.returncode, run.stderr) == (0, "")
    assert scene.files_asked()[1]["range"] == "bytes=300000-"
    assert only_content(workspace) == OTHER


def test_a_file_that_changes_between_two_runs_is_begun_again(scene: Scene, workspace: Path) -> None:
    scene.files[FILE] = LARGE
    scene.acts = [breaks_after(300_000), says(429, Retry_After="86400")]
    assert "86400 s" in refused(fetched(scene, workspace, "decp"))
    scene.files[FILE] = OTHER
    assert fetched(scene, workspace, "decp").returncode == 0
    assert only_content(workspace) == OTHER


def test_a_busy_server_is_waited_for(scene: Scene, workspace: Path) -> None:
    scene.acts = [says(429, Retry_After="1"), says(500, Retry_After="0"), says(503, Retry_After="0")]
    scene.listing_acts = [says(502, Retry_After="0")]
    run = fetched(scene, workspace, "decp")
    assert (run.returncode, run.stderr) == (0, "")
    paths = [asked["path"].partition("?")[0] for asked in scene.asked]
    assert [path == FILE for path in paths] == [False, False, True, True, True, True]
    assert scene.moments[3] - scene.moments[2] >= 1


@pytest.mark.parametrize("status", [429, 500])
def test_a_server_that_never_answers_is_given_up(scene: Scene, workspace: Path, status: int) -> None:
    scene.acts = [says(status, Retry_After="0")] * 50
    sentence = refused(fetched(scene, workspace, "decp"))
    assert f"HTTP {status}" in sentence
    assert "relancer plus tard" in sentence
    assert len(scene.files_asked()) == Session().attempts
    assert held(workspace) == {}


def test_an_interface_that_never_answers_is_given_up(scene: Scene, workspace: Path) -> None:
    scene.listing_acts = [says(503, Retry_After="0")] * 50
    sentence = refused(fetched(scene, workspace, "decp"))
    assert "HTTP 503" in sentence
    assert card("decp").page in sentence
    assert (len(scene.asked), scene.files_asked()) == (Session().attempts, [])


def test_a_missing_file_is_one_sentence_at_once(scene: Scene, workspace: Path) -> None:
    scene.acts = [says(404)]
    sentence = refused(fetched(scene, workspace, "decp"))
    assert "HTTP 404" in sentence
    assert f"{scene.address}{FILE}" in sentence
    assert len(scene.files_asked()) == 1
    scene.listing.clear()
    assert "HTTP 404" in refused(fetched(scene, workspace, "decp"))


def test_an_address_that_is_not_of_the_web(workspace: Path) -> None:
    sentence = refused(gisement("fetch", "decp", "--base-url", "ftp://127.0.0.1", workspace=workspace))
    assert "ce n'est pas une adresse http" in sentence


def test_one_source_that_fails_does_not_stop_the_others(scene: Scene, workspace: Path) -> None:
    scene.acts = [says(404)]
    run = fetched(scene, workspace)
    assert run.returncode == 2
    assert len(run.stderr.splitlines()) == 1
    assert {about["kind"] for about in held(workspace).values()} == {"sirene", "legal-units"}


def test_a_name_that_does_not_exist_stops_before_anything_is_asked(scene: Scene, workspace: Path) -> None:
    assert "decq" in refused(fetched(scene, workspace, "decp", "decq"))
    assert scene.asked == []


def test_a_file_that_cannot_be_read_leaves_nothing(scene: Scene, workspace: Path) -> None:
    scene.files[FILE] = b"<html>Maintenance</html>"
    for _ in range(2):
        refused(fetched(scene, workspace, "decp"))
        assert held(workspace) == {}
    scene.files[FILE] = CONTENT["decp"]
    assert fetched(scene, workspace, "decp").returncode == 0


# --- progress -----------------------------------------------------------------------------------------------


def test_how_far_it_is_shows_on_a_terminal_only(scene: Scene, workspace: Path) -> None:
    scene.files[FILE] = LARGE
    scene.acts = [breaks_after(300_000)]  # the wait before it goes on is long enough to be seen
    words = ("fetch", "decp", "--base-url", scene.address)
    watched = on_a_terminal(*words, workspace=workspace)
    assert watched.returncode == 0
    assert "━" in watched.stdout
    assert f"300 ko / {len(LARGE) // 1000} ko" in watched.stdout.replace("\u00a0", " ")
    assert f"{card('decp').title} : 8\u202f000 enregistrements." in watched.stdout
    scene.files[FILE] = OTHER
    run = fetched(scene, workspace, "decp")
    assert (run.stdout, run.stderr) == (f"{card('decp').title} : 7\u202f000 enregistrements.\n", "")
