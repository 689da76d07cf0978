"""How many hours of a social clause a contract can bear: the calculation of `gisement clauses hours`, as a form."""

from __future__ import annotations

from starlette.responses import Response

from gisement.catalog import parameter, texts
from gisement.publish import format
from gisement.publish.web.page import Page
from gisement.studies.insertion_hours import Hours, insertion_hours
from gisement.terms import Trouble

FIELDS = ("amount", "labour", "rate", "cost")
REQUIRED = ("amount", "labour")


def hours(page: Page) -> Response:
    """The form, and the hours where the amount and the part of labour are given."""
    trouble, found = "", None
    try:
        found = _found(page)
    except Trouble as error:
        trouble = error.fr if page.language == "fr" else error.en
    words = page.texts["hours"]
    return page.render(
        "hours.html.j2",
        fields=[(name, words[name], page.asked(name)[:20], name in REQUIRED) for name in FIELDS],
        trouble=trouble,
        answer=None if found is None else _sentence(page, found),
        about=texts(page.language)["clauses"]["about_hours"],
        usual=words["usual"].format(
            low=format.percent(parameter("insertion_rate_low_pct") / 100, 0, page.language),
            high=format.percent(parameter("insertion_rate_high_pct") / 100, 0, page.language),
            cheap=format.cents(parameter("insertion_cost_low_cents"), page.language),
            dear=format.cents(parameter("insertion_cost_high_cents"), page.language),
        ),
    )


def _found(page: Page) -> Hours | None:
    """The hours of what was asked; None where nothing was. Raises Trouble where it cannot be."""
    given = {name: _number(page.asked(name)) for name in FIELDS if page.asked(name)}
    if not given:
        return None
    try:
        amount, labour = given["amount"], given["labour"]
        cost = given.get("cost")
        return insertion_hours(
            round(amount * 100), labour, given.get("rate"), None if cost is None else round(cost * 100)
        )
    except (KeyError, ValueError, OverflowError):
        raise _unfit() from None


def _number(text: str) -> float:
    """A number as people type it: `250 000,50`."""
    try:
        return float("".join(text.split()).replace(",", "."))
    except ValueError:
        raise _unfit() from None


def _unfit() -> Trouble:
    return Trouble(
        fr="Donner un montant positif et une part de main-d'œuvre entre 0 et 100 % ; le reste est facultatif.",
        en="Give a positive amount and a share of labour within 0 and 100%; the rest is optional.",
    )


def _sentence(page: Page, found: Hours) -> str:
    told = {name: page.number(getattr(found, name)) for name in ("low", "middle", "high")}
    full = {
        name: format.number(getattr(found, held), 1, page.language)
        for name, held in (("full", "full_time_middle"), ("full_low", "full_time_low"), ("full_high", "full_time_high"))
    }
    return str(texts(page.language)["clauses"]["hours"]).format(**told, **full)
