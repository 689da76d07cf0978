"""What all pages share: the served tables, the names of places, the templates, and the figures already measured."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined

from gisement.catalog import page_texts, texts
from gisement.catalog.segments import families, segments
from gisement.engine.checks import Checks
from gisement.engine.execution import Execution, execution
from gisement.engine.law import outcomes
from gisement.engine.pooling import Window, pooling_windows
from gisement.engine.progress import between
from gisement.engine.served import PERSON, Served
from gisement.engine.strengths import MEASURES, partner_names, strength_matrix
from gisement.engine.targets import Progress
from gisement.engine.targets import progress as objectives
from gisement.pipeline import INDICATORS, RULES, indicator_named, perimeter_of, rule_named
from gisement.publish.diagnosis.places import places_of
from gisement.publish.invented import invented
from gisement.terms import Figure, Perimeter, Trouble

LANGUAGES = ("fr", "en")
REMEMBERED = 4096
WARM_BY = ("", "year", "family", "buyer")


class Site:
    """One built workspace, ready to be shown. `cards` describe the known sources, by language."""

    def __init__(self, served: Served, cards: Mapping[str, Sequence[Mapping[str, Any]]] | None = None) -> None:
        self.served, self.cards = served, dict(cards or {})
        self.observatory = served.observatory
        self.basis = self.observatory.default_basis
        self.places = {language: places_of(self.observatory.territory, language) for language in LANGUAGES}
        self.origins = self.observatory.origins("purchase")
        self.notice = invented(self.origins)
        self.as_of_date = served.as_of_date()
        self.environment = _environment()
        self.partners = partner_names(self.observatory)
        self._strengths = lru_cache(maxsize=1)(self._find_strengths)
        self._windows = lru_cache(maxsize=1)(self._find_windows)
        self._objectives = lru_cache(maxsize=1)(self._find_objectives)
        self._measured = lru_cache(maxsize=REMEMBERED)(self._measure)
        self.outcomes = lru_cache(maxsize=REMEMBERED)(self._outcomes)
        self.progress = lru_cache(maxsize=REMEMBERED)(self._progress)
        self.execution = lru_cache(maxsize=REMEMBERED)(self._execution)
        self.checks = _checked(self.observatory.workspace)

    def measure(self, name: str, where: Sequence[tuple[str, str]] = (), by: str = "") -> tuple[Figure, ...]:
        """The figures of an indicator over the perimeter that these pairs spell, by one dimension or alone."""
        return self._measured(name, tuple(where), by)

    def figure(self, name: str, *where: tuple[str, str]) -> Figure:
        """One figure."""
        return self.measure(name, where)[0]

    def _measure(self, name: str, where: tuple[tuple[str, str], ...], by: str) -> tuple[Figure, ...]:
        perimeter: Perimeter = perimeter_of([f"{key}={value}" for key, value in where])
        return tuple(self.observatory.measure(indicator_named(name), perimeter, (by,) if by else ()))

    def strengths(self) -> Sequence[Any]:
        """Every line of the matrix of strengths, computed once: it changes only with a build."""
        return self._strengths()

    def windows(self) -> Sequence[Window]:
        """Every window of common purchase, computed once: they change only with a build."""
        return self._windows()

    def objectives(self) -> Sequence[Progress]:
        """Every objective of the partners and where it stands, computed once."""
        return self._objectives()

    def warm(self) -> None:
        """Measure what the first pages ask for: compiling an expression takes longer than running it."""
        for indicator in INDICATORS:
            for by in WARM_BY:
                self.measure(indicator.name, (), by)
        for rule in RULES:
            self.outcomes(rule.name)

    def _find_strengths(self) -> Sequence[Any]:
        return tuple(strength_matrix(self.observatory, [indicator_named(name) for name in MEASURES]))

    def _find_objectives(self) -> Sequence[Progress]:
        return tuple(objectives(self.observatory, indicator_named, perimeter_of))

    def _find_windows(self) -> Sequence[Window]:
        return tuple(pooling_windows(self.observatory))

    def _outcomes(self, rule: str, buyer: str = "") -> tuple[dict[str, Any], ...]:
        """What a rule of law says: rows by outcome and reason; of one buyer (a known one) if it is named."""
        filters = {"buyer": (buyer,)} if buyer else {}
        return tuple(outcomes(self.observatory, rule_named(rule), Perimeter(filters)))

    def _progress(self, name: str, where: tuple[tuple[str, str], ...], first: int, last: int) -> tuple[Figure, ...]:
        """The change of a share of contracts between two years, in three readings; none where it is not known."""
        perimeter = perimeter_of([f"{key}={value}" for key, value in where])
        try:
            return tuple(between(self.observatory, indicator_named(name), perimeter, (first, last)))
        except Trouble:
            return ()

    def _execution(self, buyer: str = "") -> Execution:
        """Hours of social clauses, due and done; of one buyer if it is named."""
        return execution(self.observatory, buyer or None)

    def label(self, key: str, value: Any, language: str) -> str:
        """The name of one value of a dimension, in words."""
        if value is None or value == "":
            return str(page_texts(language)["figures"]["missing"])
        text = str(value).removeprefix("=")
        if text.startswith(PERSON):
            return str(page_texts(language)["rows"]["person"])
        if key == "family":
            return families().get(text, {}).get(f"family_{language}", text)
        if key == "segment":
            return segments().get(text, {}).get(f"segment_{language}", text)
        if key in ("buyer", "supplier"):
            return self.name_of(key, text)
        return str(texts(language)["values"].get(key, {}).get(text) or self.places[language].name(key, text))

    def name_of(self, kind: str, identifier: str) -> str:
        """The name of a buyer or supplier; its identifier where none may be shown."""
        return self.served.named(kind, [identifier]).get(identifier) or identifier

    def labels(self, key: str, figures: Sequence[Figure], language: str) -> list[str]:
        """The names of the groups of several figures."""
        return [figure.labels.get(key) or self.label(key, figure.group[key], language) for figure in figures]


def _checked(workspace: Any) -> dict[str, Any]:
    """The account of what was read and found, taken once: it changes only with a build."""
    checks = Checks(workspace)
    found = {
        "findings": checks.findings_by_rule(),
        "account": checks.account(),
        "expectations": checks.expectations(),
    }
    checks.connection.close()
    return found


def _environment() -> Environment:
    return Environment(
        loader=PackageLoader("gisement.publish.web", "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
