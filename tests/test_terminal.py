"""What commands show people: in the language asked for, within 80 columns, with words beside codes."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from gisement.catalog import texts
from gisement.publish import format, layout, progress
from gisement.publish.layout import Column
from gisement.terms import Reading, Trouble, among
from tests.commands import Run, gisement, on_a_terminal
from tests.publisher import published
from tests.test_cli import TABLE, WRONG
from tests.workspaces import workspace_of

ESCAPE = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")
# A contract whose title tries to act on the terminal, another that looks like markup, and one without place or name.
LINES = (
    TABLE
    + 'X\x1b[2J6,99900000000018,86,"[/bold] Balayeuse \u202e",34144431,12345678.90,2024-03-09,2024-12-20,99900000000026,75\n'
)
# Each command that answers in tables, with what it is asked; none of them changes the workspace.
SHOWN: Mapping[str, tuple[str, ...]] = {
    "check": ("check",),
    "measure": ("measure", "local_share"),
    "by year": ("measure", "local_share", "--by", "year"),
    "by family": ("measure", "total_spend", "--by", "year,family"),
    "by segment": ("measure", "contracts", "--by", "segment"),
    "by size": ("measure", "sme_share", "--by", "size_class,basis"),
    "sensitivity": ("measure", "local_share", "--sensitivity"),
    "account": ("measure", "local_share", "--decompose", "2023,2024"),
    "trend": ("measure", "local_share", "--trend"),
    "nothing": ("measure", "local_share", "--where", "year=1999", "--by", "buyer"),
    "unknown": ("measure", "local_share", "--where", "year=1999"),
    "rows": ("rows", "local_share", "--verdict", "unknown"),
    "contracts": ("rows", "contracts", "--verdict", "part"),
    "one row": ("rows", "local_share", "--verdict", "excluded"),
    "no row": ("rows", "contracts", "--verdict", "rest"),
    "indicators": ("indicators",),
    "sources": ("sources",),
    "segments": ("segments",),
}


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small workspace of the Vienne, built; its files say nothing in French."""
    folder = tmp_path_factory.mktemp("terminal")
    (folder / "table.csv").write_text(LINES, encoding="utf-8")
    (folder / "again.csv").write_text(TABLE, encoding="utf-8")
    files = {"decp": [folder / "table.csv", folder / "again.csv"]}
    return workspace_of(folder / "workspace", "department:86", files).root


@pytest.fixture(scope="module")
def answer(workspace: Path) -> Callable[[str, str], str]:
    """What a command of `SHOWN` answers in a language, on 80 columns; asked once."""

    @cache
    def asked(name: str, language: str) -> str:
        return shown(gisement("--lang", language, *SHOWN[name], workspace=workspace, COLUMNS="80"))

    return asked


def shown(run: Run) -> str:
    """What a command that went well showed."""
    assert (run.returncode, run.stderr) == (0, "")
    return run.stdout


# --- languages ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", SHOWN)
def test_english_has_no_french_word(answer: Callable[[str, str], str], name: str) -> None:
    assert french_words(answer(name, "en")) == set()
    assert french_words(answer(name, "fr")) != set()


@pytest.mark.parametrize("kind", WRONG)
def test_a_refusal_in_english_has_no_french_word(workspace: Path, kind: str) -> None:
    words, _ = WRONG[kind]
    run = gisement("--lang", "en", *words, workspace=workspace)
    assert run.returncode == 2
    typed = {word for text in words for word in words_of(text)}
    assert french_words(run.stderr) - typed == set(), run.stderr


def test_the_life_of_a_workspace_in_english(tmp_path: Path) -> None:
    root, path = tmp_path / "workspace", tmp_path / "table.csv"
    path.write_text(TABLE, encoding="utf-8")
    steps = (
        ("init", "--territory", "commune:86194"),
        ("add", "decp", path),
        ("build", "commune", "ring_department"),
        ("build", "commune", "ring_department"),
        ("add", "decp", path),
        ("remove", "table.csv"),
        ("sources",),
    )
    told = [shown(gisement(*step, workspace=root, GISEMENT_LANG="en")) for step in steps]
    assert told[0] == f"{root}: Poitiers (1 commune).\n"
    assert told[1] == "table.csv: 5 records.\n"
    assert told[2].endswith(" tables made anew.\n")
    assert told[3] == "All was up to date.\n"
    assert told[4] == "table.csv: already there.\n"
    assert "gisement build" in told[5]
    assert {word for text in told for word in french_words(text)} == set()


