"""Writes the files of the demonstration: same size and seed, same bytes."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from gisement.sources.demonstration import contracts as truth
from gisement.sources.demonstration import faults, published, register, setting, suppliers
from gisement.sources.demonstration.contracts import FIRST_YEAR, Contract
from gisement.sources.demonstration.dice import Dice
from gisement.sources.demonstration.suppliers import Supplier
from gisement.terms import Trouble

SIZES: Mapping[str, int] = {"tiny": 400, "demo": 2711}
"""Contracts of each size: `demo` has one in seven of the assumed volumes of the territory."""
SECOND_PUBLISHER = "e"
CONCESSION_EVERY = 300


@dataclass(frozen=True)
class Demonstration:
    """What was written: files with the kind that `add` takes, and the truth that the generator knows.

    `local_share` is the true share (a fraction) of the money outside medical goods that goes to suppliers of
    the department; `cents` is all the money of contracts, medical goods included; `faults` counts what was
    seeded. `card` names producer and licence: to be kept with each snapshot.
    """

    territory: str
    name: str
    files: tuple[tuple[str, Path], ...]
    card: Mapping[str, Any]
    contracts: int
    concessions: int
    suppliers: int
    cents: int
    local_share: float
    faults: Mapping[str, int]


def write(target: Path, size: str = "demo", seed: int = 2025) -> Demonstration:
    """Write the demonstration into the folder `target`. Raises Trouble for a size that does not exist."""
    if size not in SIZES:
        allowed = ", ".join(SIZES)
        raise Trouble(
            fr=f"« {size} » n'est pas une taille de démonstration : choisir parmi {allowed}.",
            en=f"'{size}' is not a size of the demonstration: choose among {allowed}.",
        )
    dice = Dice(seed)
    buyers = setting.buyers()
    drawn = truth.draw(buyers, SIZES[size], dice)
    firms = suppliers.assign(drawn, dice)
    faults.seed(drawn, firms, dice)
    concessions = _concessions(drawn, firms)
    files = _write_decp(target, drawn, firms, concessions)
    files.append(
        (
            "sirene",
            _write(target / "sirene" / "StockEtablissement_fictif.csv", register.establishments(buyers, firms)),
        )
    )
    files.append(
        (
            "legal-units",
            _write(target / "sirene" / "StockUniteLegale_fictif.csv", register.legal_units(buyers, firms)),
        )
    )
    card = setting.card()
    return Demonstration(
        setting.TERRITORY, "Territoire de démonstration", tuple(files),
        {"producer": card["producer"], "licence": card["licence"], "title": card["notice"]},
        len(drawn), len(concessions), len(firms), sum(c.cents for c in drawn if not c.framework),
        _local_share(drawn, firms), faults.counted(drawn, firms),
    )  # fmt: skip


def _write_decp(
    target: Path, drawn: Sequence[Contract], firms: Sequence[Supplier], concessions: Sequence[dict[str, Any]]
) -> list[tuple[str, Path]]:
    """One file per platform, one of copies by a second publisher, and one in the format of 2019."""
    record = partial(published.record_2022, suppliers=firms)
    recent = [c for c in drawn if c.day.year > FIRST_YEAR]
    held: dict[str, list[dict[str, Any]]] = {
        c.buyer.publisher: [] for c in sorted(recent, key=lambda c: c.buyer.publisher)
    }
    for contract in recent:
        held[contract.buyer.publisher].append(record(contract))
    held[SECOND_PUBLISHER] = faults.copies(recent, record)
    folder = target / "decp"
    written = []
    for publisher, records in held.items():
        content: dict[str, Any] = {"marche": records}
        if publisher == "a":
            content["contrat-concession"] = list(concessions)
        written.append(_write_json(folder / f"decp-fictif-plateforme-{publisher}.json", content))
    old = [published.record_2019(c, firms) for c in drawn if c.day.year <= FIRST_YEAR]
    written.append(_write_json(folder / "decp-fictif-2019.json", old))
    return [("decp", path) for path in sorted(written)]


def _concessions(drawn: Sequence[Contract], firms: Sequence[Supplier]) -> list[dict[str, Any]]:
    """A few concessions of the first platform's buyers, held by suppliers of their contracts."""
    own = [c for c in drawn if c.buyer.publisher == "a" and c.day.year > FIRST_YEAR]
    chosen = own[:: max(1, CONCESSION_EVERY * len(own) // len(drawn))][: max(2, len(drawn) // CONCESSION_EVERY)]
    french = [s for s in firms if s.family == "mobility" and s.ring != "abroad"]
    return [published.concession(number, c, french[number % len(french)]) for number, c in enumerate(chosen, 1)]


def _local_share(drawn: Sequence[Contract], firms: Sequence[Supplier]) -> float:
    local, whole = 0, 0
    for contract in drawn:
        if contract.is_medical or contract.framework:
            continue
        for rank, cents in zip(contract.holders, contract.parts, strict=True):
            whole += cents
            local += cents * firms[rank].is_local
    return local / whole


def _write_json(path: Path, content: Any) -> Path:
    notice = setting.card()["notice"]
    document = {"avertissement": notice, "marches": content}
    return _write(path, json.dumps(document, ensure_ascii=False, indent=1) + "\n")


def _write(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(text.encode("utf-8"))
    return path
