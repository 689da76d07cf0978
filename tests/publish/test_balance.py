"""Of several processes that answer, one that has more requests than another gives connections back."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from gisement.publish.web.balance import ABSENT, Balanced


def closed(waiting: Sequence[int], asked: int) -> int:
    """How many of the answers to requests made at once close their connection, by the first process."""
    told: list[Any] = []
    held = list(waiting)

    async def app(scope: Any, receive: Any, send: Any) -> None:
        await asyncio.sleep(0)  # so that all are there before the first is answered
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b""})

    async def send(message: Any) -> None:
        told.extend(message.get("headers", ()))

    async def together() -> None:
        balanced = Balanced(app, held, 0)
        await asyncio.gather(*(balanced({"type": "http"}, None, send) for _ in range(asked)))  # type: ignore[arg-type]

    # in a thread: a browser of other tests may hold the loop of this one
    with ThreadPoolExecutor(1) as apart:
        apart.submit(lambda: asyncio.run(together())).result()
    assert held == [0, *waiting[1:]], "what was answered waits no more"
    return told.count((b"connection", b"close"))


@pytest.mark.parametrize(
    ("waiting", "asked", "expected"),
    [
        pytest.param([ABSENT], 16, 0, id="one process alone keeps all"),
        pytest.param([ABSENT, ABSENT], 16, 0, id="the other does not answer yet"),
        pytest.param([ABSENT, 8], 8, 0, id="both have as many"),
        pytest.param([ABSENT, 8], 9, 0, id="one more is no matter"),
        pytest.param([ABSENT, 1], 15, 13, id="fifteen to one: given back until two are left"),
        pytest.param([ABSENT, 20, 1], 4, 2, id="the one that has the fewest decides"),
    ],
)
def test_connections_are_given_back_where_another_process_has_fewer(
    waiting: list[int], asked: int, expected: int
) -> None:
    assert closed(waiting, asked) == expected
