"""Measure any indicator, of rows or of a model: the one place that knows which engine each of them wants."""

from __future__ import annotations

from collections.abc import Sequence

from gisement.engine.measure import Observatory
from gisement.engine.query import MODEL_DIMENSIONS
from gisement.studies.emissions import measure_emissions
from gisement.studies.impact.model import Impact
from gisement.studies.pooling_gain import gains, measure_gain
from gisement.terms import Figure, Indicator, Perimeter, Trouble

MODEL = "model"
"""The kind of an indicator whose value a model computes."""
EMISSIONS, GAIN = "spend_emissions", "pooling_gain"


def is_modelled(indicator: Indicator) -> bool:
    """Whether a model gives its values: they are simulated, and rest on assumptions."""
    return indicator.kind == MODEL


def is_impact(indicator: Indicator) -> bool:
    """Whether its values are drawn from input-output tables; the other models have one assumption each."""
    return is_modelled(indicator) and indicator.name not in (EMISSIONS, GAIN)


def splits(indicator: Indicator) -> tuple[str, ...]:
    """The dimensions that split the result of a model (`ring`, `effect`, `round`); none for rows."""
    return MODEL_DIMENSIONS.get(indicator.name, ())


def measure(
    observatory: Observatory, indicator: Indicator, perimeter: Perimeter, by: Sequence[str] = ()
) -> list[Figure]:
    """One figure per group of `by`, in the order of the groups. Raises Trouble on a perimeter that cannot be."""
    _no_other_split(indicator, by)
    if not is_modelled(indicator):
        return observatory.measure(indicator, perimeter, by)
    perimeter = observatory.resolved(indicator, perimeter, by)
    if indicator.name == EMISSIONS:
        return measure_emissions(observatory, indicator, perimeter, by)
    if indicator.name == GAIN:
        return measure_gain(observatory, indicator, perimeter, by)
    return Impact(observatory).measure(indicator, perimeter, by)


def sensitivity(observatory: Observatory, indicator: Indicator, perimeter: Perimeter) -> list[Figure]:
    """The same figure under every combination of options, or of the assumptions of a model."""
    if not is_modelled(indicator):
        return observatory.sensitivity(indicator, perimeter)
    perimeter = observatory.resolved(indicator, perimeter)
    if indicator.name == EMISSIONS:
        return measure_emissions(observatory, indicator, perimeter)
    if indicator.name == GAIN:
        return gains(observatory, indicator, perimeter)
    return Impact(observatory).sensitivity(indicator, perimeter)


def _no_other_split(indicator: Indicator, by: Sequence[str]) -> None:
    every = {name for names in MODEL_DIMENSIONS.values() for name in names}
    wrong = next((name for name in by if name in every and name not in splits(indicator)), None)
    if wrong is not None:
        raise Trouble(
            fr=f"« {wrong} » ne détaille pas {indicator.name} : cette dimension est celle d'un modèle ; choisir parmi"
            " les autres dimensions.",
            en=f"'{wrong}' does not break {indicator.name} down: that dimension is one of a model; choose another one.",
        )
