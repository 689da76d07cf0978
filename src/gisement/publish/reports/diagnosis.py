"""`report diagnosis`: the study of a territory's purchases, for those who decide and for those who check."""

from __future__ import annotations

from gisement.catalog import report_texts
from gisement.publish.reports import chapters, drawings
from gisement.publish.reports.document import Cover, Report
from gisement.publish.reports.laying import quoting
from gisement.publish.reports.quality import annexes, quality
from gisement.publish.reports.reading import Reading


def diagnosis(reading: Reading) -> Report:
    """Who buys, what, from whom, where it goes, with which clauses, what is known, and how it was counted."""
    return Report(
        name="diagnosis",
        cover=_cover(reading),
        territory=reading.places.territory,
        as_of_date=reading.served.as_of_date(),
        release=reading.served.release,
        status=reading.status,
        notice=reading.notice,
        blocks=(
            *chapters.essentials(reading),
            *chapters.buyers(reading),
            *chapters.needs(reading),
            *chapters.suppliers(reading),
            *chapters.places(reading),
            *chapters.clauses(reading),
            *quality(reading),
            *annexes(reading),
        ),
    )


def _cover(reading: Reading) -> Cover:
    """The share as a sentence and as a hundred coins, and four figures."""
    words, share = report_texts()["cover"], reading.figure("local_share")
    told = chapters.words_of(reading)
    return Cover(
        title=words["diagnosis"],
        subtitle=words["subtitle"].format(territory=reading.places.territory, years=chapters.period(reading)),
        headline=quoting(words["headline" if share.value is not None else "headline_unknown"], told, share=share),
        picture=drawings.coins(share),
        legend=quoting(words["coins"]),
        tiles=chapters.brief(reading),
    )
