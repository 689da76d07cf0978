"""Writes the files of the demonstration: same size and seed, same bytes."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from gisement.catalog.tables import read_yaml
from gisement.sources.demonstration import contracts, faults, payments, published, solidarity, suppliers, truth
from gisement.sources.demonstration.cells import Texts
from gisement.sources.demonstration.chance import Chance, Dice
from gisement.sources.demonstration.contracts import Contract
from gisement.sources.demonstration.food import FoodSize, food_files, reach_files
from gisement.sources.demonstration.ledgers import write_ledger
from gisement.sources.demonstration.payments import Books
from gisement.sources.demonstration.territory import (
    FICTIVE,
    TERRITORY,
    buyers,
    csv_text,
    fault_rates,
    points,
    years,
)
from gisement.terms import Trouble

Say = Callable[[str, int, int], None]
SMALL_FOOD = FoodSize(6, 100, weekly=False)
PARTS = (
    "contrats", "fournisseurs", "paiements", "decp", "sirene", "insertion", "grands-livres", "alimentation",
)  # fmt: skip
"""What is drawn, then written, in order: ledgers one by one."""


@dataclass(frozen=True)
class Size:
    """Contracts and payment lines a year, suppliers paid outside contracts; whether workbooks are written as such."""

    contracts: int
    lines: int
    streams: int
    food: FoodSize = SMALL_FOOD
    workbooks: bool = True


FULL_LINES = 467_000
SIZES: Mapping[str, Size] = {
    "tiny": Size(100, 5_000, 600),
    "demo": Size(2_711, 15_000, 9_000, FoodSize(30, 300, weekly=False)),
    "full": Size(2_711, FULL_LINES, 16_000, FoodSize(30, 300, weekly=True), workbooks=False),
}
"""Every size spends the same money: a smaller one has fewer contracts and lines, each of them larger."""
MATTER_BUYERS = 2
"""Buyers that count their circular purchases."""


@dataclass(frozen=True)
class File:
    """A file that was written, with the kind that `add` takes, and for a ledger the mapping that reads it."""

    kind: str
    path: Path
    mapping: Path | None = None


@dataclass(frozen=True)
class Demonstration:
    """What was written: files to add, and the truth that the generator knows (`truth`, and in a file of its own).

    `faults` counts what was seeded in contracts and in the register.
    """

    contracts: int
    concessions: int
    suppliers: int
    faults: Mapping[str, int]
    truth: Mapping[str, Any]
    truth_path: Path
    files: list[File] = field(default_factory=list)
    territory: str = TERRITORY
    name: str = "Territoire de démonstration"

    @property
    def card(self) -> Mapping[str, Any]:
        """Producer, licence and the notice that every figure of it must bear: to be kept with each snapshot."""
        card = _card()
        return {"producer": card["producer"], "licence": card["licence"], "title": card["notice"]}

    @property
    def local_share(self) -> float:
        """The true share of the money paid outside medical goods that goes to suppliers of the department."""
        return float(self.truth["payments"]["all"]["local_share"])


def write(
    target: Path, size: str = "demo", seed: int = 2025, say: Say = lambda what, done, total: None
) -> Demonstration:
    """Write the demonstration into the folder `target`. Raises Trouble for a size that does not exist.

    What comes next is told to `say`, before the work begins: its name, the parts that are done, and all of them.
    """
    if size not in SIZES:
        allowed = ", ".join(SIZES)
        raise Trouble(
            fr=f"« {size} » n'est pas une taille de démonstration : choisir parmi {allowed}.",
            en=f"'{size}' is not a size of the demonstration: choose among {allowed}.",
        )

    def begin(part: str, of_part: str = "") -> None:
        say(of_part or part, PARTS.index(part), len(PARTS))

    shown, books = _drawn(SIZES[size], seed, begin)
    official, gaps = truth.balances(books)
    known = _truth(size, books, shown, gaps)
    files = []
    for part, contents in (
        ("decp", _contracts(shown, books)), ("sirene", _register(books)), ("insertion", _agreements(shown, books)),
    ):  # fmt: skip
        begin(part)
        files += [File(kind, _write(target / name, text)) for kind, name, text in contents]
    texts = Texts(books)
    for buyer in books.buyers:
        if buyer.first_year is not None:  # one gives none, one gives its last years
            begin("grands-livres", buyer.name)
            told = range(buyer.first_year, years()[-1].year + 1)
            held = write_ledger(target / "grands-livres", buyer, texts, told, workbooks=SIZES[size].workbooks)
            files.append(File(*held))
    files.append(File("accounts", _write(target / "comptes" / "balances-fictives.csv", official)))
    begin("alimentation")
    food = (*food_files(SIZES[size].food, seed), *reach_files(seed))
    files += [File(kind, _write(target / name, text)) for kind, name, text in food]
    return Demonstration(
        len(shown), len(published.concessions(shown, books.suppliers)), len(books.suppliers),
        _counted(shown, books), known,
        _write(target / _card()["truth"], json.dumps(known, ensure_ascii=False) + "\n"), files,
    )  # fmt: skip


def _drawn(size: Size, seed: int, begin: Callable[[str], None]) -> tuple[list[Contract], Books]:
    """The contracts that are published, and the books of all that is paid."""
    dice = Dice(seed)
    begin("contrats")
    drawn = contracts.draw(buyers(), size.contracts, dice)
    engagements = contracts.engage(buyers(), drawn, size.streams, dice)
    begin("fournisseurs")
    firms = suppliers.assign(engagements, dice)
    shown = [contract for contract in drawn if contract.is_published]
    faults.seed(shown, firms, dice)
    begin("paiements")
    lines = payments.cut(buyers(), engagements, len(firms), size.lines / FULL_LINES, Chance(seed, "lines"))
    struck = faults.strike(lines, firms, engagements, len(buyers()))
    return shown, Books(buyers(), firms, engagements, *struck, seed)


def _truth(size: str, books: Books, shown: Sequence[Contract], gaps: Sequence[truth.Gap]) -> dict[str, Any]:
    hours = solidarity.hours(shown, books.seed)
    return {
        "notice": _card()["notice"],
        "size": size,
        "seed": books.seed,
        "payments": truth.truth_of_payments(books),
        "contracts": truth.truth_of_contracts(shown, books),
        "faults": truth.truth_of_faults(books, shown, gaps),
        "insertion": {"due_hours": sum(row[3] for row in hours), "done_hours": sum(row[4] for row in hours)},
        "other_lines": truth.truth_of_other_lines(books),
    }


Contents = Iterator[tuple[str, str, str]]
"""The kind that `add` takes, the path under the target, and the text of each file."""


def _contracts(shown: Sequence[Contract], books: Books) -> Contents:
    for name, text in published.files(shown, books.suppliers, _card()["notice"]):
        yield "decp", f"decp/{name}", text


def _register(books: Books) -> Contents:
    mention = f"{FICTIVE} : plan schématique"
    places = ((code, f"{north:.4f}", f"{east:.4f}", mention) for code, (north, east) in points().items())
    yield "sirene", "sirene/StockEtablissement_fictif.csv", suppliers.establishments(books.buyers, books.suppliers)
    yield "legal-units", "sirene/StockUniteLegale_fictif.csv", suppliers.legal_units(books.buyers, books.suppliers)
    yield "distance", "carte/plan-fictif.csv", csv_text(["code_commune", "latitude", "longitude", "mention"], places)


def _agreements(shown: Sequence[Contract], books: Books) -> Contents:
    listed = solidarity.inclusion_list(books.suppliers, shown, books.seed)
    hours = solidarity.insertion_hours(solidarity.hours(shown, books.seed))
    matter = solidarity.circular_purchases(books.buyers[:MATTER_BUYERS], books.seed)
    yield "inclusion", "insertion/structures-fictives.csv", listed
    yield "insertion-hours", "insertion/heures-fictives.csv", hours
    yield "circular", "circulaire/matieres-fictives.csv", matter
    for kind, name, text in solidarity.agreements(books.buyers):
        yield kind, f"accords/{name}", text


def _counted(shown: Sequence[Contract], books: Books) -> dict[str, int]:
    """How often each fault was seeded in contracts and in the register."""
    held = Counter(c.fault for c in shown) + Counter(s.fault for s in books.suppliers)
    return {fault: held[fault] for fault in (*fault_rates()["contract"], *fault_rates()["supplier"])}


def _card() -> dict[str, Any]:
    content: dict[str, Any] = read_yaml("demonstration/card.yaml")
    return content


def _write(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(text.encode("utf-8"))
    return path