def test_fetch_in_english(tmp_path: Path) -> None:
    gisement("init", "--territory", "department:86", workspace=tmp_path)
    with published() as scene:
        run = gisement("--lang", "en", "fetch", "decp", "--base-url", scene.address, workspace=tmp_path)
    assert (run.returncode, run.stdout) == (2, "")
    assert "could not be read (HTTP 404)" in run.stderr
    assert french_words(run.stderr) == set()


def test_a_french_word_is_seen() -> None:
    assert {"valeur", "connu", "montant"} <= french_words("Valeur : connu à 50 %, montant")
    assert french_words("value: 50% known, amount") == set()


ALIKE = {"base", "construction", "agriculture", "administration", "communication", "grand", "action", "ouverte", "bio",
         "balances", "plats", "ces", "version"}  # fmt: skip
"""Words of both languages that the English texts do without; `ouverte` is of a licence's name, `bio` of an agency's,
`balances` and `plats` are of addresses cut in two, `ces` is the end of « services » where a column cuts it."""


def french_words(text: str) -> set[str]:
    """The words that the French texts of the catalog have and the English ones have not; addresses are no words."""
    return words_of(text) & _french()


@cache
def _french() -> frozenset[str]:
    french, english = (
        {word for text in _texts(texts(language)) for word in words_of(text)} for language in ("fr", "en")
    )
    return frozenset(french - english - ALIKE)


def words_of(text: str) -> set[str]:
    """The words of a text, of three letters at least."""
    bare = re.sub(r"https?://\S+|/\S+|\S+\.csv", " ", text)
    return {word for word in re.findall(r"[^\W\d_]+", bare.casefold()) if len(word) > 2}


def _texts(content: Any) -> Iterator[str]:
    if isinstance(content, Mapping):
        content = list(content.values())
    if isinstance(content, list):
        for each in content:
            yield from _texts(each)
    else:
        yield str(content)


# --- 80 columns ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("language", ["fr", "en"])
@pytest.mark.parametrize("name", SHOWN)
def test_it_fits_in_80_columns(workspace: Path, answer: Callable[[str, str], str], name: str, language: str) -> None:
    told = answer(name, language)
    wide = [line for line in told.splitlines() if len(line) > 80 and "://" not in line and str(workspace) not in line]
    assert wide == []
    assert "…" not in told
    assert "\x1b" not in told


def test_a_terminal_shows_the_same_as_a_file(workspace: Path) -> None:
    words = ("measure", "local_share", "--by", "year")
    told = shown(on_a_terminal(*words, workspace=workspace, columns=80))
    assert ESCAPE.sub("", told) == shown(gisement(*words, workspace=workspace, COLUMNS="80"))


def test_help_fits_and_cuts_no_sentence() -> None:
    told = shown(gisement("--help", COLUMNS="80"))
    commands = told.partition("Commandes :\n")[2].splitlines()
    assert len(commands) == 28
    assert [line for line in commands if not line.endswith(".") or line.endswith("...")] == []
    assert max(map(len, told.splitlines())) <= 80


def test_help_is_in_french_down_to_the_kinds_of_values() -> None:
    told = shown(gisement("audit", "draw", "--help", COLUMNS="80"))
    for words in ("Usage : gisement audit draw", "<chemin>", "<entier>", "[obligatoire]", "de 20 à 5000"):
        assert words in told
    assert not re.search("required|default|range|list|Options:", told)


def test_a_published_name_cannot_act_on_the_terminal(workspace: Path) -> None:
    told = shown(gisement("rows", "contracts", "--verdict", "part", workspace=workspace))
    assert "[/bold] Balayeuse" in told
    assert not {"\x1b", "\u202e"} & set(told)


