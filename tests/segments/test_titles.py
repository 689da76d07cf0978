"""The model of titles: what it reads, what it answers, when it stays silent, and that it is the same each time."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gisement.models.titles import classifier as title_classifier
from gisement.models.titles import storage as title_storage
from gisement.models.titles.classifier import Examples, TitleModel, folds_by_buyer, threshold_for, train
from gisement.models.titles.storage import ANSWERED, title_segment
from gisement.models.titles.vectors import letter_terms, lost_words, plain_words, repaired, word_terms
from gisement.terms import Trouble
from tests.segments.invented_titles import invented, segment_of

EXAMPLES = invented()


@pytest.fixture(scope="module")
def model() -> TitleModel:
    """A model learnt from invented titles."""
    return train(EXAMPLES)


# --- text ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("title", "words"),
    [
        ("Réfection de la TOITURE (lot n°3)", ["refection", "toiture", "lot"]),
        ("Maîtrise d'œuvre", ["maitrise", "oeuvre"]),
        ("Mise en \x9cuvre", ["mise", "oeuvre"]),
        ("B&#226;timent &amp; abords", ["batiment", "abords"]),
        ("2019_SE01 - 12/03/2024", []),
        ("", []),
        ("\ufffd\ufffd", []),
    ],
)
def test_words_are_plain(title: str, words: list[str]) -> None:
    assert plain_words(title, {}) == words


def test_destroyed_letters_are_restored_from_the_other_titles() -> None:
    lost = lost_words(["Réfection", "réfection", "r\ufffdfection", "Forêt", "Forât", "forêt"])
    assert lost == {"r\ufffdfection": "refection", "for\ufffdt": "foret"}
    assert plain_words("R\ufffdfection en for\ufffdt", lost) == ["refection", "foret"]
    assert plain_words("\ufffdlagage", lost) == ["lagage"], "unknown shapes lose the letter"


def test_terms_hold_words_pairs_first_words_and_runs_of_letters() -> None:
    terms = word_terms(["marche", "nettoyage", "locaux"])
    assert terms == ["marche", "nettoyage", "locaux", "marche nettoyage", "nettoyage locaux", "^nettoyage", "^locaux"]
    assert letter_terms(["eau"]) == [" ea", "eau", "au ", " eau", "eau ", " eau "]
    assert letter_terms(["a"]) == [" a "]


@given(st.text(max_size=60))
def test_any_text_has_plain_words(text: str) -> None:
    for word in plain_words(text, {}):
        assert word == word.lower()
        assert not set(word) & set("0123456789_ \ufffd")
    assert repaired(repaired("œuvre")) == "œuvre"


# --- answers ------------------------------------------------------------------------------------------------


def test_unseen_buyers_are_answered(model: TitleModel) -> None:
    other = invented(count=200, buyers=40, seed=9)
    answer = model.answer([title.replace("lot", "bureau") for title in other.titles])
    sure = answer.division_probability >= model.threshold["division"]
    right = np.array(answer.divisions) == np.array(other.divisions)
    assert sure.mean() > 0.9
    assert right[sure].mean() > 0.95
    assert (np.array(answer.segments) == np.array(other.segments)).mean() > 0.9


def test_the_segment_is_one_that_was_seen_in_the_division(model: TitleModel) -> None:
    seen = {(code[:2], segment) for code, segment in zip(EXAMPLES.cpv_codes, EXAMPLES.segments, strict=True)}
    answer = model.answer([*EXAMPLES.titles[:50], "Zzz", "Assurance du pain électrique"])
    assert set(zip(answer.divisions, answer.segments, strict=True)) <= seen


def test_a_title_without_a_known_word_is_not_answered(model: TitleModel) -> None:
    answer = model.answer(["Qqq wxk", "", "1234"])
    assert answer.division_probability.tolist() == [0, 0, 0]
    assert answer.segment_probability.tolist() == [0, 0, 0]


def test_no_title_gives_no_answer(model: TitleModel) -> None:
    assert model.answer([]).divisions == ()


def test_batches_do_not_change_the_answers(model: TitleModel, monkeypatch: pytest.MonkeyPatch) -> None:
    titles = EXAMPLES.titles[:40]
    whole = model.answer(titles)
    monkeypatch.setattr(title_classifier, "BATCH", 7)
    parts = model.answer(titles)
    assert whole.divisions == parts.divisions
    assert np.array_equal(whole.segment_probability, parts.segment_probability)


def test_the_same_titles_give_the_same_model(model: TitleModel) -> None:
    again = title_storage.arrays(train(EXAMPLES))
    for name, values in title_storage.arrays(model).items():
        assert np.array_equal(values, again[name]), name


def test_beyond_the_most_titles_a_part_is_drawn_the_same_each_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(title_classifier, "MOST_TITLES", 240)
    first, second = (title_storage.arrays(train(EXAMPLES)) for _ in range(2))
    assert all(np.array_equal(values, second[name]) for name, values in first.items())
    whole = title_storage.arrays(train(EXAMPLES.part(range(240))))
    name = "word_inverse_frequency"
    assert not np.array_equal(whole[name], first[name]), "drawn, not the first ones"


def test_terms_of_one_buyer_only_are_left_out() -> None:
    examples = Examples(
        [*EXAMPLES.titles, *["Nettoyage du Brimborion"] * 5],
        [*EXAMPLES.buyers, *["alone"] * 5],
        [*EXAMPLES.cpv_codes, *["90910000"] * 5],
        [*EXAMPLES.segments, *["cleaning_services"] * 5],
    )
    terms = train(examples).vocabulary.terms["word"]
    assert "nettoyage" in terms
    assert not [term for term in terms if "brimborion" in term]


def test_labels_of_a_nomenclature_teach_a_class_that_no_title_shows() -> None:
    label = "Services funéraires, pompes funèbres et crémation"
    labels = Examples([label] * 3, ["cpv"] * 3, ["98370000"] * 3, [segment_of("98370000")] * 3)
    taught = train(EXAMPLES, labels).answer(["Crémation et pompes funèbres"])
    assert taught.divisions == ("98",)
    assert taught.segments == ("funeral_services",)


@pytest.mark.parametrize("count", [0, 50])
def test_too_few_titles_are_refused_in_a_plain_sentence(count: int) -> None:
    few = EXAMPLES.part(range(count))
    with pytest.raises(Trouble, match="200 titles"):
        train(few)
    one_buyer = Examples(EXAMPLES.titles, ["same"] * len(EXAMPLES.titles), EXAMPLES.cpv_codes, EXAMPLES.segments)
    with pytest.raises(Trouble):
        train(one_buyer)


# --- threshold and folds ------------------------------------------------------------------------------------


def test_the_threshold_is_the_lowest_that_keeps_the_target() -> None:
    probability = np.array([0.9, 0.8, 0.7, 0.6, 0.5])
    assert threshold_for(probability, np.array([True, True, False, True, False]), 0.75) == 0.6
    assert threshold_for(probability, np.array([True] * 5), 0.8) == 0.5
    assert threshold_for(probability, np.array([False] * 5), 0.8) > 1
    assert threshold_for(np.zeros(0), np.zeros(0, dtype=bool), 0.8) > 1


def test_a_buyer_is_in_one_fold_and_folds_are_even() -> None:
    fold = folds_by_buyer(EXAMPLES.buyers, 4, seed=3)
    by_buyer = {
        buyer: {int(f) for b, f in zip(EXAMPLES.buyers, fold, strict=True) if b == buyer} for buyer in EXAMPLES.buyers
    }
    assert all(len(found) == 1 for found in by_buyer.values())
    sizes = np.bincount(fold)
    assert len(sizes) == 4
    assert sizes.max() - sizes.min() <= 30


# --- storage ------------------------------------------------------------------------------------------------


def test_a_model_goes_through_a_table(model: TitleModel) -> None:
    table = title_storage.as_table(model)
    assert table.schema == title_storage.TABLE
    assert len(set(table["part"].to_pylist())) == table.num_rows
    same_answers(model, title_storage.of_table(table))


def same_answers(one: TitleModel, other: TitleModel) -> None:
    """Both models say the same of every title."""
    first, second = one.answer(EXAMPLES.titles), other.answer(EXAMPLES.titles)
    assert first.divisions == second.divisions
    assert first.segments == second.segments
    assert np.allclose(first.segment_probability, second.segment_probability, atol=1e-12)
    assert one.threshold == other.threshold


def test_a_broken_model_is_refused_in_a_plain_sentence(model: TitleModel) -> None:
    stored = title_storage.arrays(model)
    without = {name: values for name, values in stored.items() if name != "allowed"}
    mixed = {**stored, "word_terms": stored["word_terms"][:-1]}
    for broken in (without, mixed, {}):
        with pytest.raises(Trouble, match="learn it again"):
            title_storage.of_table(title_storage.table_of(broken))


# --- the step -----------------------------------------------------------------------------------------------


def test_the_step_answers_each_label_once_and_only_above_the_threshold(model: TitleModel) -> None:
    labels = ["Nettoyage des locaux", "Nettoyage des locaux", "Qqq", None, "", "Fourniture de pain"]
    made = title_segment(pa.table({"plain_label": pa.array(labels, pa.string())}), title_storage.as_table(model))
    assert made.schema == ANSWERED
    rows = {row["plain_label"]: row for row in made.to_pylist()}
    assert set(rows) == {"Nettoyage des locaux", "Fourniture de pain"}
    assert made.num_rows == 2
    assert rows["Fourniture de pain"]["segment"] == "food_bread_pastry"
    assert rows["Fourniture de pain"]["cpv_division"] == "15"
    assert all(model.threshold["segment"] <= row["segment_confidence"] <= 1 for row in rows.values())


def test_without_a_model_nothing_is_answered() -> None:
    made = title_segment(pa.table({"plain_label": ["Nettoyage"]}), title_storage.TABLE.empty_table())
    assert made.num_rows == 0
    assert made.schema == ANSWERED
