"""Notices: small ones of each format, the real files of ../shared/data, their match with contracts, their criteria."""

from __future__ import annotations

import csv
import hashlib
import re
from collections import Counter
from pathlib import Path
from typing import Any

import ibis
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from lxml import etree

from gisement.clean.notices import criterion_class
from gisement.sources.notices import read_notices
from gisement.terms import Trouble
from tests.contracts.contract_case import Case, write_files
from tests.notice_samples import BOAMP, SIRET, eforms
from tests.workspaces import rows, workspace_of

TABLES = ("contract", "notice", "notice_criterion", "clause", "finding")


def found(folder: Path, content: str | bytes) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """The lots and criteria that are read from this content."""
    path = folder / "avis.xml"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    lots, criteria = folder / "lots.parquet", folder / "criteria.parquet"
    assert read_notices(path, lots, criteria, path.name) == 1
    return pq.read_table(lots).to_pylist(), pq.read_table(criteria).to_pylist()


def test_an_eforms_notice_is_read_lot_by_lot(tmp_path: Path) -> None:
    (lot,), criteria = found(tmp_path, eforms())
    assert (lot["notice_id"], lot["lot_id"], lot["notice_kind"]) == ("n-1", "LOT-1", "call")
    assert (lot["buyer_id"], lot["buyer_name"], lot["reference"]) == (SIRET, "Mairie", "24-01")
    assert (lot["cpv_code"], lot["reserved_participation"], lot["goals"]) == ("45442100", "res-ws", ["soc-obj"])
    assert (lot["variants"], lot["lots_count"]) == ("yes", 1)
    told = [(c["criterion_kind"], c["criterion_label"], c["weight"], c["weight_kind"]) for c in criteria]
    # a threshold is no weight
    assert told == [("quality", "Performance environnementale", "40", "percent"), ("price", None, None, None)]


def test_a_boamp_notice_is_read_lot_by_lot(tmp_path: Path) -> None:
    lots, criteria = found(tmp_path, BOAMP)
    assert [(lot["lot_id"], lot["lot_title"], lot["goals"]) for lot in lots] == [
        ("1", "Pain", ["soc-obj"]),
        ("2", "Lait", ["soc-obj"]),
    ]
    assert (lots[0]["notice_kind"], lots[0]["previous_notice_id"], lots[0]["previous_date"]) == (
        "award",
        "23-9",
        "2023-09-01",
    )
    assert lots[0]["reserved_participation"] == "yes"
    assert [lot["variants"] for lot in lots] == [None, "no"]
    assert [(c["lot_id"], c["criterion_label"], c["weight"]) for c in criteria] == [
        ("1", "Qualité", "55"),
        ("1", "Prix", "45"),
        ("2", "Au mieux-disant", None),
    ]


@pytest.mark.parametrize(
    ("content", "said"),
    [("<a>", "n'est pas un XML"), ("<a/>", "n'est pas un avis connu"), (b"<a>te\xff\xfexte</a>", "n'est pas un XML")],
)
def test_another_file_is_refused_in_one_sentence(tmp_path: Path, content: str | bytes, said: str) -> None:
    with pytest.raises(Trouble) as refused:
        found(tmp_path, content)
    assert said in refused.value.fr
    assert refused.value.fr.startswith("avis.xml")


# --- matched with contracts ---------------------------------------------------------------------------------


def test_a_notice_gives_its_contract_the_day_of_the_consultation(tmp_path: Path) -> None:
    """The same title and CPV of the same buyer, before the notification; not an older one, nor another title."""
    published = [
        {"id": "M1", "objet": "NETTOYAGE des locaux de la Mairie"},
        {"id": "M2", "objet": "Réfection de la toiture du gymnase"},
        {"id": "M3", "objet": "Nettoyage des locaux de la mairie", "dateNotification": "2023-12-01"},
        {"id": "M4", "objet": "Nettoyage des locaux de la mairie", "dateNotification": "2027-03-05"},
        {"id": "M5", "objet": "Nettoyage des locaux de la mairie", "acheteur": "{F}"},
        {"id": "24-01", "objet": "Entretien ménager"},
    ]
    files = write_files(tmp_path / "files", [Case("notices", 1, {"case": "one", "published": published})])
    notice = tmp_path / "avis.xml"
    notice.write_text(eforms(), encoding="utf-8")
    workspace = workspace_of(tmp_path / "w", "department:86", {"decp": files, "notices": [notice]}, TABLES)
    told = rows(workspace, "SELECT * FROM contract ORDER BY contract_id", ["contract"])
    dated = {row["contract_id"]: str(row["consultation_date"]) for row in told if row["consultation_date"]}
    assert dated == {"M1": "2024-01-10", "24-01": "2024-01-10"}
    announced = [row for row in told if row["consultation_date"]]
    assert [(row["announced_lots_count"], row["has_variants_allowed"]) for row in announced] == [(1, True)] * 2
    # two contracts of one consultation: one of them stands for it
    assert sorted(row["is_first_of_notice"] for row in announced) == [False, True]
    lots = rows(workspace, "SELECT * FROM notice", ["notice"])
    assert [(lot["is_reserved"], lot["has_social_goal"], lot["has_environmental_goal"]) for lot in lots] == [
        (True, True, False)
    ]
    classes = rows(
        workspace,
        "SELECT criterion_class, weight_pct FROM notice_criterion ORDER BY criterion_rank",
        ["notice_criterion"],
    )
    assert [(c["criterion_class"], c["weight_pct"]) for c in classes] == [("environment", 40), ("price", None)]


