"""Which table is made when: each once what it reads is there, several at a time where an engine can.

A query leaves processors idle while it is planned, and while its last rows are put in order and written: another one
takes them. Which table comes first changes none of them, only how soon all are there.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from typing import Protocol

from gisement.engine.plan import Planned, Written

Say = Callable[[str, int, int], None]


class Workshop(Protocol):
    """What makes tables: `write` and `hold` are called in threads, the rest in one."""

    def is_fresh(self, target: Written) -> bool:
        """Whether a table, whose inputs are all there, is what a build would make."""

    def is_stale(self, target: Written, there: Collection[str]) -> bool:
        """Whether these inputs, which are there, tell enough to know that a table is not fresh."""

    def write(self, target: Written) -> None:
        """Make the file of a table; the held ones that it reads are there."""

    def hold(self, step: Planned) -> None:
        """Make a table in memory."""

    def release(self, name: str) -> None:
        """Let go of a held table."""

    def stop(self) -> None:
        """End what is at work, as soon as can be."""


@dataclass(frozen=True)
class _Task:
    name: str
    waits_for: frozenset[str]
    """Tables, held or written."""
    make: Callable[[], None]
    target: Written | None


def carry_out(to_write: Sequence[Written], workshop: Workshop, workers: int, say: Say) -> list[str]:
    """Write the tables that are not fresh, with the held ones they need; their names, in the order of the list.

    Raises what making a table raises, once those at work beside it have ended.
    """
    schedule = _Schedule(to_write, workshop, say)
    if workers == 1:
        while task := schedule.next():
            task.make()
            schedule.end(task)
    else:
        _together(schedule, workers, workshop)
    say("", len(to_write), len(to_write))
    return [target.step.name for target in to_write if target.step.name in schedule.made]


def _together(schedule: _Schedule, workers: int, workshop: Workshop) -> None:
    at_work: dict[Future[None], _Task] = {}
    with ThreadPoolExecutor(workers) as pool:
        try:
            while True:
                while len(at_work) < workers and (task := schedule.next()):
                    at_work[pool.submit(task.make)] = task
                if not at_work:
                    return
                for ended in wait(at_work, return_when=FIRST_COMPLETED).done:
                    ended.result()
                    schedule.end(at_work.pop(ended))
        except BaseException:
            workshop.stop()
            raise


class _Schedule:
    """What is there, what is at work, what waits."""

    def __init__(self, to_write: Sequence[Written], workshop: Workshop, say: Say) -> None:
        self.workshop, self.say = workshop, say
        self.total = len(to_write)
        self.made: set[str] = set()
        self._unjudged = list(to_write)
        self._awaited = {target.step.name for target in to_write}
        self._tasks: list[_Task] = []
        self._asked: set[str] = set()
        self._held: set[str] = set()
        through = [(held, target) for target in to_write for held in target.through]
        self._readers: dict[str, set[str]] = {held.name: set() for held, _ in through}
        """Of each held table, the tables to come that read it."""
        self._made_for: dict[str, set[str]] = {held.name: set() for held, _ in through}
        """Of each held table, the written ones to come that are made through it."""
        names = [step.name for target in to_write for step in (*target.through, target.step)]
        self._order = {name: number for number, name in enumerate(dict.fromkeys(names))}
        for held, target in through:
            self._made_for[held.name].add(target.step.name)
            self._read_by(held.name, held.inputs)
            self._read_by(f"file of {target.step.name}", _reads(target))

    def next(self) -> _Task | None:
        """The first task of the list that can begin now, a held table before those made of it; None if none can."""
        self._judge()
        ready = [task for task in self._tasks if self._is_ready(task)]
        if not ready:
            return None
        task = min(ready, key=lambda task: self._order[task.name])
        self._tasks.remove(task)
        self.say(task.name, self.total - len(self._awaited), self.total)
        return task

    def end(self, task: _Task) -> None:
        """Know that a task has ended well."""
        if task.target is None:
            self._held.add(task.name)
            self._count_out(task.name)
        else:
            self.made.add(task.name)
            self._pass(task.target)

    def _read_by(self, reader: str, names: Collection[str]) -> None:
        for name in self._readers.keys() & names:
            self._readers[name].add(reader)

    def _is_ready(self, task: _Task) -> bool:
        to_come = self._awaited.difference(self._readers) | (self._readers.keys() - self._held)
        return task.waits_for.isdisjoint(to_come)

    def _judge(self) -> None:
        """Ask for what is to be made of the tables whose inputs are there, and pass those that need nothing.

        Of a table that cannot be fresh, the held ones are made while its other inputs still are.
        """
        for target in list(self._unjudged):
            if self._awaited.isdisjoint(target.inputs):
                self._unjudged.remove(target)
                if self.workshop.is_fresh(target):
                    self._pass(target)
                else:
                    self._ask(target)
            elif self._wants_held(target) and self.workshop.is_stale(target, set(target.inputs) - self._awaited):
                self._ask_held(target)

    def _wants_held(self, target: Written) -> bool:
        return not self._asked.issuperset(held.name for held in target.through)

    def _ask(self, target: Written) -> None:
        self._ask_held(target)
        write = _Task(target.step.name, frozenset(_reads(target)), lambda: self.workshop.write(target), target)
        self._tasks.append(write)

    def _ask_held(self, target: Written) -> None:
        for held in target.through:
            if held.name not in self._asked:
                self._asked.add(held.name)
                self._tasks.append(_Task(held.name, frozenset(held.inputs), lambda h=held: self.workshop.hold(h), None))  # type: ignore[misc]

    def _pass(self, target: Written) -> None:
        """Know that a table is there, and that held ones are no longer wanted for it."""
        self._awaited.remove(target.step.name)
        self._count_out(f"file of {target.step.name}")
        for held in target.through:
            self._made_for[held.name].remove(target.step.name)
            if not self._made_for[held.name]:
                self._count_out(held.name)

    def _count_out(self, reader: str) -> None:
        """Know that a table reads nothing any more, and let go of the held ones that no other will read."""
        for name, readers in self._readers.items():
            readers.discard(reader)
            if not readers and name in self._held:
                self._held.remove(name)
                self.workshop.release(name)


def _reads(target: Written) -> Collection[str]:
    """What the file of a table is made of: of a held table that is asked for, it is a copy."""
    return (target.step.name,) if target.step in target.through else target.step.inputs
