"""One address may not ask for too much, nor send too much; others are not hindered.

Answers are made one after the other, in the order they were asked for; a long one does not keep the next from starting.
"""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route
from starlette.testclient import TestClient

from gisement.publish.web.serving.limits import Limits, Turns


async def _echo(request: Request) -> Response:
    return PlainTextResponse(str(len(await request.body())))


def limited(clock: list[float], largest: int = 100, address: str = "192.0.2.1") -> TestClient:
    """An application behind limits of ten requests at once, two more a second."""
    application = Limits(
        Starlette(routes=[Route("/", _echo, methods=["GET", "POST"])]),
        rate=2, burst=10, largest=largest, clock=lambda: clock[0],
    )  # fmt: skip
    return TestClient(application, client=(address, 1))


def test_what_is_too_frequent_waits() -> None:
    now = [0.0]
    client = limited(now)
    assert [client.get("/").status_code for _ in range(12)] == [200] * 10 + [429] * 2
    assert client.get("/").headers["retry-after"] == "2"
    other = TestClient(client.app, client=("192.0.2.2", 1))
    assert other.get("/").status_code == 200, "another address is not hindered"
    now[0] += 1
    assert [client.get("/").status_code for _ in range(3)] == [200, 200, 429]
    now[0] += 3600
    assert [client.get("/").status_code for _ in range(11)] == [200] * 10 + [429]


@pytest.mark.parametrize("size", [100, 101, 1000])
def test_what_is_too_large_is_refused(size: int) -> None:
    answer = limited([0.0]).post("/", content=b"x" * size)
    assert answer.status_code == (200 if size == 100 else 413)


def test_what_announces_no_length_is_counted_as_it_comes() -> None:
    def parts() -> object:
        yield from (b"x" * 30 for _ in range(10))

    assert limited([0.0]).post("/", content=parts()).status_code == 413


def test_a_length_that_is_none_is_refused() -> None:
    assert limited([0.0]).post("/", content=b"x", headers={"content-length": "-1"}).status_code == 400


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
