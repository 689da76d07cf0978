"""The command line as a contract: real processes, the shapes of their JSON, their sentences and their exit status."""

from __future__ import annotations

import json
import resource
from collections.abc import Callable, Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from gisement.sources.demonstration import identifiers
from tests.commands import START, Run, fresh, gisement
from tests.sources.decp_samples import contract, wrapped
from tests.workspaces import added, built, created, workspace_of

VERDICTS = ("part", "rest", "unknown", "excluded")
BUYER = identifiers.siret(identifiers.siren(20_001), 1)
NEAR, FAR, NOBODY = (identifiers.siret(identifiers.siren(20_002 + number), 1) for number in range(3))
# Four contracts of one buyer of the Vienne: near, far, nowhere known, and without amount.
HEADER = (
    "id,acheteur_id,acheteur_departement_code,objet,codeCPV,montant,dateNotification,datePublicationDonnees,"
    "titulaire_id,titulaire_departement_code"
)
TABLE = f"""{HEADER}
1,{BUYER},86,Peinture,45442100,1000.10,2023-03-05,2024-12-20,{NEAR},86
2,{BUYER},86,Charpente,45422000,2000.20,2024-03-05,2024-12-20,{FAR},75
3,{BUYER},86,Plomberie,45330000,400.40,2024-03-06,2024-12-20,{NOBODY},
4,{BUYER},86,Traiteur,55520000,0,2024-03-07,2024-12-20,{NEAR},86
5,{BUYER},86,Seringues,33141310,50.50,2024-03-08,2024-12-20,{NEAR},86
"""


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small workspace of the Vienne, built."""
    folder = tmp_path_factory.mktemp("cli")
    (folder / "table.csv").write_text(TABLE, encoding="utf-8")
    return workspace_of(folder / "workspace", "department:86", {"decp": [folder / "table.csv"]}).root


def answer(run: Run) -> Any:
    """What a command that went well printed, as JSON."""
    assert (run.returncode, run.stderr) == (0, "")
    return json.loads(run.stdout)


# --- shapes -------------------------------------------------------------------------------------------------


def test_measure_answers_in_the_shape_of_the_design(workspace: Path) -> None:
    told = answer(gisement("measure", "local_share", "--format", "json", workspace=workspace))
    assert set(told) == {"indicator", "perimeter", "figures"}
    assert told["indicator"] | {"name": "local_share", "unit": "percent"} == told["indicator"]
    assert all(told["indicator"][name] for name in ("title", "definition", "excludes", "assumes"))
    (figure,) = told["figures"]
    shape = {"group", "value", "low", "high", "interval", "coverage", "sums_eur", "counts", "level", "origins", "rows"}
    assert shape <= set(figure)
    assert figure["sums_eur"] == {"part": 1000.10, "rest": 2000.20, "unknown": 400.40, "excluded": 50.50}
    assert figure["counts"] == {"part": 1, "rest": 1, "unknown": 2, "excluded": 1}
    assert figure["value"] == 100010 / 300030
    assert figure["low"] == 100010 / 340070
    assert figure["high"] == 140050 / 340070
    assert (figure["interval"], figure["level"], figure["group"]) == ("missing", "observed", {})
    assert figure["rows"].startswith("/figures/local_share/rows?")
    assert "table.csv" in [origin["file"] for origin in figure["origins"]]
    assert all({"source", "producer", "licence", "file", "sha256"} == set(origin) for origin in figure["origins"])


def test_measure_by_and_where(workspace: Path) -> None:
    words = ("measure", "total_spend", "--by", "year,family", "--where", f"buyer={BUYER}", "--format", "json")
    told = answer(gisement(*words, workspace=workspace))
    assert told["perimeter"] == {"buyer": BUYER}
    groups = [figure["group"] for figure in told["figures"]]
    assert all(list(group) == ["year", "family"] for group in groups)
    assert {group["year"] for group in groups} == {2023, 2024}
    euros = sum(Decimal(str(figure["sums_eur"]["part"])) for figure in told["figures"])
    assert euros == Decimal("1000.10") + Decimal("2000.20") + Decimal("400.40") + Decimal("50.50")


def test_sums_are_euros_with_two_decimals(workspace: Path) -> None:
    printed = gisement("measure", "total_spend", "--format", "json", workspace=workspace).stdout
    assert '"part": 3451.2' in printed
    assert "000000" not in printed.split('"sums_eur"')[1].split("}")[0]


def test_a_count_has_no_euros(workspace: Path) -> None:
    (figure,) = answer(gisement("measure", "contracts", "--format", "json", workspace=workspace))["figures"]
    assert (figure["value"], figure["sums_eur"], figure["counts"]["part"]) == (5, None, 5)


def test_an_empty_perimeter_is_not_known(workspace: Path) -> None:
    for indicator in ("local_share", "total_spend"):
        words = ("measure", indicator, "--where", "year=1999", "--format", "json")
        (figure,) = answer(gisement(*words, workspace=workspace))["figures"]
        assert (figure["value"], figure["low"], figure["high"], figure["coverage"]) == (None, None, None, None)
        assert figure["counts"] == dict.fromkeys(VERDICTS, 0)


def test_rows_add_up_to_the_figure(workspace: Path) -> None:
    where = ("--where", "year=2024", "--format", "json")
    (figure,) = answer(gisement("measure", "local_share", *where, workspace=workspace))["figures"]
    for verdict in VERDICTS:
        listed = answer(gisement("rows", "local_share", "--verdict", verdict, *where, workspace=workspace))
        cents = sum(row["amount_cents"] or 0 for row in listed)
        assert (len(listed), cents / 100) == (figure["counts"][verdict], figure["sums_eur"][verdict])


def test_sensitivity_is_one_row_per_definition(workspace: Path) -> None:
    told = answer(gisement("measure", "local_share", "--sensitivity", "--format", "json", workspace=workspace))
    options = told["indicator"]["options"]
    # The rings inside a department do not exist around it: three of six are left.
    rings = {"department", "region", "country"}
    expected = 2 * 3 * 3 * len(rings)
    found = [figure["options"] for figure in told["figures"]]
    assert len(found) == len({tuple(sorted(one.items())) for one in found}) == expected
    assert {one["ring"] for one in found} == rings
    for name in ("place", "medical", "joint"):
        assert {one[name] for one in found} == set(options[name]["values"])
    by_option = {
        (f["options"]["place"], f["options"]["medical"], f["options"]["ring"], f["options"]["joint"]): f
        for f in told["figures"]
    }
    included = by_option["establishment", "included", "department", "equal"]
    assert included["sums_eur"] == {"part": 1050.60, "rest": 2000.20, "unknown": 400.40, "excluded": 0.0}


def test_check_answers_in_the_shape_of_the_design(workspace: Path) -> None:
    told = answer(gisement("check", "--format", "json", workspace=workspace))
    assert set(told) == {"findings", "expectations", "coverage"}
    fields = {"rule", "source", "key", "column", "reported", "kept", "action"}
    assert all(set(finding) == fields for finding in told["findings"])
    symbolic = [finding for finding in told["findings"] if finding["rule"] == "amount_symbolic"]
    assert [(one["source"], one["column"], one["reported"], one["kept"], one["action"]) for one in symbolic] == [
        ("table.csv", "amount_cents", "0", None, "nulled")
    ]
    assert all({"expectation", "table", "failed"} == set(one) for one in told["expectations"])
    assert not any(one["failed"] for one in told["expectations"])
    (account,) = [one for one in told["coverage"] if one["of"] == "file"]
    assert (account["records"], account["contracts"], account["unreadable"]) == (5, 5, 0)


@pytest.mark.parametrize(
    "words", [("measure", "local_share"), ("check",), ("rows", "local_share", "--verdict", "part")]
)
def test_the_other_formats_answer_too(workspace: Path, words: tuple[str, ...]) -> None:
    for form in ("table", "csv"):
        run = gisement(*words, "--format", form, workspace=workspace)
        assert (run.returncode, run.stderr) == (0, "")
        assert len(run.stdout.splitlines()) > 1
        assert "Traceback" not in run.stdout


# --- errors -------------------------------------------------------------------------------------------------

# What is typed, and what the sentence must name.
WRONG: Mapping[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "kind": (("add", "decq", "x.json"), ("decq", "decp", "sirene", "correction")),
    "file": (("add", "decp", "absent.json"), ("absent.json",)),
    "indicator": (("measure", "part_locale"), ("part_locale", "local_share", "total_spend")),
    "key": (("measure", "local_share", "--where", "departement=86"), ("departement", "buyer_department")),
    "dimension": (("measure", "local_share", "--by", "departement"), ("departement", "buyer_department")),
    "value": (("measure", "local_share", "--where", "medical=oui"), ("oui", "excluded", "excluded_wide", "included")),
    "pair": (("measure", "local_share", "--where", "year"), ("year", "clé=valeur")),
    "ring": (("measure", "local_share", "--where", "ring=planete"), ("planete", "department", "region")),
    "ring inside": (("measure", "local_share", "--where", "ring=commune"), ("commune", "department:86", "region")),
    "option": (("measure", "total_spend", "--where", "ring=region"), ("ring", "total_spend", "medical")),
    "year": (("measure", "local_share", "--where", "year=l'an dernier"), ("l'an dernier", "year=2024")),
    "verdict": (("rows", "local_share", "--verdict", "peut-être"), ("peut-être", "part", "rest", "unknown")),
    "table": (("build", "contrats"), ("contrats", "contract", "purchase")),
    "engine": (("build", "--engine", "excel"), ("excel", "duckdb", "spark")),
    "snapshot": (("remove", "absent.json"), ("absent.json", "sources")),
    "level": (("init", "--territory", "planete:3"), ("planete:3", "epci:200069854", "department:86")),
    "code": (("init", "--territory", "epci:200069855"), ("200069855", "200069854", "Grand Poitiers")),
    "name": (("init", "--territory", "commune:86195X"), ("86195X", "86195")),
}


@pytest.mark.parametrize("kind", WRONG)
def test_an_error_is_one_sentence_that_says_what_to_do(workspace: Path, tmp_path: Path, kind: str) -> None:
    words, named = WRONG[kind]
    sentence = refused(gisement(*words, workspace=tmp_path if words[0] == "init" else workspace))
    assert [word for word in named if word not in sentence] == [], sentence
    assert list(tmp_path.iterdir()) == []


def refused(run: Run) -> str:
    """The one sentence of a refusal: on standard error, status 2, no traceback, nothing on standard output."""
    assert (run.returncode, run.stdout) == (2, "")
    assert "Traceback" not in run.stderr
    (sentence,) = run.stderr.splitlines()
    assert sentence.endswith(".")
    return sentence


def test_errors_are_french_unless_english_is_asked_for(workspace: Path) -> None:
    words = ("measure", "part_locale")
    assert "n'est pas un indicateur : choisir parmi" in refused(gisement(*words, workspace=workspace))
    english = "is not an indicator: choose among"
    assert english in refused(gisement(*words, workspace=workspace, GISEMENT_LANG="en"))
    assert english in refused(gisement("--lang", "en", *words, workspace=workspace))


def test_answers_are_french_unless_english_is_asked_for(workspace: Path) -> None:
    words = ("measure", "local_share", "--format", "json")
    french = answer(gisement(*words, workspace=workspace))["indicator"]
    english = answer(gisement(*words, workspace=workspace, GISEMENT_LANG="en"))["indicator"]
    assert french["title"] == "Part locale des achats"
    assert english["title"] != french["title"]
    assert english["definition"] != french["definition"]
    assert english["name"] == french["name"]


def test_a_folder_that_is_no_workspace(tmp_path: Path) -> None:
    for words in (("measure", "local_share"), ("build",), ("check",), ("add", "decp", str(tmp_path))):
        assert "init" in refused(gisement(*words, workspace=tmp_path))
    assert list(tmp_path.iterdir()) == []


def test_tables_that_are_not_built(tmp_path: Path) -> None:
    bare = created(tmp_path / "workspace", "department:86").root
    for words in (("measure", "local_share"), ("check",), ("rows", "local_share", "--verdict", "part")):
        sentence = refused(gisement(*words, workspace=bare))
        assert "gisement build" in sentence


def test_a_broken_file_costs_only_itself(tmp_path: Path) -> None:
    workspace = created(tmp_path / "workspace", "department:86").root
    folder = tmp_path / "files"
    folder.mkdir()
    (folder / "bon.json").write_text(json.dumps(wrapped(contract())), encoding="utf-8")
    (folder / "casse.json").write_text(json.dumps(wrapped(contract()))[:-20], encoding="utf-8")
    (folder / "table.csv").write_text(TABLE, encoding="utf-8")
    run = gisement("add", "decp", folder, workspace=workspace)
    assert run.returncode == 2
    assert run.stdout.splitlines() == ["bon.json : 1 enregistrements.", "table.csv : 5 enregistrements."]
    (sentence,) = run.stderr.splitlines()
    assert sentence.startswith("casse.json")
    again = gisement("add", "decp", folder / "bon.json", workspace=workspace)
    assert (again.returncode, again.stdout) == (0, "bon.json : déjà présent.\n")
    held = answer(gisement("sources", "--format", "json", workspace=workspace))["snapshots"]
    assert sorted(one["name"] for one in held) == ["bon.json", "table.csv"]


@pytest.mark.parametrize(
    "words", [("mesure", "local_share"), ("measure",), ("measure", "local_share", "--annee", "2024")]
)
@pytest.mark.xfail(reason="Typer answers for itself: in English, in a box of several lines")
def test_a_command_that_is_not_written_well(workspace: Path, words: tuple[str, ...]) -> None:
    refused(gisement(*words, workspace=workspace))


@pytest.mark.xfail(reason="an unknown format silently gives a table")
def test_an_unknown_format(workspace: Path) -> None:
    sentence = refused(gisement("measure", "local_share", "--format", "xml", workspace=workspace))
    assert "xml" in sentence
    assert "json" in sentence


# --- life of a workspace ------------------------------------------------------------------------------------


def test_from_init_to_figure_and_back(tmp_path: Path) -> None:
    """init, add, build, measure; build again does nothing; remove, build, and the figure is gone."""
    root, path = tmp_path / "workspace", tmp_path / "table.csv"
    path.write_text(TABLE, encoding="utf-8")
    made = gisement("init", "--territory", "epci:200069854", workspace=root)
    assert (made.returncode, made.stdout) == (0, f"{root} : CU du Grand Poitiers (40 communes).\n")
    assert gisement("add", "decp", path, workspace=root).stdout == "table.csv : 5 enregistrements.\n"
    held = added(created(root, "department:86"), "decp", [path])  # the territory may change at any time
    assert held[0].reading is None
    built(created(root, "department:86"))
    assert gisement("build", workspace=root).stdout == "Tout était à jour.\n"
    measured = ("measure", "contracts", "--format", "json")
    assert answer(gisement(*measured, workspace=root))["figures"][0]["value"] == 5
    removed = gisement("remove", "table.csv", workspace=root)
    assert removed.returncode == 0
    assert "gisement build" in removed.stdout
    assert not list((root / "snapshots").rglob("content"))
    assert not list((root / "raw" / "raw_decp").glob("*.parquet"))
    assert gisement("build", workspace=root).returncode == 0
    assert answer(gisement(*measured, workspace=root))["figures"][0]["value"] is None


# --- start --------------------------------------------------------------------------------------------------


def test_a_fresh_interpreter_answers_the_same(workspace: Path) -> None:
    measured = ("measure", "local_share", "--by", "year", "--format", "json")
    again = fresh(*measured, workspace=workspace)
    assert (again.returncode, again.stdout) == (0, gisement(*measured, workspace=workspace).stdout)
    refused(fresh("measure", "part_locale", workspace=workspace))


def test_help_is_light_and_quick() -> None:
    """In processor time (other work on the machine is not ours), the best of three."""
    spent = min(processor_seconds(lambda: fresh("--help")) for _ in range(3))
    assert spent < 0.5
    loaded = "print('loaded', [n for n in ('ibis', 'duckdb', 'pyarrow') if n in sys.modules])"
    run = fresh("--help", code=f"import sys\ntry:\n    {START}\nfinally:\n    {loaded}")
    assert run.stdout.splitlines()[-1] == "loaded []"


def processor_seconds(action: Callable[[], Run]) -> float:
    """The processor time that the children of an action took."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    assert action().returncode == 0
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