def test_words_stand_beside_codes(workspace: Path) -> None:
    told = shown(gisement("measure", "total_spend", "--by", "family", workspace=workspace))
    assert "Travaux de bâtiment (building_works)" in told
    assert "Unité\u00a0:\u00a0€ hors taxes" in told
    told = shown(gisement("measure", "local_share", "--by", "family", workspace=workspace))
    (medical,) = [line for line in told.splitlines() if line.startswith("Matériels médicaux")]
    assert "hors du calcul" in medical
    told = shown(gisement("rows", "local_share", "--verdict", "excluded", workspace=workspace))
    assert "50,50 €" in told.replace("\u00a0", " ")
    assert "Une ligne" in told


# --- forms --------------------------------------------------------------------------------------------------


def test_numbers_in_both_languages() -> None:
    assert format.number(1234567.8, 1, "en") == "1,234,567.8"
    assert format.percent(0.502, language="en") == "50.2%"
    assert [format.euros(v, "en") for v in (1.239e9, -340_000.0, 9_500.0)] == ["€1.24bn", "\u2212€340k", "€9,500"]
    assert format.cents(-123456, "fr") == "\u22121\u202f234,56\u00a0€"
    assert format.cents(50, "en") == "€0.50"
    assert format.cents(None, "en") == "not known"
    assert [format.size(octets) for octets in (12, 50_790, 1_234_567_890)] == [
        "12\u00a0o",
        "51\u00a0ko",
        "1,2\u00a0Go",
    ]


def test_plurals_in_both_languages() -> None:
    french = [format.counted(n, "commune", "communes") for n in (0, 1, 2, 1200)]
    assert french == ["0 commune", "1 commune", "2 communes", "1\u202f200 communes"]
    assert [format.counted(n, "row", "rows", "en") for n in (0, 1, 2)] == ["0 rows", "1 row", "2 rows"]
    assert [f"{format.Count(n):ligne|lignes}" for n in (1, 1200)] == ["1 ligne", "1\u202f200 lignes"]
    assert "{}, {:row|rows}".format(format.Count(1200, "en"), format.Count(0, "en")) == "1,200, 0 rows"
    assert [format.in_points(x) for x in (0.002, 0.051, None)] == ["0,2 point", "5,1 points", "non connu"]
    assert format.in_points(0.002, "en", sign=True) == "+0.2 points"


@pytest.mark.parametrize("language", ["fr", "en"])
def test_no_text_leaves_the_plural_to_the_reader(language: str) -> None:
    assert [text for text in _texts(texts(language)) if re.search(r"\w\(e?s\)", text)] == []


def test_the_account_of_a_reading() -> None:
    reading = Reading(1200, 1, {"notes": ["Vu\x1b."]})
    assert format.account(reading) == "1\u202f200 enregistrements, 1 illisible.\n  Vu ."
    assert format.account(reading, "en") == "1,200 records, 1 unreadable.\n  (in French) Vu ."
    assert format.account(None, "en") == "already there."


def test_columns_of_words_wrap_and_columns_of_numbers_do_not() -> None:
    columns = [Column("Nom"), Column("Montant", is_number=True)]
    told = layout.table(columns, [["un nom assez long ; et un autre", "12 345 €"], ["b", "1 €"]], 26)
    assert told.splitlines() == [
        "Nom                Montant",
        "─" * 26,
        "un nom assez      12 345\u00a0€",
        "long\u00a0; et un",
        "autre",
        "b                      1\u00a0€",
    ]
    assert layout.table([Column("N")], [["x" * 20]], 8).splitlines()[2:] == ["x" * 8, "x" * 8, "x" * 4]
    assert layout.table([Column("N")], [["un-nom-de-fichier_assez-long.csv"]], 20).splitlines()[2:] == [
        "un-nom-de-fichier_",
        "assez-long.csv",
    ]
    assert layout.paragraph("voir https://example.org/une/longue/adresse", 10).splitlines()[1].startswith("https")


