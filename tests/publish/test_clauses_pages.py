"""Clauses and the law on pages: the numbers are those of the rules and of the figures, and each leads to its rows."""

from __future__ import annotations

import re
from datetime import date
from typing import Any

from lxml import html
from starlette.testclient import TestClient

from gisement.engine.compiled import judged_sql
from gisement.engine.public import is_of_payments
from gisement.pipeline import INDICATORS, RULES, perimeter_of, rule_named
from gisement.publish.web.serving.running import visit
from gisement.publish.web.site import Site
from gisement.publish.web.views.clauses import KINDS
from gisement.studies import law
from gisement.studies.peers import STATES, examples, years
from gisement.terms import Outcome, Perimeter, Verdict


def tree(client: TestClient, path: str) -> Any:
    answer = client.get(path)
    assert answer.status_code == 200, path
    return html.document_fromstring(answer.text)


def counts(cells: Any) -> list[int]:
    """The number in each cell of a line of answers."""
    return [int(re.sub(r"\D", "", cell.text_content().split("\u00a0:")[-1].split(" ")[0]) or 0) for cell in cells]


def test_the_law_page_counts_every_rule_as_the_rules_do(client: TestClient, site: Site) -> None:
    lines = tree(client, "/law").xpath("//table[@class='answers']/tbody/tr")
    assert len(lines) == len(RULES)
    for rule, line in zip(RULES, lines, strict=True):
        found = law.outcomes(site.observatory, rule, Perimeter())
        order = (Outcome.MET, Outcome.NOT_MET, Outcome.INDETERMINABLE, Outcome.NOT_APPLICABLE)
        told = [sum(one["rows"] for one in found if one["outcome"] == outcome) for outcome in order]
        assert counts(line.xpath("td")) == told, rule.name


def test_a_count_leads_to_as_many_rows_each_with_its_reason(client: TestClient) -> None:
    line = tree(client, "/law").xpath("//tbody/tr[th/a[contains(@href, 'publication_delay')]]")[0]
    met, address = counts(line.xpath("td"))[0], line.xpath("td[1]/a/@href")[0]
    seen = 0
    while address:
        page = tree(client, address)
        rows = page.xpath("//table[@class='rows']/tbody/tr")
        assert all(row.xpath("td[last()]")[0].text_content().strip() for row in rows)
        seen += len(rows)
        address = next(iter(page.xpath("//a[@rel='next']/@href")), "")
    assert seen == met > 50


def test_buyers_of_a_rule_add_up_to_it(client: TestClient, site: Site) -> None:
    rule = rule_named("publication_delay")
    lines = tree(client, "/law/publication_delay").xpath("//section[@aria-labelledby='buyers']//tbody/tr")
    whole = [sum(column) for column in zip(*(counts(line.xpath("td")) for line in lines), strict=True)]
    assert sum(whole) == sum(one["rows"] for one in law.outcomes(site.observatory, rule, Perimeter()))
    buyer = lines[0].xpath("th/a/@href")[0]
    own = tree(client, buyer).xpath("//section[@aria-labelledby='why']//tbody/tr/td[@class='number']")
    assert sum(counts(own)) == sum(counts(lines[0].xpath("td")))


def test_a_text_to_check_says_so_and_never_concludes(client: TestClient) -> None:
    page = tree(client, "/law/a35_crit").text_content()
    assert "à vérifier" in page
    assert "jamais dite" in page
    assert "août\u00a02026" in page


def test_a_rule_on_yearly_spend_says_that_the_public_counts_contracts_alone(client: TestClient) -> None:
    """`gisement law spaser` reads the payments, this page does not: two counts, each with its definition."""
    for path in ("/law", "/law/spaser"):
        assert tree(client, path).text_content().count("Jugée ici sur les seuls contrats publiés") == 1, path
    assert "lit aussi les paiements" in tree(client, "/law/spaser").text_content()
    assert "seuls contrats" not in tree(client, "/law/publication_delay").text_content()
    assert "published contracts alone" in tree(client, "/en/law/spaser").text_content()


def test_the_public_never_sees_what_a_ledger_says_of_a_buyer_s_spend(site: Site) -> None:
    (held,) = site.served.rows("SELECT count(payment_cents) AS told, count(*) AS rows FROM buyer_year")
    assert held["told"] == 0 < held["rows"]


