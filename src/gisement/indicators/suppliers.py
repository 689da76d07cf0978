"""Who is paid: small and medium enterprises, new suppliers; how many suppliers, and in how few hands."""

from __future__ import annotations

from collections.abc import Mapping

import ibis

from gisement.indicators.options import ALL_GOODS, SUPPLIER, is_needed, is_of_known_supplier, is_own_money
from gisement.terms import INDEX, PERCENT, SUPPLIERS, Indicator, Spread, Unit

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

RHOADES = "Rhoades, The Herfindahl-Hirschman Index, Federal Reserve Bulletin 79 (1993)"

SUPPLIERS_COUNT = Indicator(
    name="suppliers_count",
    shown={"figures/sellers": 2},
    unit=SUPPLIERS,
    table="purchase",
    weight=None,
    kind=Spread("count", SUPPLIER),
    options=(ALL_GOODS,),
    scope=lambda row, option: ~row.is_concession & is_needed(row, option),
    counts=lambda row, option: is_of_known_supplier(row),
    needs=("supplier_id",),
    unknown_counts="supplier_unknown",
    references=("Décret n° 82-130 du 9 février 1982 et répertoire Sirene (unité légale)",),
)


def _among_suppliers(name: str, statistic: str, unit: Unit, reference: str, shown: Mapping[str, int]) -> Indicator:
    return Indicator(
        name=name,
        shown=shown,
        unit=unit,
        table="purchase",
        weight="amount_cents",
        kind=Spread(statistic, SUPPLIER),
        options=(ALL_GOODS,),
        scope=lambda row, option: is_own_money(row) & is_needed(row, option),
        counts=lambda row, option: is_of_known_supplier(row),
        needs=("amount_cents", "supplier_id"),
        unknown_counts="supplier_unknown",
        references=(reference,),
    )


FIRST_BUYER_SHARE = Indicator(
    name="first_buyer_share",
    shown={"figures/buying": 1},
    unit=PERCENT,
    table="purchase",
    weight="amount_cents",
    kind=Spread("top_1", ("buyer_siren", "buyer_id")),
    options=(ALL_GOODS,),
    scope=lambda row, option: is_own_money(row) & is_needed(row, option),
    counts=lambda row, option: ibis.ifelse(
        row.buyer_siren.notnull() | row.buyer_id.notnull(), True, ibis.null("boolean")
    ),
    needs=("amount_cents", "buyer_id"),
    unknown_counts="buyer_unknown",
    references=(RHOADES,),
)

CONCENTRATION = (
    SUPPLIERS_COUNT,
    _among_suppliers("supplier_concentration", "hhi", INDEX, RHOADES, {"figures/sellers": 9}),
    _among_suppliers("top_5_supplier_share", "top_5", PERCENT, RHOADES, {"figures/sellers": 7, "report/spread": 1}),
    _among_suppliers("top_10_supplier_share", "top_10", PERCENT, RHOADES, {"figures/sellers": 4, "report/spread": 2}),
    _among_suppliers(
        "pareto_supplier_share",
        "pareto",
        PERCENT,
        "Pareto, Cours d'économie politique (1897)",
        {"figures/sellers": 8, "report/spread": 3},
    ),
    FIRST_BUYER_SHARE,
)
