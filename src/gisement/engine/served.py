"""What a server shows: an observatory over a masked copy of the tables, and look-ups that are no figures.

Natural persons have neither name nor number in the copy, so that no page, file or address can give them. Of payments,
everyone's copy holds the public tables alone: no line, no finding in a ledger, no supplier that only ledgers name.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from typing import Any

from gisement.engine.cube import MOST_ROWS
from gisement.engine.measure import HIDDEN, Observatory
from gisement.engine.own_copy import own_copies
from gisement.engine.public import PublicObservatory
from gisement.engine.row_sheet import END, RowPage, RowSheet, asked_rows
from gisement.store import database
from gisement.store.served import open_served, served_file, whole_release
from gisement.store.snapshots import withdrawals
from gisement.store.workspace import Workspace
from gisement.terms import Indicator, Perimeter, Trouble, Verdict

Row = dict[str, Any]
PERSON = "personne-"
"""What stands before the number that stands for a natural person."""
INPUTS = (
    "contract", "purchase", "buyer", "supplier", "place", "finding", "contract_supplier", "amendment",
    "record_decision", "commune", "contour", "observation", "io_flow", "io_sector", "national_employment", "ring_size",
    "supplier_presence", "emission_factor", "food_purchase", "food_year", "food_gap", "food_lot", "food_balance",
    "food_origin", "food_prior", "food_follow", "food_declaration", "renewal", "spend_without_contract", "buyer_year",
    "insertion", "insertion_public", "further_holder", "circular_purchase", "target", "sheet", "local_offer", "lever",
    "works_operation", "public_payment", "ledger_finding", "raw_decp",
)  # fmt: skip
# What impacts and emissions are computed with: nothing in it names anyone.
_WHOLE = (
    "buyer", "contract", "amendment", "record_decision", "observation", "commune", "contour", "food_year", "food_gap",
    "food_lot", "food_balance", "food_origin", "food_prior", "food_declaration", "insertion", "insertion_public",
    "circular_purchase", "target", "local_offer", "lever", "public_payment",
)  # fmt: skip
"""Served whole: what these tables hold of payments and of persons was protected when they were made."""
_MODEL = ("io_flow", "io_sector", "national_employment", "ring_size", "emission_factor")
# Who is hidden: a natural person wholly, a firm that asked for it by its name alone. A person keeps one number, and its
# establishments one each, so that suppliers are counted alike with and without numbers.
_HIDDEN = f"""
(SELECT supplier_id, is_natural_person AS is_person,
    CASE WHEN is_natural_person THEN person ELSE supplier_siren END AS shown_siren,
    CASE WHEN is_natural_person THEN person || '-' || row_number() OVER (PARTITION BY person ORDER BY md5(supplier_id))
    ELSE supplier_id END AS shown
FROM (SELECT *, '{PERSON}' || dense_rank() OVER (ORDER BY is_natural_person DESC,
    md5(coalesce(supplier_siren, supplier_id))) AS person
    FROM supplier WHERE (is_natural_person OR is_masked) AND {{listed}}))
"""
# Tables that name suppliers: what stands for a person's number, its SIREN, its name.
_MASKED = """
SELECT t.* REPLACE (coalesce(p.shown, t.supplier_id) AS supplier_id,
    coalesce(p.shown_siren, t.supplier_siren) AS supplier_siren,
    CASE WHEN p.shown IS NULL THEN coalesce(s.supplier_name, t.supplier_name) END AS supplier_name{more})
FROM {table} t LEFT JOIN {hidden} p ON t.supplier_id = p.supplier_id
LEFT JOIN supplier s ON t.supplier_id = s.supplier_id {where}
"""
_GROUP = ", CASE WHEN p.is_person THEN p.shown_siren ELSE t.group_siren END AS group_siren"
_HOLDER = ", CASE WHEN p.is_person THEN NULL ELSE t.supplier_id_reported END AS supplier_id_reported"
_FINDINGS = """
SELECT f.* REPLACE (CASE WHEN h.record_hash IS NULL THEN f.reported END AS reported,
    CASE WHEN h.record_hash IS NULL THEN f.kept END AS kept)
