"""Writes the files of the demonstration: same size and seed, same bytes."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from gisement.sources.demonstration import (
    agreements,
    balances,
    contracts,
    coordinates,
    faults,
    ledger_faults,
    ledger_files,
    payments,
    pes_files,
    published,
    register,
    setting,
    solidarity,
    spending,
    suppliers,
    truth,
)
from gisement.sources.demonstration.chance import Chance
from gisement.sources.demonstration.contracts import FIRST_YEAR, Contract
from gisement.sources.demonstration.dice import Dice
from gisement.sources.demonstration.food import FoodSize, write_food
from gisement.sources.demonstration.food_reach import write_reach
from gisement.sources.demonstration.ledger_setting import ledgers
from gisement.sources.demonstration.ledger_texts import Books, Texts
from gisement.sources.demonstration.suppliers import Supplier
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
SECOND_PUBLISHER = "e"
CONCESSION_EVERY = 300
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

    `local_share` is the true share (a fraction) of the money paid outside medical goods that goes to suppliers of the
    department; `cents` is all that is paid over the period; `faults` counts what was seeded in contracts and in the
    register. `card` names producer and licence: to be kept with each snapshot.
    """

    territory: str
    name: str
    files: tuple[tuple[str, Path], ...]
    ledgers: tuple[File, ...]
    card: Mapping[str, Any]
    contracts: int
    concessions: int
    suppliers: int
    cents: int
    local_share: float
    faults: Mapping[str, int]
    truth: Mapping[str, Any]
    truth_path: Path
    food: tuple[File, ...] = ()

    @property
    def all_files(self) -> tuple[File, ...]:
        """Every file to add, in order."""
        return (*(File(kind, path) for kind, path in self.files), *self.ledgers, *self.food)


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
    begin = partial(_begin, say)
    dice, buyers = Dice(seed), setting.buyers()
    begin("contrats")
    drawn = contracts.draw(buyers, SIZES[size].contracts, dice)
    engagements = spending.engage(buyers, drawn, SIZES[size].streams, dice)
    begin("fournisseurs")
    firms = suppliers.assign(engagements, dice)
    shown = [contract for contract in drawn if contract.is_published]
    faults.seed(shown, firms, dice)
    concessions = _concessions(shown, firms)
    begin("paiements")
    lines = payments.cut(buyers, engagements, len(firms), SIZES[size].lines / FULL_LINES, Chance(seed, "lines"))
    struck = ledger_faults.strike(lines, firms, engagements, len(buyers))
    books = Books(buyers, firms, engagements, *struck, seed)
    official, gaps = balances.balances(books)
    known = _truth(size, books, shown, gaps)
    card = setting.card()
    begin("decp")
    published_files = _write_decp(target, shown, firms, concessions)
    begin("sirene")
    published_files += _write_register(target, books)
    begin("insertion")
    published_files += _write_solidarity(target, shown, firms, seed)
    published_files += [
        (kind, _write(target / "accords" / name, text)) for kind, name, text in agreements.agreements(buyers)
    ]
    kept = _write_ledgers(target, books, begin, workbooks=SIZES[size].workbooks)
    kept.append(File("accounts", _write(target / "comptes" / "balances-fictives.csv", official)))
    begin("alimentation")
    food = (*write_food(target, SIZES[size].food, seed), *write_reach(target, seed))
    return Demonstration(
        setting.TERRITORY, "Territoire de démonstration", tuple(published_files), tuple(kept),
        {"producer": card["producer"], "licence": card["licence"], "title": card["notice"]},
        len(shown), len(concessions), len(firms), known["payments"]["all"]["cents"],
        known["payments"]["all"]["local_share"], faults.counted(shown, firms), known,
        _write(target / card["truth"], json.dumps(known, ensure_ascii=False) + "\n"),
        tuple(File(kind, path) for kind, path in food),
    )  # fmt: skip


def _begin(say: Say, part: str, of_part: str = "") -> None:
    say(of_part or part, PARTS.index(part), len(PARTS))


def _truth(size: str, books: Books, shown: Sequence[Contract], gaps: Sequence[balances.Gap]) -> dict[str, Any]:
    return {
        "notice": setting.card()["notice"],
        "size": size,
        "seed": books.seed,
        "payments": truth.truth_of_payments(books),
        "contracts": truth.truth_of_contracts(shown, books.suppliers),
        "faults": truth.truth_of_faults(books, shown, gaps),
        "insertion": solidarity.truth(shown, books.seed),
        "other_lines": truth.truth_of_other_lines(books),
    }


def _write_register(target: Path, books: Books) -> list[tuple[str, Path]]:
    contents = {
        "sirene": ("sirene/StockEtablissement_fictif.csv", register.establishments(books.buyers, books.suppliers)),
        "legal-units": ("sirene/StockUniteLegale_fictif.csv", register.legal_units(books.buyers, books.suppliers)),
        "distance": ("carte/plan-fictif.csv", coordinates.coordinates()),
    }
    return [(kind, _write(target / name, content)) for kind, (name, content) in contents.items()]


def _write_solidarity(
    target: Path, shown: Sequence[Contract], firms: Sequence[Supplier], seed: int
) -> list[tuple[str, Path]]:
    matter = solidarity.circular_purchases([buyer.siret for buyer in setting.buyers()[:MATTER_BUYERS]], seed)
    hours, listed = solidarity.insertion_hours(shown, seed), solidarity.inclusion_list(firms, shown, seed)
    return [
        ("inclusion", _write(target / "insertion" / "structures-fictives.csv", listed)),
        ("insertion-hours", _write(target / "insertion" / "heures-fictives.csv", hours)),
        ("circular", _write(target / "circulaire" / "matieres-fictives.csv", matter)),
    ]


def _write_ledgers(target: Path, books: Books, begin: Callable[[str, str], None], *, workbooks: bool) -> list[File]:
    """The ledgers that buyers give: one gives none, one gives its last years."""
    folder, texts = target / "grands-livres", Texts(books)
    last = setting.years()[-1].year
    found = []
    for buyer in books.buyers:
        kept = ledgers()[buyer.identifier]
        if kept.first_year is None:
            continue
        begin("grands-livres", buyer.name)
        years = range(kept.first_year, last + 1)
        if kept.layout == "pes":
            path = pes_files.write_pes(
                folder / f"pes-fictif-{buyer.identifier.replace('_', '-')}.xml", buyer, texts, years
            )
            mapping = ledger_files.write_pes_mapping(path.with_suffix(".toml"), buyer)
            found.append(File("pes", path, mapping))
        else:
            found.append(File("ledger", *ledger_files.write_ledger(folder, buyer, texts, years, workbooks=workbooks)))
    return found


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


def _write_json(path: Path, content: Any) -> Path:
    """One record a line: indented, it took as long again to write."""
    if isinstance(content, list):
        told = _listed(content)
    else:
        told = "{" + ",\n".join(f'"{name}": {_listed(records)}' for name, records in content.items()) + "}"
    return _write(path, f'{{"avertissement": "{setting.card()["notice"]}",\n"marches": {told}}}\n')


def _listed(records: Sequence[Any]) -> str:
    return "[\n" + ",\n".join(json.dumps(record, ensure_ascii=False) for record in records) + "\n]"


def _write(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(text.encode("utf-8"))
    return path
