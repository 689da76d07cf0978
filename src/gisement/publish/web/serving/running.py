"""Serves the application until Ctrl-C, and goes on while the tables are built anew.

Each answer is wholly of one release, then of the next. Pages are visited once before people do: compiling an expression
takes longer than running it.
"""

from __future__ import annotations

import errno
import gc
import logging
import socket
import sys
import threading
from collections.abc import Callable
from typing import Protocol

import uvicorn
from starlette.requests import Request

from gisement.publish.web.app import PAGES, create_app
from gisement.publish.web.page import Page
from gisement.publish.web.serving.limits import Limits
from gisement.publish.web.serving.security import Application, Message, Receive, Send
from gisement.publish.web.serving.workers import Balanced, Waiting
from gisement.publish.web.site import Site
from gisement.terms import Trouble

LOG = logging.getLogger(__name__)
EVERY = 2.0
"""Seconds between two looks at the tables."""
ADDRESSES = tuple(path for path, _ in PAGES if "{" not in path and path != "/api")
"""Pages to visit; that of the API asks the application itself, which a visit has not."""
TURN = 0.02
"""Seconds that a thread may compute before another one has its turn: most answers end within, the others share."""
MADE = 20_000
"""Objects made between two looks for those that only point at each other: a page leaves none, a look goes through the
figures that are kept."""
Listening = socket.socket
"""A socket that is bound to an address, before or while it is answered on."""


class Live:
    """The application of the latest whole release. `renew` makes the site of the tables as they are on the disk.

    A request is answered to its end by the application that it met; the former one goes when nobody reads it any more.
    """

    def __init__(self, site: Site, renew: Callable[[], Site]) -> None:
        self.site, self.renew = site, renew
        self.taken: Callable[[Site], None] = lambda _: None
        """What is done with each next release, once it answers."""
        self.notes = True
        """Whether this process keeps what each release publishes."""
        self.app: Application = create_app(site)
        self._stopped = threading.Event()

    @property
    def everyone(self) -> Live:
        """Whose pages everyone is shown: these."""
        return self

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        """One request, by the application of the moment."""
        await self.app(scope, receive, send)

    def look(self) -> bool:
        """Take the next release if a build has ended; whether one was taken."""
        if not self.site.served.is_stale:
            return False
        try:
            site = self.renew()
        except Trouble:  # another build began meanwhile: its end will be seen
            return False
        self.app, self.site = create_app(site), site
        self.taken(site)
        return True

    def watch(self) -> None:
        """Note the release, then look again and again, until `stop`."""
        self.note()
        while not self._stopped.wait(EVERY):
            try:
                if self.look():
                    self.note()
            except Exception:  # a file that a build took away while it was read: the next look may find it
                LOG.exception("The tables could not be looked at; the former release goes on")

    def note(self) -> None:
        """Keep what the release publishes; a workspace that cannot be written to goes on without."""
        if not self.notes:
            return
        try:
            self.site.note_release()
        except (OSError, Trouble) as error:
            LOG.warning("What this release publishes could not be noted: %s", error)

    def stop(self) -> None:
        """Look no more."""
        self._stopped.set()


class Answering(Protocol):
    """What can be served: the application of everyone, or one that chooses for whoever asks."""

    @property
    def everyone(self) -> Live:
        """The application whose pages everyone is shown."""

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        """One request."""

    def watch(self) -> None:
        """Take each next release."""


def run(
    application: Answering, listening: Listening, waiting: Waiting, own: int = 0,
    meanwhile: Callable[[], None] = lambda: None,
) -> None:  # fmt: skip
    """Serve an application, and what later builds make of it, on a socket that listens; until Ctrl-C.

    Of several processes that serve the same tables (`own` is the number of this one), the first notes what each release
    publishes and answers at once, the first page being made (most ask for it first: made twice at the same time, it
    would come later), and does what is to be done `meanwhile` before it visits the others; the other processes answer
    once they have visited their pages.
    """
    everyone, is_first = application.everyone, own == 0
    everyone.taken, everyone.notes = warm_aside, is_first
    if is_first:
        try_page(everyone.site, "/")
        warm_aside(everyone.site, meanwhile)
    else:
        warm(everyone.site)
    threading.Thread(target=application.watch, daemon=True).start()
    sys.setswitchinterval(TURN)
    gc.set_threshold(MADE)
    server = uvicorn.Server(configuration(Balanced(Limits(application), waiting, own)))
    server.run(sockets=[listening])


def address_of(listening: Listening, host: str) -> str:
    """The address to type in a browser, `http://127.0.0.1:8000/`, with the port that was found free."""
    return f"http://{host}:{listening.getsockname()[1]}/"


def configuration(application: Application) -> uvicorn.Config:
    """How the server is set: no log of who reads what, no name of the software in the answers."""
    return uvicorn.Config(
        application, log_level="error", access_log=False, server_header=False, date_header=False, lifespan="off"
    )


def listen(host: str, port: int) -> Listening:
    """A socket bound to the address (port 0: any free one)."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    found = socket.socket(family, socket.SOCK_STREAM)
    found.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        found.bind((host, port))
        found.listen(128)
    except OSError as error:
        found.close()
        raise _refused(error, host, port) from None
    return found


def _refused(error: OSError, host: str, port: int) -> Trouble:
    """Why the address cannot be listened on, and what to type."""
    if error.errno == errno.EADDRINUSE:
        other = port + 1 if port < 65_535 else 8000
        return Trouble(
            fr=f"Le port {port} est déjà pris, peut-être par un autre gisement : ajouter --port {other}.",
            en=f"Port {port} is taken, perhaps by another gisement: add --port {other}.",
        )
    if error.errno in (errno.EACCES, errno.EPERM):
        return Trouble(
            fr=f"Le port {port} est réservé au système : en donner un autre, comme --port 8000.",
            en=f"Port {port} is kept for the system: give another one, such as --port 8000.",
        )
    return Trouble(
        fr=f"L'adresse {host} n'est pas de cette machine : ôter --host, ou donner 127.0.0.1.",
        en=f"The address {host} is not this machine's: leave out --host, or give 127.0.0.1.",
    )


def warm(site: Site) -> None:
    """Ask for each page that has an address of its own, then for the figures that pages of indicators show first."""
    for path in ADDRESSES:
        try_page(site, path)
    site.warm()
    # what stays until the next release is looked at no more: going through it took half of the time of a page
    gc.collect()
    gc.freeze()


def try_page(site: Site, path: str) -> None:
    """Visit a page, and note a fault: whoever asks for it will be told of the same, the others can still be made."""
    try:
        visit(site, path)
    except Exception:
        LOG.exception("The page %s could not be made beforehand", path)


def visit(site: Site, path: str) -> None:
    """Make one page, for nobody."""
    asked = {"type": "http", "method": "GET", "path": path, "query_string": b"", "headers": []}
    dict(PAGES)[path](Page(site, Request(asked), "fr"))


def warm_aside(site: Site, before: Callable[[], None] = lambda: None) -> None:
    """The same while the server already answers, and before that what else is to be done by then."""

    def work() -> None:
        before()
        warm(site)

    threading.Thread(target=work, daemon=True).start()