FROM ({findings}) f LEFT JOIN (
    SELECT DISTINCT record_hash FROM record_decision JOIN contract_supplier USING (contract_key)
    JOIN supplier USING (supplier_id) WHERE is_natural_person OR is_masked
) h ON f.record_hash = h.record_hash AND f."column" LIKE 'supplier%'
"""
# Who holds a contract, as published, is in `contract_supplier`, masked: the record's own copy of it is left out.
_RECORD = (
    "SELECT * EXCLUDE (titulaires, modifications, actesSousTraitance, modificationsActesSousTraitance, "
    "donneesExecution, unreadable_reason) FROM raw_decp WHERE unreadable_reason IS NULL"
)
# What a canteen bought of whom is its partner's business; labels, families and prices make the rates.
_FOOD = (
    "SELECT * REPLACE (NULL::VARCHAR AS food_description, NULL::VARCHAR AS food_supplier_name, "
    "md5(food_purchase_key) AS food_purchase_key, NULL::VARCHAR AS record_hash) FROM food_purchase"
)
# Whoever is named by ledgers alone is paid by a partner: that is not public.
_LISTED = "supplier_id IN (SELECT supplier_id FROM contract_supplier UNION ALL SELECT supplier_id FROM further_holder)"
_LISTED_UNITS = _LISTED.replace("supplier_id", "supplier_siren")
# What ledgers say of a contract is for their partner.
_UNPAID = "REPLACE (NULL::BIGINT AS payments_count, NULL::BIGINT AS paid_cents, NULL::BIGINT AS ceiling_used_pct, "
_UNPAID += "NULL::BOOLEAN AS is_ceiling_near)"
_UNSPENT = "REPLACE (NULL::BIGINT AS payment_cents)"
_FOUND = """
SELECT 'buyer' AS kind, b.buyer_id AS key, coalesce(b.buyer_name, b.buyer_id) AS name, '' AS detail,
       {buyer} AS words, coalesce(sum(p.amount_cents), 0)::BIGINT AS weight, b.is_in_territory
