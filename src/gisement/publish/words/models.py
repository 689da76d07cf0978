"""What a model rests on, in sentences: its table, its year, what it lacks, what moves it; of what another learnt."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from gisement.catalog import page_texts, texts
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
        yield said["about_lacking"].format(lacking=_lacking(about, language))
    if shares := _doubts(about, language):
        yield said["about_variance"].format(shares=shares)


def explained(about: Mapping[str, Any], language: str) -> Iterator[str]:
    """The same for a page, which anyone reads: no name of a file, no command, no seed."""
    said, words = page_texts(language)["impact"], texts(language)["terminal"]
    yield said["about_embedded" if about["is_embedded"] else "about_table"].format(**about)
    yield said["about_size"].format(size_rule=words[f"size_{about['size_rule']}"])
    yield said["about_draws"].format(draws=format.number(about["draws"], language=language))
    if about["lacking"]:
        yield said["about_lacking"].format(lacking=_lacking(about, language))
    if shares := _doubts(about, language):
        yield said["about_doubt"].format(shares=shares)


def _lacking(about: Mapping[str, Any], language: str) -> str:
    words = texts(language)["terminal"]
    return format.listed((words[f"lacking_{name}"] for name in about["lacking"]), language)


def _doubts(about: Mapping[str, Any], language: str) -> str:
    """What moves the result, the strongest first: `what the ring supplies 84 %, …`; empty if nothing does."""
    words = texts(language)["terminal"]
    shares = sorted(about["variance_shares"].items(), key=lambda pair: -pair[1])
    told = [
        f"{words[f'factor_{name}']} {format.percent(part, 0, language)}" for name, part in shares if part > LEAST_SHARE
    ]
    return format.listed(told, language)


def learnt(found: Any, language: str = "fr") -> str:
    """From what the model was learnt, and how well it answers buyers that it has not seen."""
    words: dict[str, str] = texts(language)["title_model"]
    counts = {name: format.number(getattr(found, name), 0, language) for name in ("titles", "buyers", "labels")}
    lines = [words["learnt"].format(**counts), words["labels" if found.labels else "no_labels"].format(**counts)]
    lines += [_accuracy(words, words[name], one, language) for name, one in found.accuracy.items()]
    return "\n".join([*lines, words["about"], words["kept"].format(identifier=found.snapshot.identifier)])


def _accuracy(words: dict[str, str], name: str, found: Any, language: str) -> str:
    shares = ("over_all", "at_coverage", "answered_share", "when_answered")
    return words["accuracy"].format(
        name=name, **{share: format.percent(getattr(found, share), language=language) for share in shares}
    )
