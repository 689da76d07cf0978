"""Downloads that survive real networks: conditional, resumed, retried, checked, and put in place at once.

Beside `target` stands `<target>.download.json`: what the server said of the file (ETag, date), its size, its
SHA-256 and the day it was received. An unfinished body stands in `<target>.part` and is resumed if the server still
has the same file. `target` is only ever replaced by a complete one.
"""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Any, TypeVar

import httpx

from gisement.terms.trouble import Trouble

Progress = Callable[[int, int | None], None]
"""Called with the bytes received so far and the bytes in all (None if the server does not say)."""

Done = TypeVar("Done")

_REASONS: tuple[tuple[type[Exception], str], ...] = (
    (httpx.TimeoutException, "le serveur ne répond pas à temps"),
    (httpx.ConnectError, "connexion impossible"),
    (httpx.UnsupportedProtocol, "ce n'est pas une adresse http"),
    (httpx.InvalidURL, "adresse mal écrite"),
    (httpx.TooManyRedirects, "trop de redirections"),
    (httpx.TransportError, "connexion coupée"),
)
"""Failures of the network in French, the most special first."""
_NEVER_REACHED = (httpx.ConnectError, httpx.ConnectTimeout)
_WORTHWHILE_BYTES = 1 << 20
_LISTING_BYTES = 64 << 20
_RETRIED = (408, 425, 429, 500, 502, 503, 504)


@dataclass(frozen=True)
class Session:
    """How a download behaves: waits in seconds, sizes in bytes.

    `longest_wait` bounds what a server may ask for with Retry-After; `longest_attempt` bounds one attempt,
    so that a body that drips for ever is given up and resumed.
    """

    attempts: int = 5
    first_wait: float = 1.0
    longest_wait: float = 120.0
    timeout: float = 30.0
    longest_attempt: float = 3600.0
    largest: int = 8 << 30
    user_agent: str = "gisement"
    sleep: Callable[[float], None] = time.sleep


@dataclass(frozen=True)
class Download:
    """A complete file: where it is, what it is, the day it was received (`2026-01-31`).

    `is_new` is False if the server said that it has not changed since.
    """

    url: str
    path: Path
    size: int
    sha256: str
    etag: str | None
    last_modified: str | None
    date: str | None
    is_new: bool


class Unreachable(Trouble):
    """What is told of an address that gives nothing, and the bare reason, for those who tell it otherwise."""

    def __init__(self, *, fr: str, en: str, reason_fr: str, reason_en: str) -> None:
        super().__init__(fr=fr, en=en)
        self.reason_fr = reason_fr
        self.reason_en = reason_en


@dataclass(frozen=True)
class _Mark:
    """What identifies one version of a file on a server."""

    url: str
    etag: str | None = None
    last_modified: str | None = None
    size: int | None = None
    sha256: str | None = None
    date: str | None = None

    @property
    def resume_key(self) -> str | None:
        """What `If-Range` accepts: a strong ETag, else the date."""
        is_strong = self.etag is not None and not self.etag.startswith("W/")
        return self.etag if is_strong else self.last_modified


class _Again(Exception):
    """The attempt failed, another one may not: why, and how many seconds the server asks to wait."""

    def __init__(self, fr: str, en: str, wait: float | None = None) -> None:
        super().__init__(en)
        self.fr = fr
        self.wait = wait


def download(url: str, target: Path, *, progress: Progress | None = None, session: Session | None = None) -> Download:
    """Bring `url` to `target`, or leave `target` as it is if the server has the same file.

    Raises Trouble, in one sentence, if the file cannot be had; `target` then is what it was.
    """
    rules = session or Session()
    target.parent.mkdir(parents=True, exist_ok=True)
    with _client(rules) as client:
        return _persist(
            lambda: _attempt(client, url, target, progress or _silent, rules), url, rules, lambda: _size(_part(target))
        )


def download_json(url: str, *, session: Session | None = None) -> Any:
    """The JSON that an interface for programs answers at `url`. Raises Unreachable, in one sentence, if it does not."""
    rules = session or Session()
    with _client(rules) as client:
        body = _persist(lambda: _body(client, url, rules), url, rules)
    try:
        return json.loads(body)
    except ValueError as error:
        raise _refused(url, "réponse illisible", "unreadable answer") from error


def _client(rules: Session) -> httpx.Client:
    headers = {"User-Agent": rules.user_agent, "Accept-Encoding": "identity"}
    return httpx.Client(timeout=httpx.Timeout(rules.timeout), headers=headers, follow_redirects=True)