FROM buyer b LEFT JOIN (FROM purchase WHERE basis = 'contract') p USING (buyer_id)
WHERE b.buyer_id IS NOT NULL GROUP BY ALL
UNION ALL
SELECT 'supplier', s.supplier_id, s.supplier_name, '', {supplier}, coalesce(sum(p.amount_cents), 0)::BIGINT, NULL
FROM supplier s LEFT JOIN (FROM purchase WHERE basis = 'contract') p USING (supplier_id)
WHERE s.supplier_name IS NOT NULL AND NOT s.is_natural_person AND {listed} GROUP BY ALL
UNION ALL
SELECT 'contract', contract_key, title, buyer_name, {contract}, coalesce(amount_cents, 0), NULL
FROM contract WHERE title IS NOT NULL
"""

_HOLDERS = (
    "SELECT contract_key, supplier_id, supplier_name FROM contract_supplier {where} "
    "ORDER BY contract_key, holder_number"
)


class Served:
    """A built workspace, as a server sees it: `observatory` for figures and rows, methods for look-ups.

    With `partner`, payments are there too: for the single user of a machine, never for a public address. With `siren`,
    those of one partner alone, who has signed in.
    """

    def __init__(self, workspace: Workspace, *, partner: bool = False, siren: str = "") -> None:
        for table in INPUTS[:-1]:
            if not database.is_built(workspace, table):
                raise Trouble(
                    fr=f"La table {table} n'est pas construite : lancer d'abord « gisement build ».",
                    en=f"The table {table} is not built: first run 'gisement build'.",
                )
        self.partner, self.siren = partner or bool(siren), siren
        self.release = whole_release(workspace)
        self.withdrawals = withdrawals(workspace)
        path = served_file(workspace, _copies(siren) if siren else copies(partner=partner), INPUTS)
        self.connection = open_served(path, workspace.memory_grants()[0], workspace.threads)
        self.observatory: Observatory = (
            Observatory(workspace, connection=self.connection)
            if self.partner
            else PublicObservatory(workspace, self.connection)
        )
        self.observatory.is_public = not partner
        self._sheets: dict[str, RowSheet] = {}
        self._names: dict[str, dict[str, str]] = {}
        self._lock = threading.Lock()
        for table in INPUTS[:-1]:
            self.observatory.origins(table)  # now: a later build must not change what this release is said to come from

    def shows_lines_of(self, siren: str | None) -> bool:
        """Whether what is told to partners alone is shown here of this buyer: of all, of one's own, or of none."""
        return self.partner and (not self.siren or siren == self.siren)

    def files(self) -> set[tuple[str, str]]:
        """The source and the SHA-256 of each file that this release was made from."""
        return set().union(*(self.observatory.files(table) for table in INPUTS[:-1]))

    @property
    def is_stale(self) -> bool:
        """Whether a later build has ended: another release is whole on the disk."""
        try:
            return whole_release(self.observatory.workspace) != self.release
        except Trouble:
            return False

    def rows(self, sql: str, values: Mapping[str, Any] | None = None) -> Iterator[Row]:
        """The rows of a query of this file; what a user typed is only ever in `values`, bound."""
        answer = self.connection.cursor().execute(sql, dict(values or {}))
        names = [column[0] for column in answer.description or ()]
        while block := answer.fetchmany(1000):
            yield from (dict(zip(names, row, strict=True)) for row in block)

    def found(self, text: str, kind: str = "", limit: int = 8, offset: int = 0) -> list[Row]:
        """What holds every word of a text (any case, with or without accents), the most money first."""
        words = text.split()[:8]
        tests = [f"contains(words, {_plain('$' + name)})" for name in _names(words)]
        if kind:
            tests.append("kind = $kind")
        where = " AND ".join(tests) or "true"
        values = {**dict(zip(_names(words), words, strict=True)), **({"kind": kind} if kind else {})}
        page = f"LIMIT {int(limit)} OFFSET {int(offset)}"
        return list(self.rows(f"SELECT * FROM lookup WHERE {where} ORDER BY weight DESC, key {page}", values))

    def buyer(self, buyer_id: str) -> Row | None:
        """The row of `buyer` of an identifier (SIRET, or what the file gave): name, kind, place; None where it is not
        known.
        """
        return self._one("SELECT * FROM buyer WHERE buyer_id = $key", buyer_id)

    def names(self, kind: str) -> Mapping[str, str]:
        """The name of each `buyer` or `supplier`, by identifier."""
        with self._lock:
            if kind not in self._names:
                found = self.rows("SELECT key, name FROM lookup WHERE kind = $kind", {"kind": kind})
                self._names[kind] = {row["key"]: row["name"] for row in found}
            return self._names[kind]

    def named(self, kind: str, keys: Sequence[Any]) -> dict[str, str]:
        """The name of each of these `buyer` or `supplier` identifiers that is known, without reading all of them."""
        sql = "SELECT key, name FROM lookup WHERE kind = $kind AND list_contains($keys, key)"
        return {row["key"]: row["name"] for row in self.rows(sql, {"kind": kind, "keys": [str(k) for k in keys]})}

    def supplier(self, supplier_id: str) -> Row | None:
        """What the register and the files say of a supplier, with the places of its two bases; no natural person."""
        return self._one("SELECT * FROM supplier WHERE supplier_id = $key AND NOT is_natural_person", supplier_id)

    def places(self, supplier_id: str) -> list[Row]:
        """Where a supplier is, as an establishment and by its head office."""
        sql = (
            "SELECT p.*, c.commune_name FROM place p LEFT JOIN commune c USING (commune_code) "
            "WHERE supplier_id = $key ORDER BY place_basis"
        )
        return list(self.rows(sql, {"key": supplier_id}))

    def row_page(self, indicator: Indicator, perimeter: Perimeter, verdict: Verdict, page: RowPage) -> list[Row]:
        """A page of the rows of one verdict, with the object, end and months left of the contract of each."""
        places = None if page.text.split() else self.observatory.places(indicator, perimeter, verdict)
        if places is not None:
            return self._sheet(indicator.table).page(places, page)
        sql, values = self.observatory.rows_query(indicator, perimeter, verdict)
        words = page.text.split()[:8]
        asked = asked_rows(indicator.table, sql, page, [_plain("$" + name) for name in _names(words)], _plain)
        return list(self.rows(asked, {**values, **dict(zip(_names(words), words, strict=True))}))

    def _sheet(self, table: str) -> RowSheet:
        with self._lock:
            if table not in self._sheets:
                self._sheets[table] = RowSheet(self.connection, table)
            return self._sheets[table]

    def plain_rows(
        self, indicator: Indicator, perimeter: Perimeter, verdict: Verdict, limit: int, offset: int
    ) -> list[Row]:
        """Some of the rows of one verdict, in the order of the table's key."""
        sql, values = self.observatory.rows_query(indicator, perimeter, verdict)
        found = self.rows(f"{sql} LIMIT {int(limit)} OFFSET {int(offset)}", values)
        return [{name: value for name, value in row.items() if name not in HIDDEN} for row in found]

    def row_batches(self, indicator: Indicator, perimeter: Perimeter, verdict: Verdict) -> Any:
        """All the rows of one verdict, as Arrow batches that are read as they are asked for."""
        sql, values = self.observatory.rows_query(indicator, perimeter, verdict)
        hidden = ", ".join(HIDDEN)
        answer = self.connection.cursor().execute(f"SELECT * EXCLUDE ({hidden}) FROM ({sql})", values)
        return (
            answer.to_arrow_reader(10_000) if hasattr(answer, "to_arrow_reader") else answer.fetch_record_batch(10_000)
        )

    def contract(self, key: str) -> Row | None:
        """One contract lot, with its end and the months left."""
        sql = f"SELECT c.*, {END} FROM contract c CROSS JOIN observation o WHERE contract_key = $key"
        return self._one(sql, key)

    def holders(self, keys: Sequence[str]) -> list[Row]:
        """Who holds these contracts, with the cents allocated to each."""
        sql = (
            "SELECT * FROM contract_supplier WHERE contract_key IN (SELECT unnest($keys)) "
            "ORDER BY contract_key, holder_number"
        )
        return list(self.rows(sql, {"keys": list(keys)}))

    def holder_names(self, keys: Sequence[str]) -> list[Row]:
        """The contract, number and name of each who holds one of these, contract by contract."""
        if self._holders is not None:
            return [holder for key in sorted(keys) for holder in self._holders.get(key, ())]
        return list(self.rows(_HOLDERS.format(where="WHERE contract_key IN (SELECT unnest($keys))"), {"keys": keys}))

    @cached_property
    def _holders(self) -> dict[str, list[Row]] | None:
        """The holders of every contract, where they are few enough to be held in memory."""
        (count,) = self.connection.cursor().execute("SELECT count(*) FROM contract_supplier").fetchone() or (0,)
        if count > MOST_ROWS:
            return None
        found: dict[str, list[Row]] = {}
        for holder in self.rows(_HOLDERS.format(where="")):
            found.setdefault(holder["contract_key"], []).append(holder)
        return found

    def amendments(self, key: str) -> list[Row]:
        """What changed in a contract, in order."""
        return list(
            self.rows("SELECT * FROM amendment WHERE contract_key = $key ORDER BY amendment_rank", {"key": key})
        )

    def records(self, key: str) -> list[Row]:
        """The published records that tell of a contract, with the decision and the file of each."""
        sql = (
            "SELECT d.decision, d.decision_rule, r.* FROM record_decision d JOIN raw_decp r USING (record_hash) "
            "WHERE contract_key = $key ORDER BY r.snapshot, r.position"
        )
        return list(self.rows(sql, {"key": key}))

    def findings_of(self, hashes: Sequence[str]) -> list[Row]:
        """The findings in these records (by `record_hash`), by rule, column and value."""
        sql = 'SELECT * FROM finding WHERE list_contains($hashes, record_hash) ORDER BY rule, "column", reported'
        return list(self.rows(sql, {"hashes": list(hashes)}))

    def findings(self, rule: str, limit: int, offset: int) -> list[Row]:
        """Findings of one rule with the contract of each, a page of them."""
        sql = (
            "SELECT f.*, d.contract_key FROM finding f LEFT JOIN record_decision d USING (record_hash) "
            f"WHERE rule = $rule ORDER BY ALL LIMIT {int(limit)} OFFSET {int(offset)}"
        )
        return list(self.rows(sql, {"rule": rule}))

    def sheets(self, *, target: str = "", indicator: str = "", segment: str = "") -> list[Row]:
        """Sheets that serve an objective, or that tell of an indicator or a segment, the latest first."""
        sql = (
            "SELECT * FROM sheet WHERE target_name = $target OR indicator_name = $indicator OR segment = $segment "
            "ORDER BY sheet_date DESC, sheet_kind, sheet_name"
        )
        return list(self.rows(sql, {"target": target, "indicator": indicator, "segment": segment}))

    def as_of_date(self) -> Any:
        """The day that stands for today in this release: the latest plausible day of publication, None without any."""
        return next(self.rows("SELECT as_of_date FROM observation"), {}).get("as_of_date")

    def _one(self, sql: str, key: str) -> Row | None:
        return next(self.rows(sql, {"key": key}), None)


