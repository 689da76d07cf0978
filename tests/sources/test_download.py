"""Downloads from a real server on the loopback, with everything that goes wrong on real networks."""

from __future__ import annotations

import gzip
import hashlib
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.utils import formatdate
from pathlib import Path
from typing import Any

import pytest

from gisement.sources.download import Download, Session, download
from gisement.terms.trouble import Trouble
from tests.publisher import BODY, FIRST, OTHER, SECOND, Handler, Scene, breaks_after, changes, published, says


@pytest.fixture
def scene() -> Iterator[Scene]:
    """A fresh scene on a server of its own."""
    with published() as fresh:
        yield fresh


def _get(scene: Scene, target: Path, waits: list[float] | None = None, **rules: Any) -> Download:
    sleep = [].append if waits is None else waits.append
    session = Session(**{"sleep": sleep, "timeout": 5.0, **rules})
    return download(f"{scene.address}/file", target, session=session)


def _leftovers(target: Path) -> set[str]:
    return {path.name for path in target.parent.iterdir()} - {target.name, f"{target.name}.download.json"}


def test_plain_download(scene: Scene, tmp_path: Path) -> None:
    seen: list[tuple[int, int | None]] = []
    target = tmp_path / "deep" / "file.bin"
    address = f"{scene.address}/file"
    found = download(address, target, progress=lambda *step: seen.append(step))
    assert target.read_bytes() == BODY
    digest = hashlib.sha256(BODY).hexdigest()
    assert found == Download(address, target, len(BODY), digest, FIRST, None, found.date, True)
    today = datetime.now(UTC).date()
    assert found.date in {day.isoformat() for day in (today, today - timedelta(days=1))}
    assert (seen[0], seen[-1]) == ((0, len(BODY)), (len(BODY), len(BODY)))
    assert [received for received, _ in seen] == sorted({received for received, _ in seen})
    assert _leftovers(target) == set()
    assert scene.asked[0]["accept-encoding"] == "identity"


def test_unchanged_file_is_not_sent_again(scene: Scene, tmp_path: Path) -> None:
    target = tmp_path / "file.bin"
    first, second = _get(scene, target), _get(scene, target)
    assert (first.is_new, second.is_new) == (True, False)
    assert (second.sha256, second.size, second.date) == (first.sha256, first.size, first.date)
    assert scene.asked[1]["if-none-match"] == FIRST
    scene.body, scene.etag = OTHER, SECOND
    assert _get(scene, target).sha256 == hashlib.sha256(OTHER).hexdigest()
    assert target.read_bytes() == OTHER


def test_damaged_file_is_asked_for_anew(scene: Scene, tmp_path: Path) -> None:
    target = tmp_path / "file.bin"
    _get(scene, target)
    target.write_bytes(b"short")
    assert _get(scene, target).is_new
    (tmp_path / "file.bin.download.json").write_text("{rompu", encoding="utf-8")
    assert _get(scene, target).is_new
    assert target.read_bytes() == BODY
    assert all("if-none-match" not in asked for asked in scene.asked)


@pytest.mark.parametrize("validator", ["etag", "date"])
def test_truncated_body_is_resumed(scene: Scene, tmp_path: Path, validator: str) -> None:
    if validator == "date":
        scene.etag, scene.last_modified = None, "Mon, 05 Jan 2026 06:00:00 GMT"
    scene.acts = [breaks_after(300_000)]
    waits: list[float] = []
    assert _get(scene, tmp_path / "file.bin", waits).size == len(BODY)
    assert (tmp_path / "file.bin").read_bytes() == BODY
    assert scene.asked[1]["range"] == "bytes=300000-"
    assert scene.asked[1]["if-range"] == (scene.etag or scene.last_modified)
    assert waits == [1.0]
    assert _leftovers(tmp_path / "file.bin") == set()


