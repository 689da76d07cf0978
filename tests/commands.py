"""The command line run in real processes, forked from one that has loaded Ibis: a command then takes moments.

Each command is a process of its own: its interpreter reads the environment and `sys.argv`, runs
`gisement.cli.main`, and ends with its exit status. Only the import of third-party libraries is shared, which takes
a second each time otherwise.
"""

from __future__ import annotations

import errno
import fcntl
import json
import os
import pty
import struct
import subprocess
import sys
import termios
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

PROJECT = Path(__file__).resolve().parent.parent
START = "from gisement.cli import main; main()"
SERVER = f"""
import json, os, sys
import ibis, ibis.backends.sql.compilers.duckdb, sqlglot, typer, yaml
# DuckDB and Arrow start threads of their own when loaded, and a fork would wait for them for ever.
assert not {{"gisement", "duckdb", "pyarrow"}} & set(sys.modules)
for line in sys.stdin:
    asked = json.loads(line)
    child = os.fork()
    if not child:
        os.environ.clear()
        os.environ.update(asked["environment"])
        for number, path in enumerate(asked["outputs"], 1):
            os.dup2(os.open(path, os.O_WRONLY | os.O_CREAT), number)
        sys.argv = ["gisement", *asked["words"]]
        exec({START!r})
        sys.exit(0)
    print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), flush=True)
"""

Run = subprocess.CompletedProcess[str]


def gisement(*words: object, workspace: Path | None = None, **environment: str) -> Run:
    """Run the command in a process of its own, in French unless the environment says otherwise."""
    typed = _typed(words, workspace)
    with TemporaryDirectory() as folder:
        outputs = [str(Path(folder) / name) for name in ("out", "err")]
        asked = {"words": typed, "environment": _environment(environment), "outputs": outputs}
        server = _server()
        assert server.stdin is not None
        assert server.stdout is not None
        server.stdin.write(json.dumps(asked) + "\n")
        server.stdin.flush()
        status = int(server.stdout.readline())
        out, err = (Path(path).read_text(encoding="utf-8") for path in outputs)
    return Run(typed, status, out, err)


def fresh(*words: object, workspace: Path | None = None, code: str = START, **environment: str) -> Run:
    """The same in an interpreter that has loaded nothing, as a user starts it."""
    return subprocess.run(
        [sys.executable, "-c", code, *_typed(words, workspace)],
        env=_environment(environment),
        capture_output=True,
        text=True,
        encoding="utf-8",
    )


def started(*words: object, workspace: Path | None = None, **environment: str) -> subprocess.Popen[str]:
    """The same, begun and not waited for."""
    return subprocess.Popen(
        [sys.executable, "-c", START, *_typed(words, workspace)],
        env=_environment(environment),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        encoding="utf-8",
    )


def on_a_terminal(*words: object, workspace: Path | None = None, columns: int = 80, **environment: str) -> Run:
    """The same on a terminal of so many columns: what it shows is the standard output."""
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 40, columns, 0, 0))
    typed = _typed(words, workspace)
    given = {"TERM": "xterm", **environment}
    running = subprocess.Popen(
        [sys.executable, "-c", START, *typed], env=_environment(given), stdin=theirs, stdout=theirs, stderr=theirs
    )
    os.close(theirs)
    shown = b"".join(iter(lambda: _read(ours), b""))
    os.close(ours)
    return Run(typed, running.wait(), shown.decode("utf-8").replace("\r\n", "\n"), "")


def _read(terminal: int) -> bytes:
    """What a terminal shows next; nothing once its last program has ended (Linux then says EIO)."""
    try:
        return os.read(terminal, 1 << 16)
    except OSError as error:
        if error.errno != errno.EIO:
            raise
        return b""


def _typed(words: tuple[object, ...], workspace: Path | None) -> list[str]:
    return [*([] if workspace is None else ["-w", str(workspace)]), *map(str, words)]


def _environment(given: dict[str, str]) -> dict[str, str]:
    dropped = ("GISEMENT_", "PYTHONDONTWRITEBYTECODE")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(dropped) and name != "COLUMNS"}
    ours = {"PYTHONPATH": str(PROJECT / "src"), "PYTHONUTF8": "1", "PYTHONPYCACHEPREFIX": _bytecode().name}
    return {**kept, **ours, **given}


@cache
def _bytecode() -> TemporaryDirectory[str]:
    """Where these processes keep compiled modules, as an installed program has them; gone with the tests."""
    return TemporaryDirectory(prefix="gisement-bytecode-")


@cache
def _server() -> subprocess.Popen[str]:
    """The process that forks; it ends with the tests, when its standard input is closed."""
    return subprocess.Popen(
        [sys.executable, "-c", SERVER],
        env=_environment({}),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        encoding="utf-8",
    )
