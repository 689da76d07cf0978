"""What a signed-in partner sees of the others: the protected sums of all buyers, beside its own lines."""

from __future__ import annotations

from copy import copy
from dataclasses import dataclass, replace
from weakref import WeakKeyDictionary

from gisement.engine.measure import TWO_BASES
from gisement.engine.public import PublicObservatory
from gisement.pipeline import indicator_named
from gisement.publish.web.address import Pairs
from gisement.publish.web.lines import Lines, lines_by
from gisement.publish.web.page import Card, Page
from gisement.publish.web.site import Site

_SITES: WeakKeyDictionary[Site, Site] = WeakKeyDictionary()
"""The same sites for the sums that everyone may see, made when a partner first asks for one."""


@dataclass(frozen=True)
class Published:
    """The figure of all buyers over the same perimeter, and its groups; None where it is in no public table."""

    whole: Card | None
    lines: Lines | None


def published(page: Page, name: str, where: Pairs, by: str = "") -> Published | None:
    """The protected sums that stand beside a partner's own figure; None where the figure is not one of its payments.

    Only what everyone is shown is taken: sums of at least three suppliers, that no buyer can take its own lines from to
    read another's. Their rows are on the public pages, not here.
    """
    indicator = indicator_named(name)
    if not page.site.served.siren or indicator.table != TWO_BASES or "payment" not in indicator.bases:
        return None
    if dict(where).get("basis", page.site.basis) != "payment":
        return None
    money = [*(pair for pair in where if pair[0] != "basis"), ("basis", "payment")]
    site = _as_everyone(page.site)
    shared = replace(page, site=site)
    whole = shared.card(site.figure(name, *money)) if site.publishes(name, money) else None
    lines = lines_by(shared, name, by, money, beside="") if by and site.publishes(name, money, by) else None
    return Published(whole, lines)


def _as_everyone(site: Site) -> Site:
    """A partner's site, its figures on payments those of the public tables of its copy: of the same release."""
    if site not in _SITES:
        served = copy(site.served)
        served.observatory = PublicObservatory(served.observatory.workspace, served.connection)
        served.observatory.is_public = True
        _SITES[site] = Site(served)
    return _SITES[site]