def test_a_notice_tells_what_a_contract_leaves_open_and_contradicts_what_it_denies(tmp_path: Path) -> None:
    """The notice reserves the lot and has an environmental criterion; it has no word of a social one."""
    title = {"objet": "Nettoyage des locaux de la mairie"}
    published = [
        {"id": "OLD", "in": "2019", **title},
        {"id": "DENIES", **title, "montant": "50000"},
        {"id": "AGREES", **title, "montant": "60000", "considerationsSociales": ["Marché réservé"],
         "considerationsEnvironnementales": ["Critère environnemental"]},
    ]  # fmt: skip
    files = write_files(tmp_path / "files", [Case("notices", 1, {"case": "one", "published": published})])
    notice = tmp_path / "avis.xml"
    notice.write_text(eforms(), encoding="utf-8")
    workspace = workspace_of(tmp_path / "w", "department:86", {"decp": files, "notices": [notice]}, TABLES)
    sql = """
        SELECT contract_id, axis, clause_kind, clause_state, evidence, evidence_rank, unknown_reason
        FROM clause JOIN contract USING (contract_key) WHERE clause_kind <> 'execution_clause' ORDER BY ALL
    """
    told = {tuple(row.values())[:3]: tuple(row.values())[3:] for row in rows(workspace, sql, ["clause", "contract"])}
    criterion, reserved = ("environmental", "award_criterion"), ("social", "reserved_contract")
    assert told["OLD", *criterion] == told["OLD", *reserved] == ("yes", "notice", 2, None)
    assert told["OLD", "social", "award_criterion"] == ("not_collected", None, None, None)
    assert told["DENIES", *criterion] == told["DENIES", *reserved] == ("unknown", "decp", 1, "between_sources")
    assert told["DENIES", "social", "award_criterion"] == ("none", "decp", 1, None)
    assert told["AGREES", *criterion] == told["AGREES", *reserved] == ("yes", "decp", 1, None)
    rules = rows(
        workspace,
        "SELECT rule, count(*) AS n FROM finding WHERE rule LIKE '%notice%' GROUP BY 1 ORDER BY 1",
        ["finding"],
    )
    assert [(row["rule"], row["n"]) for row in rules] == [
        ("environmental_consideration_against_notice", 1),
        ("social_consideration_against_notice", 1),
    ]


# --- real files ---------------------------------------------------------------------------------------------


def real(shared_data: Path) -> list[Path]:
    """Every notice of the data folder."""
    folder = shared_data / "notices"
    groups = ("boamp/xml_legacy/*.xml", "eforms/sdk_examples/*.xml", "eforms/ted_*/*.xml")
    return sorted(path for group in groups for path in folder.glob(group))


def test_every_real_notice_is_read_with_all_its_criteria_and_weights(shared_data: Path, tmp_path: Path) -> None:
    """Counted apart, by the names of the elements."""
    paths = real(shared_data)
    assert len(paths) == 41
    for path in paths:
        lots, criteria = tmp_path / "l.parquet", tmp_path / "c.parquet"
        assert read_notices(path, lots, criteria, path.name) == 1
        told = pq.read_table(criteria).to_pylist()
        text = path.read_text(encoding="utf-8")
        found = pq.read_table(lots).to_pylist()
        assert found
        says_variants = re.search(r"<VARIANTES_(OUI|NON)|<cbc:VariantConstraintCode", text) is not None
        assert any(lot["variants"] for lot in found) == says_variants, path.name
        if "<ANNONCE" in text:
            weights = len(re.findall(r'<CRITERE POIDS="', text)) + len(re.findall(r"<CRITERES_PRIX>\s*<POIDS>", text))
        else:
            weights = weights_of_lots(path)
        assert sum(one["weight"] is not None for one in told) == weights, path.name