def _copies(siren: str) -> dict[str, str]:
    return own_copies(copies(partner=False), copies(partner=True), siren)


def copies(*, partner: bool) -> dict[str, str]:
    """What the served file holds: each table, and the SELECT that makes it."""
    where = "" if partner else "WHERE t.basis = 'contract'"
    listed, units = (_LISTED, _LISTED_UNITS) if not partner else ("true", "true")
    findings = "FROM finding" if partner else "FROM finding EXCEPT FROM ledger_finding"
    masked = {"hidden": _HIDDEN.format(listed=listed), "more": "", "where": ""}
    whole = {name: f"SELECT * FROM {name}" for name in (*_WHOLE, *_MODEL)}
    words = {
        "buyer": _plain("concat_ws(' ', b.buyer_name, b.buyer_id)"),
        "supplier": _plain("concat_ws(' ', s.supplier_name, s.supplier_id)"),
        "contract": _plain("concat_ws(' ', title, contract_id, buyer_name)"),
    }
    return {
        **whole,
        "finding": _FINDINGS.format(findings=findings),
        "purchase": _MASKED.format(table="purchase", **(masked | {"where": where, "more": _GROUP})),
        "contract_supplier": _MASKED.format(table="contract_supplier", **(masked | {"more": _HOLDER})),
        "further_holder": _MASKED.format(table="further_holder", **(masked | {"more": _HOLDER})),
        "supplier": f"SELECT * FROM supplier WHERE NOT is_natural_person AND {listed}",
        "place": "SELECT * FROM place ANTI JOIN (SELECT supplier_id FROM supplier WHERE is_natural_person) USING "
        f"(supplier_id) WHERE {listed}",
        "supplier_presence": "SELECT * FROM supplier_presence ANTI JOIN (SELECT supplier_siren FROM supplier WHERE "
        f"is_natural_person) USING (supplier_siren) WHERE {units}",
        "food_purchase": "SELECT * FROM food_purchase" if partner else _FOOD,
        "raw_decp": _RECORD,
        "food_follow": f"SELECT * FROM food_follow WHERE {partner}",
        "buyer_year": f"SELECT * {'' if partner else _UNSPENT} FROM buyer_year",
        "renewal": f"SELECT * {'' if partner else _UNPAID} FROM renewal",
        "works_operation": f"SELECT * FROM works_operation WHERE is_public OR {partner}",
        "sheet": f"SELECT * FROM sheet WHERE is_public OR {partner}",
        "spend_without_contract": f"SELECT * FROM spend_without_contract WHERE {partner}",
        "lookup": _FOUND.format(**words, listed=listed),
    }  # fmt: skip


def _plain(text: str) -> str:
    """SQL for a text without case or accents."""
    return f"lower(strip_accents({text}))"


def _names(words: Sequence[str]) -> list[str]:
    return [f"w{n}" for n in range(len(words))]
