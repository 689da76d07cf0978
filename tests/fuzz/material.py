"""What is fuzzed: invented records of any shape, the documents that hold them, and real files where they are at hand."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
from hypothesis import strategies as st

from tests import mixed_files, official_xml
from tests.conftest import SHARED_DATA
from tests.sources.decp_samples import Row, concession, contract, wrapped


class Content(bytes):
    """The bytes of a file, shown in few words: a failing example is on the disk."""

    def __repr__(self) -> str:
        return f"<{len(self)} bytes: {bytes(self[:60])!r}…>"


LARGEST_SEED = 60_000
"""Bytes of a real file that is fuzzed: larger ones are cut to their first records."""
RECORDS_OF_A_SEED = 4

# Odd texts that files have held, or that readers trip over.
ODD_TEXTS: Sequence[str] = (
    *mixed_files.TITLES, *mixed_files.AMOUNTS, *mixed_files.DATES, *mixed_files.CODES, *mixed_files.MONTHS,
    *mixed_files.IDENTIFIERS, *mixed_files.BUYERS, *mixed_files.NATURES, *mixed_files.WORDS, *mixed_files.NAMES,
    "[a", "{'id'", "[]", "{}", "['", "[['a']]", "{'a': nan}", "('a',)", "[" * 60 + "]" * 60, '{"id": "1"}', "[None, None]",
    "\ud800", "\udfff", "\ufffe", "\ufeff", "\x00", "\x1a", "\x85", "a\r\nb", "a\rb", "\u202e", "ﷺ" * 9, "🏗️", "9" * 500,
    "-0", "1e400", "1E-400", "0x1F", "١٢٣", "2024-02-30T25:61:61", "'; DROP TABLE contract; --", "%s%n{0}", "CDL", "<b>&amp;", "]]>",
)  # fmt: skip
FIELDS: Sequence[str] = (
    "id", "uid", "uuid", "source", "_type", "acheteur", "autoriteConcedante", "nature", "objet", "codeCPV", "procedure",
    "lieuExecution", "dureeMois", "dateNotification", "dateSignature", "datePublicationDonnees", "montant", "valeurGlobale",
    "formePrix", "typesPrix", "typePrix", "considerationsSociales", "considerationsEnvironnementales", "modalitesExecution",
    "modaliteExecution", "techniques", "technique", "marcheInnovant", "ccag", "offresRecues", "typeGroupementOperateurs",
    "idAccordCadre", "titulaires", "concessionnaires", "modifications", "actesSousTraitance", "donneesExecution",
    "modificationsActesSousTraitance", "titulaire", "typeIdentifiant", "denominationSociale", "modification", "marche", "marches",
    "titulaire_id_1", "titulaires.1.id", "acheteur_id", "acheteur.nom", "lieuExecution_code", "Objet", "é", "", "considerationSociale",
)  # fmt: skip
HEADERS: Sequence[str] = (
    "uid", "acheteur_nom", "nature", "codeCPV", "procedure", "dureeMois", "dateNotification", "datePublicationDonnees", "montant",
    "formePrix", "titulaire_id", "titulaire_typeIdentifiant", "titulaire_nom", "modification_id", "donneesActuelles",
    "lieuExecution_code", "lieuExecution", "offresRecues", "techniques", "considerationsSociales", "titulaire_id_1", "titulaire_id_2",
    "titulaire_denominationSociale_2", "colonne inconnue",
)  # fmt: skip
STRUCTURES: Sequence[str] = ("titulaires", "modifications", "acheteur", "actesSousTraitance")
"""Columns whose cells hold a structure written as text."""

texts = (
    st.sampled_from(ODD_TEXTS)
    | st.text(max_size=12)
    | st.from_regex(r"[-+]?[0-9 ]{0,16}[.,]?[0-9]{0,3}", fullmatch=True)
)
numbers = (
    st.integers(-(10**6), 10**9)
    | st.integers()
    | st.floats(allow_nan=True, allow_infinity=True)
    | st.sampled_from([10**30, -(2**63) - 1, 10**400, 5e-324])
)
scalars = texts | numbers | st.booleans() | st.none()
anything = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(FIELDS) | texts, inner, max_size=3),
    max_leaves=8,
)
changes = st.dictionaries(st.sampled_from(FIELDS), anything | st.just(...), max_size=6)
records = st.one_of(
    changes.map(lambda changed: contract(**changed)),
    changes.map(lambda changed: {**concession(), **{k: v for k, v in changed.items() if v is not ...}}),
    st.dictionaries(st.sampled_from(FIELDS) | texts, anything, max_size=5),
    st.sampled_from(mixed_files.odd_records()),
    anything,
)
"""Records: a sound one with some fields changed or gone, or any JSON value at all."""

# Few buyers, names and days: records then meet as duplicates, lots, versions and joint awards.
alike = st.builds(
    lambda changed, acts, more: {**contract(**changed), "modifications": acts, **more},
    st.fixed_dictionaries(
        {},
        optional={
            "id": st.sampled_from(["M1", "m-1", "2024M1", "M01"]), "montant": st.sampled_from(mixed_files.AMOUNTS) | numbers,
            "acheteur": st.sampled_from([{"id": mixed_files.BUYER}, {"id": mixed_files.BUYER[:9]}, {"id": "NC"}]),
            "dateNotification": st.sampled_from(["2024-03-05", "2024-04-05", "2021-01-01", "NC", None]),
            "objet": st.sampled_from(["Toiture", "TOITURE", "Voirie", None]),
            "codeCPV": st.sampled_from(["45000000-7", "33600000", "NC", None]),
            "titulaires": st.lists(st.sampled_from(mixed_files.IDENTIFIERS), max_size=4).map(
                lambda held: [{"titulaire": {"id": one, "typeIdentifiant": "SIRET"}} for one in held]
            ),
        },
    ),
    st.lists(
        st.fixed_dictionaries(
            {"id": st.sampled_from([1, 2, "x", None])},
            optional={"montant": st.sampled_from(mixed_files.AMOUNTS), "dateNotificationModification": st.sampled_from(mixed_files.DATES)},
        ),
        max_size=3,
    ),
    changes.map(lambda changed: {k: v for k, v in changed.items() if v is not ...} if len(changed) > 4 else {}),
)  # fmt: skip

structures = (
    st.sampled_from(["", "NC", "[]", "{}", "[{'titulaire': {'id': '1'}}]", '[{"id": "2"}]', "{'id': '3', 'nom': nan}"])
    | anything.map(str)
    | texts
)
lines = st.lists(
    st.fixed_dictionaries(
        {"id": texts, "objet": texts, "acheteur_id": st.sampled_from(mixed_files.BUYERS)},
        optional={**dict.fromkeys(HEADERS, texts), **dict.fromkeys(STRUCTURES, structures)},
    ),
    min_size=1,
    max_size=8,
)


columns = st.dictionaries(
    st.sampled_from(["objet", "montant", "titulaires", "acheteur", "dateNotification", "couleur"]),
    st.dictionaries(st.integers(0, 12).map(str), anything, max_size=5),
    max_size=4,
).map(lambda held: {"id": {"0": "a"}, **held})
"""A table by columns, as data frames are written: `{"objet": {"0": …, "1": …}, …}`, with rows that columns lack."""


def as_json(document: Any, *, indent: int | None = None, ascii_only: bool = False) -> bytes:
    """The JSON of a document; what UTF-8 cannot hold (half a letter) is written as an escape."""
    return _utf8(json.dumps(document, ensure_ascii=ascii_only, indent=indent))


def _utf8(text: str) -> bytes:
    return "".join(f"\\u{ord(c):04x}" if 0xD800 <= ord(c) < 0xE000 else c for c in text).encode()


def as_csv(held: Sequence[Mapping[str, str]], *, sign: str = ",", ending: str = "\n", quoted: bool = False) -> bytes:
    """A table of these lines, whose columns are all that any line has."""
    columns = list(dict.fromkeys(column for line in held for column in line))
    out = io.StringIO(newline="")
    # Python's writer leaves a line break of another kind than its own without quotes, which no reader can make out.
    quoted = quoted or any(break_ in cell for line in held for cell in line.values() for break_ in "\r\n")
    quoting = csv.QUOTE_ALL if quoted else csv.QUOTE_MINIMAL
    kind = type("Table", (csv.excel,), {"delimiter": sign, "lineterminator": ending, "quoting": quoting})
    writer = csv.DictWriter(out, columns, dialect=kind)
    writer.writeheader()
    writer.writerows(held)
    return out.getvalue().encode("utf-8", "replace")


def as_parquet(held: Sequence[Mapping[str, str]], kinds: Mapping[str, pa.DataType] | None = None) -> bytes:
    """The same table as Parquet, all text but for the columns of other kinds: there, numbers made of the texts."""
    columns = dict.fromkeys(column for line in held for column in line)
    arrays = {}
    for column in columns:
        cells = [_sound(line.get(column)) for line in held]
        kind = (kinds or {}).get(column, pa.string())
        arrays[column] = pa.array(cells, kind) if kind == pa.string() else _converted(cells, kind)
    out = io.BytesIO()
    pq.write_table(pa.table(arrays), out)
    return out.getvalue()


def _converted(cells: Sequence[str | None], kind: pa.DataType) -> pa.Array:
    numbers = pa.array([None if cell is None else len(cell) for cell in cells], pa.int32())
    if pa.types.is_list(kind):
        return pa.array([None if cell is None else [cell, None] for cell in cells], kind)
    if pa.types.is_struct(kind):
        return pa.array([None if cell is None else {"id": cell} for cell in cells], kind)
    if pa.types.is_dictionary(kind):
        return pa.array(cells, pa.string()).dictionary_encode()
    if pa.types.is_binary(kind) or pa.types.is_large_string(kind):
        return pa.array([None if cell is None else cell.encode() for cell in cells], pa.binary()).cast(kind)
    return (
        numbers.cast(pa.int64()).cast(kind)
        if pa.types.is_temporal(kind) and kind.bit_width == 64
        else numbers.cast(kind)
    )


KINDS: Sequence[pa.DataType] = (
    pa.string(), pa.large_string(), pa.binary(), pa.int8(), pa.int64(), pa.float32(), pa.float64(), pa.bool_(), pa.date32(), pa.date64(),
    pa.timestamp("us"), pa.timestamp("ns", "Europe/Paris"), pa.time32("s"), pa.time64("us"), pa.duration("s"), pa.decimal128(12, 2),
    pa.list_(pa.string()), pa.struct([("id", pa.string())]), pa.dictionary(pa.int32(), pa.string()),
)  # fmt: skip


def _sound(text: str | None) -> str | None:
    return None if text is None else text.encode("utf-8", "replace").decode()


@cache
def seeds() -> tuple[tuple[str, bytes], ...]:
    """Files to damage: real ones if they are at hand (read in place, never kept), invented ones always."""
    made = [("fictif.json", as_json(wrapped(contract(), contract(id="2"), concessions=(concession(),)), indent=1))]
    made += [("fictif-liste.json", as_json([_old(number) for number in range(3)]))]
    made += [("fictif.xml", official_xml.document([contract(), contract(id="2")], [concession()]))]
    flat = [{name: str(value) for name, value in line.items()} for line in mixed_files.flat_lines()[:6]]
    made += [("fictif.csv", as_csv(flat)), ("fictif-2.csv", as_csv(flat, sign=";", ending="\r\n", quoted=True))]
    made += [("fictif.parquet", as_parquet(flat))]
    paths = sorted(SHARED_DATA.glob("decp/*/*")) if SHARED_DATA.is_dir() else []
    return tuple((name, Content(data)) for name, data in (*made, *((path.name, _beginning(path)) for path in paths)))


def _old(number: int) -> Row:
    """A record of 2019."""
    holders = [{"id": mixed_files.FIRMS[number], "typeIdentifiant": "SIRET", "denominationSociale": "Fictive"}]
    return {
        **contract(id=str(number)),
        "_type": "Marché",
        "acheteur": {"id": "1", "nom": "Ville"},
        "titulaires": holders,
    }


def _beginning(path: Path) -> bytes:
    """A file whole if it is small, else its first records."""
    data = path.read_bytes()
    if len(data) <= LARGEST_SEED:
        return data
    if path.suffix == ".json":
        return as_json(_first(json.loads(data)))
    if path.suffix == ".xml":
        at = data.index(b"</marche>", LARGEST_SEED // 2) + len(b"</marche>")
        return data[:at] + b"</marches>"
    return data[: data.index(b"\n", LARGEST_SEED // 2) + 1]


def _first(document: Any) -> Any:
    if isinstance(document, list):
        return document[:RECORDS_OF_A_SEED]
    inner = {
        key: _first(value) if key in ("marches", "marche", "contrat-concession") else value
        for key, value in document.items()
    }
    return {key: value for key, value in inner.items() if len(str(value)) < LARGEST_SEED}
