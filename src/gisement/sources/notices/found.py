"""What a reader finds in a notice: one entry per lot, each with its award criteria, all as published text."""

from __future__ import annotations

from dataclasses import dataclass, field

from lxml import etree


@dataclass
class Criterion:
    """One award criterion: its kind (price, cost, quality, free or documents), words and weight as published."""

    kind: str
    label: str | None = None
    weight: str | None = None
    weight_kind: str | None = None


@dataclass
class Lot:
    """One lot of a notice (the whole notice is one, where it has no lots)."""

    lot_id: str
    title: str | None = None
    cpv_code: str | None = None
    reserved_participation: str | None = None
    reserved_execution: str | None = None
    variants: str | None = None
    goals: tuple[str, ...] = ()
    criteria: list[Criterion] = field(default_factory=list)


@dataclass
class Notice:
    """A notice: what it says of the whole consultation, and its lots."""

    notice_id: str
    format: str
    kind: str
    publication_date: str | None = None
    buyer_id: str | None = None
    buyer_name: str | None = None
    reference: str | None = None
    previous_notice_id: str | None = None
    previous_date: str | None = None
    title: str | None = None
    procedure: str | None = None
    lots: list[Lot] = field(default_factory=list)


def name_of(node: etree._Element) -> str:
    """The name of an element without its namespace; empty for a comment."""
    return etree.QName(node).localname if isinstance(node.tag, str) else ""


def at(node: etree._Element | None, *names: str) -> etree._Element | None:
    """The first element at the end of a path of local names, from child to child."""
    for name in names:
        if node is None:
            return None
        node = next((child for child in node if name_of(child) == name), None)
    return node


def every(node: etree._Element | None, name: str) -> list[etree._Element]:
    """Every element of that local name under a node, in the order of the document."""
    return [] if node is None else [inner for inner in node.iter() if name_of(inner) == name]


def words(node: etree._Element | None) -> str | None:
    """The text of an element and of all that is in it, its blanks made single; None where there is none."""
    text = " ".join("".join(map(str, node.itertext())).split()) if node is not None else ""
    return text or None
