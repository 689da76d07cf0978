"""A file of notices to raw tables: one row per lot, one row per award criterion."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from lxml import etree

from gisement.sources.notices import boamp, eforms
from gisement.sources.notices.found import Notice, every, name_of
from gisement.sources.raw_rows import write_parquet
from gisement.sources.xml_events import fault
from gisement.terms import Trouble

_LARGEST = 64 << 20
"""Bytes of a file of notices, beyond which it is something else."""


def read_notices(path: Path, lots: Path, criteria: Path, name: str) -> int:
    """Write the lots and criteria of a file; returns the number of notices.

    Raises Trouble where the file is no XML of a notice, or is damaged.
    """
    notices = [*_notices(_root(path, name), name)]
    write_parquet("raw_notice", [row for notice in notices for row in _lots(notice)], lots)
    write_parquet("raw_notice_criterion", [row for notice in notices for row in _criteria(notice)], criteria)
    return len(notices)


def _root(path: Path, name: str) -> etree._Element:
    if path.stat().st_size > _LARGEST:
        raise Trouble(
            fr=f"{name} est trop gros pour un avis ({path.stat().st_size} octets) : ajouter les avis un par un.",
            en=f"{name} is too large for a notice ({path.stat().st_size} bytes): add notices one by one.",
        )
    parser = etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=False, remove_comments=True)
    try:
        return etree.fromstring(path.read_bytes(), parser)  # of a file, bytes of no encoding would be an OSError
    except etree.XMLSyntaxError as error:
        raise Trouble(
            fr=f"{name} n'est pas un XML lisible ({fault(error)}) : donner l'avis tel que publié.",
            en=f"{name} is no readable XML ({fault(error)}): give the notice as it was published.",
        ) from None


def _notices(root: etree._Element, name: str) -> Iterator[Notice]:
    if name_of(root) in eforms.ROOTS:
        yield eforms.read(root)
        return
    announcements = every(root, "ANNONCE")
    if not announcements:
        raise Trouble(
            fr=f"{name} n'est pas un avis connu (racine « {name_of(root)} ») : donner un avis eForms ou BOAMP en XML.",
            en=f"{name} is no known notice (root '{name_of(root)}'): give an eForms or BOAMP notice in XML.",
        )
    yield from (boamp.read(one) for one in announcements)


def _lots(notice: Notice) -> Iterator[dict[str, Any]]:
    for lot in notice.lots:
        yield {
            "notice_id": notice.notice_id, "lot_id": lot.lot_id, "notice_format": notice.format,
            "notice_kind": notice.kind, "publication_date": notice.publication_date,
            "buyer_id": notice.buyer_id, "buyer_name": notice.buyer_name, "reference": notice.reference,
            "previous_notice_id": notice.previous_notice_id, "previous_date": notice.previous_date,
            "title": notice.title, "lot_title": lot.title, "cpv_code": lot.cpv_code, "procedure": notice.procedure,
            "lots_count": len(notice.lots), "reserved_participation": lot.reserved_participation,
            "reserved_execution": lot.reserved_execution, "goals": list(lot.goals),
            "variants": lot.variants,
        }  # fmt: skip


def _criteria(notice: Notice) -> Iterator[dict[str, Any]]:
    for lot in notice.lots:
        for position, one in enumerate(lot.criteria, 1):
            yield {
                "notice_id": notice.notice_id, "lot_id": lot.lot_id, "criterion_rank": position,
                "criterion_kind": one.kind, "criterion_label": one.label, "weight": one.weight,
                "weight_kind": one.weight_kind,
            }  # fmt: skip
