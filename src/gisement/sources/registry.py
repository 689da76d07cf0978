"""What `add` accepts: each kind of file, the raw tables that it feeds, and its reader.

Readers are imported when a file is to be read: a build that has nothing to parse does not wait for their libraries.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from gisement.terms import Reading, Source


def _decp(path: Path, targets: Mapping[str, Path], name: str) -> Reading:
    from gisement.sources.decp import read

    report = read(path, targets["raw_decp"], name=name)
    details = {"format": report.source_format, "encoding": report.encoding, "concessions": report.concessions}
    return Reading(report.records, report.unreadable, {**details, "notes": list(report.notes)})


def _sirene(path: Path, targets: Mapping[str, Path], name: str) -> Reading:
    from gisement.sources import sirene

    report = sirene.read_establishments(path, targets["raw_establishment"])
    return Reading(report.rows, report.unreadable, {"missing_columns": list(report.columns_missing)})


def _legal_units(path: Path, targets: Mapping[str, Path], name: str) -> Reading:
    from gisement.sources import sirene

    report = sirene.read_legal_units(path, targets["raw_legal_unit"])
    return Reading(report.rows, report.unreadable, {"missing_columns": list(report.columns_missing)})


def _distance(path: Path, targets: Mapping[str, Path], name: str) -> Reading:
    from gisement.sources.food import distances

    return distances.read_distance(path, targets["raw_distance"], targets["raw_coordinates"], name)


def _food_demand(path: Path, targets: Mapping[str, Path], name: str) -> Reading:
    from gisement.sources.food import demand

    return Reading(demand.read_food_demand(path, targets["raw_food_demand"], name))


def _food_offer(path: Path, targets: Mapping[str, Path], name: str) -> Reading:
    from gisement.sources.food import offer

    return Reading(offer.read_food_offer(path, targets["raw_food_offer"], name))


def _correction(path: Path, targets: Mapping[str, Path], name: str) -> Reading:
    from gisement.sources import corrections

    return Reading(corrections.read_corrections(path, targets["raw_correction"]))


def _io_table(path: Path, targets: Mapping[str, Path], name: str) -> Reading:
    from gisement.sources.io_table import layouts

    return layouts.read(path, targets, name)


def _io_table_total(path: Path, targets: Mapping[str, Path], name: str) -> Reading:
    from gisement.sources.io_table import layouts

    return layouts.read(path, targets, name, convert=True)


def _employment(path: Path, targets: Mapping[str, Path], name: str) -> Reading:
    from gisement.sources import employment

    return employment.read_employment(path, targets["raw_employment"], name)


def _emission_factors(path: Path, targets: Mapping[str, Path], name: str) -> Reading:
    from gisement.sources import emission_factors

    return emission_factors.read_emission_factors(path, targets["raw_emission_factor"], name)


def _title_model(path: Path, targets: Mapping[str, Path], name: str) -> Reading:
    from gisement.sources import title_model

    return Reading(title_model.read_title_model(path, targets["raw_title_model"]))


def _segment_mapping(path: Path, targets: Mapping[str, Path], name: str) -> Reading:
    from gisement.sources import segment_mapping

    return Reading(segment_mapping.read_segment_mapping(path, targets["raw_segment_mapping"]))


def _cpv_labels(path: Path, targets: Mapping[str, Path], name: str) -> Reading:
    from gisement.sources import cpv_labels

    return Reading(*cpv_labels.read_cpv_labels(path, targets["raw_cpv_label"]))


def _notices(path: Path, targets: Mapping[str, Path], name: str) -> Reading:
    from gisement.sources.notices import read_notices

    return Reading(read_notices(path, targets["raw_notice"], targets["raw_notice_criterion"], name))


def _inclusion(path: Path, targets: Mapping[str, Path], name: str) -> Reading:
    from gisement.sources import inclusion

    return Reading(*inclusion.read_inclusion(path, targets["raw_inclusion"]))


def _groups(path: Path, targets: Mapping[str, Path], name: str) -> Reading:
    from gisement.sources import groups

    return Reading(*groups.read_groups(path, targets["raw_group"]))


def _circular(path: Path, targets: Mapping[str, Path], name: str) -> Reading:
    from gisement.sources import circular

    return Reading(circular.read_circular(path, targets["raw_circular"]))


def _contours(path: Path, targets: Mapping[str, Path], name: str) -> Reading:
    from gisement.sources import contours

    return Reading(*contours.read_contours(path, targets["raw_contour"]))


def _works_programme(path: Path, targets: Mapping[str, Path], name: str) -> Reading:
    from gisement.sources import works_programme

    return Reading(works_programme.read_works_programme(path, targets["raw_works_operation"]))


def _insertion_hours(path: Path, targets: Mapping[str, Path], name: str) -> Reading:
    from gisement.sources import insertion_hours

    return Reading(insertion_hours.read_insertion_hours(path, targets["raw_insertion"]))


def _masked(path: Path, targets: Mapping[str, Path], name: str) -> Reading:
    from gisement.sources.ledger import read_masked

    return read_masked(path, targets, name)


def _prepare_ledger(path: Path, target: Path, mapping: Path | None, buyer: str | None) -> None:
    from gisement.sources.ledger import prepare_ledger, read_mapping

    prepare_ledger(path, target, read_mapping(mapping) if mapping else None, buyer=buyer)


def _prepare_pes(path: Path, target: Path, mapping: Path | None, buyer: str | None) -> None:
    from gisement.sources.ledger import read_mapping
    from gisement.sources.pes import prepare_pes

    prepare_pes(path, target, read_mapping(mapping) if mapping else None, buyer=buyer)


def _accounts(path: Path, targets: Mapping[str, Path], name: str) -> Reading:
    from gisement.sources import account_balance

    return account_balance.read_account_balance(path, targets["raw_account_balance"], name)


def _egalim(path: Path, targets: Mapping[str, Path], name: str) -> Reading:
    from gisement.sources.egalim import read_purchases

    return read_purchases(path, targets["raw_food_purchase"], name)


def _egalim_declarations(path: Path, targets: Mapping[str, Path], name: str) -> Reading:
    from gisement.sources.egalim import read_declarations

    return read_declarations(path, targets["raw_food_declaration"], name)


def _food_meals(path: Path, targets: Mapping[str, Path], name: str) -> Reading:
    from gisement.sources.food import meals

    return Reading(meals.read_food_meals(path, targets["raw_food_meal"], name))


def _food_menus(path: Path, targets: Mapping[str, Path], name: str) -> Reading:
    from gisement.sources.food import menus

    return Reading(menus.read_food_menus(path, targets["raw_food_menu"], name))


def _food_dishes(path: Path, targets: Mapping[str, Path], name: str) -> Reading:
    from gisement.sources.food import menus

    return Reading(menus.read_food_dishes(path, targets["raw_food_dish"], name))


def _organic_operators(path: Path, targets: Mapping[str, Path], name: str) -> Reading:
    from gisement.sources.food import operators

    return Reading(operators.read_organic_operators(path, targets["raw_organic_operator"], name))


def _farm_census(path: Path, targets: Mapping[str, Path], name: str) -> Reading:
    from gisement.sources.food import census

    return Reading(census.read_farm_census(path, targets["raw_farm_census"], name))


def _food_coefficients(path: Path, targets: Mapping[str, Path], name: str) -> Reading:
    from gisement.sources.food import coefficients

    return Reading(coefficients.read_food_coefficients(path, targets["raw_food_coefficient"], name))


def _food_award(path: Path, targets: Mapping[str, Path], name: str) -> Reading:
    from gisement.sources.food import award

    return Reading(award.read_food_award(path, targets["raw_food_award"], name))


def _food_delivery(path: Path, targets: Mapping[str, Path], name: str) -> Reading:
    from gisement.sources.food import award

    return Reading(award.read_food_delivery(path, targets["raw_food_delivery"], name))


def _food_rules(path: Path, targets: Mapping[str, Path], name: str) -> Reading:
    from gisement.sources.food import rules

    return Reading(rules.read_food_rules(path, targets["raw_food_rule"], name))


def _target(path: Path, targets: Mapping[str, Path], name: str) -> Reading:
    from gisement.sources.targets import read_targets

    return read_targets(path, targets["raw_target"])


def _experience(path: Path, targets: Mapping[str, Path], name: str) -> Reading:
    from gisement.sources import sheets

    return Reading(sheets.read_sheet(path, targets["raw_sheet"], sheets.EXPERIENCE))


def _action(path: Path, targets: Mapping[str, Path], name: str) -> Reading:
    from gisement.sources import sheets

    return Reading(sheets.read_sheet(path, targets["raw_sheet"], sheets.ACTION))


def _scenario(path: Path, targets: Mapping[str, Path], name: str) -> Reading:
    from gisement.sources.scenarios import read_scenario

    return Reading(read_scenario(path, targets["raw_lever"]))


SOURCES: Mapping[str, Source] = {
    source.kind: source
    for source in (
        Source("decp", ("raw_decp",), _decp, "decp"),
        Source("ledger", ("raw_payment", "raw_payment_dropped"), _masked, "ledger", _prepare_ledger, True),
        Source("pes", ("raw_payment", "raw_payment_dropped"), _masked, "pes", _prepare_pes),
        Source("accounts", ("raw_account_balance",), _accounts, "accounts", None, True),
        Source("sirene", ("raw_establishment",), _sirene, "sirene_establishments"),
        Source("legal-units", ("raw_legal_unit",), _legal_units, "sirene_legal_units"),
        Source("distance", ("raw_coordinates", "raw_distance"), _distance, "coordinates"),
        Source("contours", ("raw_contour",), _contours, "contours"),
        Source("food-demand", ("raw_food_demand",), _food_demand, "food_demand", None, True),
        Source("food-offer", ("raw_food_offer",), _food_offer, "food_offer", None, True),
        Source("food-rules", ("raw_food_rule",), _food_rules, "food_rules", None, True),
        Source("food-meals", ("raw_food_meal",), _food_meals, "food_meals", None, True),
        Source("food-menus", ("raw_food_menu",), _food_menus, "food_menus", None, True),
        Source("food-dishes", ("raw_food_dish",), _food_dishes, "food_dishes", None, True),
        Source("organic-operators", ("raw_organic_operator",), _organic_operators, "organic_operators"),
        Source("farm-census", ("raw_farm_census",), _farm_census, "farm_census"),
        Source("food-coefficients", ("raw_food_coefficient",), _food_coefficients, "food_coefficients"),
        Source("food-award", ("raw_food_award",), _food_award, "food_award", None, True),
        Source("food-delivery", ("raw_food_delivery",), _food_delivery, "food_delivery", None, True),
        Source("inclusion", ("raw_inclusion",), _inclusion, "inclusion"),
        Source("groups", ("raw_group",), _groups, "groups"),
        Source("insertion-hours", ("raw_insertion",), _insertion_hours, "insertion_hours"),
        Source("io-table", ("raw_io_cell", "raw_io_sector"), _io_table, "io_table", None, True),
        Source("io-table-total", ("raw_io_cell", "raw_io_sector"), _io_table_total, "io_table", None, True),
        Source("circular", ("raw_circular",), _circular, "circular"),
        Source("works-programme", ("raw_works_operation",), _works_programme, "works_programme"),
        Source("employment", ("raw_employment",), _employment, "employment"),
        Source("emission-factors", ("raw_emission_factor",), _emission_factors, "emission_factors"),
        Source("notices", ("raw_notice", "raw_notice_criterion"), _notices, "notices"),
        Source("egalim", ("raw_food_purchase",), _egalim, "food_purchases", None, True),
        Source("egalim-declarations", ("raw_food_declaration",), _egalim_declarations, "egalim_declarations"),
        Source("target", ("raw_target",), _target, "target"),
        Source("scenario", ("raw_lever",), _scenario, "scenario"),
        Source("experience", ("raw_sheet",), _experience, "experience"),
        Source("action", ("raw_sheet",), _action, "action"),
        Source("correction", ("raw_correction",), _correction, "correction"),
        Source("segments", ("raw_segment_mapping",), _segment_mapping, "segment_mapping"),
        Source("cpv-labels", ("raw_cpv_label",), _cpv_labels, "cpv_labels"),
        Source("title-model", ("raw_title_model",), _title_model, "title_model"),
    )
}
"""Every kind of file, by the word that `add` takes."""
