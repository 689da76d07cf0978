"""Our arithmetic against pymrio's, on its test system: another program, by other hands, to one in a thousand million.

It wants a pandas that another of our tools refuses, so that it runs by an interpreter of its own, made once from a lock
file with hashes (`crosscheck/requirements.lock`); without an index to install from, the test says so and is skipped.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from gisement.models.impact import input_output as io
from tests.test_house import lock_problems

HERE = Path(__file__).parent / "crosscheck"
MADE = Path(__file__).resolve().parents[2] / ".venv" / "crosscheck"
PATIENCE = 600
PIP = (sys.executable, "-m", "pip")
VERSION = "0.7.0"


def interpreter() -> Path:
    """The interpreter that has pymrio, made if it is not there. Skips the test where it cannot be."""
    found = MADE / "bin" / "python"
    if found.exists() and run([str(found), "-c", "import pymrio"]).returncode == 0:
        return found
    shutil.rmtree(MADE, ignore_errors=True)
    answer = run([sys.executable, "-m", "venv", "--without-pip", str(MADE)])
    lock = ["install", "-q", "--require-hashes", "-r", str(HERE / "requirements.lock")]
    told = os.environ.get("PIP_INDEX_URL") or run([*PIP, "config", "get", "global.index-url"]).stdout.strip()
    index = {"UV_DEFAULT_INDEX": told} if told else {}
    # uv takes a fifth of the time of pip, where it can run; it does not read pip's settings
    for installer in (
        [str(Path(sys.executable).with_name("uv")), "pip", *lock, "--python", str(found)],
        [*PIP, "--python", str(found), *lock],
    ):
        if Path(installer[0]).exists() and (answer := run(installer, **index)).returncode == 0:
            return found
    shutil.rmtree(MADE, ignore_errors=True)
    why = (answer.stderr.strip().splitlines() or ["?"])[-1]
    pytest.skip(f"pymrio's own environment could not be made: {why}")


def run(command: list[str], **environment: str) -> subprocess.CompletedProcess[str]:
    """A command, waited for."""
    told = {**environment, **os.environ}
    return subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE, check=False, env=told)


@pytest.fixture(scope="module")
def answers() -> dict[str, Any]:
    """Matrices as pymrio gives them."""
    answer = run([str(interpreter()), str(HERE / "answers.py")])
    assert answer.returncode == 0, answer.stderr
    told = json.loads(answer.stdout)
    found: dict[str, Any] = {name: np.array(value) for name, value in told.items() if name != "version"}
    return {**found, "version": told["version"]}


def test_it_is_the_version_of_the_lock_file(answers: dict[str, Any]) -> None:
    assert answers["version"] == VERSION
    assert f"pymrio=={VERSION}" in (HERE / "requirements.lock").read_text(encoding="utf-8")
    assert answers["Z"].shape == (48, 48)


def test_the_lock_file_has_hashes_and_names_no_host() -> None:
    assert lock_problems((HERE / "requirements.lock").read_text(encoding="utf-8")) == []


def test_coefficients_inverse_and_output_are_pymrio_s(answers: dict[str, Any]) -> None:
    coefficients = io.technical_coefficients(answers["Z"], answers["x"])
    inverse = io.leontief_inverse(coefficients)
    assert np.abs(coefficients - answers["A"]).max() < 1e-9
    assert np.abs(inverse - answers["L"]).max() < 1e-9
    assert np.abs(io.output_multipliers(inverse) - answers["L"].sum(axis=0)).max() < 1e-9
    made = inverse @ answers["Y"].sum(axis=1)
    assert np.abs(made / answers["x"].ravel() - 1).max() < 1e-9


def test_emissions_per_euro_of_final_demand_are_pymrio_s(answers: dict[str, Any]) -> None:
    inverse = io.leontief_inverse(io.technical_coefficients(answers["Z"], answers["x"]))
    found = io.effects(inverse, answers["S"])
    assert found.shape == answers["M"].shape
    assert np.abs(found / answers["M"] - 1).max() < 1e-9
