"""Contracts whose true state is known, drawn at random, and the ways in which real sources publish each of them.

What sources cannot tell is not drawn: lots under one id differ by their title or by their holders and amount; lots of
one title keep their holders, for nothing else says which of them a line of a table amends, and have each their CPV where
a table of current states alone tells of them; states that have no number are of different days, and, in a table, of one
duration; an id without its year, or with the number of a lot, stands beside the whole one where the amount is known, and
a table of current states beside another source that spells the id as it does (but for case and punctuation).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import Any

from hypothesis import strategies as st

from tests.contracts.contract_case import HOLDERS, LAID_OUT, Record

CPVS = ("45442100", "77211500", "55523100")
FIRST_DAY, PUBLISHED = date(2024, 1, 8), "2025-06-30"
TITLES = ("Réfection de la façade de l'école", "Élagage des allées", "Repas à 4 composants", "Chauffage des piscines")
HISTORIES = {"nested", "nested again", "2019", "xml", "table", "table again", "states", "states in table"}
OTHER_ID = {"2019", "states in table"}
NOT_NUMBERED = {"2019", "states", "states in table"}


@dataclass(frozen=True)
class State:
    """What amendments change: cents (None: symbolic), months, holders by letter."""

    cents: int
    months: int
    holders: tuple[str, ...]

    @property
    def known_cents(self) -> int | None:
        """The cents that enter sums."""
        return self.cents if self.cents > 100 else None


@dataclass(frozen=True)
class Act:
    """An amendment: its day, and the fields that it changes, with their values after it."""

    day: date
    changes: dict[str, Any]


@dataclass(frozen=True)
class Lot:
    """One contract: what it is at first, and what becomes of it."""

    title: str
    cpv: str
    day: date
    initial: State
    acts: tuple[Act, ...] = ()

    @property
    def states(self) -> list[tuple[date, State]]:
        """The day and the state after the award, and after each act."""
        told = [(self.day, self.initial)]
        for act in self.acts:
            told.append((act.day, replace(told[-1][1], **act.changes)))
        return told


@dataclass(frozen=True)
class Procedure:
    """Lots under one id of a buyer, and how they are published."""

    number: str
    nature: str
    lots: tuple[Lot, ...]
    ways: tuple[str, ...]
    repeated: bool
    framework: str | None = None


@dataclass(frozen=True)
class Truth:
    """What the tables have to say of one contract, in the words of `told`."""

    cents: int | None
    initial: int | None
    months: int
    day: date
    amendments: int
    holders: dict[str, int | None] = field(hash=False)
    is_subsequent_of_known: bool = False


# --- drawn ----------------------------------------------------------------------------------------------------


@st.composite
def procedures(draw: st.DrawFn) -> list[Procedure]:
    """The procedures of one buyer: one, or a framework agreement with its subsequent contracts."""
    ways = tuple(sorted(draw(st.sets(st.sampled_from(tuple(WAYS)), min_size=1, max_size=4))))
    if set(ways) - OTHER_ID == {"now"} != set(ways):
        ways = tuple(way for way in ways if way != "now")
    first = _procedure(draw, "2024-AB.0417", "Marché", ways)
    if draw(st.integers(0, 4)) != 0 or len(first.lots) > 1:
        return [first]
    framework = replace(first, nature="Accord-cadre")
    children = [
        replace(_procedure(draw, f"2024-MS.{number}", "Marché subséquent", ways, lots=1), framework=first.number)
        for number in range(draw(st.integers(1, 2)))
    ]
    return [framework, *children]


def _procedure(draw: st.DrawFn, number: str, nature: str, ways: tuple[str, ...], lots: int = 0) -> Procedure:
    lots = lots or draw(st.sampled_from((1, 1, 1, 2, 3)))
    is_alike = lots > 1 and draw(st.booleans())
    cpvs = CPVS if ways == ("now",) or draw(st.booleans()) else CPVS[:1] * 3
    days = draw(st.integers(0, 60))
    drawn: list[Lot] = []
    for rank in range(lots):
        start = FIRST_DAY + timedelta(days if is_alike else days + draw(st.integers(0, 1)))
        letters = ("AB", "CD", "EF")[rank] if is_alike else "ABCDEF"
        title = TITLES[0] if is_alike else f"{TITLES[rank]}, lot {rank + 1}"
        fixed = {"holders"} if is_alike else set()
        if "states in table" in ways:
            fixed.add("months")
        cents = draw(st.integers(1_000, 900_000)) * 10 + rank
        if not is_alike and not OTHER_ID & set(ways) and draw(st.integers(0, 5)) == 0:
            cents = 100
        initial = State(cents, 12, _holders(draw, letters))
        lot = Lot(title, cpvs[rank], start, initial)
        drawn.append(_amended(draw, lot, letters, fixed, is_apart=bool(NOT_NUMBERED & set(ways))))
    return Procedure(number, nature, tuple(drawn), ways, draw(st.booleans()))


def _amended(draw: st.DrawFn, lot: Lot, letters: str, fixed: set[str], *, is_apart: bool) -> Lot:
    """The lot and what becomes of it; acts are each of another day with `is_apart`."""
    day = lot.day
    for _ in range(draw(st.integers(0, 3))):
        day += timedelta(draw(st.integers(1 if is_apart else 0, 60)))
        lot = replace(lot, acts=(*lot.acts, _act(draw, lot, day, letters, fixed)))
    return lot


def _act(draw: st.DrawFn, lot: Lot, day: date, letters: str, fixed: set[str]) -> Act:
    before = lot.states[-1][1]
    changes: dict[str, Any] = {}
    for name in sorted(draw(st.sets(st.sampled_from(sorted({"cents", "months", "holders"} - fixed)), min_size=1))):
        if name == "holders":
            changes[name] = _holders(draw, letters)
        else:
            changes[name] = getattr(before, name) + (draw(st.integers(1, 90)) * 1000 if name == "cents" else 6)
    return Act(day, changes)


def _holders(draw: st.DrawFn, letters: str) -> tuple[str, ...]:
    return tuple(sorted(draw(st.sets(st.sampled_from(letters), min_size=1, max_size=3))))


# --- published ------------------------------------------------------------------------------------------------


def published(procedure: Procedure, buyer: str) -> Iterator[tuple[str, Record]]:
    """The name of each file and the records or lines of it, as `contract_case.write_files` takes them."""
    for way in procedure.ways:
        for lot in procedure.lots:
            for file, record in WAYS[way](procedure, lot, buyer):
                yield file, record
                if procedure.repeated:
                    yield file, record


def _laid_out(kind: str, procedure: Procedure, lot: Lot, buyer: str, **given: Any) -> Record:
    common = {
        "id": procedure.number,
        "nature": procedure.nature,
        "objet": lot.title,
        "codeCPV": lot.cpv,
        "dateNotification": lot.day.isoformat(),
        "datePublicationDonnees": PUBLISHED,
        "dureeMois": str(lot.initial.months),
        "montant": euros_text(lot.initial.cents),
    }
    if procedure.framework and kind != "2019":
        common["idAccordCadre"] = procedure.framework
    return LAID_OUT[kind]({**common, **given}, buyer)


def euros_text(cents: int) -> str:
    """Cents as files write euros."""
    return f"{cents // 100}.{cents % 100:02d}" if cents % 100 else str(cents // 100)


def _nested(procedure: Procedure, lot: Lot, buyer: str, kind: str = "2022", **given: Any) -> Record:
    acts = [_written_act(number, act, kind) for number, act in enumerate(lot.acts, 1)]
    given = {"titulaires": list(lot.initial.holders), "modifications": acts, **given}
    return _laid_out(kind, procedure, lot, buyer, **given)


def _written_act(number: int, act: Act, kind: str) -> Record:
    made: Record = {
        "dateNotificationModification": act.day.isoformat(),
        "datePublicationDonneesModification": PUBLISHED,
    }
    made |= {"objetModification": f"Avenant {number}"} if kind == "2019" else {"id": str(number)}
    if "cents" in act.changes:
        made["montant"] = euros_text(act.changes["cents"])
    if "months" in act.changes:
        made["dureeMois"] = str(act.changes["months"])
    if "holders" in act.changes:
        made["titulaires"] = list(act.changes["holders"])
    return made


def _lines(
    procedure: Procedure, lot: Lot, buyer: str, states: Sequence[int], **given: Any
) -> Iterator[Record]:  # fmt: skip
    told = lot.states
    for number in states:
        day, state = told[number]
        for holder in state.holders:
            yield _laid_out(
                "table", procedure, lot, buyer, titulaire=holder, modification_id=str(number),
                dateNotification=day.isoformat(), dureeMois=str(state.months), montant=euros_text(state.cents), **given,
            )  # fmt: skip


def respelled(number: str) -> str:
    """The same id in small letters and with other punctuation."""
    return number.lower().replace("-", "_").replace(".", "/")


def plain(title: str) -> str:
    """A title in capitals without accents."""
    return title.upper().translate(str.maketrans("ÉÈÀÇ", "EEAC"))


Way = Callable[[Procedure, Lot, str], Iterator[tuple[str, Record]]]


def _again(procedure: Procedure, lot: Lot) -> dict[str, str]:
    return {"id": respelled(procedure.number), "objet": plain(lot.title), "offresRecues": "3"}


def _way_nested(p: Procedure, lot: Lot, buyer: str) -> Iterator[tuple[str, Record]]:
    yield "2022-a", _nested(p, lot, buyer)


def _way_nested_again(p: Procedure, lot: Lot, buyer: str) -> Iterator[tuple[str, Record]]:
    yield "2022-b", _nested(p, lot, buyer, **_again(p, lot), dateNotification=f"{lot.day}+01:00")


def _way_2019(p: Procedure, lot: Lot, buyer: str) -> Iterator[tuple[str, Record]]:
    lost = lot.title.replace("é", "\ufffd").replace("É", "\ufffd")
    # this format has no framework, and some platforms add the number of a lot to the id
    yield "2019-a", _nested(p, lot, buyer, "2019", id=f"{p.number}00", objet=lost)


def _way_xml(p: Procedure, lot: Lot, buyer: str) -> Iterator[tuple[str, Record]]:
    yield "xml-a", _nested(p, lot, buyer, codeCPV=f"{lot.cpv}-8", montant=f"{lot.initial.cents / 100:.2f}")


def _way_states(p: Procedure, lot: Lot, buyer: str) -> Iterator[tuple[str, Record]]:
    for number, (day, state) in enumerate(lot.states):
        told: dict[str, Any] = {"montant": euros_text(state.cents), "dureeMois": str(state.months)}
        told |= {"titulaires": list(state.holders), "codeCPV": lot.cpv + "-8" * (number % 2)}
        yield "2022-d", _nested(p, lot, buyer, **told, dateNotification=day.isoformat(), modifications=[])


def _way_states_in_table(p: Procedure, lot: Lot, buyer: str) -> Iterator[tuple[str, Record]]:
    for line in _lines(p, lot, buyer, range(len(lot.states)), id=p.number.removeprefix("2024-")):
        framework = line.get("idAccordCadre", "").removeprefix("2024-")
        yield "table-d", {**line, "modification_id": "", "idAccordCadre": framework}


def _way_award(p: Procedure, lot: Lot, buyer: str) -> Iterator[tuple[str, Record]]:
    yield "2022-c", _nested(p, lot, buyer, modifications=[])


def _way_table(p: Procedure, lot: Lot, buyer: str) -> Iterator[tuple[str, Record]]:
    for line in _lines(p, lot, buyer, range(len(lot.states))):
        yield "table-a", line


def _way_table_again(p: Procedure, lot: Lot, buyer: str) -> Iterator[tuple[str, Record]]:
    for line in _lines(p, lot, buyer, range(len(lot.states)), **_again(p, lot)):
        spaced = " ".join((line["titulaire_id"][:9], line["titulaire_id"][9:]))
        yield "table-b", {**line, "titulaire_id": spaced, "montant": line["montant"].replace(".", ",")}


def _way_now(p: Procedure, lot: Lot, buyer: str) -> Iterator[tuple[str, Record]]:
    for line in _lines(p, lot, buyer, [len(lot.acts)]):
        yield "table-c", line


WAYS: dict[str, Way] = {
    "nested": _way_nested,
    "nested again": _way_nested_again,
    "2019": _way_2019,
    "xml": _way_xml,
    "states": _way_states,
    "states in table": _way_states_in_table,
    "award": _way_award,
    "table": _way_table,
    "table again": _way_table_again,
    "now": _way_now,
}


# --- true -----------------------------------------------------------------------------------------------------


def truths(buyer_procedures: Sequence[Procedure]) -> list[Truth]:
    """What these sources, together, say of each contract of a buyer."""
    framework = _known(buyer_procedures[0], buyer_procedures[0].lots[0])[-1][1]
    is_priced = framework.known_cents is not None
    tells_framework = buyer_procedures[0].ways != ("2019",)
    made = []
    for procedure in buyer_procedures:
        for lot in procedure.lots:
            states = _known(procedure, lot)
            first, now = states[0][1], states[-1][1]
            cents = next((state.known_cents for _, state in reversed(states) if state.known_cents), None)
            made.append(
                Truth(cents, first.known_cents, now.months, states[0][0], len(states) - 1, shares(cents, now.holders),
                      procedure.framework is not None and is_priced and tells_framework)
            )  # fmt: skip
    return made


def _known(procedure: Procedure, lot: Lot) -> list[tuple[date, State]]:
    """The states of a contract that its sources tell of: all, the last one, or the award alone."""
    states = lot.states
    if set(procedure.ways) & HISTORIES:
        return states
    if "now" not in procedure.ways:
        return states[:1]
    return states[:1] + states[1:][-1:] if "award" in procedure.ways else states[-1:]


def shares(cents: int | None, holders: Sequence[str]) -> dict[str, int | None]:
    """The cents of each holder: equal, and the remainder to the first."""
    if cents is None:
        return dict.fromkeys(holders)
    each, rest = divmod(cents, len(holders))
    return {
        holder: each + (rest if rank == 0 else 0)
        for rank, holder in enumerate(sorted(holders, key=HOLDERS.__getitem__))
    }
