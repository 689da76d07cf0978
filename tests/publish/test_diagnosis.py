"""The diagnosis of the demonstration, built through the real path: sentence, page, terminal, server."""

from __future__ import annotations

import http.client
import io
import re
import threading
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from lxml import html
from rich.console import Console

from gisement import pipeline
from gisement.engine import Observatory, build
from gisement.publish import format
from gisement.publish.component import rows_command, shown
from gisement.publish.diagnosis import Diagnosis, diagnose, render, show, write_page
from gisement.publish.diagnosis.charts import coins
from gisement.publish.diagnosis.places import places_of
from gisement.publish.diagnosis.terminal import sentence
from gisement.publish.serve import server
from gisement.sources.demonstration import Demonstration, write
from gisement.sources.registry import SOURCES
from gisement.store import Workspace, add_snapshot
from gisement.terms import Figure, Level, Sums, Verdict, parse_territory


def parsed(page: str) -> Any:
    """The page as a tree (untyped: the library's own types say that any question may have any answer)."""
    return html.document_fromstring(page)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("diagnosis")


@pytest.fixture(scope="module")
def demo(folder: Path) -> Demonstration:
    return write(folder / "files", "tiny")


@pytest.fixture(scope="module")
def observatory(demo: Demonstration, folder: Path) -> Observatory:
    workspace = Workspace.create(folder / "workspace", parse_territory(demo.territory, name=demo.name))
    for kind, path in demo.files:
        add_snapshot(workspace, kind, path.name, path, demo.card)
    build(workspace, lambda: pipeline.STEPS, SOURCES)
    return Observatory(workspace, load=True)


@pytest.fixture(scope="module")
def diagnosis(observatory: Observatory) -> Diagnosis:
    return diagnose(observatory)


@pytest.fixture(scope="module")
def page(diagnosis: Diagnosis) -> str:
    return render(diagnosis)


# --- figures ------------------------------------------------------------------------------------------------


def test_the_truth_of_the_generator_is_found_back(diagnosis: Diagnosis, demo: Demonstration) -> None:
    figure = diagnosis.headline
    assert figure.value is not None
    assert figure.low is not None
    assert figure.high is not None
    assert figure.low <= demo.local_share <= figure.high
    assert figure.value == pytest.approx(0.50, abs=0.04)
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


def test_the_terminal_shows_every_table(diagnosis: Diagnosis) -> None:
    console = Console(width=120, record=True, file=io.StringIO())
    show(diagnosis, console)
    text = console.export_text()
    assert "Données fictives, calibrées" in text
    for words in (
        "En bref",
        "Jusqu'où va l'argent",
        "comptée autrement",
        "par année",
        "par acheteur",
        "Règle",
    ):
        assert words in text
    assert "Ville de démonstration" in text
    assert "gisement rows local_share --verdict part" in text


# --- page ---------------------------------------------------------------------------------------------------


def test_the_page_is_well_formed_and_the_same_twice(diagnosis: Diagnosis, page: str, tmp_path: Path) -> None:
    document = parsed(page)
    identifiers = [element.get("id") for element in document.iter() if element.get("id")]
    assert len(identifiers) == len(set(identifiers))
    links = {link.get("href") for link in document.iter("a")}
    assert {link.removeprefix("#") for link in links} <= set(identifiers)
    assert page.count("<details>") == page.count("</details>")
    assert page.count("<td") == page.count("</td>")
    assert write_page(diagnosis, tmp_path / "deep" / "page.html").read_text(encoding="utf-8") == page


def test_the_page_asks_nobody_anything(page: str) -> None:
    document = parsed(page)
    assert not re.search(r"(https?:)?//[\w.-]+\.\w|url\((?!#)|@import", page)
    assert not any(True for _ in document.iter("script", "iframe", "img", "link", "form", "object"))
    assert not any(name.startswith("on") or name == "style" for e in document.iter() for name in e.attrib)


