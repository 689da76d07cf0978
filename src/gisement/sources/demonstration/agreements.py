"""What the demonstration's partners agreed on: objectives, sheets of experience and of action, works planned."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from gisement.catalog.tables import FOLDER
from gisement.sources.demonstration.setting import Buyer

HELD = FOLDER / "demonstration" / "agreements"


def agreements(buyers: Sequence[Buyer]) -> Iterator[tuple[str, str, str]]:
    """The kind that `add` takes, the name and the text of each file, for these buyers."""
    for path in sorted(HELD.iterdir()):
        first = path.stem.partition("-fictif")[0].partition("-fictive")[0]
        kind = "target" if first == "objectifs" else first
        text = path.read_text(encoding="utf-8")
        for buyer in buyers:
            text = text.replace(f"{{{buyer.identifier}}}", buyer.siret[:9])
        yield kind, path.name, text
