"""XML of strangers, element by element: no entity is resolved, no document type loaded, nothing asked of a network."""

from __future__ import annotations

from collections.abc import Sequence
from typing import IO, Any

from lxml import etree


def xml_events(
    file: IO[bytes],
    event: str,
    names: Sequence[str] = (),
    *,
    encoding: str | None = None,
    is_huge: bool = False,
) -> Any:
    """The elements of a file (of these names, whatever their namespace) as they begin (`start`) or are whole (`end`).

    `encoding` overrides what the file declares; `is_huge` lifts lxml's limits on the size of one value. Comments and
    processing instructions are left out. Raises etree.XMLSyntaxError on the way, where the file is broken.
    """
    return etree.iterparse(
        file,
        events=(event,),
        tag=[f"{{*}}{name}" for name in names] or None,
        encoding=encoding,
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=is_huge,
        remove_comments=True,
        remove_pis=True,
    )


def local_name(element: Any) -> str:
    """The name of an element without its namespace; empty for what is no element (an entity left unread)."""
    return element.tag.rpartition("}")[2] if isinstance(element.tag, str) else ""


def fault(error: etree.XMLSyntaxError) -> str:
    """What is wrong with a file, on one line: the parser quotes line feeds as they are."""
    return " ".join(str(error.msg).split())
