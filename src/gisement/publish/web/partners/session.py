"""Sessions of signed-in partners: kept in memory, known to the browser by a number that says nothing.

A session ends after an hour without a request, eight hours after it began, or when the server stops.
"""

from __future__ import annotations

import hmac
import secrets
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from threading import Lock

IDLE, LONGEST, PENDING, MOST = 3600.0, 8 * 3600.0, 600.0, 10_000
COOKIE, SECURE_COOKIE = "gisement", "__Host-gisement"
"""Browsers refuse a name that begins with `__Host-` unless the cookie came over TLS and for this host alone."""


@dataclass
class Session:
    """Who signed in: `subject` at the provider, `rights` by SIREN (`reader`, `editor`), `siren` whose lines are shown.

    Before sign-in it holds what the provider's answer must bring back (`pending`). `view` is `own` or `public`.
    """

    key: str
    began: float
    seen: float
    pending: dict[str, str] = field(default_factory=dict)
    subject: str = ""
    siren: str = ""
    rights: Mapping[str, str] = field(default_factory=dict)
    view: str = "own"
    token: str = ""
    hint: str = ""

    @property
    def is_signed_in(self) -> bool:
        """Whether a provider told who it is, and it has rights here."""
        return bool(self.siren)

    def is_genuine(self, token: str) -> bool:
        """Whether a form was sent from a page of this session."""
        return bool(self.token) and hmac.compare_digest(self.token.encode(), token.encode("utf-8", "replace"))


class Sessions:
    """Every session, by its number."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock, self._held, self._lock = clock, dict[str, Session](), Lock()

    def begin(self) -> Session:
        """A new session, with a number that nobody can guess; the oldest go where there are too many."""
        now = self._clock()
        with self._lock:
            self._sweep(now)
            made = Session(secrets.token_urlsafe(32), now, now, token=secrets.token_urlsafe(32))
            self._held[made.key] = made
            while len(self._held) > MOST:
                del self._held[next(iter(self._held))]
        return made

    def found(self, key: str) -> Session | None:
        """The session of a number, if it has not ended; reading it puts its end off."""
        now = self._clock()
        with self._lock:
            held = self._held.get(key)
            if held is None or self._has_ended(held, now):
                self._held.pop(key, None)
                return None
            held.seen = now
            return held

    def end(self, session: Session) -> None:
        """Forget a session: its cookie opens nothing any more."""
        with self._lock:
            self._held.pop(session.key, None)

    def renew(self, session: Session) -> Session:
        """The same session under another number: who planted the former one knows nothing of it."""
        with self._lock:
            self._held.pop(session.key, None)
            session.key = secrets.token_urlsafe(32)
            session.began = self._clock()
            self._held[session.key] = session
        return session

    def _sweep(self, now: float) -> None:
        for key in [key for key, held in self._held.items() if self._has_ended(held, now)]:
            del self._held[key]

    def _has_ended(self, session: Session, now: float) -> bool:
        longest = LONGEST if session.is_signed_in else PENDING
        return now - session.seen > IDLE or now - session.began > longest
