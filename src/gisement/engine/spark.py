"""The same steps on Apache Spark: same expressions, same inputs, one Parquet file per table in the end."""

from __future__ import annotations

from collections.abc import Sequence

from gisement.catalog import tables
from gisement.engine.duck import DuckRunner
from gisement.engine.plan import Planned, Steps
from gisement.store import database, parsed
from gisement.store.cluster import Cluster as Cluster
from gisement.store.workspace import Workspace


class SparkRunner:
    """Runs compiled steps in Spark; DuckDB only gathers each result into the one sorted file of its table.

    A `cluster` that is given is shared, and stays when the runner closes.
    """

    dialect = "pyspark"

    def __init__(self, workspace: Workspace, cluster: Cluster | None = None) -> None:
        self.workspace = workspace
        self.cluster = cluster or Cluster()
        self.is_shared = cluster is not None
        self.session = self.cluster.session
        self.version = f"spark {self.session.version}"
        self.gather = DuckRunner(workspace)

    def run(self, step: Planned) -> int:
        """Make the table of a step; returns its number of rows."""
        self.show(step.inputs)
        made = self.workspace.scratch / "spark" / step.name
        parsed.drop_folder(made)
        self.session.sql(step.sql).write.mode("overwrite").parquet(str(made.resolve()))
        target = database.table_path(self.workspace, step.name)
        files = database.literal(made / "*.parquet")
        rows = database.write_sorted(
            self.gather.connection, f"SELECT * FROM read_parquet({files})", tables()[step.name], target
        )
        parsed.drop_folder(made)
        return rows

    def local(self, step: Planned, steps: Steps) -> int:
        """Steps that want Arrow tables run on the driver under every engine."""
        return self.gather.local(step, steps)

    def show(self, names: Sequence[str]) -> None:
        """Make tables of the workspace readable by their names in the session."""
        for name in names:
            self.session.sql(database.spark_view_sql(self.workspace, name)).createOrReplaceTempView(name)

    def close(self) -> None:
        """Let go of the files, and of the cluster if it was started here."""
        self.gather.close()
        if not self.is_shared:
            self.cluster.stop()
