"""From rows to a form, from a filled form to an audited share: drawn alike whatever the order, errors told apart."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from gisement.models.audit import form as audit_form
from gisement.models.audit import local_share as audit
from gisement.terms import Trouble

IN_SCOPE = {"furniture": True, "medicines": False}
Row = dict[str, Any]


def rows(count: int = 3000, seed: int = 4) -> pa.Table:
    """Skewed payments: half local, a fifth outside the definition, some unknown, some credit notes, some empty."""
    chance = np.random.RandomState(seed)
    cents = (100 * chance.lognormal(7, 1.6, count)).astype(np.int64)
    cents[::97] *= -1
    unknown, outside = chance.random_sample(count) < 0.05, chance.random_sample(count) < 0.2
    local = chance.random_sample(count) < 0.5
    return pa.table(
        {
            "row_key": [f"p{i:05d}" for i in range(count)],
            "supplier_name": [f"Fournisseur {i}" for i in range(count)],
            "amount_cents": pa.array([None if i % 500 == 0 else int(c) for i, c in enumerate(cents)], pa.int64()),
            "is_in_scope": pa.array([not out for out in outside], pa.bool_()),
            "is_local": pa.array([None if u else bool(x) for u, x in zip(unknown, local, strict=True)], pa.bool_()),
            "segment": ["medicines" if out else "furniture" for out in outside],
        }
    )


def published(table: pa.Table) -> float:
    """P / (P + R) of the rows."""
    part = rest = 0
    for row in table.to_pylist():
        if row["is_in_scope"] and row["is_local"] is not None and row["amount_cents"]:
            part += row["amount_cents"] * row["is_local"]
            rest += row["amount_cents"] * (not row["is_local"])
    return part / (part + rest)


def filled(sample: pa.Table, change: Callable[[Row, Row], None] = lambda line, cells: None) -> list[dict[str, str]]:
    """The form of the sample as a person who finds no error fills it (unknown places: inside), then changed."""
    made = []
    for line, told in zip(sample.to_pylist(), audit_form.form(sample).to_pylist(), strict=True):
        cells = {"place_is_right": "oui", "segment_is_right": "OUI", "amount_is_right": " oui "}
        cells["place_found"] = "dans" if line["is_local"] is None else ""
        change(line, cells)
        made.append(told | {audit_form.FILLED[name][0]: value for name, value in cells.items()})
    return through_csv(made)


def through_csv(made: list[Row]) -> list[dict[str, str]]:
    """The rows as a spreadsheet gives them back."""
    text = io.StringIO()
    writer = csv.DictWriter(text, list(made[0]), delimiter=";")
    writer.writeheader()
    writer.writerows(made)
    return list(csv.DictReader(io.StringIO(text.getvalue()), delimiter=";"))


def audited(sample: pa.Table, form: list[dict[str, str]]) -> audit.Audited:
    """The estimate of a filled form."""
    return audit.estimate(sample, audit_form.read_form(sample, form, IN_SCOPE), seed=1)


# --- the draw -----------------------------------------------------------------------------------------------


def test_the_same_rows_in_any_order_give_the_same_lines() -> None:
    table = rows()
    shuffled = table.take(pa.array(np.random.RandomState(1).permutation(table.num_rows)))
    assert audit.draw(table, seed=3).equals(audit.draw(shuffled, seed=3))
    assert not audit.draw(table, seed=3).equals(audit.draw(table, seed=4))


def test_about_200_lines_every_stratum_seen_and_no_row_without_amount() -> None:
    sample = audit.draw(rows(), seed=3)
    assert 190 <= sample.num_rows <= 220
    assert len(set(sample["row_key"].to_pylist())) == sample.num_rows
    assert sample["line_number"].to_pylist() == list(range(1, sample.num_rows + 1))
    expected = {"part", "rest", "excluded", "unknown"}
    assert set(sample["stratum"].to_pylist()) >= expected | {f"{name}_negative" for name in ("part", "rest")}
    assert None not in sample["amount_cents"].to_pylist()


def test_a_small_perimeter_is_taken_whole_and_has_no_uncertainty() -> None:
    table = rows(40)
    sample = audit.draw(table, seed=1)
    assert sample.num_rows == 39  # the row without amount is not there
    found = audited(sample, filled(sample))
    assert found.low == pytest.approx(found.high)


def test_nothing_to_draw_is_said() -> None:
    with pytest.raises(Trouble, match="Nothing to check"):
        audit.draw(rows(400).slice(0, 1), seed=1)


# --- the estimate -------------------------------------------------------------------------------------------


def test_without_errors_the_published_share_comes_back_and_the_unknown_is_solved() -> None:
    table = rows()
    sample = audit.draw(table, seed=3)
    found = audited(sample, filled(sample))
    assert found.book_value == pytest.approx(published(table), abs=1e-12)
    assert [error.lines for error in found.errors[1:]] == [0, 0, 0]
    assert [error.effect for error in found.errors[1:]] == [0, 0, 0]
    unknown = found.errors[0]
    assert unknown.effect is not None
    assert found.value is not None
    assert found.value - published(table) == pytest.approx(unknown.effect)
    assert unknown.effect > 0
    assert found.low is not None
    assert found.high is not None
    assert found.low < found.value < found.high


def test_every_kind_of_error_is_told_apart_and_effects_add_up() -> None:
    def spoil(line: Row, cells: Row) -> None:
        number = line["line_number"]
        if number % 10 == 0 and line["is_local"]:
            cells |= {"place_is_right": "non", "place_found": "hors"}
        if number % 10 == 1:
            other = "furniture" if line["segment"] == "medicines" else "medicines"
            cells |= {"segment_is_right": "non", "segment_found": other}
        if number % 10 == 2:
            cells |= {"amount_is_right": "non", "amount_found": "1 000,50 €"}

    sample = audit.draw(rows(), seed=3)
    found = audited(sample, filled(sample, spoil))
    assert [error.name for error in found.errors] == list(audit.KINDS)
    assert all(error.low <= error.share <= error.high for error in found.errors)
    assert all(error.lines > 0 for error in found.errors)
    effects = [error.effect for error in found.errors if error.effect is not None]
    assert len(effects) == 4
    assert found.value is not None
    assert found.book_value is not None
    assert sum(effects) == pytest.approx(found.value - found.book_value, abs=1e-12)
    assert effects[2] < 0


def test_an_error_that_leaves_the_place_inside_is_counted_and_moves_nothing() -> None:
    def move(line: Row, cells: Row) -> None:
        if line["is_local"]:
            cells |= {"place_is_right": "non", "place_found": "dans"}

    sample = audit.draw(rows(), seed=3)
    place = audited(sample, filled(sample, move)).errors[2]
    assert place.lines > 50
    assert place.effect == pytest.approx(0)
    assert 0.3 < place.share < 0.7


def test_what_nobody_can_tell_is_in_neither_sum_and_is_stated() -> None:
    def doubt(line: Row, cells: Row) -> None:
        if line["line_number"] % 4 == 0:
            cells["place_is_right"] = "?"

    sample = audit.draw(rows(), seed=3)
    found = audited(sample, filled(sample, doubt))
    assert 0.1 < found.undetermined_share < 0.4
    assert found.undetermined > 20
    every = audited(sample, filled(sample, lambda line, cells: cells.update(amount_is_right="?")))
    assert (every.value, every.low, every.high) == (None, None, None)
    assert every.undetermined_share == pytest.approx(1)


# --- the form -----------------------------------------------------------------------------------------------


def test_the_form_tells_what_is_recorded_in_both_languages() -> None:
    sample = audit.draw(rows(), seed=3)
    french, english = audit_form.form(sample), audit_form.form(sample, "en")
    assert french.column_names[:2] == ["numéro", "clé"]
    assert set(french["lieu retenu"].to_pylist()) == {"dans", "hors", "inconnu"}
    cents = sample["amount_cents"].to_pylist()
    assert [round(100 * float(text)) for text in english["amount given (euros without tax)"].to_pylist()] == cents
    assert "," in french["montant retenu (euros HT)"].to_pylist()[0]


def wrong(sample: pa.Table, number: int, **changed: str) -> str:
    """The French sentence for a form of which one line is changed."""

    def change(line: Row, cells: Row) -> None:
        if line["line_number"] == number:
            cells.update(changed)

    with pytest.raises(Trouble) as told:
        audit_form.read_form(sample, filled(sample, change), IN_SCOPE)
    assert told.value.en != told.value.fr
    return told.value.fr


def test_wrong_cells_are_told_in_plain_sentences() -> None:
    sample = audit.draw(rows(), seed=3)
    assert "ligne 7, colonne « lieu juste ? (oui/non/?) » : « peut-être » ne se lit pas, écrire oui, non ou ?" in wrong(
        sample, 7, place_is_right="peut-être"
    )
    assert "lieu constaté (dans/hors) » : vide, écrire dans ou hors" in wrong(
        sample, 7, place_is_right="non", place_found=""
    )
    assert "code d'un segment" in wrong(sample, 7, segment_is_right="non", segment_found="meubles")
    assert "un montant en euros" in wrong(sample, 7, amount_is_right="non", amount_found="environ 12")
    assert "un montant en euros" in wrong(sample, 7, amount_is_right="non", amount_found="1,234,5")
    assert "un montant en euros" in wrong(sample, 7, amount_is_right="non", amount_found="inf")


def test_many_wrong_cells_are_summed_up() -> None:
    sample = audit.draw(rows(), seed=3)
    form = filled(sample, lambda line, cells: cells.update(place_is_right=""))
    with pytest.raises(Trouble, match=rf"and {sample.num_rows - 5} more"):
        audit_form.read_form(sample, form, IN_SCOPE)


def test_lines_of_another_draw_missing_doubled_or_without_column_are_refused() -> None:
    sample = audit.draw(rows(), seed=3)
    form = filled(sample)
    blank = dict.fromkeys(form[0], "")
    assert audit_form.read_form(sample, [*form[::-1], blank], IN_SCOPE).num_rows == sample.num_rows
    for broken, told in [
        (form[1:], "1 line"),
        ([*form, form[0]], "comes twice"),
        (filled(audit.draw(rows(), seed=8)), "not of this draw"),
        ([{k: v for k, v in row.items() if k != "lieu juste ? (oui/non/?)"} for row in form], "lost the column"),
    ]:
        with pytest.raises(Trouble, match=told):
            audit_form.read_form(sample, broken, IN_SCOPE)


def test_the_definition_says_which_segments_are_in_scope() -> None:
    narrow, wide, every = (audit_form.scopes(word) for word in ("excluded", "excluded_wide", "included"))
    assert sum(not inside for inside in narrow.values()) == 7
    assert sum(not inside for inside in wide.values()) > 7
    assert all(every.values())