def _persist(attempt: Callable[[], Done], url: str, rules: Session, held: Callable[[], int] = lambda: 0) -> Done:
    """Attempt until it works; an attempt that brought a good deal more (`held`, in bytes) does not count as failed.

    A server that was never reached is given up at once: an address or a network that is wrong is for people to mend.
    """
    failed, wait, was_reached = 0, rules.first_wait, False
    while True:
        before = held()
        try:
            return attempt()
        except (httpx.UnsupportedProtocol, httpx.InvalidURL, httpx.TooManyRedirects) as error:
            raise _refused(url, *_why(error)) from error
        except (_Again, httpx.TransportError) as error:
            was_reached = was_reached or not isinstance(error, _NEVER_REACHED)
            failed = 0 if held() - before > _WORTHWHILE_BYTES else failed + 1
            pause = wait if not isinstance(error, _Again) or error.wait is None else error.wait
            if failed == rules.attempts or pause > rules.longest_wait or not was_reached:
                raise _gave_up(url, error, pause if pause > rules.longest_wait else None) from error
            rules.sleep(pause)
            wait = min(wait * 2, rules.longest_wait)


def _body(client: httpx.Client, url: str, rules: Session) -> bytes:
    """A short body, whole."""
    received, until = bytearray(), time.monotonic() + rules.longest_attempt
    with client.stream("GET", url) as answer:
        _check_status(answer, url)
        for block in answer.iter_bytes():
            received += block
            _check_size(url, len(received), min(_LISTING_BYTES, rules.largest))
            if time.monotonic() > until:
                raise _slow()
    return bytes(received)


def _attempt(client: httpx.Client, url: str, target: Path, progress: Progress, rules: Session) -> Download:
    known, part = _mark(_card(target)), _mark(_card(_part(target)))
    resumed = _resumable(target, part, url)
    with client.stream("GET", url, headers=_conditions(target, known, part, resumed, url)) as answer:
        if answer.status_code == 304 and known is not None:
            _drop_part(target)
            return _finished(target, known, is_new=False)
        _check_status(answer, url)
        start = resumed if answer.status_code == 206 else 0
        total = _total(answer, start)
        if answer.status_code == 416 or (start and not _continues(answer, part, start, total)):
            _drop_part(target)  # what we hold is not the start of what the server has
            raise _Again("le fichier a changé en cours de route", "the file has changed on the way", wait=0)
        mark = _Mark(url, answer.headers.get("etag"), answer.headers.get("last-modified"), total, date=_day(answer))
        _check_size(url, total or start, rules.largest)
        if not start:  # before its card: the bytes of one version must never stand beside the card of another
            _drop_part(target)
        # a body compressed on the fly cannot be resumed: its offsets are not those of the file
        _write(_card(_part(target)), asdict(mark if not _is_encoded(answer) else _Mark(url)))
        _receive(answer, _part(target), start, total, progress, rules)
    return _install(target, mark)


def _conditions(target: Path, known: _Mark | None, part: _Mark | None, resumed: int, url: str) -> dict[str, str]:
    """The headers that ask for the rest of a part, or for the file only if it has changed."""
    if resumed and part is not None and part.resume_key:
        return {"Range": f"bytes={resumed}-", "If-Range": part.resume_key}
    if known is None or known.url != url or not target.is_file() or target.stat().st_size != known.size:
        return {}
    asked = {"If-None-Match": known.etag, "If-Modified-Since": known.last_modified}
    return {name: value for name, value in asked.items() if value}


def _resumable(target: Path, part: _Mark | None, url: str) -> int:
    """How many bytes of `url` the unfinished file holds; 0 if they cannot be trusted."""
    path = _part(target)
    if part is None or part.url != url or part.resume_key is None or not path.is_file():
        return 0
    return path.stat().st_size


def _check_status(answer: httpx.Response, url: str) -> None:
    said = f"HTTP {answer.status_code}"
    if answer.status_code in _RETRIED:
        raise _Again(said, said, _retry_after(answer))
    if answer.status_code not in (200, 206, 416):
        raise _refused(url, said, said)


def _retry_after(answer: httpx.Response) -> float | None:
    """Seconds that the server asks to wait: a number, or a date in its own time."""
    asked = answer.headers.get("retry-after", "").strip()
    if asked.isdigit():
        return float(asked)
    try:
        now = answer.headers.get("date")
        since = parsedate_to_datetime(now) if now else datetime.now(UTC)
        return max(0.0, (parsedate_to_datetime(asked) - since).total_seconds())
    except (TypeError, ValueError):
        return None


def _continues(answer: httpx.Response, part: _Mark | None, start: int, total: int | None) -> bool:
    """Whether a partial answer is the rest of the file begun: same offset, same version, same size."""
    same_version = part is not None and answer.headers.get("etag", part.etag) == part.etag
    same_size = part is not None and part.size in (None, total)
    same_offset = str(answer.headers.get("content-range", "")).startswith(f"bytes {start}-")
    return same_offset and same_version and same_size


def _is_encoded(answer: httpx.Response) -> bool:
    return str(answer.headers.get("content-encoding", "identity")) != "identity"