def test_next_run_resumes_what_the_last_one_left(scene: Scene, tmp_path: Path) -> None:
    target = tmp_path / "file.bin"
    scene.acts = [breaks_after(300_000)]
    with pytest.raises(Trouble, match="did not succeed"):
        _get(scene, target, attempts=1)
    assert not target.exists()
    assert _leftovers(target) == {"file.bin.part", "file.bin.part.download.json"}
    assert _get(scene, target).size == len(BODY)
    assert [asked.get("range") for asked in scene.asked] == [None, "bytes=300000-"]
    assert target.read_bytes() == BODY


def test_file_changed_between_two_ranges(scene: Scene, tmp_path: Path) -> None:
    scene.acts = [breaks_after(300_000), changes(OTHER, SECOND)]
    found = _get(scene, tmp_path / "file.bin")
    assert (tmp_path / "file.bin").read_bytes() == OTHER
    assert (found.etag, found.sha256) == (SECOND, hashlib.sha256(OTHER).hexdigest())


@pytest.mark.parametrize("body", [OTHER, OTHER[:200_000], OTHER + OTHER])
def test_file_changed_and_if_range_ignored(scene: Scene, tmp_path: Path, body: bytes) -> None:
    """A server that sends the rest of the new file after the start of the old one: the ETag tells."""

    def sends_anyway(handler: Handler) -> bool:
        handler.scene.body, handler.scene.etag = body, SECOND
        handler.partial(300_000)
        return True

    scene.acts = [breaks_after(300_000), sends_anyway]
    _get(scene, tmp_path / "file.bin")
    assert (tmp_path / "file.bin").read_bytes() == body
    assert "range" not in scene.asked[2]


def test_server_without_ranges_starts_again(scene: Scene, tmp_path: Path) -> None:
    scene.ranges = False
    scene.acts = [breaks_after(300_000)]
    _get(scene, tmp_path / "file.bin")
    assert (tmp_path / "file.bin").read_bytes() == BODY
    assert "range" in scene.asked[1]


def test_without_validator_nothing_is_resumed_or_trusted(scene: Scene, tmp_path: Path) -> None:
    scene.etag = None
    scene.acts = [breaks_after(300_000)]
    _get(scene, tmp_path / "file.bin")
    assert _get(scene, tmp_path / "file.bin").is_new
    assert (tmp_path / "file.bin").read_bytes() == BODY
    assert all("range" not in asked and "if-none-match" not in asked for asked in scene.asked)


def test_weak_etag_is_not_resumed(scene: Scene, tmp_path: Path) -> None:
    scene.etag = 'W/"first"'
    scene.acts = [breaks_after(300_000)]
    _get(scene, tmp_path / "file.bin")
    assert "range" not in scene.asked[1]
    assert not _get(scene, tmp_path / "file.bin").is_new


def test_busy_server_says_how_long_to_wait(scene: Scene, tmp_path: Path) -> None:
    in_a_minute = formatdate(time.time() + 60, usegmt=True)
    scene.acts = [says(429, Retry_After=asked) for asked in ("7", in_a_minute, "nonsense")]
    waits: list[float] = []
    assert _get(scene, tmp_path / "file.bin", waits).size == len(BODY)
    assert waits[0] == 7.0
    assert 55 < waits[1] <= 61
    assert waits[2] == 4.0  # the third wait of our own: 1, 2, 4


def test_wait_too_long_is_refused(scene: Scene, tmp_path: Path) -> None:
    scene.acts = [says(429, Retry_After="86400")]
    waits: list[float] = []
    with pytest.raises(Trouble, match="wait asked for: 86400 s"):
        _get(scene, tmp_path / "file.bin", waits)
    assert waits == []


def test_two_failures_then_success_with_growing_waits(scene: Scene, tmp_path: Path) -> None:
    scene.acts = [says(500), says(500)]
    waits: list[float] = []
    _get(scene, tmp_path / "file.bin", waits, first_wait=0.5)
    assert waits == [0.5, 1.0]
    assert (tmp_path / "file.bin").read_bytes() == BODY


def test_lasting_failure_keeps_the_last_good_file(scene: Scene, tmp_path: Path) -> None:
    target = tmp_path / "file.bin"
    _get(scene, target)
    scene.acts = [says(502)] * 3
    with pytest.raises(Trouble, match=r"^[^\n]*HTTP 502[^\n]*$"):
        _get(scene, target, attempts=3)
    assert len(scene.asked) == 4
    assert target.read_bytes() == BODY


