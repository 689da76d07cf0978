"""What the figures of a model rest on, in sentences: its table, its year, what it lacks, what moves the result."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from gisement.catalog import texts
from gisement.publish import format

LEAST_SHARE = 0.005


def notes(about: Mapping[str, Any], language: str) -> Iterator[str]:
    """The sentences under the figures of a model, in order of what a reader must know first."""
    said = texts(language)["terminal"]
    told = {name: about[name] for name in ("table", "year", "industries", "draws", "seed")}
    yield said["about_model"].format(**told, size_rule=said[f"size_{about['size_rule']}"])
    if about["is_embedded"]:
        yield said["about_embedded"]
    if about["lacking"]:
        lacking = format.listed((said[f"lacking_{name}"] for name in about["lacking"]), language)
        yield said["about_lacking"].format(lacking=lacking)
    shares = sorted(about["variance_shares"].items(), key=lambda pair: -pair[1])
    if shares:
        listed = format.listed(
            (
                f"{said[f'factor_{name}']} {format.percent(part, 0, language)}"
                for name, part in shares
                if part > LEAST_SHARE
            ),
            language,
        )
        yield said["about_variance"].format(shares=listed)
