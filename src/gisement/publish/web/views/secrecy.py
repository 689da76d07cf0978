"""What is shown of payments, and what is not: the rule, the closed list, who sees what, how long files are kept."""

from __future__ import annotations

from urllib.parse import parse_qsl, urlsplit

from starlette.responses import Response

from gisement.catalog import parameter
from gisement.catalog.file_kinds import retentions
from gisement.catalog.public_tables import public_tables
from gisement.publish import format
from gisement.publish.web.address import address
from gisement.publish.web.page import Page


def secrecy(page: Page) -> Response:
    """How payments are protected, in plain words, with what is shown of each public table."""
    words, language = page.texts["secret"], page.language
    told = {
        "suppliers": page.number(parameter("secrecy_min_suppliers")),
        "share": format.percent(parameter("secrecy_max_share_pct") / 100, 0, language),
        "step": format.euros(parameter("secrecy_rounding_eur"), language),
        "margin": format.percent(parameter("secrecy_margin_pct") / 100, 0, language),
    }
    return page.render(
        "secrecy.html.j2",
        rule=words["rule_text"].format(**told),
        margin=words["others_text"].format(**told),
        tables=_tables(page),
        audiences=[
            (words["lines"], words["lines_public"], words["lines_partner"]),
            (words["sums"], words["sums_public"], words["sums_partner"]),
            (words["contracts"], words["contracts_public"], words["contracts_partner"]),
            (words["persons"], words["persons_public"], words["persons_partner"]),
        ],
        kept=[
            (each.titles[language], _months(page, each.months), each.reasons[language], ", ".join(each.kinds))
            for each in retentions()
        ],
    )


def _tables(page: Page) -> list[tuple[str, str, str, str]]:
    """Each public table: its name, its figure, how many sums are shown, how many are not."""
    counts, found = page.site.public_account(), []
    for table in public_tables().values():
        if table.name in counts:
            shown, hidden = (page.number(count) for count in counts[table.name])
            found.append((table.title(page.language), _figure(page, table.figure), shown, hidden))
    return found


def _figure(page: Page, figure: str) -> str:
    parts = urlsplit(figure)
    return address(f"{page.root}/figures/{parts.path}", [*parse_qsl(parts.query), ("basis", "payment")])


def _months(page: Page, months: int | None) -> str:
    words = page.texts["secret"]
    return str(words["unlimited"]) if months is None else str(words["months"]).format(count=page.number(months))
