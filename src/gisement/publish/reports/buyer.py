"""`report buyer`: one buyer's purchases, in the chapters of the diagnosis."""

from __future__ import annotations

from dataclasses import replace

from gisement.catalog import report_texts
from gisement.engine.served import Served
from gisement.publish.reports import chapters
from gisement.publish.reports.document import Report
from gisement.publish.reports.quality import annexes
from gisement.publish.reports.reading import Reading, read
from gisement.terms import Trouble


def name_of(reading: Reading, buyer: str) -> str:
    """The name of the one buyer of a reading. Raises Trouble where no purchase of that buyer is known."""
    of_buyer = (figure for name in ("contracts", "total_spend") for figure in reading.by(name, "buyer"))
    found = next((reading.name("buyer", figure) for figure in of_buyer), "")
    if not found:
        raise Trouble(
            fr=f"Aucun achat de l'acheteur {buyer} n'est connu : chercher son SIRET par « gisement measure contracts "
            "--by buyer ».",
            en=f"No purchase of the buyer {buyer} is known: look for its SIRET by 'gisement measure contracts "
            "--by buyer'.",
        )
    return found


def buyer_report(served: Served, buyer: str, basis: str = "") -> Report:
    """What a buyer (SIRET or SIREN) buys, from whom and where; on payments if its ledger is there.

    Raises Trouble where no purchase of that buyer is known.
    """
    reading = _reading(served, buyer, basis)
    name = name_of(reading, buyer)
    return reading.report(
        "buyer",
        chapters.cover(reading, report_texts()["cover"]["buyer"].format(buyer=name)),
        territory=name,
        blocks=(
            *chapters.essentials(reading),
            *chapters.needs(reading),
            *chapters.suppliers(reading),
            *chapters.places(reading),
            *chapters.clauses(reading),
            *annexes(reading),
        ),
    )


def _reading(served: Served, buyer: str, basis: str) -> Reading:
    """The basis asked for; else payments where this buyer has any, and contracts where it has none."""
    reading = read(served, basis, (("buyer", buyer),))
    if basis or reading.basis == "contract" or reading.by("total_spend", "buyer"):
        return reading
    return replace(reading, basis="contract")
