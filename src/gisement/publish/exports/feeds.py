"""Renewals as a calendar (iCalendar, RFC 5545) and as a feed (Atom, RFC 4287): same rows, same bytes.

The identifier of an event is made from the contract's key and the step alone: a later release moves the same event.
"""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from lxml import etree

from gisement.catalog import texts
from gisement.publish import format
from gisement.publish.words.renewals import holders

_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")
STEPS = ("sourcing_date", "lots_date", "call_date", "end_date")
"""The days of a renewal, in order."""
ICS, ATOM = "text/calendar; charset=utf-8", "application/atom+xml; charset=utf-8"
FOLD = 75
UNDATED = date(1970, 1, 1)
"""When a feed last changed (it must say so: RFC 4287, 4.1.1) where nothing in the workspace has a day."""
_NAMESPACE = "http://www.w3.org/2005/Atom"
_OF_RENEWALS = uuid.UUID("5c8cf53e-2f0e-5c33-9a55-5b0c8f0f6a01")
Row = Mapping[str, Any]


def calendar(rows: Sequence[Row], title: str, as_of: date | None, language: str = "fr") -> bytes:
    """An iCalendar of the steps of these renewals: all-day events that take no time in a diary."""
    today = as_of or UNDATED
    words = texts(language)["renewals"]
    lines = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        f"PRODID:-//Gisement//Renewals//{language.upper()}",
        "CALSCALE:GREGORIAN",
    ]
    lines += ["METHOD:PUBLISH", f"X-WR-CALNAME:{_escaped(title)}"]
    for row in rows:
        for step in STEPS:
            lines += _event(row, step, today, words, language)
    lines.append("END:VCALENDAR")
    return "".join(f"{folded}\r\n" for line in lines for folded in _folded(line)).encode()


def atom(
    rows: Sequence[Row], title: str, as_of: date | None, language: str = "fr", *, here: str = "", root: str = ""
) -> bytes:
    """An Atom feed with an entry for each of these renewals; `here` is the feed's own address, `root` that of pages."""
    today = as_of or UNDATED
    words = texts(language)["renewals"]
    feed: Any = etree.XML(f'<feed xmlns="{_NAMESPACE}"/>')
    feed.set("{http://www.w3.org/XML/1998/namespace}lang", language)
    _add(feed, "id", f"urn:uuid:{uuid.uuid5(_OF_RENEWALS, here or title)}")
    _add(feed, "title", title)
    _add(feed, "subtitle", words["about"])
    _add(feed, "updated", _stamp(max((_changed(row, today) for row in rows), default=today)))
    _add(_add(feed, "author"), "name", "Gisement")
    if here:
        _add(feed, "link", rel="self", type="application/atom+xml", href=here)
    for row in rows:
        entry = _add(feed, "entry")
        _add(entry, "id", f"urn:uuid:{uuid.uuid5(_OF_RENEWALS, row['contract_key'])}")
        _add(entry, "title", _title(row, words))
        _add(entry, "updated", _stamp(_changed(row, today)))
        if here:
            _add(entry, "link", rel="alternate", type="text/html", href=f"{root}/contracts/{row['contract_key']}")
        if row["segment"]:
            _add(entry, "category", term=row["segment"])
        _add(entry, "content", "\n".join(_told(row, words, language)), type="text")
    return etree.tostring(feed, xml_declaration=True, encoding="utf-8", pretty_print=True)


def _event(row: Row, step: str, as_of: date, words: Mapping[str, Any], language: str) -> Iterator[str]:
    day: date = row[step]
    yield "BEGIN:VEVENT"
    yield f"UID:{row['contract_key']}-{step.removesuffix('_date')}@gisement"
    yield f"DTSTAMP:{as_of:%Y%m%d}T000000Z"
    yield f"LAST-MODIFIED:{_changed(row, as_of):%Y%m%d}T000000Z"
    yield f"DTSTART;VALUE=DATE:{day:%Y%m%d}"
    yield f"DTEND;VALUE=DATE:{day + timedelta(days=1):%Y%m%d}"
    yield "TRANSP:TRANSPARENT"
    yield f"SUMMARY:{_escaped(words['steps'][step] + format.colon(language) + _title(row, words))}"
    yield f"DESCRIPTION:{_escaped(chr(10).join(_told(row, words, language)))}"
    if row["segment"]:
        yield f"CATEGORIES:{_escaped(row['segment'])}"
    yield "END:VEVENT"


def _title(row: Row, words: Mapping[str, Any]) -> str:
    return format.harmless(row["title"] or words["no_title"])


def _told(row: Row, words: Mapping[str, Any], language: str) -> Iterator[str]:
    """What is said of a renewal, line by line."""
    colon = format.colon(language)
    yield f"{words['buyer']}{colon}{format.harmless(row['buyer_name'] or row['buyer_id'] or words['not_known'])}"
    yield f"{words['holders']}{colon}{holders(row, language)}"
    yield f"{words['steps']['end_date']}{colon}{format.day(row['end_date'], language)}"
    yield f"{words['call']}{colon}{format.day(row['call_date'], language)}"
    yield f"{words['amount']}{colon}{format.cents(row['amount_cents'], language)}"
    yield words["about"]


def _changed(row: Row, as_of: date) -> date:
    """The last day on which what is said of a renewal changed: something published, or a step begun."""
    days = [row["change_date"], *(row[step] for step in STEPS)]
    return max((day for day in days if day is not None and day <= as_of), default=as_of)


def _stamp(day: date) -> str:
    return f"{day.isoformat()}T00:00:00Z"


def _escaped(text: str) -> str:
    """A text as a value of iCalendar (RFC 5545, 3.3.11): signs escaped, each end of line as one, no other control."""
    for character in "\\;,":
        text = text.replace(character, f"\\{character}")
    return _CONTROL.sub("", "\\n".join(text.splitlines()))


def _folded(line: str) -> Iterator[str]:
    """A line in pieces of 75 octets at most, the following ones after a blank; no letter is cut."""
    held, size = "", 0
    for letter in line:
        octets = len(letter.encode())
        if size + octets > FOLD:
            yield held
            held, size = " ", 1
        held, size = held + letter, size + octets
    yield held


def _add(parent: Any, name: str, text: str | None = None, **attributes: str) -> Any:
    made = etree.SubElement(parent, f"{{{_NAMESPACE}}}{name}", attributes)
    made.text = text
    return made
