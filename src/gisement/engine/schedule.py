"""Which table is made when: each once what it reads is there, several at a time where an engine can.

A query leaves processors idle while it is planned, and while its last rows are put in order and written: another one
takes them. Which table comes first changes none of them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from typing import Protocol

from gisement.engine.plan import Planned, Written

Say = Callable[[str, int, int], None]


class Workshop(Protocol):
    """What makes tables: `write` and `hold` are called in threads, the rest in one."""

    def is_fresh(self, target: Written) -> bool:
        """Whether a table, whose inputs are all there, is what a build would make."""

    def write(self, target: Written) -> None:
        """Make the file of a table; what it is made through is held."""

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
    """Held tables."""
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
        self._uses = Counter(held.name for target in to_write for held in target.through)

    def next(self) -> _Task | None:
        """A task that can begin now, the first of them in the order of the list; None if each waits for another."""
        self._judge()
        for number, task in enumerate(self._tasks):
            if task.waits_for <= self._held:
                self.say(task.name, self.total - len(self._awaited), self.total)
                return self._tasks.pop(number)
        return None

    def end(self, task: _Task) -> None:
        """Know that a task has ended well."""
        if task.target is None:
            self._held.add(task.name)
        else:
            self.made.add(task.name)
            self._pass(task.target)

    def _judge(self) -> None:
        """Ask for what is to be made of the tables whose inputs are there, and pass those that need nothing."""
        for target in list(self._unjudged):
            if self._awaited.isdisjoint(target.inputs):
                self._unjudged.remove(target)
                if self.workshop.is_fresh(target):
                    self._pass(target)
                else:
                    self._ask(target)

    def _ask(self, target: Written) -> None:
        through = {held.name for held in target.through}
        for held in target.through:
            if held.name not in self._asked:
                self._asked.add(held.name)
                waits_for = through.intersection(held.inputs)
                self._tasks.append(_Task(held.name, frozenset(waits_for), lambda h=held: self.workshop.hold(h), None))  # type: ignore[misc]
        write = _Task(target.step.name, frozenset(through), lambda: self.workshop.write(target), target)
        self._tasks.append(write)

    def _pass(self, target: Written) -> None:
        """Know that a table is there, and let go of what no other is made through any more."""
        self._awaited.remove(target.step.name)
        for held in target.through:
            self._uses[held.name] -= 1
            if not self._uses[held.name] and held.name in self._held:
                self.workshop.release(held.name)
