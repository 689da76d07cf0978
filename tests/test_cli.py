"""The command line as a contract: real processes, the shapes of their JSON, their sentences and their exit status."""

from __future__ import annotations

import json
import resource
from collections.abc import Callable, Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from gisement.engine.measure import Observatory
from gisement.engine.query import DIMENSIONS
from gisement.pipeline import indicator_named
from gisement.sources.demonstration import identifiers
from gisement.store import Workspace
from gisement.terms import Perimeter
from tests.commands import START, Run, fresh, gisement, started
from tests.sources.decp_samples import contract, wrapped
from tests.workspaces import added, built, created

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
def workspace(small_home: Path) -> Path:
    """A small workspace of the Vienne, built."""
    return small_home


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
    assert told["perimeter"] == {"basis": "contract", "buyer": BUYER}
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
        told = " ".join(gisement(*words[:-2], workspace=workspace).stdout.split())
        assert "Aucune ligne dans ce périmètre (year=1999) : vérifier les valeurs de --where." in told


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
    "filter as dimension": (("measure", "local_share", "--by", "buyers"), ("buyers", "buyer_commune", "year")),
    "dimension of other rows": (("measure", "contracts", "--by", "supplier"), ("supplier", "contracts", "segment")),
    "pair": (("measure", "local_share", "--where", "year"), ("year", "clé=valeur")),
    "ring": (("measure", "local_share", "--where", "ring=planete"), ("planete", "department", "region")),
    "ring inside": (("measure", "local_share", "--where", "ring=commune"), ("commune", "department:86", "region")),
    "option": (("measure", "total_spend", "--where", "ring=region"), ("ring", "total_spend", "medical")),
    "year": (("measure", "local_share", "--where", "year=l'an dernier"), ("l'an dernier", "year=2024")),
    "month": (("measure", "local_share", "--where", "month=13"), ("13", "month=1", "month=12")),
    "years": (("measure", "local_share", "--decompose", "2024"), ("2024", "--decompose 2023,2024")),
    "not decomposed": (("measure", "sme_share", "--decompose", "2023,2024"), ("sme_share", "local_share")),
    "trend of a year": (("measure", "local_share", "--trend", "--where", "year=2024"), ("--trend", "year")),
    "two at once": (("measure", "local_share", "--trend", "--by", "year"), ("--trend", "--by")),
    "verdict": (("rows", "local_share", "--verdict", "peut-être"), ("peut-être", "part", "rest", "unknown")),
    "table": (("build", "contrats"), ("contrats", "contract", "purchase")),
    "engine": (("build", "--engine", "excel"), ("excel", "duckdb", "spark")),
    "snapshot": (("remove", "absent.json"), ("absent.json", "sources")),
    "level": (("init", "--territory", "planete:3"), ("planete:3", "epci:200069854", "department:86")),
    "code": (("init", "--territory", "epci:200069855"), ("200069855", "200069854", "Grand Poitiers")),
    "command": (("mesure", "local_share"), ("mesure", "init", "measure", "serve")),
    "argument": (("measure",), ("INDICATOR", "gisement measure --help")),
    "several arguments": (("add", "decp"), ("FILES", "gisement add KIND FILES")),
    "needed option": (("rows", "local_share"), ("--verdict", "gisement rows INDICATOR --verdict")),
    "unknown option": (("measure", "local_share", "--annee", "2024"), ("--annee", "gisement measure", "--where")),
    "unknown letter": (("check", "-z"), ("-z", "gisement check", "--format")),
    "option without value": (("measure", "local_share", "--by"), ("--by", "gisement measure --help")),
    "option with a value": (("measure", "local_share", "--sensitivity=1"), ("--sensitivity",)),
    "option of all commands": (("build", "-w", "x"), ("-w", "gisement -w … build")),
    "too many words": (("measure", "local_share", "contracts"), ("contracts", "gisement measure --help")),
    "format": (("measure", "local_share", "--format", "xml"), ("xml", "--format", "table", "json", "csv")),
    "format of lists": (("indicators", "--format", "csv"), ("csv", "--format", "table", "json")),
    "no number": (("serve", "--port", "huit"), ("huit", "--port", "65535")),
    "too high a number": (("serve", "--port", "80000"), ("80000", "--port", "65535")),
    "language": (("--lang", "de", "check"), ("de", "--lang", "fr", "en")),
    "source": (("fetch", "decq"), ("decq", "decp", "coordinates")),
    "source not fetched": (("fetch", "geography"), ("geography", "gisement sources")),
    "name": (("init", "--territory", "commune:86195X"), ("86195X", "86195")),
}


