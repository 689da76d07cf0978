"""Tables are made each once what it reads is there, and no held one stays longer than who reads it."""

from __future__ import annotations

import threading
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gisement.engine.plan import Planned, Written
from gisement.engine.schedule import carry_out

WAIT = 20


def step(name: str, *inputs: str) -> Planned:
    return Planned(name, inputs, "", name)


def table(name: str, *inputs: str, through: Sequence[Planned] = ()) -> Written:
    """A table that reads these tables, and is made through these held ones."""
    read = {*inputs, *(needed for held in through for needed in held.inputs)} - {held.name for held in through}
    return Written(step(name, *inputs), tuple(through), tuple(sorted(read)), name)


@dataclass
class Bench:
    """Makes nothing; writes down what it is asked for, and sees that it can be made then."""

    fresh: frozenset[str] = frozenset()
    failing: str = ""
    surely_stale: frozenset[str] = frozenset()
    there: set[str] = field(default_factory=set)
    held: set[str] = field(default_factory=set)
    told: list[str] = field(default_factory=list)
    is_stopped: bool = False

    def is_fresh(self, target: Written) -> bool:
        assert self.there.issuperset(target.inputs)
        if target.step.name in self.fresh:
            self.there.add(target.step.name)
        return target.step.name in self.fresh

    def is_stale(self, target: Written, there: Collection[str]) -> bool:
        assert self.there.issuperset(there)
        return target.step.name in self.surely_stale

    def write(self, target: Written) -> None:
        assert self.there.issuperset(target.inputs)
        held = {held.name for held in target.through}
        assert target.step in target.through or self.held.issuperset(held.intersection(target.step.inputs))
        if target.step.name == self.failing:
            raise ValueError(self.failing)
        self.told.append(target.step.name)
        self.there.add(target.step.name)

    def hold(self, step: Planned) -> None:
        assert (self.there | self.held).issuperset(step.inputs)
        assert step.name not in self.held
        self.told.append(f"held {step.name}")
        self.held.add(step.name)

    def release(self, name: str) -> None:
        self.held.remove(name)

    def stop(self) -> None:
        self.is_stopped = True


def made(tables: Sequence[Written], bench: Bench, workers: int = 1) -> list[str]:
    return carry_out(tables, bench, workers, lambda what, done, total: None)


RECORD = step("record")
STATE = step("state", "record", "decision")
CHAIN = (
    table("decision", "record", through=(RECORD,)), table("contract", "state", through=(RECORD, STATE)), table("buyer"),
    table("purchase", "contract", "buyer"),
)  # fmt: skip


@pytest.mark.parametrize("workers", [1, 2, 3])
def test_each_is_made_once_and_nothing_stays_held(workers: int) -> None:
    bench = Bench()
    assert made(CHAIN, bench, workers) == ["decision", "contract", "buyer", "purchase"]
    assert sorted(bench.told) == ["buyer", "contract", "decision", "held record", "held state", "purchase"]
    assert bench.held == set()


@pytest.mark.parametrize("workers", [1, 2])
def test_what_is_fresh_needs_no_held_table(workers: int) -> None:
    everything = frozenset(table.step.name for table in CHAIN)
    bench = Bench(fresh=everything)
    assert (made(CHAIN, bench, workers), bench.told) == ([], [])
    bench = Bench(fresh=everything - {"contract"})
    assert made(CHAIN, bench, workers) == ["contract"]
    assert bench.told == ["held record", "held state", "contract"]
    assert bench.held == set()


def test_a_held_table_that_is_asked_for_is_made_through_itself() -> None:
    bench = Bench()
    assert made((table("decision", "record", through=(RECORD,)), table("record", through=(RECORD,))), bench) == [
        "decision", "record",
    ]  # fmt: skip
    assert bench.told.count("held record") == 1
    assert bench.held == set()


@pytest.mark.parametrize("workers", [1, 2])
def test_a_table_that_fails_ends_the_build(workers: int) -> None:
    bench = Bench(failing="contract")
    with pytest.raises(ValueError, match="contract"):
        made(CHAIN, bench, workers)
    assert "purchase" not in bench.told
    assert bench.is_stopped == (workers > 1)


def test_two_are_made_at_the_same_time() -> None:
    both = threading.Barrier(2, timeout=WAIT)

    class Meeting(Bench):
        def write(self, target: Written) -> None:
            both.wait()
            super().write(target)

    assert made((table("one"), table("other")), Meeting(), 2) == ["one", "other"]


def test_held_tables_of_what_cannot_be_fresh_are_made_while_its_other_inputs_are() -> None:
    both = threading.Barrier(2, timeout=WAIT)

    class Meeting(Bench):
        def write(self, target: Written) -> None:
            if target.step.name == "usual":
                both.wait()
            super().write(target)

        def hold(self, step: Planned) -> None:
            both.wait()
            super().hold(step)

    bench = Meeting(surely_stale=frozenset({"finding"}))
    assert made((table("usual"), table("finding", "usual", "record", through=(RECORD,))), bench, 2) == [
        "usual", "finding",
    ]  # fmt: skip


def test_a_held_table_stays_no_longer_than_those_that_read_it_themselves() -> None:
    class Watching(Bench):
        def write(self, target: Written) -> None:
            if target.step.name == "contract":
                assert self.held == {"state"}
            super().write(target)

    assert made(CHAIN, Watching()) == ["decision", "contract", "buyer", "purchase"]


def test_what_stands_first_in_the_list_comes_first() -> None:
    tables = (
        table("supplier"), table("contract", "record", through=(RECORD,)), table("usual", "contract"), table("place"),
    )  # fmt: skip
    bench = Bench()
    made(tables, bench)
    assert bench.told == ["supplier", "held record", "contract", "usual", "place"]


@given(st.data(), st.integers(1, 3))
def test_any_tables_are_made_whatever_reads_what(data: st.DataObject, workers: int) -> None:
    """Tables read some of those before them; some of them are held."""
    count = data.draw(st.integers(1, 7))
    held: dict[str, Planned] = {}
    tables: list[Written] = []
    for number in range(count):
        name, before = f"t{number}", [f"t{other}" for other in range(number)]
        inputs = [other for other in before if data.draw(st.booleans())]
        closure = {h.name: h for i in inputs if i in held for h in (*_through(held, i), held[i])}
        if data.draw(st.booleans()):
            held[name] = step(name, *inputs)
        else:
            tables.append(table(name, *inputs, through=list(closure.values())))
    bench = Bench(fresh=frozenset(one.step.name for one in tables if data.draw(st.booleans())))
    stale = [one.step.name for one in tables if one.step.name not in bench.fresh]
    bench.surely_stale = frozenset(name for name in stale if data.draw(st.booleans()))
    assert made(tables, bench, workers) == [one.step.name for one in tables if one.step.name not in bench.fresh]
    assert bench.held == set()


def _through(held: dict[str, Planned], name: str) -> list[Planned]:
    """The held tables that a held one is made through, in order."""
    found: dict[str, Planned] = {}
    for needed in held[name].inputs:
        if needed in held:
            found |= {one.name: one for one in (*_through(held, needed), held[needed])}
    return list(found.values())