def test_missing_file_is_refused_at_once(scene: Scene, tmp_path: Path) -> None:
    scene.acts = [says(404)]
    with pytest.raises(Trouble, match="HTTP 404"):
        _get(scene, tmp_path / "file.bin")
    assert len(scene.asked) == 1
    assert list(tmp_path.iterdir()) == []


def test_redirect_is_followed(scene: Scene, tmp_path: Path) -> None:
    scene.acts = [says(302, Location="/elsewhere")]
    _get(scene, tmp_path / "file.bin")
    assert [asked["path"] for asked in scene.asked] == ["/file", "/elsewhere"]
    scene.acts = [says(302, Location="/file")] * 30
    with pytest.raises(Trouble, match="redirects"):
        _get(scene, tmp_path / "other.bin")


def test_slow_drip_is_given_up_and_resumed(scene: Scene, tmp_path: Path) -> None:
    def drips(handler: Handler) -> bool:
        handler.send_response(200)
        handler.send_header("Content-Length", str(len(BODY)))
        handler.send_header("ETag", FIRST)
        handler.end_headers()
        for start in range(0, 1000, 50):
            handler.wfile.write(BODY[start : start + 50])
            time.sleep(0.02)
        handler.close_connection = True
        return True

    scene.acts = [drips]
    _get(scene, tmp_path / "file.bin", longest_attempt=0.1)
    assert 0 < int(scene.asked[1]["range"].removeprefix("bytes=").rstrip("-")) < 1000
    assert (tmp_path / "file.bin").read_bytes() == BODY


def test_silent_server_times_out(scene: Scene, tmp_path: Path) -> None:
    def hangs(handler: Handler) -> bool:
        time.sleep(0.4)
        handler.close_connection = True
        return True

    scene.acts = [hangs]
    with pytest.raises(Trouble, match="did not succeed"):
        _get(scene, tmp_path / "file.bin", timeout=0.1, attempts=1)


@pytest.mark.parametrize("announced", [True, False])
def test_too_large_file_is_refused(scene: Scene, tmp_path: Path, announced: bool) -> None:
    def unannounced(handler: Handler) -> bool:
        handler.send_response(200)
        handler.send_header("Connection", "close")
        handler.end_headers()
        handler.wfile.write(BODY)
        handler.close_connection = True
        return True

    scene.acts = [] if announced else [unannounced]
    with pytest.raises(Trouble, match="more than 100000 bytes"):
        _get(scene, tmp_path / "file.bin", largest=100_000)
    assert not (tmp_path / "file.bin").exists()


def test_body_compressed_on_the_fly_is_stored_plain(scene: Scene, tmp_path: Path) -> None:
    def compresses(handler: Handler) -> bool:
        handler.answer(200, gzip.compress(BODY), {"Content-Encoding": "gzip"})
        return True

    scene.acts = [compresses]
    assert _get(scene, tmp_path / "file.bin").size == len(BODY)
    assert (tmp_path / "file.bin").read_bytes() == BODY


def test_a_server_that_is_not_there_is_given_up_at_once(tmp_path: Path) -> None:
    waits: list[float] = []
    with pytest.raises(Trouble, match="did not succeed"):
        download("http://127.0.0.1:9/file", tmp_path / "f", session=Session(sleep=waits.append, attempts=3))
    assert waits == []
    with pytest.raises(Trouble, match="check the address"):
        download("ftp://127.0.0.1/file", tmp_path / "f", session=Session(sleep=waits.append))


def test_a_server_that_goes_away_is_waited_for(tmp_path: Path) -> None:
    waits: list[float] = []
    with published() as scene:
        scene.acts = [says(503), says(302, Location="http://127.0.0.1:9/file"), says(503)]
        assert _get(scene, tmp_path / "file.bin", waits).size == len(BODY)
    assert waits == [1.0, 2.0, 4.0]
