"""The same steps on Apache Spark: same expressions, same inputs, one Parquet file per table in the end."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from gisement.catalog import raw_tables, tables
from gisement.engine.duck import DuckRunner
from gisement.engine.plan import Planned
from gisement.store import database, parsed
from gisement.store.cluster import Cluster as Cluster
from gisement.store.workspace import Workspace


class SparkRunner:
    """Runs compiled steps in Spark; DuckDB only gathers each result into the one sorted file of its table.

    A `cluster` that is given is shared, and stays when the runner closes.
    """

    dialect = "pyspark"
    workers = 1

    def __init__(self, workspace: Workspace, cluster: Cluster | None = None) -> None:
        self.workspace = workspace
        self.cluster = cluster or Cluster()
        self.is_shared = cluster is not None
        self.session = self.cluster.session
        self.version = f"spark {self.session.version}"
        self.gather = DuckRunner(workspace)
        self.shown: set[str] = set()
        self.held: set[str] = set()

    def run(self, step: Planned) -> int:
        """Make the table of a step; returns its number of rows."""
        made = self._run(step, self.workspace.scratch / "spark" / step.name)
        target = database.table_path(self.workspace, step.name)
        files = database.literal(made / "*.parquet")
        rows = database.write_sorted(
            self.gather.connection, f"SELECT * FROM read_parquet({files})", tables()[step.name], target
        )
        parsed.drop_folder(made)
        return rows

    def hold(self, step: Planned) -> None:
        """Make the table of a step as Spark's own files, for the steps that read it."""
        made = self._run(step, self._held_folder(step.name))
        _declared(self.session, step.name).parquet(str(made.resolve())).createOrReplaceTempView(step.name)
        self.held.add(step.name)

    def release(self, name: str) -> None:
        """Let go of a held table that no step reads any more."""
        parsed.drop_folder(self._held_folder(name))
        self.held.remove(name)

    def stop(self) -> None:
        """One table is made at a time: what ends the build has ended it."""

    def _run(self, step: Planned, made: Path) -> Path:
        """The folder, filled with the files that Spark makes of a step."""
        for name in sorted(set(step.inputs) - self.shown - self.held):
            show(self.session, self.workspace, name)
            self.shown.add(name)
        parsed.drop_folder(made)
        self.session.sql(step.sql).write.mode("overwrite").parquet(str(made.resolve()))
        return made

    def _held_folder(self, name: str) -> Path:
        return self.workspace.scratch / "held" / name

    def local(self, step: Planned) -> int:
        """Steps that want Arrow tables run on the driver under every engine."""
        return self.gather.local(step)

    def close(self) -> None:
        """Let go of the files, and of the cluster if it was started here."""
        self.gather.close()
        if not self.is_shared:
            self.cluster.stop()


def show(session: Any, workspace: Workspace, name: str) -> None:
    """Make a raw or built table of the workspace readable by its name in a session.

    Its columns are told: to learn them, Spark runs a job for each file, which took most of the time of a small step.
    """
    if name in raw_tables():
        frame = _raw(session, workspace, name)
    else:
        frame = _declared(session, name).parquet(str(database.table_path(workspace, name)))
    frame.createOrReplaceTempView(name)


def _declared(session: Any, name: str) -> Any:
    return session.read.schema(database.spark_columns(database.schema(name)))


def _raw(session: Any, workspace: Workspace, name: str) -> Any:
    """The parsed snapshots of a raw table, in one scan (each costs tasks); no row where its source is absent."""
    from pyspark.sql.connect.functions import col, regexp_extract

    files = database.raw_files(workspace, name)
    if not files:
        return session.createDataFrame([], database.spark_columns(database.schema(name)))
    reader = session.read.schema(database.spark_columns(raw_tables()[name].schema))
    # .../SNAPSHOT.parquet, or a folder of that name with the parts of a large one
    snapshot = regexp_extract(col("_metadata.file_path"), r"([^/]+)\.parquet(/[^/]+)?$", 1)
    return reader.parquet(*map(str, files.values())).withColumn("snapshot", snapshot)