def _total(answer: httpx.Response, start: int) -> int | None:
    """The size of the whole file, as the server announces it; None where it does not say."""
    announced = answer.headers.get("content-range", "").rpartition("/")[2]
    if answer.status_code == 206 and announced.isdigit():
        return int(announced)
    length = answer.headers.get("content-length", "")
    return start + int(length) if length.isdigit() and not _is_encoded(answer) else None


def _receive(
    answer: httpx.Response, path: Path, start: int, total: int | None, progress: Progress, rules: Session
) -> None:
    received, until = start, time.monotonic() + rules.longest_attempt
    progress(received, total)
    with path.open("ab" if start else "wb") as writer:
        for block in answer.iter_bytes() if _is_encoded(answer) else answer.iter_raw():
            writer.write(block)
            received += len(block)
            _check_size(str(answer.url), received, rules.largest)
            progress(received, total)
            if time.monotonic() > until and received != total:
                raise _slow()
    if total is not None and received != total:
        raise _Again(f"{received} octets reçus sur {total}", f"{received} bytes received of {total}")


def _slow() -> _Again:
    return _Again("le serveur envoie trop lentement", "the server sends too slowly")


def _check_size(url: str, size: int, largest: int) -> None:
    if size > largest:
        raise _refused(url, f"plus de {largest} octets", f"more than {largest} bytes")


def _day(answer: httpx.Response) -> str:
    """The day of an answer: the server's, or else this machine's."""
    try:
        return parsedate_to_datetime(answer.headers.get("date", "")).date().isoformat()
    except (TypeError, ValueError):
        return datetime.now(UTC).date().isoformat()


def _install(target: Path, mark: _Mark) -> Download:
    """Hash the complete part and put it in place of `target`."""
    part = _part(target)
    with part.open("rb") as reader:
        digest = hashlib.file_digest(reader, "sha256").hexdigest()
    complete = replace(mark, size=_size(part), sha256=digest)
    part.replace(target)
    # the card comes last: killed in between, the old card's ETag makes the file be asked for again
    _write(_card(target), asdict(complete))
    _card(part).unlink(missing_ok=True)
    return _finished(target, complete, is_new=True)


def _size(path: Path) -> int:
    return path.stat().st_size if path.is_file() else 0


def _finished(target: Path, mark: _Mark, *, is_new: bool) -> Download:
    size, digest = mark.size or 0, mark.sha256 or ""
    return Download(mark.url, target, size, digest, mark.etag, mark.last_modified, mark.date, is_new)


def _part(target: Path) -> Path:
    return target.with_name(f"{target.name}.part")


def _card(target: Path) -> Path:
    return target.with_name(f"{target.name}.download.json")


def _drop_part(target: Path) -> None:
    _part(target).unlink(missing_ok=True)
    _card(_part(target)).unlink(missing_ok=True)


def _mark(card: Path) -> _Mark | None:
    """The card of a file; None if there is none or it cannot be read (the file is then asked for anew)."""
    try:
        content = json.loads(card.read_text(encoding="utf-8"))
        return _Mark(**content)
    except (OSError, ValueError, TypeError):
        return None


def _write(card: Path, content: Mapping[str, Any]) -> None:
    unfinished = card.with_name(f".{card.name}")
    unfinished.write_text(json.dumps(content, indent=1, sort_keys=True), encoding="utf-8")
    unfinished.replace(card)


def _silent(received: int, total: int | None) -> None:
    """No progress is shown."""


def _why(error: Exception) -> tuple[str, str]:
    """Why an attempt failed, in French and in English."""
    if isinstance(error, _Again):
        return error.fr, str(error)
    said = str(error).partition("\n")[0] or type(error).__name__
    return next((fr for kind, fr in _REASONS if isinstance(error, kind)), said), said


def _gave_up(url: str, error: Exception, wait: float | None) -> Unreachable:
    fr, en = _why(error)
    if wait is not None:
        fr, en = f"{fr}, attente demandée : {wait:.0f} s", f"{en}, wait asked for: {wait:.0f} s"
    return Unreachable(
        fr=f"Le téléchargement de {url} n'a pas abouti ({fr}) : relancer plus tard, il reprendra où il s'est"
        " arrêté, ou ajouter le fichier à la main.",
        en=f"The download of {url} did not succeed ({en}): run it again later, it will resume where it"
        " stopped, or add the file by hand.",
        reason_fr=fr,
        reason_en=en,
    )


def _refused(url: str, fr: str, en: str) -> Unreachable:
    return Unreachable(
        fr=f"Le fichier {url} ne peut pas être téléchargé ({fr}) : vérifier l'adresse, ou ajouter le fichier"
        " à la main.",
        en=f"File {url} cannot be downloaded ({en}): check the address, or add the file by hand.",
        reason_fr=fr,
        reason_en=en,
    )
