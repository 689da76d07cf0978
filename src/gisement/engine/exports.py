"""What an export holds: contracts as they may be published, with their record, holders and amendments; public tables.

All is read from the copy that a public server shows (`Served`): natural persons have neither name nor number in it, and
no payment is there.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from gisement.catalog import tables
from gisement.engine.asked import conditions

if TYPE_CHECKING:
    from gisement.engine.served import Served
    from gisement.terms import Perimeter

KEYS = ("buyer", "buyer_commune", "buyer_department", "year", "segment", "family", "cpv")
"""Keys by which an export may be narrowed; without any, the contracts of the territory's buyers."""
EXPORTED = ("contract", "contract_supplier", "amendment", "buyer", "supplier", "place", "purchase", "finding")
"""The tables that may be exported, in reading order."""
_RECORD = (
    "nature", "objet", "procedure", "lieuExecution_code", "lieuExecution_typeCode", "formePrix",
    "typesPrix", "considerationsSociales", "considerationsEnvironnementales", "modalitesExecution", "techniques",
    "marcheInnovant", "attributionAvance", "tauxAvance", "ccag", "typeGroupementOperateurs", "sousTraitanceDeclaree",
    "origineUE", "origineFrance", "montantSubventionPublique", "datePublicationDonnees",
)  # fmt: skip
_ACT = (
    "{'date': a.amendment_date, 'published': a.publication_date, 'title': a.amendment_title, "
    "'cents': a.amount_cents, 'months': a.duration_months, 'holders': n.holders}"
)
_HOLDER = (
    "{'id': h.supplier_id, 'kind': h.supplier_id_kind, 'reported_id': h.supplier_id_reported, "
    "'reported_kind': h.supplier_id_kind_reported, 'siren': h.supplier_siren, 'name': h.supplier_name}"
)
# A struct of the record's columns, and what names one holder.
_FIELDS = ", ".join(f"'{name}': record.{name}" for name in _RECORD)
_SQL = """
WITH chosen AS (SELECT r.* FROM contract r WHERE {where}),
record AS (SELECT * FROM raw_decp QUALIFY row_number() OVER (PARTITION BY record_hash ORDER BY snapshot, position) = 1),
told_again AS (SELECT contract_key FROM record_decision WHERE decision <> 'contract'
    UNION SELECT contract_key FROM amendment WHERE holders_count > 0),
held AS (SELECT contract_key, list({holder} ORDER BY h.supplier_id) AS holders FROM (
    SELECT DISTINCT d.contract_key, h.* EXCLUDE (holder_set) FROM record_decision d JOIN further_holder h
    ON h.holder_set = d.record_hash WHERE d.decision <> 'amendment_line' AND NOT d.has_version
    UNION ALL BY NAME SELECT s.* FROM contract_supplier s ANTI JOIN told_again USING (contract_key)
    WHERE s.supplier_id IS NOT NULL
    ) h GROUP BY contract_key),
named AS (SELECT contract_key, amendment_rank, list({holder} ORDER BY h.supplier_id) AS holders FROM (
    SELECT a.contract_key, a.amendment_rank, h.* EXCLUDE (holder_set) FROM amendment a JOIN further_holder h
    ON h.holder_set = a.holder_set
    UNION SELECT a.contract_key, a.amendment_rank, h.* EXCLUDE (holder_set) FROM amendment a
    JOIN record_decision d ON d.set_key = a.set_key JOIN further_holder h ON h.holder_set = d.record_hash
    ) h GROUP BY contract_key, amendment_rank),
acts AS (SELECT a.contract_key, list({act} ORDER BY a.amendment_rank) AS acts
    FROM amendment a LEFT JOIN named n USING (contract_key, amendment_rank) GROUP BY a.contract_key)
SELECT c.*, {record} AS record, held.holders, acts.acts, o.as_of_date
FROM chosen c LEFT JOIN record USING (record_hash) LEFT JOIN held USING (contract_key)
LEFT JOIN acts USING (contract_key) CROSS JOIN observation o ORDER BY c.contract_key
"""


def contracts(served: Served, perimeter: Perimeter) -> Iterator[dict[str, Any]]:
    """One mapping per contract lot of a perimeter: columns, published `record`, first `holders`, `acts` (amendments).

    Amounts are cents; a natural person's `id` is the number that stands for it. Raises Trouble for a key not in `KEYS`.
    """
    where, values = conditions(served.observatory, perimeter, KEYS)
    parts = {"holder": _HOLDER, "act": _ACT, "record": f"{{{_FIELDS}}}", "where": " AND ".join(where) or "true"}
    return served.rows(_SQL.format(**parts), values)


def table_batches(served: Served, table: str, perimeter: Perimeter) -> Any:
    """The rows of an exported table, as Arrow batches in the order of its key.

    A table that tells of contracts or suppliers is narrowed to those of the perimeter.
    """
    where, values = conditions(served.observatory, perimeter, KEYS)
    columns = ", ".join(f't."{name}"' for name in exported_schema(table))
    order = ", ".join(f't."{name}"' for name in tables()[table].key)
    chosen = f"SELECT r.* FROM contract r WHERE {' AND '.join(where) or 'true'}"
    sql = f"WITH chosen AS ({chosen}) SELECT {columns} FROM {table} t WHERE {_NARROWED[table]} ORDER BY {order}"
    answer = served.connection.cursor().execute(sql, values)
    return answer.to_arrow_reader(10_000) if hasattr(answer, "to_arrow_reader") else answer.fetch_record_batch(10_000)


def exported_schema(table: str) -> dict[str, str]:
    """The columns of an exported table, with their types."""
    return dict(tables()[table].schema)


_CHOSEN = "t.contract_key IN (SELECT contract_key FROM chosen)"
_SUPPLIERS = f"SELECT t.supplier_id FROM contract_supplier t WHERE {_CHOSEN}"
_NARROWED = {
    "contract": _CHOSEN,
    "contract_supplier": _CHOSEN,
    "amendment": _CHOSEN,
    "buyer": "t.buyer_id IN (SELECT buyer_id FROM chosen)",
    "supplier": f"t.supplier_id IN ({_SUPPLIERS})",
    "place": f"t.supplier_id IN ({_SUPPLIERS})",
    "purchase": f"t.basis = 'contract' AND {_CHOSEN}",
    "finding": "t.record_hash IN (SELECT d.record_hash FROM record_decision d JOIN chosen c USING (contract_key))",
}