@pytest.mark.parametrize("kind", WRONG)
def test_an_error_is_one_sentence_that_says_what_to_do(workspace: Path, tmp_path: Path, kind: str) -> None:
    words, named = WRONG[kind]
    sentence = refused(gisement(*words, workspace=tmp_path if words[0] == "init" else workspace))
    assert [word for word in named if word not in sentence] == [], sentence
    assert list(tmp_path.iterdir()) == []


def test_a_group_alone_lists_what_it_can_do() -> None:
    for group in ("cooperate", "report", "plan"):
        run = gisement(group)
        assert (run.returncode, run.stdout) == (2, "")
        first, *lines = run.stderr.splitlines()
        assert first.startswith(f"gisement {group} : ")
        assert lines[-1].startswith(f"gisement {group} ")
        assert "Usage" not in run.stderr


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
    assert run.stdout.splitlines() == ["bon.json : 1 enregistrement.", "table.csv : 5 enregistrements."]
    (sentence,) = run.stderr.splitlines()
    assert sentence.startswith("casse.json")
    again = gisement("add", "decp", folder / "bon.json", workspace=workspace)
    assert (again.returncode, again.stdout) == (0, "bon.json : déjà présent.\n")
    held = answer(gisement("sources", "--format", "json", workspace=workspace))["snapshots"]
    assert sorted(one["name"] for one in held) == ["bon.json", "table.csv"]


def test_without_any_word_the_help_is_given() -> None:
    run = gisement()
    assert (run.returncode, run.stdout) == (2, "")
    assert run.stderr.startswith("Usage : gisement")
    assert "measure" in run.stderr


def test_a_dimension_that_only_filters_is_not_listed(workspace: Path) -> None:
    sentence = refused(gisement("measure", "local_share", "--by", "buyers", workspace=workspace))
    allowed = sentence.rstrip(".").partition("parmi ")[2].split(", ")
    assert allowed[0] == "buyer", "what looks like it comes first"
    assert set(allowed) < DIMENSIONS.keys()
    observatory = Observatory(Workspace.open(workspace))
    for name in allowed:
        assert observatory.measure(indicator_named("local_share"), Perimeter(), [name])


def test_a_dimension_given_twice_is_one(workspace: Path) -> None:
    measured = ("measure", "local_share", "--by", "year, year", "--format", "json")
    assert [list(f["group"]) for f in answer(gisement(*measured, workspace=workspace))["figures"]] == [["year"]] * 2


@pytest.mark.parametrize(("name", "value"), [("GISEMENT_MEMORY", "beaucoup"), ("GISEMENT_THREADS", "0")])
def test_a_setting_that_cannot_be_read(workspace: Path, name: str, value: str) -> None:
    sentence = refused(gisement("check", workspace=workspace, **{name: value}))
    assert name in sentence
    assert value in sentence


def test_a_folder_that_cannot_be_written(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("not a folder")
    sentence = refused(gisement("init", "--territory", "department:86", workspace=tmp_path / "file" / "workspace"))
    assert str(tmp_path / "file") in sentence


def test_a_reader_that_goes_away_is_no_error(workspace: Path) -> None:
    running = started("segments", "--format", "json", workspace=workspace)
    assert running.stdout is not None
    running.stdout.close()
    assert running.stderr is not None
    assert running.stderr.read() == ""
    assert running.wait() in (0, 1)


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
    """In processor time (other work on the machine is not ours), once in three times at least."""
    assert any(processor_seconds(lambda: fresh("--help")) < 0.5 for _ in range(3))
    assert loaded_by("--help") == set()


@pytest.mark.parametrize("words", [("build",), ("check",), ("sources",), ("segments",), ("measure", "--by")])
def test_a_command_loads_only_what_it_needs(workspace: Path, words: tuple[str, ...]) -> None:
    """A build with nothing to do, and what does not touch the tables."""
    assert loaded_by(*words, workspace=workspace) <= {"duckdb"}


def loaded_by(*words: str, workspace: Path | None = None) -> set[str]:
    """The heavy libraries that a command loads in a fresh interpreter."""
    heavy = ("ibis", "duckdb", "pyarrow", "pandas", "numpy", "httpx", "rich", "pydantic", "jinja2", "lxml")
    told = f"print('loaded', *[n for n in {heavy} if n in sys.modules])"
    run = fresh(*words, workspace=workspace, code=f"import sys\ntry:\n    {START}\nfinally:\n    {told}")
    return set(run.stdout.splitlines()[-1].split()[1:])


def processor_seconds(action: Callable[[], Run]) -> float:
    """The processor time that the children of an action took."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    assert action().returncode == 0
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