def test_the_page_of_clauses_never_mixes_the_kinds_and_tells_progress_with_its_interval(
    client: TestClient, site: Site
) -> None:
    page = tree(client, "/clauses")
    first = page.xpath("//section[@aria-labelledby='far']//tbody/tr")
    assert [line.xpath("th")[0].text_content().split("\n")[0].strip() for line in first] == [
        "Clause sociale", "Critère social", "Marché réservé", "Clause environnementale", "Critère environnemental",
    ]  # fmt: skip
    known = years(site.observatory)
    assert (known[0], known[-1]) == (2020, 2025)
    for kind, line in zip(KINDS, page.xpath("//table[contains(@class, 'moves')]/tbody/tr"), strict=True):
        moves = site.progress(kind.count, kind.options, 2020, 2025)
        shown = [cell.xpath("a")[0].text for cell in line.xpath("td")]
        assert len(shown) == len(moves) == 3
        for move, text in zip(moves, shown, strict=True):
            assert float(text.replace(",", ".").replace("\u2212", "-")) == round((move.value or 0) * 100, 1)


def test_hours_owed_are_on_the_page_and_late_contracts_are_named_to_partners_alone(client: TestClient) -> None:
    page = tree(client, "/clauses").xpath("//section[@aria-labelledby='hours']")[0]
    assert "Heures dues" in page.text_content()
    assert "En retard" in page.text_content()
    assert page.xpath(".//table[@class='rows']") == []


def test_peers_are_shown_in_the_order_of_names_with_contracts_that_do_it(client: TestClient, site: Site) -> None:
    assert client.get("/clauses?segment=cleaning_services").headers["location"] == "/clauses/cleaning_services"
    page = tree(client, "/clauses/cleaning_services")
    names = page.xpath("//section[@aria-labelledby='all']//tbody/tr/th/a/text()")
    assert names == sorted(names)
    assert len(names) > 1
    found = examples(site.observatory, perimeter_of(["segment=cleaning_services"]), 12)
    assert found
    assert all(any(row[state] == "yes" for state in STATES) for row in found)
    held = [sum(row[state] == "yes" for state in STATES) for row in found]
    assert held == sorted(held, reverse=True)
    days = [row["notification_date"] for row in found if row["notification_date"]]
    assert all(isinstance(day, date) for day in days)
    shown = page.xpath("//section[@aria-labelledby='how']//tbody/tr")
    assert len(shown) == len(found)
    assert page.xpath("//section[@aria-labelledby='write']//dt")


def test_a_page_visited_beforehand_compiles_nothing_more(site: Site, client: TestClient) -> None:
    """The page of clauses asks for some thirty figures: what visits it when a server starts leaves none to compile."""
    visit(site, "/clauses")
    compiled = judged_sql.cache_info().misses
    page = tree(client, "/clauses")
    assert judged_sql.cache_info().misses == compiled
    assert len(page.xpath("//section")) >= 6


def test_narrowed_rows_have_the_verdicts_of_whole_ones(site: Site) -> None:
    """Sums are compiled over the columns that they need alone; the rows behind them over all: they agree."""
    for indicator in INDICATORS:
        perimeter = site.observatory.resolved(indicator, Perimeter())
        if is_of_payments(perimeter):
            continue
        (figure,) = site.observatory.measure(indicator, perimeter)
        sql, values = site.observatory.rows_query(indicator, perimeter, Verdict.PART)
        (found,) = site.served.rows(f"SELECT count(*) AS rows, sum(weight)::BIGINT AS weight FROM ({sql})", values)
        assert found["rows"] == figure.sums.counts[Verdict.PART], indicator.name
        assert (found["weight"] or 0) == figure.sums.part, indicator.name


def test_circular_purchases_are_told_by_family_in_shares_euros_and_quantities(client: TestClient, site: Site) -> None:
    page = tree(client, "/circular")
    tables = page.xpath("//table")
    assert len(tables) == 4  # two years of the demonstration: shares, then lines
    told = {row.xpath("string(th)"): row.text_content() for row in tables[0].xpath("tbody/tr")}
    textiles = next(text for family, text in told.items() if "Textiles" in family)
    assert "8\u00a0% au moins (à vérifier)" in textiles
    assert not any("au moins" in text for family, text in told.items() if "Textiles" not in family)
    (whole,) = site.served.rows("SELECT sum(amount_cents)::BIGINT AS cents FROM circular_purchase WHERE year = 2025")
    cents = [int(re.sub(r"\D", "", cell.text)) for cell in tables[1].xpath("tbody/tr/td[2]")]
    assert sum(cents) == whole["cents"] > 0
    buyer = page.xpath("//select[@id='f-buyer']/option/@value")[1]
    assert tree(client, f"/circular?buyer={buyer}").xpath("//h1")
    assert client.get("/circular?buyer=999999999").status_code == 404
    shares = page.xpath("//td/a[contains(@href, '/figures/circular_share?')]")
    share = next(link for link in shares if not link.text_content().startswith("0"))
    figure = tree(client, share.get("href"))
    assert share.text_content() in figure.text_content(), "each share is a figure with an address"
    assert tree(client, share.get("href").replace("circular_share?", "circular_share/rows?")).xpath("//tbody/tr")
