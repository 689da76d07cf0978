"""What `measure` and `rows` add to figures: names beside codes, what is missing, the account of a change."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from gisement.engine.parameters import checked
from gisement.indicators import ALL
from gisement.pipeline import perimeter_of
from gisement.terms import Indicator, Trouble
from tests.commands import gisement
from tests.test_cli import answer, refused


@pytest.fixture(scope="module")
def workspace(small_home: Path) -> Path:
    """A small workspace of the Vienne, built."""
    return small_home


def test_a_change_of_the_share_is_decomposed(workspace: Path) -> None:
    asked = ("measure", "local_share", "--decompose", "2023,2024")
    told = answer(gisement(*asked, "--format", "json", workspace=workspace))
    values = {figure["group"]["effect"]: figure["value"] for figure in told["figures"]}
    assert (values["share_before"], values["share_after"], values["change"]) == (1.0, 0.0, -1.0)
    assert sum(value for name, value in values.items() if "share" not in name and name != "change") == -1.0
    assert set(told["effects"]) == set(values)
    shown = gisement(*asked, workspace=workspace)
    assert shown.returncode == 0
    assert "−100,0" not in shown.stdout, "a contract in each year: no points are told between them"
    assert re.search(r"Variation +trop peu", shown.stdout)
    trend = answer(gisement("measure", "local_share", "--trend", "--format", "json", workspace=workspace))
    assert [figure["group"]["year"] for figure in trend["figures"]] == [2023] * 3 + [2024] * 3
    assert "Mêmes acheteurs" in gisement("measure", "local_share", "--trend", workspace=workspace).stdout


def test_names_stand_beside_codes(workspace: Path) -> None:
    measured = ("measure", "local_share", "--by", "buyer_department,family", "--format", "json")
    for figure in answer(gisement(*measured, workspace=workspace))["figures"]:
        assert figure["group"]["buyer_department"] == "86"
        assert figure["labels"]["buyer_department"] == "Vienne"
        assert figure["labels"]["family"] not in (None, figure["group"]["family"])
    told = gisement("measure", "local_share", "--by", "buyer_department", workspace=workspace).stdout
    assert "Vienne (86)" in told


def test_an_unknown_row_says_why(workspace: Path) -> None:
    listed = ("rows", "local_share", "--verdict", "unknown")
    found = answer(gisement(*listed, "--format", "json", workspace=workspace))
    reasons = {row["amount_cents"]: row["unknown_reason"] for row in found}
    assert reasons == {40040: "place_unknown", None: "amount_unknown"}
    assert "lieu du fournisseur inconnu" in gisement(*listed, workspace=workspace).stdout
    assert "Ce qui manque" not in gisement("rows", "local_share", "--verdict", "part", workspace=workspace).stdout


def test_by_is_repeated_as_where_is(workspace: Path) -> None:
    measured = ("measure", "total_spend", "--format", "json")
    once, again = (
        answer(gisement(*measured, *by, workspace=workspace))
        for by in (("--by", "year,family"), ("--by", "year", "--by", "family"))
    )
    assert once == again
    assert {tuple(figure["group"]) for figure in again["figures"]} == {("year", "family")}
    assert "departement" in refused(gisement(*measured, "--by", "departement", "--by", "year", workspace=workspace))


@pytest.mark.parametrize("indicator", ALL, ids=lambda each: each.name)
def test_every_indicator_is_measured(workspace: Path, indicator: Indicator) -> None:
    told = answer(gisement("measure", indicator.name, "--format", "json", workspace=workspace))
    assert [figure["group"] for figure in told["figures"]] == [{}]
    assert told["indicator"]["name"] == indicator.name


def test_the_gain_of_a_joint_purchase_is_that_of_its_page(tiny_home: Path) -> None:
    """Whatever the scenario; unless its contracts are named, nothing is known of it."""
    found = answer(gisement("cooperate", "pool", "--format", "json", workspace=tiny_home))
    window = next(each for each in found if each["gain"] and each["volume"]["value"])
    named = [word for each in window["contracts"] for word in ("--where", f"contract={each['contract_key']}")]

    def measured(*words: str) -> list[dict[str, Any]]:
        asked = gisement("measure", "pooling_gain", *words, "--format", "json", workspace=tiny_home)
        found: list[dict[str, Any]] = answer(asked)["figures"]
        return found

    def ends(figure: dict[str, Any]) -> tuple[float, float, float]:
        return figure["low"], figure["value"], figure["high"]

    assert measured(*named) == [window["gain"]]
    (by_segment,) = measured(*named, "--by", "segment")
    assert by_segment["group"] == {"segment": window["segment"]}
    assert ends(by_segment) == ends(window["gain"])
    scenarios = {figure["options"]["gain"]: ends(figure) for figure in measured(*named, "--sensitivity")}
    assert scenarios["assumed"] == ends(window["gain"])
    assert scenarios["none"] == (0, 0, 0)
    (published,) = measured(*named, "--where", "gain=published")
    assert scenarios["published"] == ends(published)
    assert published["high"] > window["gain"]["high"]
    assert [figure["value"] for figure in measured()] == [None]
    shown = gisement("measure", "pooling_gain", *named, workspace=tiny_home).stdout
    assert "que suppose le scénario" in shown
    assert "simulations" not in shown


@pytest.mark.parametrize("pair", ["year=x", "year=20 24", "month=13", "segment=zzz", "family=zzz"])
def test_a_value_that_cannot_be_is_refused_before_anything_is_listed(pair: str) -> None:
    """A slip of the pen: « nothing to look at » would reassure falsely."""
    with pytest.raises(Trouble, match="is not a"):
        checked(perimeter_of([pair]))
    sound = perimeter_of(["year=2024", "month=12", "segment=catering_services", "buyers=all"])
    assert checked(sound) is sound


@pytest.mark.parametrize(
    ("words", "near"),
    [
        (("mesure", "local_share"), "choisir parmi measure, "),
        (("measure", "locale_share"), "choisir parmi local_share, "),
        (("measure", "local_share", "--wher", "year=2024"), "choisir parmi --where, "),
        (("measure", "local_share", "--where", "buyer_departement=86"), "choisir parmi buyer_department, "),
        (("measure", "local_share", "--by", "famly"), "choisir parmi family, "),
        (("build", "purchases"), "Tables possibles : purchase, "),
        (("add", "decps", "x.json"), "choisir parmi decp, "),
    ],
)
def test_a_misspelt_word_is_told_with_what_it_looks_like(workspace: Path, words: tuple[str, ...], near: str) -> None:
    assert near in refused(gisement(*words, workspace=workspace))
