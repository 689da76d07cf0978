"""The segment that the words of a label name, where no code decides: labels plain, each once, read for phrases.

The phrase of most words wins, and of two as long, the first. Accents do not count, even destroyed ones
(`R\\ufffdfection`, `Rfection`), nor the mark of the plural. What words do not settle is left to the model of titles.
"""

from __future__ import annotations

from typing import Any

import ibis

from gisement.terms import step, step_idle_without

ACCENTED = "àâäáãåçéèêëíîïìñóôöòõúùûüÿ"
PLAIN = "aaaaaaceeeeiiiinooooouuuuy"
CAPITALS = "ABCDEFGHIJKLMNOPQRSTUVWXYZÀÂÄÁÃÅÇÉÈÊËÍÎÏÌÑÓÔÖÒÕÚÙÛÜŸŒÆ"
LOST = "\ufffd"
SMALL_WORDS = (
    "a", "au", "aux", "avec", "d", "dans", "de", "des", "du", "en", "et", "l", "la", "le", "les", "ou", "par", "pour",
    "sur", "un", "une", "divers", "diverse",
)  # fmt: skip
SHORTEST_PLURAL = 4
MARKS = r"[0-9_ .,;:/()°*+=-]+"
"""Digits and marks say nothing of what is bought: neither words nor the model read them."""


def plain(text: Any) -> Any:
    """A label in small letters without its numbers and marks, so that thousands of invoices make one label.

    A text with HTML entities (`&#233;`) is kept as it is: its numbers are letters.
    """
    return ibis.ifelse(text.contains("&"), text, small(text).re_replace(MARKS, " "))


@step
def label(contract_open: Any, payment_label: Any) -> Any:
    """One row per plain label of the contracts and payment lines that no code settles."""
    titles = contract_open.filter(contract_open.plain_label.notnull()).select("plain_label")
    return titles.union(payment_label.select("plain_label"), distinct=True)


@step_idle_without("label")
def word_segment(label: Any, segment_word: Any) -> Any:
    """One row per label with a phrase that names a segment."""
    found = label_segments(label.select(label="plain_label"), segment_word)
    return found.select("segment", plain_label="label").select("plain_label", "segment")


@step_idle_without("raw_title_model")
def label_unsettled(label: Any, word_segment: Any, raw_title_model: Any) -> Any:
    """One row per label that words do not settle; none where the workspace has no model that could."""
    model = raw_title_model.agg(arrays=raw_title_model.count())
    silent = label.anti_join(word_segment, "plain_label")
    return silent.cross_join(model.filter(model.arrays > 0)).select("plain_label")


def label_segments(labels: Any, segment_word: Any) -> Any:
    """One row per `label` (distinct labels in) with a phrase that names a segment: `label`, `segment`, `phrase`."""
    words = _following(_words(labels.select("label").distinct(), "label"))
    named = ibis.union(*(_phrases(words, size) for size in (1, 2, 3)))
    found = named.inner_join(_known(segment_word), "phrase")
    order = [ibis.desc(found.size), found.position, found.segment]
    ranked = found.mutate(rank=ibis.row_number().over(ibis.window(group_by="label", order_by=order)))
    return ranked.filter(ranked.rank == 0).select("label", "segment", "phrase")


def _phrases(words: Any, size: int) -> Any:
    parts = [words.word, words.second, words.third][:size]
    phrase = parts[0]
    for part in parts[1:]:
        phrase = phrase + " " + part
    whole = words.mutate(phrase=phrase, size=ibis.literal(size))
    return whole.filter(whole.phrase.notnull()).select("label", "position", "phrase", "size")


def _known(segment_word: Any) -> Any:
    """Every spelling of every phrase: whole, without its accented letters, and with them destroyed."""
    listed = segment_word.mutate(small=_small(segment_word.phrase))
    spelled = ibis.union(
        listed.mutate(spelling=listed.small),
        listed.mutate(spelling=listed.small.translate(ACCENTED, "")),
        listed.mutate(spelling=listed.small.translate(ACCENTED, LOST * len(ACCENTED))),
    )
    words = _following(_words(spelled.select("segment", label="spelling").distinct(), "label", "segment"), "segment")
    words = words.mutate(rank=ibis.row_number().over(ibis.window(group_by=["label", "segment"], order_by="position")))
    first = words.filter(words.rank == 0)
    later = [ibis.coalesce(" " + word, "") for word in (first.second, first.third)]
    whole = first.mutate(phrase=first.word + later[0] + later[1])
    return whole.group_by("phrase").agg(segment=whole.segment.min())


def _following(words: Any, *kept: str) -> Any:
    """Each word with the two after it in the same label."""
    after = ibis.window(group_by=["label", *kept], order_by="position")
    return words.mutate(second=words.word.lead(1).over(after), third=words.word.lead(2).over(after))


def _words(table: Any, text: str, *kept: str) -> Any:
    """One row per word of the text, in order, without small words, accents and marks of the plural."""
    letters = _small(table[text]).translate(ACCENTED, PLAIN).re_replace(f"[^a-z{LOST}]+", " ")
    split = table.mutate(word=letters.split(" ")).unnest("word", offset="position")
    is_plural = (split.word.length() >= SHORTEST_PLURAL) & split.word.right(1).isin(("s", "x"))
    single = ibis.ifelse(is_plural, split.word.left(split.word.length() - 1), split.word)
    words = split.mutate(word=single)
    said = words.filter((words.word.length() > 0) & words.word.notin(SMALL_WORDS))
    return said.select(text, *kept, "position", "word")


def small(text: Any) -> Any:
    """A text in small letters: those of French alone, since engines differ on others (`İ`, a final `Σ`)."""
    return text.translate(CAPITALS, CAPITALS.lower())


def _small(text: Any) -> Any:
    return small(text).replace("œ", "oe").replace("æ", "ae").replace("’", "'")
