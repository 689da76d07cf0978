"""The columns of what a ledger gives: payment lines, and the account of what was dropped."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

PAYMENT: Final[Mapping[str, str]] = {
    "position": "BIGINT",
    "buyer_id": "VARCHAR",
    "budget": "VARCHAR",
    "account": "VARCHAR",
    "account_kind": "VARCHAR",
    "function_code": "VARCHAR",
    "line_id": "VARCHAR",
    "supplier_id": "VARCHAR",
    "supplier_id_kind": "VARCHAR",
    "supplier_name": "VARCHAR",
    "supplier_postcode": "VARCHAR",
    "supplier_commune": "VARCHAR",
    "label": "VARCHAR",
    "segment_code": "VARCHAR",
    "fiscal_year": "VARCHAR",
    "invoice_date": "VARCHAR",
    "payment_date": "VARCHAR",
    "amount_ht_cents": "BIGINT",
    "amount_ttc_cents": "BIGINT",
    "amount_vat_cents": "BIGINT",
    "vat_rule": "VARCHAR",
    "amount_ht_rule": "VARCHAR",
    "contract_id": "VARCHAR",
    "contracting_authority_id": "VARCHAR",
    "beneficiary_id": "VARCHAR",
    "is_credit_note": "BOOLEAN",
    "amount_reported": "VARCHAR",
    "date_reported": "VARCHAR",
}
"""`raw_payment`, with the type of each column."""

DROPPED: Final[Mapping[str, str]] = {
    "buyer_id": "VARCHAR",
    "year": "BIGINT",
    "account": "VARCHAR",
    "reason": "VARCHAR",
    "lines_count": "BIGINT",
    "amount_cents": "BIGINT",
}
"""`raw_payment_dropped`, with the type of each column."""

MASKING: Final = ("personal_name", "personal_id", "unreadable_id", "personal_label")
"""Reasons for which a text was masked and the line kept; every other reason dropped the line."""

NOMENCLATURES: Final = ("M57", "M21", "M14", "M4", "GBCP")
UNKNOWN: Final = "unknown"
"""Nomenclature of a PES file, which does not say it."""

FIELDS: Final[Mapping[str, str]] = {
    "buyer_id": "SIRET de l'acheteur qui paie (si le fichier en réunit plusieurs)",
    "budget": "budget principal ou annexe",
    "account": "compte par nature",
    "function_code": "fonction",
    "line_id": "numéros de bordereau, de mandat, de ligne ou de facture",
    "supplier_id": "SIRET du fournisseur",
    "supplier_name": "nom du fournisseur",
    "supplier_postcode": "code postal du fournisseur",
    "supplier_commune": "commune du fournisseur",
    "person": "type de tiers, qui distingue les personnes physiques",
    "label": "objet de la dépense",
    "segment_code": "code d'achat de l'acheteur (NACRES compris)",
    "fiscal_year": "exercice",
    "invoice_date": "date de la facture",
    "payment_date": "date du mandat ou du paiement",
    "amount": "montant, dans la base que dit `basis`",
    "amount_ht": "montant hors taxes",
    "amount_ttc": "montant toutes taxes comprises",
    "amount_vat": "montant de la TVA",
    "vat_rate": "taux de TVA",
    "credit_amount": "montant au crédit, à retrancher",
    "credit_note": "type de pièce, qui distingue les avoirs et annulations",
    "contract_id": "numéro du marché",
    "contracting_authority_id": "SIRET de celui qui a passé le marché",
    "beneficiary_id": "SIRET de celui pour qui l'achat est fait",
}
"""What a column of an export can be, with what the assistant says of it."""

AMOUNTS: Final = ("amount", "amount_ht", "amount_ttc", "amount_vat", "credit_amount")
