"""What comes back: contracts that end soon, as a page, a calendar and a feed."""

from __future__ import annotations

from typing import Any

from starlette.responses import Response

from gisement.catalog import parameter, texts
from gisement.pipeline import perimeter_of
from gisement.publish import format
from gisement.publish.exports import feeds
from gisement.publish.web.address import ANY, Pairs, address
from gisement.publish.web.choices import Choice, among
from gisement.publish.web.grid import renewal_rows
from gisement.publish.web.page import Page
from gisement.studies import renewals as calendar
from gisement.terms import Perimeter

PER_PAGE = 15
FILTERS = ("segment", "buyer_commune", "buyer")
Row = dict[str, Any]


def renewals(page: Page) -> Response:
    """Contracts that end within the window, the nearest end first, with what is due for each."""
    pairs, number = asked(page), page.page_number
    observatory, perimeter = page.site.observatory, _perimeter(pairs)
    found = calendar.renewals(observatory, perimeter, limit=PER_PAGE + 1, offset=(number - 1) * PER_PAGE)
    words = page.texts["renewals"]
    unknown, stages = calendar.unknown_ends(observatory, perimeter), calendar.by_stage(observatory, perimeter)
    return page.render(
        "renewals.html.j2",
        lead=words["lead"].format(
            window=parameter("renewal_window_months"),
            sourcing=parameter("renewal_sourcing_months"),
            lots=parameter("renewal_lots_months"),
            call=parameter("renewal_call_months"),
        ),
        filters=[_choice(page, name, pairs) for name in FILTERS],
        rows=renewal_rows(page, found[:PER_PAGE]),
        stages=_stages(page, stages),
        past=_past(page, stages.get("call", 0)),
        unknown=[_unknown(page, reason, count) for reason, count in unknown.items()],
        near=renewal_rows(page, calendar.renewals(observatory, perimeter, near_ceiling=True)),
        feeds=[(words[kind], address(f"{page.root}/renewals.{kind}", pairs)) for kind in ("ics", "atom")],
        pages=page.pages(f"{page.root}/renewals", pairs, len(found) > PER_PAGE),
        about=texts(page.language)["renewals"]["about"],
    )


def calendar_file(page: Page) -> Response:
    """The contracts that end soon, of the filters of the address, as an iCalendar."""
    pairs = asked(page)
    found = calendar.renewals(page.site.observatory, _perimeter(pairs))
    content = feeds.calendar(found, _title(page, pairs), page.site.as_of_date, page.language)
    headers = {"Content-Disposition": 'attachment; filename="renewals.ics"'}
    return Response(content, media_type=feeds.ICS, headers=headers)


def feed(page: Page) -> Response:
    """The contracts that end soon, of the filters of the address, as an Atom feed."""
    pairs = asked(page)
    found = calendar.renewals(page.site.observatory, _perimeter(pairs))
    here = address(f"{page.root}/renewals.atom", pairs)
    content = feeds.atom(found, _title(page, pairs), page.site.as_of_date, page.language, here=here, root=page.root)
    return Response(content, media_type=feeds.ATOM)


def asked(page: Page) -> Pairs:
    """The filters of the address, in order; what is chosen as « all » is left out."""
    return sorted({(key, value) for key, value in page.query if key in calendar.KEYS and value not in ("", ANY)})


def _perimeter(pairs: Pairs) -> Perimeter:
    return perimeter_of([f"{key}={value}" for key, value in pairs])


def _title(page: Page, pairs: Pairs) -> str:
    told = [page.site.label(key, value, page.language) if key in FILTERS else value for key, value in pairs]
    title = str(texts(page.language)["renewals"]["title"])
    return f"{title}{format.colon(page.language)}{', '.join(told)}" if told else title


def _choice(page: Page, name: str, pairs: Pairs) -> Choice:
    held = dict(pairs).get(name)
    found = calendar.values_of(page.site.observatory, name, Perimeter())
    values = sorted(
        (page.site.label(name, value, page.language), value) for value in {*found, *([held] if held else [])}
    )
    return among(page, name, ((value, label) for label, value in values), held)


def _stages(page: Page, counts: dict[str, int]) -> list[tuple[str, str]]:
    words = texts(page.language)["renewals"]["stages"]
    return [(words[stage], page.number(counts[stage])) for stage in reversed(calendar.AHEAD) if stage in counts]


def _past(page: Page, count: int) -> str:
    """How many of these contracts should have been called for again by now; empty if none."""
    day = format.day(page.site.as_of_date, page.language)
    return str(page.texts["renewals"]["past"]).format(count=page.number(count), day=day) if count else ""


def _unknown(page: Page, reason: str, count: int) -> str:
    words = texts(page.language)["renewals"]
    told = format.counted(count, words["contract"], words["contracts_word"], page.language)
    return f"{told}{format.colon(page.language)}{words['reasons'][reason]}"
