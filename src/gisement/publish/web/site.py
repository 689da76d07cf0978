"""What all pages share: the served tables, the names of places, the templates, and the figures already measured."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache, partial
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined

from gisement.catalog import page_texts, texts
from gisement.catalog.segments import families, segments
from gisement.catalog.words import matter_origins
from gisement.engine.public import PublicObservatory
from gisement.engine.served import PERSON, Served
from gisement.pipeline import INDICATORS, MODELLED, RULES, indicator_named, perimeter_of, rule_named
from gisement.publish import format
from gisement.publish.caution import invented
from gisement.publish.palette import COLOURS
from gisement.publish.places import places_of
from gisement.publish.reports.published import document
from gisement.studies import modelled
from gisement.studies.addressable import Addressable, addressable
from gisement.studies.advice import counsel
from gisement.studies.checks import FINDINGS_BY_RULE, Checks
from gisement.studies.circular import circular
from gisement.studies.impact.model import Impact, Model
from gisement.studies.impact.shift import Shift
from gisement.studies.insertion_hours import Execution, execution
from gisement.studies.law import outcomes
from gisement.studies.pooling import Window, pooling_windows
from gisement.studies.pooling_gain import ASSUMED, SCENARIOS
from gisement.studies.progress import between
from gisement.studies.releases import Release, note_release, releases
from gisement.studies.simulator import Basis, Lever, Scenario, basis_of, saved, simulate
from gisement.studies.strengths import MEASURES, partner_names, strength_matrix
from gisement.studies.targets import Progress
from gisement.studies.targets import progress as objectives
from gisement.terms import Figure, Perimeter, Trouble

LANGUAGES = ("fr", "en")
REMEMBERED, KEPT, DOCUMENTS_KEPT = 4096, 512, 16
RESTS = {
    "epci": "rest_epci", "food_plan": "rest_food_plan", "department": "rest_department", "region": "rest_region",
    "country": "rest_country",
}  # fmt: skip
"""What a ring adds to the one inside it, as a key of the texts."""
WARM_BY = ("", "year", "family", "buyer")
WARM_MODELS: tuple[tuple[str, tuple[tuple[str, str], ...], str], ...] = (
    ("impact_per_hundred", (), "ring"),
    ("impact_per_hundred", (), "ring,round"),
    ("local_multiplier", (), "ring"),
)


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
        self.macros = vars(self.environment.get_template("kept.macros.j2").module)
        self.environment.globals["options_of"] = lru_cache(maxsize=KEPT)(self.macros["options"])
        self.partners = partner_names(self.observatory)
        self.document = lru_cache(maxsize=DOCUMENTS_KEPT)(partial(document, served))
        self._named = lru_cache(maxsize=REMEMBERED)(self._find_name)
        self._model = lru_cache(maxsize=REMEMBERED)(self._find_model)
        self._strengths = lru_cache(maxsize=1)(self._find_strengths)
        self._windows = lru_cache(maxsize=len(SCENARIOS))(self._find_windows)
        self._addressable = lru_cache(maxsize=1)(self._find_addressable)
        self._today = lru_cache(maxsize=1)(self._find_today)
        self.kept = lru_cache(maxsize=KEPT)(lambda make, *given: make(self, *given))
        self.simulated = lru_cache(maxsize=256)(self._simulated)
        self._objectives = lru_cache(maxsize=1)(self._find_objectives)
        self._measured = lru_cache(maxsize=REMEMBERED)(self._measure)
        self.counsel = lru_cache(maxsize=REMEMBERED)(
            lambda segment: counsel(self.observatory, segment, indicator_named)
        )
        self.outcomes = lru_cache(maxsize=REMEMBERED)(self._outcomes)
        self.progress = lru_cache(maxsize=REMEMBERED)(self._progress)
        self.execution = lru_cache(maxsize=REMEMBERED)(self._execution)
        self.circular = lru_cache(maxsize=REMEMBERED)(lambda buyer: circular(self.observatory, buyer or None))
        self.checks = _checked(served)

    def measure(self, name: str, where: Sequence[tuple[str, str]] = (), by: str = "") -> tuple[Figure, ...]:
        """The figures of an indicator over the perimeter that pairs spell, alone or by dimensions (`ring,round`)."""
        return self._measured(name, tuple(where), by)

    def figure(self, name: str, *where: tuple[str, str]) -> Figure:
        """One figure."""
        return self.measure(name, where)[0]

    def publishes(self, name: str, where: Sequence[tuple[str, str]] = (), by: str = "") -> bool:
        """Whether these figures can be shown here: of payments, everyone sees a closed list of crossings."""
        if not isinstance(self.observatory, PublicObservatory) or (by != "basis" and self.publishes_all(name, where)):
            return True
        indicator = indicator_named(name)
        perimeter = perimeter_of([f"{key}={value}" for key, value in where])
        return self.observatory.answers(indicator, perimeter, (by,) if by else ())

    def publishes_all(self, name: str, where: Sequence[tuple[str, str]] = ()) -> bool:
        """Whether every crossing of these figures can be shown: those of contracts, where no basis is asked for."""
        if not isinstance(self.observatory, PublicObservatory):
            return True
        is_said = any(key == "basis" for key, _ in where)
        return not is_said and self.basis != "payment" and self.basis in indicator_named(name).bases

    def public_account(self) -> Mapping[str, tuple[int, int]]:
        """How many sums of each public table are shown, and how many are not; nothing where lines are shown."""
        if not isinstance(self.observatory, PublicObservatory) or not self.observatory.has_payments:
            return {}
        return self.observatory.public_tables.account()

    @property
    def has_public_payments(self) -> bool:
        """Whether everyone is shown sums of payments here, and no line of them."""
        return isinstance(self.observatory, PublicObservatory) and self.observatory.has_payments

    @property
    def has_payments(self) -> bool:
        """Whether any figure on payments can be shown."""
        return self.has_public_payments or self.basis == "payment"

    def _measure(self, name: str, where: tuple[tuple[str, str], ...], by: str) -> tuple[Figure, ...]:
        perimeter: Perimeter = perimeter_of([f"{key}={value}" for key, value in where])
        return tuple(modelled.measure(self.observatory, indicator_named(name), perimeter, by.split(",") if by else ()))

    def model(self, where: Sequence[tuple[str, str]] = ()) -> Model:
        """What the impact of a perimeter rests on: the table, what it lacks, what moves the result most."""
        return self._model(tuple(where))

    def _find_model(self, where: tuple[tuple[str, str], ...]) -> Model:
        found: Model = self._impact_of(where, lambda impact, *asked: impact.about(*asked))
        return found

    def what_if(self, where: Sequence[tuple[str, str]], shift: Shift) -> tuple[Figure, ...]:
        """What nearer rings would gain if points of a segment came from a nearer ring. Trouble if that cannot be."""
        return tuple(self._impact_of(where, lambda impact, *asked: impact.what_if(*asked, [shift])))

    def _impact_of(self, where: Sequence[tuple[str, str]], answer: Callable[..., Any]) -> Any:
        indicator = indicator_named("impact")
        asked = perimeter_of([f"{key}={value}" for key, value in where])
        return answer(Impact(self.observatory), indicator, self.observatory.resolved(indicator, asked))

    def note_release(self) -> None:
        """Keep what everyone is shown of this release, so that a later one can say which figures moved."""
        if not self.served.partner:
            names = [each.name for each in INDICATORS if self.publishes(each.name)]
            note_release(self.served, names, self.figure)

    def releases(self) -> list[Release]:
        """Every release published from here, the latest first."""
        return releases(self.observatory.workspace)

    def strengths(self) -> Sequence[Any]:
        """Every line of the matrix of strengths, computed once: it changes only with a build."""
        return self._strengths()

    def windows(self, gain: str = ASSUMED) -> Sequence[Window]:
        """Every window of common purchase under a scenario of gains, computed once: they change only with a build."""
        return self._windows(gain)

    def addressable(self) -> Sequence[Addressable]:
        """What leaves the department by need, on contracts, computed once."""
        return self._addressable()

    def scenarios(self) -> Sequence[Scenario]:
        """The saved scenarios of the simulator, with all that they do."""
        held = saved(self.observatory)
        return [self.simulated(tuple(levers), name, title) for name, (title, levers) in held.items()]

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
        for indicator in MODELLED:
            self.measure(indicator.name)
        for name, where, by in WARM_MODELS:
            self.measure(name, where, by)

    def _find_strengths(self) -> Sequence[Any]:
        return tuple(strength_matrix(self.observatory, [indicator_named(name) for name in MEASURES]))

    def _find_addressable(self) -> Sequence[Addressable]:
        return tuple(addressable(self.observatory, indicator_named, "contract"))

    def _find_today(self) -> Basis:
        return basis_of(self.observatory, indicator_named, self.windows())

    def _simulated(self, levers: Sequence[Lever], name: str = "", title: str = "") -> Scenario:
        impact = partial(Impact, self.observatory)
        return simulate(self._today(), levers, name, title, impact, indicator_named("impact"))

    def _find_objectives(self) -> Sequence[Progress]:
        return tuple(objectives(self.observatory, indicator_named, perimeter_of))

    def _find_windows(self, gain: str) -> Sequence[Window]:
        return tuple(pooling_windows(self.observatory, indicator_named, gain))

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
        if key == "ring":
            return self._increment(text, language)
        if key == "matter_origin":
            return matter_origins().get(text, {}).get(language, text)
        if key == "declarant":
            return self.name_of("buyer", text)
        if key in ("buyer", "supplier"):
            return self.name_of(key, text)
        return str(texts(language)["values"].get(key, {}).get(text) or self.places[language].name(key, text))

    def _increment(self, ring: str, language: str) -> str:
        """What a ring adds to the one inside it: the first one whole, then the rest of each wider one."""
        rings = self.places[language].rings
        whole = rings.get(ring, "")
        if ring == next(iter(rings), ""):
            return whole
        _, _, name = whole.partition(":")
        words: str = page_texts(language)["rests"][RESTS[ring]]
        return f"{words} ({name.strip()})" if name else words

    def name_of(self, kind: str, identifier: str) -> str:
        """The name of a buyer or supplier; its identifier where none may be shown."""
        return self._named(kind, identifier)

    def _find_name(self, kind: str, identifier: str) -> str:
        return self.served.named(kind, [identifier]).get(identifier) or identifier

    def labels(self, key: str, figures: Sequence[Figure], language: str) -> list[str]:
        """The names of the groups of several figures."""
        return [figure.labels.get(key) or self.label(key, figure.group[key], language) for figure in figures]


def _checked(served: Served) -> dict[str, Any]:
    """The account of what was read and found, taken once: it changes only with a build."""
    checks = Checks(served.observatory.workspace)
    found = {
        "findings": list(served.rows(FINDINGS_BY_RULE.format(where=""))),
        "account": checks.account(),
        "expectations": checks.expectations(),
    }
    checks.connection.close()
    return found


def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("gisement.publish.web", "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        auto_reload=False,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals["colours"] = COLOURS
    environment.filters["capital"] = format.capital  # Jinja's own lowers the rest: a commune lost its capital
    return environment
