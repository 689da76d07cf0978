"""The diagnosis of the demonstration, built through the real path: figures, sentence, terminal."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from gisement.catalog.areas import area_names
from gisement.engine import Observatory
from gisement.publish import format
from gisement.publish.caution import cautions
from gisement.publish.component import rows_command, shown
from gisement.publish.places import places_of
from gisement.publish.web.drawings.shares import coins
from gisement.publish.words.diagnosis import Diagnosis, diagnose, sentence, show
from gisement.sources.demonstration import Demonstration
from gisement.store import Workspace
from gisement.terms import Figure, Level, Sums, Verdict, parse_territory


@pytest.fixture(scope="module")
def diagnosis(workspace: Workspace) -> Diagnosis:
    return diagnose(Observatory(workspace, load=True))


@pytest.fixture
def told(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Callable[..., str]:
    """What the terminal shows of a diagnosis, in 80 columns."""
    monkeypatch.setenv("COLUMNS", "80")

    def shows(diagnosis: Diagnosis, **asked: Any) -> str:
        show(diagnosis, **asked)
        return capsys.readouterr().out

    return shows


# --- figures ------------------------------------------------------------------------------------------------


def test_every_contract_of_the_generator_is_found_back(diagnosis: Diagnosis, demo: Demonstration) -> None:
    """The truth of the local share is that of what is paid: tests/test_demo_truth.py looks for it in the ledgers."""
    figure = diagnosis.headline
    assert figure.value is not None
    assert figure.low is not None
    assert figure.high is not None
    assert figure.low <= figure.value <= figure.high
    assert diagnosis.contracts.value == demo.contracts + demo.concessions


def test_rings_grow_and_groups_add_up(diagnosis: Diagnosis) -> None:
    shares = [line.figure.sums.part for line in diagnosis.rings]
    assert len(shares) == 4
    assert shares == sorted(shares)
    for lines in (diagnosis.by_year, diagnosis.by_family, diagnosis.by_buyer):
        assert sum(line.figure.sums.part for line in lines) == diagnosis.headline.sums.part
        assert sum(line.beside.sums.part for line in lines if line.beside) == diagnosis.spend.sums.part


def test_seeded_faults_become_findings(diagnosis: Diagnosis, demo: Demonstration) -> None:
    found = Counter({(f.rule, f.action): f.count for f in diagnosis.findings})
    assert found["identifier_siren_as_siret", "repaired"] == demo.faults["supplier_siren_only"]
    assert found["identifier_bad_checksum", "kept"] == demo.faults["supplier_bad_checksum"]
    assert found["amount_symbolic", "nulled"] == demo.faults["amount_symbolic"]
    assert found["same_record_published_again", "merged"] == demo.faults["published_again"]
    assert found["same_award_same_id", "merged"] == demo.faults["published_again_later"]
    spelled = demo.faults["published_under_other_spelling"]
    assert found["same_award_other_id_spelling", "merged"] == spelled


# --- sentence and terminal ----------------------------------------------------------------------------------


def test_the_sentence(diagnosis: Diagnosis) -> None:
    told = sentence(diagnosis).replace(format.SPACE, " ")
    pattern = (
        r"Sur 100 € de commande publique hors médical, (\d+) € vont à des fournisseurs de la Vienne "
        r"\(entre (\d+) et (\d+) selon ce que l'on ignore\)\."
    )
    match = re.fullmatch(pattern, told)
    assert match
    value, low, high = map(int, match.groups())
    assert low <= value <= high


def test_the_terminal_shows_every_table(diagnosis: Diagnosis, told: Callable[..., str]) -> None:
    text = told(diagnosis).replace(format.SPACE, " ")
    assert "Données fictives, calibrées" in text
    for words in (
        "En bref",
        "Jusqu'où va l'argent",
        "comptée autrement",
        "par année",
        "par acheteur",
        "Suite donnée",
    ):
        assert words in text
    assert "Ville de démonstration" in text
    assert "gisement rows local_share --verdict part" in text


def test_what_is_shown_first_fits_a_screen_and_a_half(diagnosis: Diagnosis, told: Callable[..., str]) -> None:
    text = told(diagnosis, workspace="demo", whole=False)
    assert len(text.splitlines()) <= 40
    assert max(map(len, text.splitlines())) <= 80
    assert sentence(diagnosis).split()[-1] in text
    assert text.endswith("Tout le diagnostic : gisement -w demo diagnosis\n")


# --- formatting ---------------------------------------------------------------------------------------------


def figure(value: float | None, low: float | None, high: float | None, unit: str = "percent") -> Figure:
    sums = Sums(counts={Verdict.PART: 10})
    return Figure("local_share", unit, {}, value, low, high, "missing", None, sums, Level.OBSERVED)


def test_numbers_are_french() -> None:
    assert format.percent(0.502) == "50,2\u00a0%"
    assert format.number(12345.6, 1) == "12\u202f345,6"
    assert format.number(-0.04, 1) == "0,0"
    assert format.number(-3) == "\u22123"
    assert [format.euros(v) for v in (1.239e9, 4.89e8, 12_340_000, 340_000, 9_500)] == [
        "1,24\u00a0Md€", "489\u00a0M€", "12,3\u00a0M€", "340\u00a0k€", "9\u202f500\u00a0€",
    ]  # fmt: skip
    assert format.percent(None) == format.euros(None) == format.per_hundred(None) == "non connu"


def test_bounds_are_said_in_words() -> None:
    assert format.bounds(figure(0.5, 0.472, 0.518)) == "entre 47,2\u00a0% et 51,8\u00a0%"
    assert format.bounds(figure(12e6, 12e6, None, "euros")) == "au minimum"
    assert format.bounds(figure(0.5, 0.5, 0.5)) == "exact sur ces données"
    assert format.bounds(figure(None, None, None)) == "non connu"


def test_a_figure_without_value_is_not_known_and_one_outside_says_so() -> None:
    assert shown(figure(None, 0.0, 1.0)).value == "non connu"
    outside = Figure(
        "local_share", "percent", {}, None, None, None, "missing", None,
        Sums(counts={Verdict.EXCLUDED: 3}), Level.OBSERVED,
    )  # fmt: skip
    assert shown(outside).value == "hors du calcul"
    empty = replace(outside, sums=Sums())
    assert (shown(empty).value, shown(empty).bounds) == ("non connu", "non connu")


def test_rows_commands_hold_the_whole_perimeter() -> None:
    address = "/figures/local_share/rows?joint=equal&medical=included&place=establishment&ring=region&year=2024"
    held = Figure("local_share", "percent", {}, 1, 1, 1, "missing", 1, Sums(), Level.OBSERVED, rows=address)
    wanted = "--where medical=included --where ring=region --where year=2024"
    assert rows_command(held) == f"gisement rows local_share --verdict part {wanted}"


def test_coins_draw_the_bounds() -> None:
    kinds = Counter(coin.kind for coin in coins(0.47, 0.52))
    assert kinds == {"part": 47, "unknown": 5, "rest": 48}
    assert Counter(coin.kind for coin in coins(None, None)) == {"unknown": 100}


@pytest.mark.parametrize(
    ("territory", "of_department", "ring"),
    [
        ("epci:200069854", "de la Vienne", ("department", "Département : Vienne")),
        ("commune:75056", "de Paris", ("region", "Région : Île-de-France")),
        ("department:2A", "de la Corse-du-Sud", ("department", "Département : Corse-du-Sud")),
        ("region:75", "du département", ("region", "Région : Nouvelle-Aquitaine")),
    ],
)
def test_places_have_names(territory: str, of_department: str, ring: tuple[str, str]) -> None:
    places = places_of(parse_territory(territory))
    assert places.of_department == of_department
    assert places.rings[ring[0]] == ring[1]


def test_places_have_names_in_english_too() -> None:
    places = places_of(parse_territory("epci:200069854"), "en")
    assert places.of_department == "in Vienne"
    assert places.rings["department"] == "Department: Vienne"
    assert places.name("buyer_commune", "86194") == "Poitiers"
    assert places.name("department", "no such code") == "no such code"
    assert len(area_names("department")) > 100


# --- what to know before believing it -----------------------------------------------------------------------


def test_a_headline_that_rests_on_little_says_so(diagnosis: Diagnosis, told: Callable[..., str]) -> None:
    """On a real territory whose buyers no register placed, two contracts gave « 100 € sur 100 » (`test_few.py`)."""
    assert diagnosis.cautions == (), "the demonstration rests on thousands of rows, and its buyers are placed"
    thin = replace(diagnosis.headline, basis="contract", sums=Sums(counts={Verdict.PART: 20, Verdict.UNKNOWN: 40}))
    few, outside = cautions(thin, 1_146)
    assert few == "D'après 20 lignes de marchés seulement : trop peu pour décrire la commande publique d'ici."
    assert outside.startswith(
        "1\u202f146 marchés d'acheteurs de lieu inconnu n'y sont pas : il manque à cet observatoire"
    )
    assert cautions(diagnosis.headline, 3, "en")[0].startswith("3 contracts of buyers of unknown place are not in it")
    assert few.split(" : ")[0] in told(replace(diagnosis, cautions=(few, outside)))


def test_buyers_that_the_table_leaves_out_are_counted(diagnosis: Diagnosis, told: Callable[..., str]) -> None:
    text = " ".join(told(replace(diagnosis, hidden_buyers=3)).split())
    assert "Et 3 autres acheteurs, d'un montant moindre : gisement measure local_share --by buyer" in text