def test_the_page_can_be_heard_and_read(page: str) -> None:
    document = parsed(page)
    assert document.get("lang") == "fr"
    assert page.index('<meta charset="utf-8">') < 200
    assert len(document.findall(".//h1")) == 1
    for table in document.iter("table"):
        assert table.find("caption") is not None
        assert all(cell.get("scope") in {"row", "col"} for cell in table.iter("th"))
    for drawing in document.iter("svg"):
        assert drawing.get("aria-hidden") == "true" or drawing.find("title") is not None
    assert document.find(".//a[@class='skip']") is not None


def test_every_figure_has_definition_sources_and_rows(page: str) -> None:
    document = parsed(page)
    figures = document.xpath("//tr[td[contains(@class, 'figure')]] | //div[contains(@class, 'card')] | //h1/..")
    assert len(figures) > 50
    for figure in figures:
        values = figure.xpath(".//span[starts-with(@class, 'value')]")
        definitions = figure.xpath(".//p[@class='definition']")
        commands = [code.text for code in figure.xpath(".//code[@class='rows']")]
        assert definitions
        assert len(commands) == len(definitions) >= len(values)
        assert all(command.startswith("gisement rows ") for command in commands)
        assert figure.xpath(".//a[@href='#sources']")
    bare = document.xpath("//span[starts-with(@class, 'value')][not(ancestor::tr or ancestor::div)]")
    assert bare == []


def test_the_page_says_that_it_is_fictive_and_confirms_nothing(page: str) -> None:
    document = parsed(page)
    text = " ".join(document.text_content().split())
    assert document.findtext(".//title", "").startswith("Données fictives")
    assert text.count("Données fictives, calibrées") >= 3
    assert "ne confirme aucun chiffre publié" in text
    assert document.body.find("aside") is not None


def test_real_data_bear_no_notice(diagnosis: Diagnosis) -> None:
    bare = render(replace(diagnosis, notice={}, origins=()))
    assert "fictives" not in bare.split("<style>")[0]
    assert '<aside class="notice"' not in bare


# --- formatting ---------------------------------------------------------------------------------------------


def figure(value: float | None, low: float | None, high: float | None, unit: str = "percent") -> Figure:
    sums = Sums(counts={Verdict.PART: 1})
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
    kinds = Counter(coin.kind for coin in coins(figure(0.5, 0.47, 0.52)))
    assert kinds == {"part": 47, "unknown": 5, "rest": 48}
    assert Counter(coin.kind for coin in coins(figure(None, None, None))) == {"unknown": 100}


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


# --- server -------------------------------------------------------------------------------------------------


@pytest.fixture
def address(diagnosis: Diagnosis, tmp_path: Path) -> Iterator[int]:
    (tmp_path / "secret.csv").write_text("not for you")
    served = tmp_path / "served"
    write_page(diagnosis, served / "diagnosis.html")
    (served / "link.csv").symlink_to(tmp_path / "secret.csv")
    (served / "code.py").write_text("")
    with server(served) as running:
        thread = threading.Thread(target=running.serve_forever, daemon=True)
        thread.start()
        yield running.server_port
        running.shutdown()


def ask(port: int, path: str, method: str = "GET") -> tuple[int, dict[str, str], bytes]:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    connection.request(method, path)
    answer = connection.getresponse()
    return answer.status, dict(answer.getheaders()), answer.read()


def test_the_page_is_served_under_a_strict_policy(address: int, page: str) -> None:
    status, headers, body = ask(address, "/")
    assert status == 200
    assert body.decode() == page
    policy = headers["Content-Security-Policy"]
    assert policy.startswith("default-src 'none'; style-src 'sha256-")
    assert "unsafe" not in policy
    assert headers["X-Content-Type-Options"] == "nosniff"
    status, headers, body = ask(address, "/diagnosis.html", "HEAD")
    assert (status, body) == (200, b"")
    assert int(headers["Content-Length"]) == len(page.encode())


@pytest.mark.parametrize(
    "path",
    ["/../secret.csv", "/%2e%2e/secret.csv", "/link.csv", "/code.py", "/none.html", "//etc/passwd", "/%00"],
)
def test_nothing_else_is_served(address: int, path: str) -> None:
    assert ask(address, path)[0] == 404


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "OPTIONS"])
def test_other_methods_are_refused(address: int, method: str) -> None:
    assert ask(address, "/", method)[0] in {405, 501}
