"""One address may not ask for too much, nor send too much; others are not hindered."""

from __future__ import annotations

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route
from starlette.testclient import TestClient

from gisement.publish.web.limits import Limits


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
