"""Hours of social clauses: what each contract owes and what was done, as of its latest situation."""

from __future__ import annotations

from typing import Any

import ibis

from gisement.clean.values import identifier_key
from gisement.terms import step
from gisement.terms.expressions import day


@step
def insertion_public(raw_insertion: Any) -> Any:
    """One row per contract of a file of hours and public, as of the latest situation of that contract.

    Where files repeat a line, or disagree on one day, the greatest hours are kept.
    """
    r = raw_insertion.mutate(
        buyer_siren=raw_insertion.buyer_id.substr(0, 9),
        contract_id_key=identifier_key(raw_insertion.contract_id),
        due_date=day(raw_insertion.due_date),
        situation_date=day(raw_insertion.situation_date),
    )
    r = r.filter(r.contract_id_key.notnull() & r.situation_date.notnull())
    last = r.group_by(of_buyer=r.buyer_siren, of_contract=r.contract_id_key).agg(latest=r.situation_date.max())
    r = r.inner_join(last, [("buyer_siren", "of_buyer"), ("contract_id_key", "of_contract")])
    r = r.filter(r.situation_date == r.latest)
    return r.group_by(["buyer_siren", "contract_id_key", "insertion_public"]).agg(
        contract_id=r.contract_id.min(),
        due_minutes=r.due_minutes.max(),
        done_minutes=r.done_minutes.max(),
        people_count=r.people_count.max(),
        due_date=r.due_date.max(),
        situation_date=r.situation_date.max(),
    )


@step
def insertion(insertion_public: Any, contract_state: Any, contract_record: Any, observation: Any) -> Any:
    """One row per contract of a file of hours: due, done, whether it is overdue, and the published contract it is.

    Overdue: hours are still due, and the last day has passed on the day of observation (of the situation, if no
    contract is published). Null where the hours due or the last day are not known.
    """
    p = insertion_public
    c = p.group_by(["buyer_siren", "contract_id_key"]).agg(
        contract_id=p.contract_id.min(),
        due_minutes=_whole(p.due_minutes.sum()),
        done_minutes=_whole(p.done_minutes.sum()),
        people_count=_whole(p.people_count.sum()),
        publics_count=p.count(),
        due_date=p.due_date.max(),
        situation_date=p.situation_date.max(),
    )
    c = c.left_join(_published(contract_state, contract_record), ["buyer_siren", "contract_id_key"])
    c = c.cross_join(observation.agg(as_of_date=observation.as_of_date.max()))
    today = ibis.greatest(ibis.coalesce(c.as_of_date, c.situation_date), c.situation_date)
    left = ibis.greatest(c.due_minutes - ibis.coalesce(c.done_minutes, 0), 0)
    is_known = c.due_minutes.notnull() & c.done_minutes.notnull() & c.due_date.notnull()
    return c.select(
        "buyer_siren", "contract_id_key", "contract_id", "due_minutes", "done_minutes", "people_count",
        "publics_count", "due_date", "situation_date",
        left_minutes=ibis.ifelse(c.due_minutes.notnull() & c.done_minutes.notnull(), left, ibis.null("int64")),
        is_overdue=ibis.ifelse(is_known, (left > 0) & (c.due_date < today), ibis.null("boolean")),
        contract_key=ibis.ifelse(c.contracts_count == 1, c.only_key, ibis.null("string")),
        insertion_link=ibis.cases(
            (c.contracts_count == 1, "identifier"), (c.contracts_count > 1, "several_lots"), else_="not_published"
        ),
    )  # fmt: skip


def _published(contract_state: Any, contract_record: Any) -> Any:
    """One row per buyer and reference of published contracts: how many there are, and which one."""
    named = contract_record.select(told_by="record_hash", published_id="contract_id")
    c = contract_state.select("contract_key", "record_hash", "buyer_siren")
    c = c.inner_join(named, [("record_hash", "told_by")])
    c = c.mutate(contract_id_key=identifier_key(c.published_id))
    c = c.filter(c.buyer_siren.notnull() & c.contract_id_key.notnull())
    return c.group_by(["buyer_siren", "contract_id_key"]).agg(contracts_count=c.count(), only_key=c.contract_key.min())


def _whole(sum_of_integers: Any) -> Any:
    return sum_of_integers.cast("decimal(38,0)").cast("int64")
