"""Serves the application on this machine until Ctrl-C."""

from __future__ import annotations

import errno
import gc
import socket
import sys
import threading
from collections.abc import Callable
from typing import TYPE_CHECKING

import uvicorn

from gisement.publish.web.serving.limits import Limits
from gisement.publish.web.serving.live import Live, try_page, warm, warm_aside
from gisement.publish.web.serving.security import Application
from gisement.publish.web.serving.workers import Balanced, Waiting
from gisement.terms import Trouble

if TYPE_CHECKING:
    from gisement.publish.web.partners.gate import Gate

TURN = 0.02
"""Seconds that a thread may compute before another one has its turn: most answers end within, the others share."""
MADE = 20_000
"""Objects made between two looks for those that only point at each other: a page leaves none, a look goes through the
figures that are kept."""
Listening = socket.socket
"""A socket that is bound to an address, before or while it is answered on."""


def run(
    application: Live | Gate, listening: Listening, waiting: Waiting, own: int = 0,
    meanwhile: Callable[[], None] = lambda: None,
) -> None:  # fmt: skip
    """Serve an application, and what later builds make of it, on a socket that listens; until Ctrl-C.

    Of several processes that serve the same tables (`own` is the number of this one), the first notes what each release
    publishes and answers at once, the first page being made (most ask for it first: made twice at the same time, it
    would come later), and does what is to be done `meanwhile` before it visits the others; the other processes answer
    once they have visited their pages.
    """
    everyone = application if isinstance(application, Live) else application.everyone
    is_first = own == 0
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
