"""Answers made one after the other, in the order they were asked for; a long one does not keep the next from starting."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from gisement.publish.web.turns import Turns


def made(seconds: dict[str, float], long: float) -> list[str]:
    """What begins and ends, in order, where each path takes its seconds and all are asked for at once."""
    noted: list[str] = []

    async def app(scope: Any, receive: Any, send: Any) -> None:
        noted.append(f"{scope['path']} begins")
        await asyncio.sleep(seconds[scope["path"]])
        noted.append(f"{scope['path']} ends")
        if scope["path"] == "broken":
            raise ValueError(scope["path"])

    async def together() -> None:
        turns = Turns(app, long)
        asked = [turns({"type": "http", "path": path}, None, None) for path in seconds]  # type: ignore[arg-type]
        await asyncio.gather(*asked, return_exceptions=True)

    # in a thread: a browser of other tests may hold the loop of this one
    with ThreadPoolExecutor(1) as apart:
        apart.submit(lambda: asyncio.run(together())).result()
    return noted


def test_each_answer_ends_before_the_next_begins_and_a_broken_one_gives_its_turn() -> None:
    seconds = {"a": 0.004, "broken": 0.001, "c": 0.001}
    assert made(seconds, long=5) == [f"{path} {what}" for path in seconds for what in ("begins", "ends")]


def test_a_long_answer_goes_on_beside_the_next_ones() -> None:
    noted = made({"long": 0.2, "b": 0.001, "c": 0.001}, long=0.01)
    assert noted == ["long begins", "b begins", "b ends", "c begins", "c ends", "long ends"]
