"""The same steps on Apache Spark: same expressions, same inputs, one Parquet file per table in the end.

The master comes from the environment (`GISEMENT_SPARK`, a Spark Connect address or a master URL); by default a local
cluster of two workers.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Sequence
from typing import Any

from gisement.catalog import tables
from gisement.engine.duck import DuckRunner
from gisement.engine.plan import Planned, Steps
from gisement.store import database
from gisement.store.workspace import Workspace
from gisement.terms import Trouble

DEFAULT_MASTER = "local-cluster[2,1,1024]"


class SparkRunner:
    """Runs compiled steps in Spark; DuckDB only gathers each result into the one sorted file of its table."""

    dialect = "pyspark"

    def __init__(self, workspace: Workspace) -> None:
        self.workspace = workspace
        self.session = _session()
        self.version = f"spark {self.session.version}"
        self.gather = DuckRunner(workspace)

    def run(self, step: Planned) -> int:
        """Make the table of a step; returns its number of rows."""
        self._show(step.inputs)
        made = self.workspace.scratch / "spark" / step.name
        shutil.rmtree(made, ignore_errors=True)
        self.session.sql(step.sql).write.mode("overwrite").parquet(str(made))
        target = database.table_path(self.workspace, step.name)
        files = database.literal(made / "*.parquet")
        rows = database.write_sorted(
            self.gather.connection, f"SELECT * FROM read_parquet({files})", tables()[step.name], target
        )
        shutil.rmtree(made, ignore_errors=True)
        return rows

    def local(self, step: Planned, steps: Steps) -> int:
        """Steps that want Arrow tables run on the driver under every engine."""
        return self.gather.local(step, steps)

    def _show(self, names: Sequence[str]) -> None:
        for name in names:
            self.session.sql(database.spark_view_sql(self.workspace, name)).createOrReplaceTempView(name)

    def close(self) -> None:
        """Let go of the cluster."""
        self.gather.close()
        self.session.stop()


def _session() -> Any:
    try:
        from pyspark.sql import SparkSession
    except ImportError:
        raise Trouble(
            fr="Le moteur Spark n'est pas installé : lancer « pip install 'gisement[spark]' », avec Java 17 ou plus.",
            en="The Spark engine is not installed: run \"pip install 'gisement[spark]'\", with Java 17 or later.",
        ) from None
    if not shutil.which("java") and not os.environ.get("JAVA_HOME"):
        raise Trouble(
            fr="Le moteur Spark demande Java 17 ou plus, qui n'est pas sur cette machine : l'installer.",
            en="The Spark engine needs Java 17 or later, which this machine does not have: install it.",
        )
    master = os.environ.get("GISEMENT_SPARK", DEFAULT_MASTER)
    os.environ.setdefault("SPARK_DRIVER_MEMORY", "2g")
    settings = {
        "spark.sql.maxPlanStringLength": "1000",
        "spark.sql.session.timeZone": "UTC",
        "spark.sql.shuffle.partitions": "4",
        "spark.sql.ansi.enabled": "true",
    }
    builder = SparkSession.builder.remote(master)
    for name, value in settings.items():
        builder = builder.config(name, value)
    return builder.getOrCreate()
