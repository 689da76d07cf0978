"""The addresses of the interface, and what each answers.

Annotations are evaluated here (no `from __future__`): some are classes made from the catalog, and the framework reads
them off the functions.
"""

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Annotated, Any, Literal

from fastapi import Depends, FastAPI
from pydantic import BaseModel
from starlette.responses import Response, StreamingResponse

from gisement.catalog.segments import segments
from gisement.pipeline import ALL, indicator_named, perimeter_of
from gisement.publish import answers
from gisement.publish.api import shapes
from gisement.publish.api.asked import described, reader
from gisement.publish.api.description import ADDRESS, described_in
from gisement.publish.api.streams import begun, csv_stream, parquet_stream
from gisement.publish.exports.workbook import workbook
from gisement.publish.web.address import address
from gisement.studies import modelled
from gisement.terms import Figure, Indicator, Perimeter, Verdict

if TYPE_CHECKING:
    from gisement.publish.web.site import Site

CSV, XLSX, PARQUET = (
    "text/csv; charset=utf-8",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "application/vnd.apache.parquet",
)


def add_api(app: FastAPI, site: "Site") -> None:
    """Add every address of the interface to an application."""
    name, asked = shapes.indicator_names(), shapes.asked(shapes.dimension_names())
    _add(app, "/api/indicators", _indicators(), list[shapes.IndicatorAnswer])
    _add(app, "/api/segments", _segments(), list[dict[str, str]])
    _add(app, "/api/sources", _sources(site), dict[str, Any])
    _add(app, "/api/check", _check(site), shapes.CheckAnswer)
    _add(app, "/api/search", _search(site), list[shapes.Hit])
    measure, sensitivity = _measure(site, name, asked["measure"]), _sensitivity(site, name, asked["sensitivity"])
    _add(app, "/api/measure/{indicator}", measure, shapes.MeasureAnswer, asked["measure"])
    _add(app, "/api/sensitivity/{indicator}", sensitivity, shapes.MeasureAnswer, asked["sensitivity"])
    _add(app, "/api/rows/{indicator}", _rows(site, name, asked["rows"]), shapes.RowsAnswer, asked["rows"])
    app.add_api_route(ADDRESS, _description(app), methods=["GET"], include_in_schema=False)


def _add(
    app: FastAPI, path: str, endpoint: Callable[..., Response], model: Any, asked: type[BaseModel] | None = None,
) -> None:  # fmt: skip
    """Add an address; what is said of it is in the texts, and put in by `described_in`."""
    other: dict[str, Any] = {kind.split(";")[0]: {} for kind in (CSV, XLSX, PARQUET)} if "{indicator}" in path else {}
    app.add_api_route(
        path,
        endpoint,
        methods=["GET"],
        response_model=None,
        openapi_extra={"parameters": described(asked)} if asked else None,
        responses={200: {"model": model, "content": other}, 400: {"model": shapes.TroubleAnswer}, 414: {}},
    )


def _description(app: FastAPI) -> Callable[..., Response]:
    def description(language: shapes.Language = "fr") -> Response:
        return _json(described_in(app.openapi(), language))

    return description


def _indicators() -> Callable[..., Response]:
    def indicators(language: shapes.Language = "fr") -> Response:
        return _json([answers.described(indicator, language) for indicator in ALL])

    return indicators


def _segments() -> Callable[..., Response]:
    def all_segments() -> Response:
        return _json(list(segments().values()))

    return all_segments


def _sources(site: "Site") -> Callable[..., Response]:
    def sources(language: shapes.Language = "fr") -> Response:
        return _json({"sources": list(site.cards.get(language, ())), "files": [vars(o) for o in site.origins]})

    return sources


def _check(site: "Site") -> Callable[..., Response]:
    def check() -> Response:
        return _json(site.checks)

    return check


def _search(site: "Site") -> Callable[..., Response]:
    def search(q: shapes.Text, kind: Literal["buyer", "supplier", "contract"] | None = None) -> Response:
        found = site.served.found(q, kind=kind or "", limit=20)
        return _json([{name: row[name] for name in ("kind", "key", "name", "detail")} for row in found])

    return search


