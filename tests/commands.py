"""The command line run as a user does: in this process, where a command takes moments, or in one of its own.

`gisement` is what most tests want: it calls `gisement.cli.main` with its words, its environment and its outputs, and
catches its exit status. `fresh`, `started` and `on_a_terminal` begin a new interpreter: for what only a process shows
(its memory, its signals, what it loads, a terminal).
"""

from __future__ import annotations

import errno
import fcntl
import io
import os
import pty
import struct
import subprocess
import sys
import termios
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path

import pytest

PROJECT = Path(__file__).resolve().parent.parent
START = "from gisement.cli import main; main()"

Run = subprocess.CompletedProcess[str]


def gisement(*words: object, workspace: Path | None = None, **environment: str) -> Run:
    """Run the command here, in French unless the environment says otherwise; whatever it raises is the test's."""
    from gisement.cli import main

    typed = _typed(words, workspace)
    out, err = (io.TextIOWrapper(io.BytesIO(), encoding="utf-8", newline="") for _ in range(2))
    with pytest.MonkeyPatch.context() as patch:
        _set(patch, _environment(environment))
        patch.setattr(sys, "argv", ["gisement", *typed])
        with redirect_stdout(out), redirect_stderr(err), pytest.raises(SystemExit) as ended:
            main()
    told = []
    for stream in (out, err):
        stream.seek(0)
        told.append(stream.read())
    return Run(typed, int(ended.value.code or 0), *told)


def _set(patch: pytest.MonkeyPatch, environment: dict[str, str]) -> None:
    """Make this the whole environment."""
    for name in set(os.environ) - set(environment):
        patch.delenv(name)
    for name, value in environment.items():
        patch.setenv(name, value)


def fresh(*words: object, workspace: Path | None = None, code: str = START, **environment: str) -> Run:
    """The same in an interpreter that has loaded nothing, as a user starts it."""
    return subprocess.run(
        [sys.executable, "-c", code, *_typed(words, workspace)],
        env=_environment(environment),
        capture_output=True,
        text=True,
        encoding="utf-8",
    )


def started(
    *words: object, workspace: Path | None = None, code: str = START, **environment: str
) -> subprocess.Popen[str]:
    """The same, begun and not waited for."""
    return subprocess.Popen(
        [sys.executable, "-c", code, *_typed(words, workspace)],
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
    ours = {"PYTHONPATH": str(PROJECT / "src"), "PYTHONUTF8": "1"}
    return {**kept, **ours, "GISEMENT_THREADS": "1", **given}