@pytest.mark.parametrize("width", [40, 60, 80, 100])
def test_no_word_is_cut_and_figures_are_copied_whole(width: int) -> None:
    """Whatever is asked of a table: what does not fit beside the rest stands below its row, in full."""
    names = ["Acheteur", "Objet du marché", "Montant hors taxes", "Bornes", "Titulaires", "Lignes"]
    columns = [Column(name, is_number=name in ("Montant hors taxes", "Bornes", "Lignes")) for name in names]
    row = ["Établissement hospitalier", "Télécommunications et réhabilitation énergétique du gymnase intercommunal",
           "35\u202f296\u202f082,23\u00a0€", "52,1\u00a0% à 57,2\u00a0%", "Construction-bois, assainissement", "875"]  # fmt: skip
    told = layout.table(columns, [row, ["CCAS", "", "1\u00a0€", "exact", "", "1"]], width)
    assert max(map(len, told.splitlines())) <= width
    words = set(told.replace(layout.BETWEEN, " ").replace("\u00a0·", "").replace("\n", " ").split(" "))
    assert {word for text in (*names, *row) for word in text.split(" ")} - words == set()


def test_what_stands_below_is_told_in_the_order_of_its_headings() -> None:
    columns = [Column("Fin"), Column("Objet"), Column("Titulaires"), Column("Montant", is_number=True)]
    row = [
        "26 février",
        "Réhabilitation énergétique du gymnase",
        "Fournisseur fictif de travaux",
        "1\u202f234,50\u00a0€",
    ]
    assert layout.table(columns, [row], 26).splitlines() == [
        "Fin            Montant",
        "  Objet\u00a0· Titulaires",
        "─" * 22,
        "26 février  1\u202f234,50\u00a0€",
        "  Réhabilitation",
        "  énergétique du gymnase\u00a0·",
        "  Fournisseur fictif de",
        "  travaux",
    ]
    assert layout.has_room(columns, [row], 80)
    assert not layout.has_room(columns, [row], 26)


def test_how_far_it_is_says_steps_or_bytes() -> None:
    assert progress.amount(3, 31) == "3/31"
    assert progress.amount(0, 0) == ""
    assert progress.amount(12_000_000, 1_200_000_000) == "12,0\u00a0Mo / 1,2\u00a0Go"
    assert progress.amount(12_000_000, 0, "en") == "12.0\u00a0MB"


def test_a_refusal_quotes_no_more_than_a_reader_needs() -> None:
    """A cell of fifty thousand letters, and a list of as many: each sentence says where, what, and what to do."""
    cell = "A" * 50_000
    told = Trouble(
        fr=f"a.csv, ligne 3 : « {cell} » n'est pas un nombre ; corriger la ligne.",
        en=f"a.csv, line 3: '{cell}' is no number; mend the line.",
    )
    assert told.fr == f"a.csv, ligne 3 : « {cell[:160]}… » n'est pas un nombre ; corriger la ligne."
    assert told.en == f"a.csv, line 3: '{cell[:160]}…' is no number; mend the line."
    listed = Trouble(fr=f"a.csv n'a pas X ({cell}) : le renommer.", en=f"a.csv lacks X ({cell}): rename it.")
    for sentence in (listed.fr, listed.en):
        assert len(sentence) < 805
        assert sentence.startswith("a.csv ")
    assert (listed.fr[-14:], listed.en[-12:]) == (": le renommer.", ": rename it.")
    plain = "L'indicateur 'x' n'existe pas : " + "choisir parmi ceux-ci, " * 12 + "'y' ou 'z'."
    assert Trouble(fr=plain, en=plain).fr == plain


def test_names_are_listed_whole_the_nearest_first() -> None:
    assert among("locale", ["share", "local", "total"]) == "local, share, total"
    assert among("xyz", ["share", "local"]) == "share, local"
    many = [f"indicator_{number}" for number in range(200)]
    listed = among("Indicator_150 ", many)
    assert listed.startswith("indicator_150, ")
    assert len(listed) < 610
    assert set(listed.removesuffix(", …").split(", ")) < set(many)
