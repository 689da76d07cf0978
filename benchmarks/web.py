"""How fast pages and figures answer over the loopback: filters that no request has had before, 16 connections.

    python benchmarks/web.py WORKSPACE [SECONDS [PROCESSES]]

Wants `wrk` (a Debian package). The requests are those of 5,000 visitors behind a proxy (`web.lua`): one visitor alone
is held to a rate. Prints requests per second, the 50th and the 99th percentile of the time to answer, and refusals if
any, for figures, their pages, pages of rows, and the home page; then what the home page weighs. The server runs in a
process of its own; it and `wrk` share the processors.
"""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import time
from pathlib import Path

import httpx

CONNECTIONS = 16
ADDRESSES = ("figures", "pages", "rows", "home")
FAR = 10_000_000
WARMING = 60
TOLD = ("50%", "99%", "Requests/sec", "Non-2xx")


def load(base: str, addresses: str, seconds: int, first: int = 0) -> str:
    """What wrk tells of these addresses from the `first` on, on one line."""
    script = str(Path(__file__).with_suffix(".lua"))
    command = ["wrk", "-t1", f"-c{CONNECTIONS}", f"-d{seconds}s", "--latency", "-s", script, base]
    asked = {**os.environ, "ADDRESSES": addresses, "FIRST": str(first)}
    told = subprocess.run(command, env=asked, capture_output=True, text=True, check=True)
    return "; ".join(" ".join(line.split()) for line in told.stdout.splitlines() if line.strip().startswith(TOLD))


def main(workspace: Path, seconds: int, workers: int) -> None:
    """Serve the workspace, ask, print."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-c", "from gisement.cli import main; main()", "-w", str(workspace), "serve"]
    command += ["--workers", str(workers)]
    told = f"{workers} process{'es' if workers > 1 else ''} on {os.cpu_count()} processors"
    print(f"{told}, {CONNECTIONS} connections, {seconds} s each; load before: {os.getloadavg()[0]:.1f}")
    server = subprocess.Popen([*command, "--port", str(port)], stdout=subprocess.PIPE, text=True)
    try:
        start = time.perf_counter()
        assert server.stdout is not None
        server.stdout.readline()
        base = f"http://127.0.0.1:{port}"
        httpx.get(f"{base}/", timeout=120).raise_for_status()
        print(f"first page: {time.perf_counter() - start:.1f} s after the start")
        time.sleep(WARMING * workers)  # pages are visited once in the background
        for addresses in ADDRESSES:
            load(base, addresses, 2, FAR)  # compiles what it must
            print(f"{addresses}: {load(base, addresses, seconds)}")
        home = httpx.get(f"{base}/", headers={"Accept-Encoding": "gzip"})
        print(f"home page: {int(home.headers['content-length']) / 1000:.0f} kB compressed, without styles and script")
    finally:
        server.terminate()
        server.wait(10)


if __name__ == "__main__":
    if len(sys.argv) < 2 or shutil.which("wrk") is None:
        print("no workspace given (web.py WORKSPACE [SECONDS [PROCESSES]]), or no wrk: nothing measured")
        sys.exit(0)
    given = dict(enumerate(map(int, sys.argv[2:4])))
    main(Path(sys.argv[1]), given.get(0, 10), given.get(1, 1))
