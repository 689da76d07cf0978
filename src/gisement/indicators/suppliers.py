"""Who is paid: small and medium enterprises, new suppliers."""

from __future__ import annotations

from gisement.indicators.options import ALL_GOODS, is_needed, is_own_money
from gisement.terms import PERCENT, Indicator

SME_SHARE = Indicator(
    name="sme_share",
    shown={
        "figures/sellers": 1,
        "buyer": 4,
        "family": 4,
        "diagnosis/suppliers": 1,
        "report/contest": 1,
        "report/inclusion": 5,
    },
    unit=PERCENT,
    table="purchase",
    weight="amount_cents",
    kind="share",
    options=(ALL_GOODS,),
    scope=lambda row, option: is_own_money(row) & is_needed(row, option),
    counts=lambda row, option: row.size_class == "PME",
    needs=("amount_cents", "size_class"),
    unknown_counts="size_unknown",
    references=("Décret n° 2008-1354 du 18 décembre 2008 (catégories d'entreprises)",),
)

SME_COUNT_SHARE = Indicator(
    name="sme_count_share",
    shown={"figures/sellers": 5, "chain": 3, "diagnosis/suppliers": 2, "report/contest": 2},
    unit=PERCENT,
    table="purchase",
    weight=None,
    kind="share",
    options=(ALL_GOODS,),
    scope=lambda row, option: ~row.is_concession & is_needed(row, option),
    counts=lambda row, option: row.size_class == "PME",
    needs=("size_class",),
    unknown_counts="size_unknown",
    references=("Observatoire économique de la commande publique, recensement annuel (part des PME en nombre)",),
)

NEW_SUPPLIER_SHARE = Indicator(
    name="new_supplier_share",
    shown={"figures/sellers": 3, "diagnosis/suppliers": 3, "report/contest": 3},
    unit=PERCENT,
    table="purchase",
    weight=None,
    kind="share",
    options=(ALL_GOODS,),
    scope=lambda row, option: ~row.is_concession & is_needed(row, option),
    counts=lambda row, option: row.is_new_supplier,
    needs=("notification_date", "supplier_id"),
    unknown_counts="history_unknown",
    references=("Région Bretagne, schéma des achats : part des marchés attribués à de nouveaux fournisseurs",),
)

NEW_SUPPLIER_SPEND_SHARE = Indicator(
    name="new_supplier_spend_share",
    shown={"figures/sellers": 6, "report/contest": 4},
    unit=PERCENT,
    table="purchase",
    weight="amount_cents",
    kind="share",
    options=(ALL_GOODS,),
    scope=lambda row, option: is_own_money(row) & is_needed(row, option),
    counts=lambda row, option: row.is_new_supplier,
    needs=("amount_cents", "notification_date", "supplier_id"),
    unknown_counts="history_unknown",
    references=("Région Bretagne, schéma des achats : part des marchés attribués à de nouveaux fournisseurs",),
)