def weights_of_lots(path: Path) -> int:
    """How many criteria of lots (not of groups of lots) have a weight, by XPath."""
    root = etree.parse(path).getroot()
    lot = "//*[local-name()='ProcurementProjectLot'][*[local-name()='ID'][not(@schemeName='LotsGroup')]]"
    weighed = "//*[local-name()='SubordinateAwardingCriterion'][.//*[local-name()='ParameterCode'][@listName='number-weight']]"
    return int(str(root.xpath(f"string(count({lot}{weighed}))")))


def test_a_real_notice_contradicts_the_contract_that_denies_its_criterion(shared_data: Path, tmp_path: Path) -> None:
    """A real call with an environmental criterion, beside a written record of the same buyer, object and code.

    No real notice of the data folder matches a real contract of it: of this kind of contradiction the notice alone can
    be real.
    """
    path = shared_data / "notices" / "eforms" / "ted_france" / "2024-OJS015-00041387.xml"
    lots = tmp_path / "l.parquet"
    read_notices(path, lots, tmp_path / "c.parquet", path.name)
    (lot,) = pq.read_table(lots).to_pylist()
    published = [{"objet": lot["title"], "codeCPV": f"{lot['cpv_code']}-8", "dateNotification": "2024-06-03",
                  "acheteur": lot["buyer_id"].replace(" ", "")}]  # fmt: skip
    case = Case("real notice", 1, {"case": "one", "published": published})
    files = write_files(tmp_path / "files", [case])
    workspace = workspace_of(tmp_path / "w", "department:86", {"decp": files, "notices": [path]}, TABLES)
    sql = "SELECT axis, clause_kind, clause_state FROM clause WHERE unknown_reason = 'between_sources'"
    assert [tuple(row.values()) for row in rows(workspace, sql, ["clause"])] == [
        ("environmental", "award_criterion", "unknown")
    ]
    (told,) = rows(workspace, "SELECT has_variants_allowed, announced_lots_count FROM contract", ["contract"])
    assert told == {"has_variants_allowed": False, "announced_lots_count": 1}


@pytest.fixture(scope="module")
def classed(shared_data: Path) -> tuple[list[tuple[str, str]], dict[str, str]]:
    """The real labels with their stored class, and the class that the lexicon gives to each label."""
    folder = shared_data / "notices" / "boamp"
    labels, stored = (read_cells(folder / f"boamp_critere_attribution_{name}.csv") for name in ("data", "classified"))
    assert len(labels) == len(stored) == 2 * 15_950
    pairs = [(label.strip(), kind) for label, kind in zip(labels, stored, strict=True) if label.strip()]
    table = ibis.memtable(pa.table({"label": sorted({label for label, _ in pairs})}))
    told = ibis.duckdb.connect().to_pyarrow(
        table.select("label", found=criterion_class(ibis.literal("free"), table.label))
    )
    return pairs, dict(zip(told["label"].to_pylist(), told["found"].to_pylist(), strict=True))


def test_real_labels_are_classed_as_their_stored_class_says(
    classed: tuple[list[tuple[str, str]], dict[str, str]],
) -> None:
    """15,950 pairs of labels: the numbers of `docs/notices.md`. Stored classes are rough (`délai`, `coût` are mostly
    stored as quality, `note méthodologique` as other): two of them cannot be recovered."""
    pairs, ours = classed
    count = Counter((stored, ours[label]) for label, stored in pairs)
    found = {
        stored: (
            round(100 * count[stored, mine] / sum(n for (s, _), n in count.items() if s == stored), 1),
            round(100 * count[stored, mine] / sum(n for (_, m), n in count.items() if m == mine), 1),
        )
        for stored, mine in (("PRIX", "price"), ("TECHNIQUE", "technical"), ("QUALITE", "quality"), ("AUTRE", "other"))
    }
    assert found == {
        "PRIX": (100.0, 93.9), "TECHNIQUE": (99.5, 92.3), "QUALITE": (28.1, 69.3), "AUTRE": (10.1, 40.7),
    }  # fmt: skip


def test_labels_classed_by_hand_are_found_as_often_as_the_page_says(
    classed: tuple[list[tuple[str, str]], dict[str, str]],
) -> None:
    """A hundred distinct labels drawn from the half of those stored as quality or other that no rule was mended on."""
    with (Path(__file__).parent / "criterion_labels.csv").open(encoding="utf-8") as lines:
        by_hand = {row["label_sha256"]: row["criterion_class"] for row in csv.DictReader(lines)}
    ours = {hashlib.sha256(label.encode()).hexdigest(): mine for label, mine in classed[1].items()}
    assert len(by_hand) == 100
    assert sum(ours[digest] == mine for digest, mine in by_hand.items()) == 83


def read_cells(path: Path) -> list[str]:
    """The two labels of each line, one after the other."""
    with path.open(encoding="utf-8", newline="") as lines:
        return [cell for row in list(csv.reader(lines))[1:] for cell in row[1:3]]
