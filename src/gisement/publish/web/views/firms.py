"""For a firm: who buys what it sells, how much, when it comes back, in what sizes, and how to mend its sheet."""

from __future__ import annotations

from typing import Any

from starlette.responses import Response

from gisement.catalog import cooperation_texts, texts
from gisement.pipeline import perimeter_of, shown_at
from gisement.publish import format
from gisement.publish.web.address import Pairs, address
from gisement.publish.web.grid import Cell, Grid, figured, grid, number, renewal_rows, suggestions
from gisement.publish.web.lines import lines_by
from gisement.publish.web.page import Page
from gisement.publish.words.renewals import segment_name
from gisement.studies import firms as engine
from gisement.studies import renewals as calendar
from gisement.terms import Verdict

ASKED = ("text", "naf", "cpv")
AT_MOST, CONTRACTS_AT_MOST = 30, 200
CSV = "text/csv; charset=utf-8"


def firms(page: Page) -> Response:
    """The form; then, once it names a need, who buys it and all that follows."""
    words = cooperation_texts(page.language)["firms"]
    held = {name: page.asked(name).strip()[:100] for name in (*ASKED, "commune", "segment")}
    found = [held["segment"]] if held["segment"] else engine.segments_for(held["naf"], held["cpv"], held["text"])
    content: dict[str, Any] = {"c": words, "held": held, "communes": _communes(page), "found": None}
    if any(held[name] for name in (*ASKED, "segment")):
        content["found"] = _found(page, found, held) if found else {}
    content["needs"] = [
        (segment_name(name, page.language), address(f"{page.root}/firms", [("segment", name)], commune=held["commune"]))
        for name in found
    ]
    return page.render("firms.html.j2", **content)


def correction(page: Page) -> Response:
    """What is held of a firm and of its contracts, as a sheet that it mends and sends to a buyer of the territory."""
    served, key = page.site.served, page.asked("supplier")
    supplier = served.supplier(key)
    if supplier is None:
        raise page.absent()
    sql = (
        "SELECT c.* FROM contract c SEMI JOIN (FROM contract_supplier WHERE supplier_id = $key) h USING (contract_key) "
        f"ORDER BY notification_date DESC, contract_key LIMIT {CONTRACTS_AT_MOST}"
    )
    content = engine.correction_sheet(supplier, list(served.rows(sql, {"key": key})))
    headers = {"Content-Disposition": 'attachment; filename="correction.csv"'}
    return Response("\ufeff" + content, media_type=CSV, headers=headers)


def _communes(page: Page) -> list[tuple[str, str]]:
    found = {figure.group["buyer_commune"] for figure in page.site.measure("contracts", (), "buyer_commune")}
    return sorted((page.site.label("commune", code, page.language), str(code)) for code in found if code)


def _found(page: Page, segments: list[str], held: dict[str, str]) -> dict[str, Any]:
    where: Pairs = [("basis", "contract"), *(("segment", name) for name in segments)]
    where += [("buyer_commune", held["commune"])] if held["commune"] else []
    pairs = [pair for pair in where if pair[0] != "basis"]
    observatory, perimeter = page.site.observatory, perimeter_of([f"{key}={value}" for key, value in pairs])
    ahead = calendar.renewals(observatory, perimeter, limit=AT_MOST)
    windows = [each for each in page.site.windows() if each.segment in segments]
    words, language = cooperation_texts(page.language), page.language
    return {
        "cards": [page.card_of(name, *where) for name in shown_at("firm")],
        "buyers": lines_by(page, "total_spend", "buyer", where),
        "renewals": renewal_rows(page, ahead),
        "all": address(f"{page.root}/renewals", pairs),
        "feeds": [(page.texts["renewals"][k], address(f"{page.root}/renewals.{k}", pairs)) for k in ("ics", "atom")],
        "sizes": told_sizes(page, pairs, engine.joint_contracts(observatory, perimeter)),
        "holders": lines_by(page, "total_spend", "supplier", where, at_most=15),
        "sourcing": [row for row in renewal_rows(page, ahead) if row["stage"] == _sourcing(language)],
        "windows": [
            (f"{segment_name(each.segment, language)}{format.colon(language)}{words['pooling']['kinds'][each.kind]}",
             f"{page.root}/pooling/{each.identifier}")
            for each in windows
        ],
        "sheets": suggestions(page, [r for name in segments for r in page.site.served.sheets(segment=name)]),
        "beside": words["sheets"]["beside"],
    }  # fmt: skip


def _sourcing(language: str) -> str:
    return str(texts(language)["renewals"]["stages"]["sourcing"])


def told_sizes(page: Page, where: Pairs, joint: int) -> Grid:
    """The yearly sizes of contracts as a table, each a figure; none where it would tell of one firm."""
    words = cooperation_texts(page.language)["firms"]
    pairs: Pairs = [("basis", "contract"), *(pair for pair in where if pair[0] != "basis")]
    told = [
        (words["half"], "median_yearly_amount", ()),
        (words["three_quarters"], "large_yearly_amount", ()),
        (words["small_high"], "large_yearly_amount", (("holder", "small_alone"),)),
    ]
    rows, counts = [], []
    for title, name, options in told:
        figure = page.site.figure(name, *pairs, *options)
        cases = figure.sums.rows(Verdict.PART) + figure.sums.rows(Verdict.REST)
        is_told = cases >= engine.LEAST
        rows.append([Cell(title), figured(page.card(figure)) if is_told else number(format.not_known(page.language))])
        counts.append(cases)
    rows.append([Cell(words["alone"]), number(page.number(counts[-1]))])
    rows.append([Cell(words["joint"]), number(page.number(joint))])
    return grid(words["sizes"], [words["size"], words["a_year"]], rows)
