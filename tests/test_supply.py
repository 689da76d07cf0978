"""What is installed to run is known exactly: the SBOM lists each pin of the lock file, and says its digests."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

from tests.conftest import PROJECT

DEPLOY = PROJECT / "deploy"


def test_the_sbom_lists_what_the_lock_file_pins(tmp_path: Path) -> None:
    lock = PROJECT / "requirements-run.lock"
    command = [sys.executable, "-m", "cyclonedx_py", "requirements", str(lock), "--output-reproducible", "--of", "JSON"]
    subprocess.run([*command, "-o", str(tmp_path / "sbom.json")], check=True, capture_output=True)
    made = json.loads((tmp_path / "sbom.json").read_text(encoding="utf-8"))
    assert made["bomFormat"] == "CycloneDX"
    listed = {each["name"].lower(): each["version"] for each in made["components"]}
    pinned = dict(re.findall(r"^([a-z0-9][\w.-]*)==([^\s;]+)", lock.read_text(encoding="utf-8"), flags=re.MULTILINE))
    assert {name.replace("_", "-"): version for name, version in listed.items()} == pinned
    assert all(each["externalReferences"][0]["hashes"] for each in made["components"])


def test_no_secret_is_read_but_from_the_environment() -> None:
    """`SECRET`, `PASSWORD`, `TOKEN` are words of settings: only the command line reads them, from the environment."""
    found = [
        (path.name, line)
        for path in (PROJECT / "src").rglob("*.py")
        for line in path.read_text(encoding="utf-8").splitlines()
        if re.search(r"(secret|password)\s*=\s*[\"'][^\"']+[\"']", line, flags=re.IGNORECASE)
    ]
    assert found == []


def test_the_service_is_shut_in_and_listens_to_this_machine_alone() -> None:
    text = (DEPLOY / "gisement.service").read_text(encoding="utf-8")
    for setting in (
        "NoNewPrivileges=yes",
        "ProtectSystem=strict",
        "CapabilityBoundingSet=",
        "User=gisement",
        "UMask=0077",
    ):
        assert setting in text
    assert "--host 127.0.0.1" in text
    assert "client_max_body_size 32m" in (DEPLOY / "nginx.conf").read_text(encoding="utf-8")
    assert "--require-hashes" in (DEPLOY / "Containerfile").read_text(encoding="utf-8")
