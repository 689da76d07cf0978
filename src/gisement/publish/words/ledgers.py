"""What the assistant proposes for a ledger, and what leaves once it is masked, in words."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from gisement.catalog import texts
from gisement.publish import format
from gisement.publish.answers import euros

SHOWN = (
    "account", "supplier_id", "supplier_name", "label", "payment_date", "amount_ht_cents", "amount_ttc_cents",
    "contract_id",
)  # fmt: skip


def proposed(proposal: Any, language: str = "fr") -> str:
    """The remarks, ten lines as they would leave, then the text of the mapping file."""
    words = texts(language)["ledger"]
    remarks = [
        f"- {remark.en if language == 'en' else remark.fr}"
        + "".join(f"\n    {line}" for line in remark.fix.splitlines())
        for remark in proposal.remarks
    ]
    told = {"total_row", "unreadable", "repeated_header"}  # remarks say these
    dropped = {reason: held for reason, held in proposal.prepared.dropped.items() if reason not in told}
    return "\n".join(
        [words["remarks"] if remarks else words["no_remark"], *remarks, "", words["rows"],
         *(_row(row, language) for row in proposal.rows), *_reasons(dropped, "dropped", words, language), "",
         words["mapping"], "", _without_remarks(proposal.text)]
    )  # fmt: skip


def leaving(prepared: Any, target: Path, language: str = "fr") -> str:
    """What leaves, what does not, and the lines dropped or masked by reason."""
    words = texts(language)["ledger"]
    total = format.euros(euros(prepared.amount_cents), language)
    lines = [
        words["written"].format(file=target, payments=format.Count(prepared.payments, language), total=total),
        words["leaving"].format(columns=", ".join(h for headers in prepared.leaving.values() for h in headers)),
        words["held_back"].format(columns=", ".join(prepared.held_back) or words["nothing"]),
        *_reasons(prepared.dropped, "dropped", words, language),
        *_reasons(prepared.masked, "masked", words, language),
    ]
    return "\n".join(lines)


def _row(row: Mapping[str, Any], language: str) -> str:
    cells = (_cell(name, row.get(name), language) for name in SHOWN)
    return "  " + " | ".join(cell for cell in cells if cell)


def _cell(name: str, value: Any, language: str) -> str:
    if value is None:
        return ""
    if name.endswith("_cents"):
        return f"{format.number(euros(value), 2, language)} {'HT' if '_ht_' in name else 'TTC'}"
    return format.harmless(str(value))


def _without_remarks(mapping: str) -> str:
    """The text of a mapping file, whose comments repeat the remarks told above."""
    return "\n".join(line for line in mapping.rstrip().splitlines() if not line.startswith("#")).lstrip()


def _reasons(found: Mapping[str, tuple[int, int]], what: str, words: Mapping[str, str], language: str) -> list[str]:
    return [
        words[what].format(
            reason=words[f"reason_{reason}"],
            lines=format.Count(count, language),
            total=format.euros(euros(cents), language),
        )
        for reason, (count, cents) in sorted(found.items())
    ]
