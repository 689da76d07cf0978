"""How long a build takes, against two references on the same file in the same run.

    python benchmarks/ingest.py FOLDER [CONTRACTS ...]

Floor: the file split by msgspec and read by DuckDB with explicit columns, no cleaning. Parse: Python's own `json.load`.
Build: `add decp` and `build contract contract_supplier amendment purchase finding`, as commands, in a workspace that
has a register of 8 million establishments. Every run is a process of its own, the three of a size one after the other;
wall seconds, processor seconds and peak memory are the operating system's. On a machine that does other work, only
processor seconds say something. The generated files stay in FOLDER.
"""

from __future__ import annotations

import itertools
import math
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

GENERATOR = Path(__file__).parent / "decp_generator.py"
SIZES = (100_000, 500_000, 1_500_000)
ESTABLISHMENTS = 8_000_000
TABLES = ("contract", "contract_supplier", "amendment", "purchase", "finding")
PARSE = "import json, sys; json.load(open(sys.argv[1], encoding='utf-8'))"
FLOOR = """
import mmap, msgspec, duckdb, sys
class Contracts(msgspec.Struct):
    marche: list[msgspec.Raw]
class Root(msgspec.Struct):
    marches: Contracts
text = lambda *names: {name: 'VARCHAR' for name in names}
holder = 'STRUCT(titulaire STRUCT(typeIdentifiant VARCHAR, id VARCHAR))[]'
columns = {
    **text('id', 'nature', 'objet', 'codeCPV', 'procedure', 'marcheInnovant', 'ccag', 'offresRecues', 'dureeMois',
           'dateNotification', 'datePublicationDonnees', 'montant', 'formePrix', 'attributionAvance', 'tauxAvance',
           'sousTraitanceDeclaree', 'typeGroupementOperateurs', 'idAccordCadre'),
    'acheteur': 'STRUCT(id VARCHAR)', 'lieuExecution': 'STRUCT(code VARCHAR, typeCode VARCHAR)', 'titulaires': holder,
    'considerationsSociales': 'STRUCT(considerationSociale VARCHAR[])',
    'considerationsEnvironnementales': 'STRUCT(considerationEnvironnementale VARCHAR[])',
    'modalitesExecution': 'STRUCT(modaliteExecution VARCHAR[])', 'techniques': 'STRUCT(technique VARCHAR[])',
    'typesPrix': 'STRUCT(typePrix VARCHAR[])',
    'modifications': 'STRUCT(modification STRUCT(id VARCHAR, dateNotificationModification VARCHAR, '
                     'datePublicationDonneesModification VARCHAR, montant VARCHAR, dureeMois VARCHAR, titulaires '
                     + holder + '))[]',
}
with open(sys.argv[1], 'rb') as file, open(sys.argv[2], 'wb') as lines:
    whole = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
    root = msgspec.json.decode(memoryview(whole), type=Root)
    for record in root.marches.marche:
        lines.write(record)
        lines.write(b'\\n')
duckdb.connect().execute(
    f"COPY (SELECT * FROM read_json('{sys.argv[2]}', format='newline_delimited', columns={columns})) "
    f"TO '{sys.argv[2]}.parquet' (FORMAT parquet, COMPRESSION zstd)")
"""


@dataclass(frozen=True)
class Run:
    """One process, or several in a row: wall and processor seconds in all, and the highest peak memory in MB."""

    seconds: float
    processor: float
    megabytes: float

    def then(self, other: Run) -> Run:
        """Both, one after the other."""
        seconds, processor = self.seconds + other.seconds, self.processor + other.processor
        return Run(seconds, processor, max(self.megabytes, other.megabytes))


def run(*command: str) -> Run:
    """Run a command to its end; a failure stops the benchmark."""
    began = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    if status != 0:
        sys.exit(f"failed: {' '.join(command[:6])}")
    return Run(time.perf_counter() - began, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024)


def gisement(workspace: Path, *words: str) -> Run:
    """Run a command of Gisement."""
    return run(sys.executable, "-c", "from gisement.cli import main; main()", "-w", str(workspace), *words)


def generated(folder: Path, what: str, size: int, name: str) -> Path:
    """A generated file, made once."""
    path = folder / name
    if not path.is_file():
        run(sys.executable, str(GENERATOR), what, str(size), str(path))
    return path


def prepared(folder: Path, register: Path) -> Path:
    """A workspace with the register added, built once empty so that its plan is compiled."""
    workspace = folder / "workspace-register"
    if not (workspace / "tables" / "finding.parquet").is_file():
        shutil.rmtree(workspace, ignore_errors=True)
        gisement(workspace, "init", "--territory", "epci:200069854")
        gisement(workspace, "add", "sirene", str(register))
    gisement(workspace, "build")
    return workspace


def measured(folder: Path, size: int, base: Path) -> tuple[Run, Run, Run]:
    """Parse, floor and build of a file of `size` contracts."""
    file = generated(folder, "contracts", size, f"decp-{size}.json")
    workspace = folder / "workspace"
    shutil.rmtree(workspace, ignore_errors=True)
    shutil.copytree(base, workspace, copy_function=os.link, ignore=shutil.ignore_patterns(".lock"))
    file.read_bytes()
    parse = run(sys.executable, "-c", PARSE, str(file))
    floor = run(sys.executable, "-c", FLOOR, str(file), str(folder / "floor.ndjson"))
    build = gisement(workspace, "add", "decp", str(file)).then(gisement(workspace, "build", *TABLES))
    return parse, floor, build


def main(arguments: Sequence[str]) -> None:
    """Print a table: seconds, ratios and memory by size, and how the build's time grows."""
    folder = Path(arguments[0])
    sizes = [int(size) for size in arguments[1:]] or list(SIZES)
    folder.mkdir(parents=True, exist_ok=True)
    base = prepared(folder, generated(folder, "register", ESTABLISHMENTS, "register.parquet"))
    print("contracts | parse s | floor s | build s | build/parse | build/floor | processor s each | MB: build | parse")
    builds: list[tuple[int, float]] = []
    for size in sizes:
        parse, floor, build = measured(folder, size, base)
        builds.append((size, build.seconds))
        told = " | ".join((
            f"{parse.seconds:.1f} | {floor.seconds:.1f} | {build.seconds:.1f}",
            f"{build.seconds / parse.seconds:.2f} | {build.seconds / floor.seconds:.2f}",
            f"{parse.processor:.1f}, {floor.processor:.1f}, {build.processor:.1f}",
            f"{build.megabytes:.0f} | {parse.megabytes:.0f}",
        ))  # fmt: skip
        print(f"{size} | {told}", flush=True)
    for (small, fast), (large, slow) in itertools.pairwise(builds):
        print(f"growth {small} -> {large}: exponent {math.log(slow / fast) / math.log(large / small):.2f}")


if __name__ == "__main__":
    main(sys.argv[1:])
