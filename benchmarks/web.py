"""How fast pages and figures answer, over the loopback: filters that no request has had before, 16 connections.

    python benchmarks/web.py WORKSPACE [SECONDS]

Prints requests per second and the 50th, 99th and 100th percentiles of the time to answer, for figures, for pages, and
for the home page; then what the home page weighs. The server runs in a process of its own.
"""

from __future__ import annotations

import asyncio
import itertools
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import httpx

CONNECTIONS = 16
YEARS, FAMILIES = range(2019, 2026), ("food", "building_works", "energy_water", "catering")
NAMES = ("local_share", "total_spend", "sme_share", "contracts")


def figures() -> Iterator[str]:
    """Addresses of figures, each with values of filters of its own (a CPV prefix that no other has)."""
    for number, (year, name) in enumerate(itertools.cycle(itertools.product(YEARS, NAMES))):
        yield f"/api/measure/{name}?year={year}&cpv={number % 90 + 10}&cpv={number}"


def pages() -> Iterator[str]:
    """Addresses of pages of rows, likewise."""
    for number, year in enumerate(itertools.cycle(YEARS)):
        yield f"/contracts?year={year}&cpv={number % 90 + 10}&cpv={number}"


async def load(base: str, addresses: Iterator[str], seconds: float) -> list[float]:
    """How long each answer took, in seconds; an answer that is no success is an error."""
    times: list[float] = []
    end = time.perf_counter() + seconds
    limits = httpx.Limits(max_connections=CONNECTIONS, max_keepalive_connections=CONNECTIONS)
    async with httpx.AsyncClient(base_url=base, limits=limits, timeout=60) as client:

        async def one() -> None:
            while time.perf_counter() < end:
                start = time.perf_counter()
                (await client.get(next(addresses))).raise_for_status()
                times.append(time.perf_counter() - start)

        await asyncio.gather(*(one() for _ in range(CONNECTIONS)))
    return times


def tell(name: str, times: list[float], seconds: float) -> None:
    """One line of results."""
    ordered = sorted(times)
    at = [ordered[min(int(len(ordered) * part), len(ordered) - 1)] * 1000 for part in (0.5, 0.99, 1)]
    print(f"{name}: {len(times) / seconds:.0f} requests/s; p50 {at[0]:.0f} ms, p99 {at[1]:.0f} ms, max {at[2]:.0f} ms")


def main(workspace: Path, seconds: float) -> None:
    """Serve the workspace, ask, print."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-c", "from gisement.cli import main; main()", "-w", str(workspace), "serve"]
    server = subprocess.Popen([*command, "--port", str(port)], stdout=subprocess.PIPE, text=True)
    try:
        start = time.perf_counter()
        assert server.stdout is not None
        server.stdout.readline()
        base = f"http://127.0.0.1:{port}"
        httpx.get(f"{base}/", timeout=120).raise_for_status()
        print(f"first page: {time.perf_counter() - start:.1f} s after the start")
        for name, addresses in (("figures", figures()), ("pages of rows", pages()), ("home", itertools.repeat("/"))):
            asyncio.run(load(base, addresses, 2))  # compiles what it must
            tell(name, asyncio.run(load(base, addresses, seconds)), seconds)
        home = httpx.get(f"{base}/", headers={"Accept-Encoding": "gzip"})
        print(f"home page: {int(home.headers['content-length']) / 1000:.0f} kB compressed, without styles and script")
    finally:
        server.terminate()
        server.wait(10)


if __name__ == "__main__":
    if len(sys.argv) < 2:
        print("no workspace given (python benchmarks/web.py WORKSPACE [SECONDS]): nothing measured")
        sys.exit(0)
    main(Path(sys.argv[1]), float(sys.argv[2]) if len(sys.argv) > 2 else 10)
