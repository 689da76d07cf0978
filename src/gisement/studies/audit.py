"""An audit of a share: rows of the observatory drawn for a check by hand, and what the checked ones say of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from types import SimpleNamespace
from typing import TYPE_CHECKING

from gisement.engine.measure import Observatory
from gisement.indicators import INDICATORS
from gisement.store.kept import keep_sample, kept_sample
from gisement.terms import Figure, Indicator, Level, Origin, Perimeter

if TYPE_CHECKING:
    import pyarrow as pa

    from gisement.models.audit.local_share import Audited

LINES = 200


def draw(
    observatory: Observatory,
    indicator: Indicator,
    perimeter: Perimeter,
    *,
    seed: int,
    lines: int = LINES,
    language: str = "fr",
) -> pa.Table:
    """The form to fill; what was drawn is kept in the workspace under the seed until the form comes back."""
    from gisement.models.audit import form as audit_form
    from gisement.models.audit import local_share as audit

    option = observatory.options(indicator, perimeter)
    sample = audit.draw(population(observatory, indicator, perimeter, option), seed=seed, lines=lines)
    about = {"indicator": indicator.name, "filters": dict(perimeter.filters), "options": vars(option)}
    keep_sample(observatory.workspace, seed, sample, about)
    return audit_form.form(sample, language)


def estimate(
    observatory: Observatory, rows: Sequence[Mapping[str, str | None]], *, seed: int, form: Origin
) -> tuple[Perimeter, Figure, Audited]:
    """The audited share as a figure of the perimeter drawn from, with what the audit says of each kind of error.

    `rows` are the filled rows of the form that was drawn with this seed, `form` the file that they come from. The
    figure has the sums and the rows of the published one, and an interval of kind `sampling`; its coverage is the part
    of the money for which the form has an answer.
    """
    from gisement.models.audit import form as audit_form
    from gisement.models.audit import local_share as audit

    sample, about = kept_sample(observatory.workspace, seed)
    found = audit_form.read_form(sample, rows, audit_form.scopes(about["options"].get("medical", "included")))
    audited = audit.estimate(sample, found, seed=seed)
    filters = {key: tuple(values) for key, values in about["filters"].items()}
    perimeter = Perimeter(filters, about["options"])
    (published,) = observatory.measure(_named(about["indicator"]), perimeter)
    figure = replace(
        published, value=audited.value, low=audited.low, high=audited.high, interval=audited.interval,
        coverage=1 - audited.undetermined_share, level=Level.MODELLED, origins=(*published.origins, form),
    )  # fmt: skip
    return perimeter, figure, audited


def _named(name: str) -> Indicator:
    return next(indicator for indicator in INDICATORS if indicator.name == name)


def population(
    observatory: Observatory, indicator: Indicator, perimeter: Perimeter, option: SimpleNamespace
) -> pa.Table:
    """Every row of the perimeter: what the indicator says of it (`is_in_scope`, `is_local`) and what a form shows."""
    import ibis

    from gisement.engine.query import judged
    from gisement.store.database import schema

    told = judged(indicator, perimeter, option, observatory.territory.buyers)
    # concessions and the like are outside whatever the segment: checking a segment cannot bring them in
    whatever_segment = indicator.scope(told, SimpleNamespace(**vars(option) | {"medical": "included"}))
    told = told.filter(ibis.coalesce(whatever_segment, True))
    titles = ibis.table(schema("contract"), name="contract").select("title", titled="contract_key")
    told = told.left_join(titles, [("contract_key", "titled")])
    observatory.show("payment")
    labels = ibis.table(schema("payment"), name="payment").select(
        "label", "account_code", "line_id", labelled="payment_key"
    )
    told = told.left_join(labels, [("purchase_key", "labelled")])
    paid = ibis.ifelse(
        told.labelled.notnull(),
        ibis.coalesce(told.label, "")
        + " (compte "
        + ibis.coalesce(told.account_code, "?")
        + ", mandat "
        + ibis.coalesce(told.line_id, "?")
        + ")",
        ibis.null("string"),
    )
    rows = told.select(
        "buyer_name", "supplier_name", "segment", title=ibis.coalesce(paid, told.title),
        row_key=told.purchase_key, amount_cents=told.weight, is_in_scope=told.in_scope, is_local=told.counting,
        supplier_commune=told.supplier_commune_code, date=told.purchase_date.cast("string"),
    )  # fmt: skip
    sql = str(ibis.to_sql(rows, dialect="duckdb", pretty=False))
    return observatory.connection.cursor().execute(sql).to_arrow_table()
