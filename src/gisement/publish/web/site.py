"""What all pages share: the served tables, the names of places, the templates, and the figures already measured."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import cached_property, lru_cache, partial, wraps
from typing import Any, Concatenate, ParamSpec, TypeVar

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
from gisement.studies import modelled
from gisement.studies.addressable import Addressable, addressable
from gisement.studies.advice import Counsel, counsel
from gisement.studies.checks import FINDINGS_BY_RULE, Checks
from gisement.studies.circular import Circular, circular
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
from gisement.terms import Figure, Indicator, Perimeter, Trouble

LANGUAGES = ("fr", "en")
Given = ParamSpec("Given")
Answer = TypeVar("Answer")
MANY = 4096
"""How many answers are kept to a question with many answers."""
RESTS = {
    "epci": "rest_epci", "food_plan": "rest_food_plan", "department": "rest_department", "region": "rest_region",
    "country": "rest_country",
}  # fmt: skip
"""What a ring adds to the one inside it, as a key of the texts."""
WARM_BY = ("", "year", "family", "buyer")
WARM_MODELS = (("impact_per_hundred", "ring"), ("impact_per_hundred", "ring,round"), ("local_multiplier", "ring"))


def kept(
    most: int,
) -> Callable[[Callable[Concatenate[Site, Given], Answer]], Callable[Concatenate[Site, Given], Answer]]:
    """A question asked of a site (a method or not), which keeps so many answers: they change only with a build."""

    def decorated(make: Callable[Concatenate[Site, Given], Answer]) -> Callable[Concatenate[Site, Given], Answer]:
        @wraps(make)
        def answered(site: Site, /, *given: Given.args, **named: Given.kwargs) -> Answer:
            held = site.answers.get(make)
            if held is None:
                held = site.answers.setdefault(make, lru_cache(maxsize=most)(partial(make, site)))
            found: Answer = held(*given, **named)
            return found

        return answered

    return decorated


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
        self.environment.globals["options_of"] = lru_cache(maxsize=512)(self.macros["options"])
        self.partners = partner_names(self.observatory)
        self.checks = _checked(served)
        self.answers: dict[Callable[..., Any], Callable[..., Any]] = {}

    def measure(self, name: str, where: Sequence[tuple[str, str]] = (), by: str = "") -> tuple[Figure, ...]:
        """The figures of an indicator over the perimeter that pairs spell, alone or by dimensions (`ring,round`)."""
        return self._measure(name, tuple(where), by)

    def figure(self, name: str, *where: tuple[str, str]) -> Figure:
        """One figure."""
        return self.measure(name, where)[0]

    def publishes(self, name: str, where: Sequence[tuple[str, str]] = (), by: str = "") -> bool:
        """Whether these figures can be shown here: of payments, everyone sees a closed list of crossings."""
        if not isinstance(self.observatory, PublicObservatory) or (by != "basis" and self.publishes_all(name, where)):
            return True
        return self.observatory.answers(indicator_named(name), spelled(where), (by,) if by else ())

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

    @kept(MANY)
    def _measure(self, name: str, where: tuple[tuple[str, str], ...], by: str) -> tuple[Figure, ...]:
        asked = by.split(",") if by else ()
        return tuple(modelled.measure(self.observatory, indicator_named(name), spelled(where), asked))

    def model(self, where: Sequence[tuple[str, str]] = ()) -> Model:
        """What the impact of a perimeter rests on: the table, what it lacks, what moves the result most."""
        return self._model(tuple(where))

    @kept(MANY)
    def _model(self, where: tuple[tuple[str, str], ...]) -> Model:
        return Impact(self.observatory).about(*self._asked("impact", where))

    def what_if(self, where: Sequence[tuple[str, str]], shift: Shift) -> tuple[Figure, ...]:
        """What nearer rings would gain if points of a segment came from a nearer ring. Trouble if that cannot be."""
        return tuple(Impact(self.observatory).what_if(*self._asked("impact", where), [shift]))

    def _asked(self, name: str, where: Sequence[tuple[str, str]]) -> tuple[Indicator, Perimeter]:
        indicator = indicator_named(name)
        return indicator, self.observatory.resolved(indicator, spelled(where))

    def note_release(self) -> None:
        """Keep what everyone is shown of this release, so that a later one can say which figures moved."""
        if not self.served.partner:
            names = [each.name for each in INDICATORS if self.publishes(each.name)]
            note_release(self.served, names, self.figure)

    def releases(self) -> list[Release]:
        """Every release published from here, the latest first."""
        return releases(self.observatory.workspace)

    @kept(1)
    def strengths(self) -> Sequence[Any]:
        """Every line of the matrix of strengths."""
        return tuple(strength_matrix(self.observatory, [indicator_named(name) for name in MEASURES]))

    @kept(len(SCENARIOS))
    def windows(self, gain: str = ASSUMED) -> Sequence[Window]:
        """Every window of common purchase under a scenario of gains."""
        return tuple(pooling_windows(self.observatory, indicator_named, gain))

    @kept(1)
    def addressable(self) -> Sequence[Addressable]:
        """What leaves the department by need, on contracts."""
        return tuple(addressable(self.observatory, indicator_named, "contract"))

    @kept(256)
    def simulated(self, levers: Sequence[Lever], name: str = "", title: str = "") -> Scenario:
        """What levers do, each on what it aims at and on the others."""
        impact = partial(Impact, self.observatory)
        return simulate(self._today, levers, name, title, impact, indicator_named("impact"))

    @cached_property
    def _today(self) -> Basis:
        return basis_of(self.observatory, indicator_named, self.windows())

    def scenarios(self) -> Sequence[Scenario]:
        """The saved scenarios of the simulator, with all that they do."""
        held = saved(self.observatory)
        return [self.simulated(tuple(levers), name, title) for name, (title, levers) in held.items()]

    @kept(1)
    def objectives(self) -> Sequence[Progress]:
        """Every objective of the partners and where it stands."""
        return tuple(objectives(self.observatory, indicator_named, perimeter_of))

    @kept(MANY)
    def counsel(self, segment: str) -> Counsel:
        """What can be advised for a segment."""
        return counsel(self.observatory, segment, indicator_named)

    @kept(MANY)
    def circular(self, buyer: str) -> Circular:
        """Circular purchases by year; of one buyer if it is named."""
        return circular(self.observatory, buyer or None)

    @kept(MANY)
    def execution(self, buyer: str = "") -> Execution:
        """Hours of social clauses, due and done; of one buyer if it is named."""
        return execution(self.observatory, buyer or None)

    @kept(MANY)
    def outcomes(self, rule: str, buyer: str = "") -> tuple[dict[str, Any], ...]:
        """What a rule of law says: rows by outcome and reason; of one buyer (a known one) if it is named."""
        filters = {"buyer": (buyer,)} if buyer else {}
        return tuple(outcomes(self.observatory, rule_named(rule), Perimeter(filters)))

    @kept(MANY)
    def progress(self, name: str, where: tuple[tuple[str, str], ...], first: int, last: int) -> tuple[Figure, ...]:
        """The change of a share of contracts between two years, in three readings; none where it is not known."""
        try:
            return tuple(between(self.observatory, indicator_named(name), spelled(where), (first, last)))
        except Trouble:
            return ()

    def warm(self) -> None:
        """Measure what the first pages ask for: compiling an expression takes longer than running it."""
        for indicator in INDICATORS:
            for by in WARM_BY:
                self.measure(indicator.name, (), by)
        for rule in RULES:
            self.outcomes(rule.name)
        for indicator in MODELLED:
            self.measure(indicator.name)
        for name, by in WARM_MODELS:
            self.measure(name, (), by)

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

    @kept(MANY)
    def name_of(self, kind: str, identifier: str) -> str:
        """The name of a buyer or supplier; its identifier where none may be shown."""
        return self.served.named(kind, [identifier]).get(identifier) or identifier

    def labels(self, key: str, figures: Sequence[Figure], language: str) -> list[str]:
        """The names of the groups of several figures."""
        return [figure.labels.get(key) or self.label(key, figure.group[key], language) for figure in figures]


def _checked(served: Served) -> dict[str, Any]:
    """The account of what was read and found, taken once: a later build would tell another."""
    checks = Checks(served.observatory.workspace)
    found = {
        "findings": list(served.rows(FINDINGS_BY_RULE.format(where=""))),
        "account": checks.account(),
        "expectations": checks.expectations(),
    }
    checks.connection.close()
    return found


def spelled(where: Sequence[tuple[str, str]]) -> Perimeter:
    """The perimeter that pairs of keys and values spell."""
    return perimeter_of([f"{key}={value}" for key, value in where])


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
