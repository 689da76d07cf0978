"""What partners send through the pages: taken in for themselves alone, masked first, refused in one sentence."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from gisement.sources.demonstration import Demonstration
from gisement.store import Workspace, remove_snapshot, snapshots
from tests.publish.signing_in import HOSPITAL, TOWN, Place, signed_in
from tests.workspaces import rows

MAPPED = "Enveloppe;Compte;Tiers;SIRET tiers;Libellé;Date;Montant HT\nB;60632;Quincaillerie Fictive;99900377500015;Vis et écrous;03/02/2024;120,50\n"


@pytest.fixture(scope="module")
def clerk(place: Place) -> Iterator[httpx.Client]:
    """The browser of an editor of the town (and reader of the hospital), the town's lines chosen."""
    browser = signed_in(place, "clerk")
    browser.post(f"{place.address}/session/view", data={"token": token(browser, place), "siren": TOWN, "view": "own"})
    yield browser
    browser.close()


@pytest.fixture(autouse=True)
def nothing_left(paid_workspace: Workspace) -> Iterator[None]:
    """What a test sent goes: the workspace is that of other tests too."""
    before = {(s.kind, s.identifier) for s in snapshots(paid_workspace)}
    yield
    for sent in list(snapshots(paid_workspace)):
        if (sent.kind, sent.identifier) not in before:
            remove_snapshot(paid_workspace, sent.identifier, sent.kind)


def token(browser: httpx.Client, place: Place) -> str:
    """The token of the session's forms."""
    found = re.search(r'name="token" value="([^"]+)"', browser.get(f"{place.address}/session").text)
    assert found
    return found[1]


def sent(workspace: Workspace, kind: str) -> list[str]:
    """The names of the files of a kind that partners sent."""
    return [s.name for s in snapshots(workspace, kind) if s.card["producer"] == f"SIREN {TOWN}"]


def ledger(browser: httpx.Client, place: Place, content: bytes, do: str, **fields: str) -> httpx.Response:
    """Send a file of payments."""
    given = {"token": token(browser, place), "siret": f"{TOWN}00019", "mapping": "", "do": do, **fields}
    files = {"file": ("export.csv", content)}
    return browser.post(f"{place.address}/partner/ledger", data=given, files=files, timeout=300)


def test_the_assistant_proposes_and_keeps_nothing(place: Place, clerk: httpx.Client, paid_workspace: Workspace) -> None:
    answer = ledger(clerk, place, MAPPED.encode(), "read")
    assert answer.status_code == 200, answer.text
    assert "[columns]" in answer.text
    assert sent(paid_workspace, "ledger") == []


def test_a_ledger_is_masked_and_taken_in(place: Place, clerk: httpx.Client, paid_workspace: Workspace) -> None:
    page = ledger(clerk, place, MAPPED.encode(), "read").text
    found = re.search(r'<textarea id="mapping"[^>]*>(.*?)</textarea>', page, flags=re.DOTALL)
    assert found
    mapping = found[1].replace("&#34;", '"').replace("&#39;", "'").replace("&gt;", ">").replace("&lt;", "<")
    mapping = re.sub(r"(?m)^#? ?nomenclature = .*$", 'nomenclature = "M57"', mapping)
    answer = ledger(clerk, place, MAPPED.encode(), "send", mapping=mapping)
    assert answer.status_code == 200, re.sub(r"<[^>]+>", " ", answer.text)[-900:]
    (name,) = sent(paid_workspace, "ledger")
    assert name.startswith(TOWN)
    assert place.events[-1]["what"] == "sent"


def test_a_ledger_of_another_is_refused(
    place: Place, clerk: httpx.Client, paid_workspace: Workspace, demo: Demonstration
) -> None:
    """By the number given, and by what a file that is masked already says of itself."""
    assert ledger(clerk, place, MAPPED.encode(), "send", siret=f"{HOSPITAL}00017").status_code == 403
    foreign = next(s for s in snapshots(paid_workspace, "ledger") if HOSPITAL in s.path.read_text("utf-8", "replace"))
    answer = ledger(clerk, place, foreign.path.read_bytes(), "send")
    assert answer.status_code == 400
    assert "autre acheteur" in answer.text
    assert sent(paid_workspace, "ledger") == []


def test_a_reader_sends_nothing(place: Place, town: httpx.Client, paid_workspace: Workspace) -> None:
    assert ledger(town, place, MAPPED.encode(), "send").status_code == 403
    assert town.get(f"{place.address}/partner").status_code == 403
    assert httpx.get(f"{place.address}/partner", timeout=300).status_code == 403


def bomb() -> bytes:
    """A zip whose content is a thousand times as large."""
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", b"0" * (64 << 20))
    return held.getvalue()


ODD: dict[str, bytes] = {
    "empty": b"", "noise": bytes(range(256)) * 40, "bomb": bomb(), "html": b"<html><table><tr><td>1</td></tr></table>",
    "entities": b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>', "zeros": b"\0" * 10_000,
    "one line": b"a;" * 50_000, "formula": MAPPED.replace("Vis", "=cmd|' /C calc'!A0").encode(),
}  # fmt: skip


@pytest.mark.parametrize("name", ODD)
def test_whatever_is_sent_is_answered_in_words(name: str, place: Place, clerk: httpx.Client) -> None:
    for do in ("read", "send"):
        answer = ledger(clerk, place, ODD[name], do)
        assert answer.status_code in (200, 400), name
        assert "Traceback" not in answer.text


def test_a_correction_is_for_one_s_own_contracts(place: Place, clerk: httpx.Client, paid_workspace: Workspace) -> None:
    def corrected(siren: str) -> httpx.Response:
        sql = f"SELECT contract_key FROM contract WHERE buyer_siren = '{siren}' ORDER BY 1 LIMIT 1"
        (found,) = rows(paid_workspace, sql, ["contract"])
        fields: dict[str, Any] = {
            "token": token(clerk, place), "key": found["contract_key"], "column": "duration_months", "old_value": "6",
            "new_value": "12", "reason": "durée mal saisie",
        }  # fmt: skip
        return clerk.post(f"{place.address}/partner/correction", data=fields, timeout=300)

    assert corrected(HOSPITAL).status_code == 400
    assert sent(paid_workspace, "correction") == []
    assert corrected(TOWN).status_code == 200
    assert len(sent(paid_workspace, "correction")) == 1


def test_a_sheet_is_of_one_s_own_experience(place: Place, clerk: httpx.Client, paid_workspace: Workspace) -> None:
    page = clerk.get(f"{place.address}/partner").text
    found = re.search(r'<textarea id="text"[^>]*>(.*?)</textarea>', page, flags=re.DOTALL)
    assert found
    text = found[1].replace("&#34;", '"').replace("&#39;", "'")
    for given, status in ((text, 200), (text.replace(TOWN, HOSPITAL), 400), ("rien", 400)):
        data = {"token": token(clerk, place), "text": given}
        answer = clerk.post(f"{place.address}/partner/experience", data=data, timeout=300)
        assert answer.status_code == status, re.sub(r"<[^>]+>", " ", answer.text)[-600:]
    assert len(sent(paid_workspace, "experience")) == 1
