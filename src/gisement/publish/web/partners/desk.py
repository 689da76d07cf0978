"""What a partner sends through its pages: a ledger (with the mapping assistant), a correction, a sheet of experience.

A file stays in a private folder for as long as the request lasts; a ledger is masked before it enters the workspace.
"""

from __future__ import annotations

import tempfile
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import UploadFile
from starlette.requests import Request
from starlette.responses import Response

from gisement.publish.web.partners.door import Door, forbidden
from gisement.publish.web.partners.session import Session

BLOCK = 1 << 20
CORRECTED = ("key", "column", "old_value", "new_value", "reason")


class Desk(Protocol):
    """What takes in what is sent; each method says in words what became of it, or raises Trouble."""

    def proposal(self, file: Path, mapping: str, siret: str, language: str) -> tuple[str, str]:
        """What the assistant says of a ledger, and the mapping (TOML) that it proposes."""

    def ledger(self, file: Path, mapping: str, siret: str, siren: str) -> str:
        """Take in a ledger of this partner; Trouble if a line of it is another's."""

    def correction(self, fields: dict[str, str], siren: str) -> str:
        """Take in a correction of a contract of this partner."""

    def sheet(self, text: str, siren: str) -> str:
        """Take in a sheet of experience of this partner."""

    def model(self, siren: str) -> str:
        """A sheet of experience to fill in, as text, with the SIREN of this partner in it."""


@dataclass(frozen=True)
class Counter:
    """The views; each wants an editor, and the form of a page of its session."""

    door: Door
    desk: Desk

    async def show(self, request: Request) -> Response:
        """The page of forms of the partner who is signed in; raises Trouble (403) for anyone but an editor."""
        session: Session | None = request.scope["gisement.session"]
        if session is None or not session.is_signed_in or session.rights[session.siren] != "editor":
            raise forbidden()
        return self._page(request, session)

    async def ledger(self, request: Request) -> Response:
        """A ledger sent with its mapping: what the assistant proposes, or (with `do=send`) what was taken in.

        Raises Trouble (403) where it is for a buyer that is not the partner's.
        """
        session, form = await self.door.genuine(request, editor=True)
        file, mapping, siret = form.get("file"), str(form.get("mapping", "")), str(form.get("siret", "")).strip()
        if not isinstance(file, UploadFile) or not siret.startswith(session.siren):
            raise forbidden()
        with tempfile.TemporaryDirectory(prefix="gisement-") as private:
            path = Path(private) / (Path(file.filename or "").name or "export.csv")
            await _keep(file, path)
            if form.get("do") != "send":
                proposed = self.desk.proposal
                told, mapping = await run_in_threadpool(proposed, path, mapping, siret, self.door.language(request))
                return self._page(request, session, told=told, mapping=mapping, siret=siret)
            told = await run_in_threadpool(self.desk.ledger, path, mapping, siret, session.siren)
        return await self._sent(request, session, "ledger", told)

    async def correction(self, request: Request) -> Response:
        """The page after a correction of the partner's contracts was taken in; raises Trouble where it is not."""
        session, form = await self.door.genuine(request, editor=True)
        fields = {name: str(form.get(name, "")).strip() for name in CORRECTED}
        told = await run_in_threadpool(self.desk.correction, fields, session.siren)
        return await self._sent(request, session, "correction", told)

    async def experience(self, request: Request) -> Response:
        """The page after a sheet of experience of the partner was taken in; raises Trouble where it is not."""
        session, form = await self.door.genuine(request, editor=True)
        told = await run_in_threadpool(self.desk.sheet, str(form.get("text", "")), session.siren)
        return await self._sent(request, session, "experience", told)

    async def _sent(self, request: Request, session: Session, kind: str, told: str) -> Response:
        await run_in_threadpool(self.door.gate.note, session, "sent", kind=kind, told=told)
        return self._page(request, session, sent=told)

    def _page(self, request: Request, session: Session, **content: Any) -> Response:
        site = self.door.gate.everyone.site
        given = {"told": "", "mapping": "", "siret": f"{session.siren}", "sent": "", **content}
        name = site.partners.get(session.siren, session.siren)
        return self.door.page(request, "desk.html.j2", name=name, model=self.desk.model(session.siren), **given)

    def routes(self) -> list[tuple[str, Callable[[Request], Awaitable[Response]], str]]:
        """Every address of the desk: path, view, method."""
        return [
            ("/partner", self.show, "GET"),
            ("/partner/ledger", self.ledger, "POST"),
            ("/partner/correction", self.correction, "POST"),
            ("/partner/experience", self.experience, "POST"),
        ]


async def _keep(file: UploadFile, path: Path) -> None:
    with path.open("xb") as target:
        while block := await file.read(BLOCK):
            target.write(block)
