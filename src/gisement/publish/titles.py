"""What `segments train` says of the model that it learnt."""

from __future__ import annotations

from typing import Any

from gisement.catalog import texts
from gisement.publish import format


def told(learnt: Any, language: str = "fr") -> str:
    """From what the model was learnt, and how well it answers buyers that it has not seen."""
    words: dict[str, str] = texts(language)["title_model"]
    counts = {name: format.number(getattr(learnt, name), 0, language) for name in ("titles", "buyers", "labels")}
    lines = [words["learnt"].format(**counts), words["labels" if learnt.labels else "no_labels"].format(**counts)]
    lines += [_accuracy(words, words[name], one, language) for name, one in learnt.accuracy.items()]
    return "\n".join([*lines, words["about"], words["kept"].format(identifier=learnt.snapshot.identifier)])


def _accuracy(words: dict[str, str], name: str, found: Any, language: str) -> str:
    shares = ("over_all", "at_coverage", "answered_share", "when_answered")
    return words["accuracy"].format(
        name=name, **{share: format.percent(getattr(found, share), language=language) for share in shares}
    )