def _measure(site: "Site", name: Any, model: type[BaseModel]) -> Callable[..., Response]:
    def measure(indicator: name, asked: Annotated[Any, Depends(reader(model))]) -> Response:
        chosen, perimeter = indicator_named(str(indicator)), _perimeter(asked)
        by = tuple(map(str, asked.by))
        return _figures(chosen, perimeter, modelled.measure(site.observatory, chosen, perimeter, by), asked)

    return measure


def _sensitivity(site: "Site", name: Any, model: type[BaseModel]) -> Callable[..., Response]:
    def sensitivity(indicator: name, asked: Annotated[Any, Depends(reader(model))]) -> Response:
        chosen, perimeter = indicator_named(str(indicator)), _perimeter(asked)
        return _figures(chosen, perimeter, modelled.sensitivity(site.observatory, chosen, perimeter), asked)

    return sensitivity


def _figures(indicator: Indicator, perimeter: Perimeter, figures: list[Figure], asked: Any) -> Response:
    language, kind = asked.language, asked.format
    if kind == "csv":
        content: Any = answers.to_csv(answers.as_line(figure) for figure in figures)
        return Response(content, media_type=CSV, headers=_file(indicator.name, kind))
    if kind == "xlsx":
        content = workbook(indicator, perimeter, figures, language)
        return Response(content, media_type=XLSX, headers=_file(indicator.name, kind))
    return _json(answers.answer(indicator, perimeter, figures, language))


def _rows(site: "Site", name: Any, model: type[BaseModel]) -> Callable[..., Response]:
    def rows(indicator: name, asked: Annotated[Any, Depends(reader(model))]) -> Response:
        chosen, perimeter = indicator_named(str(indicator)), _perimeter(asked)
        verdict, kind = Verdict(asked.verdict), asked.format
        if kind == "csv":
            found: Iterator[bytes] = csv_stream(site.observatory.rows(chosen, perimeter, verdict))
            return StreamingResponse(begun(found), media_type=CSV, headers=_file(f"{chosen.name}-{verdict}", kind))
        if kind == "parquet":
            found = parquet_stream(site.served.row_batches(chosen, perimeter, verdict))
            return StreamingResponse(begun(found), media_type=PARQUET, headers=_file(f"{chosen.name}-{verdict}", kind))
        return _page(site, chosen, perimeter, verdict, asked)

    return rows


def _page(site: "Site", indicator: Indicator, perimeter: Perimeter, verdict: Verdict, asked: Any) -> Response:
    (figure,) = site.observatory.measure(indicator, perimeter)
    count = figure.sums.rows(verdict)
    rows = site.served.plain_rows(indicator, perimeter, verdict, asked.limit, asked.offset)
    following = asked.offset + asked.limit
    pairs = [(key, value) for key, values in perimeter.filters.items() for value in values]
    more = {"verdict": str(verdict), "limit": asked.limit, "offset": following}
    path = f"/api/rows/{indicator.name}"
    return _json({
        "indicator": indicator.name,
        "perimeter": perimeter.as_dict(),
        "verdict": str(verdict),
        "count": count,
        "rows": rows,
        "next": address(path, [*pairs, *perimeter.options.items()], **more) if following < count else None,
    })  # fmt: skip


def _perimeter(asked: Any) -> Perimeter:
    """The perimeter of a request: what is a list filters rows, what is a word chooses a definition."""
    where = []
    for key, value in asked.model_dump(exclude=shapes.OWN, exclude_none=True).items():
        where += [f"{key}={each}" for each in (value if isinstance(value, list) else [value])]
    return perimeter_of(where)


def _file(name: str, kind: str) -> dict[str, str]:
    return {"Content-Disposition": f'attachment; filename="{name}.{kind}"'}


def _json(content: Any) -> Response:
    return Response(answers.to_json(content), media_type="application/json")
