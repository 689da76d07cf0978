"""Spark sessions and the servers behind them, with the files that a server keeps while it runs.

The cluster comes from the environment (`GISEMENT_SPARK`): the address of a Spark Connect server (`sc://…`), or a
master (`spark://…`, `local-cluster[…]`) on which a server of one's own is started. By default: a local cluster of
two workers.
"""

from __future__ import annotations

import os
import shutil
import tempfile
import uuid
from pathlib import Path
from typing import Any

from gisement.terms import Trouble

DEFAULT_MASTER = "local-cluster[2,1,1024]"
SETTINGS = {
    "spark.sql.maxPlanStringLength": "1000",
    "spark.sql.session.timeZone": "UTC",
    "spark.sql.shuffle.partitions": "2",
    "spark.sql.ansi.enabled": "true",
    "spark.sql.datetime.java8API.enabled": "true",
}
TOKEN = "SPARK_CONNECT_AUTHENTICATE_TOKEN"
_LOGGING = """\
rootLogger.level = fatal
rootLogger.appenderRef.stderr.ref = console
appender.console.type = Console
appender.console.name = console
appender.console.target = SYSTEM_ERR
appender.console.layout.type = PatternLayout
appender.console.layout.pattern = Spark: %p %c{1}: %.400m%n%ex{0}
"""


class Cluster:
    """A Spark Connect session, and the server behind it where it was started for it.

    `Trouble` where Spark or Java is not installed.
    """

    def __init__(self, master: str | None = None) -> None:
        master = master or os.environ.get("GISEMENT_SPARK", DEFAULT_MASTER)
        _check_installed(needs_java=not master.startswith("sc://"))
        from pyspark.sql.connect.session import SparkSession

        self.folder: Path | None = None
        self.server: Any = None
        address = master
        if not master.startswith("sc://"):
            self.folder = Path(tempfile.mkdtemp(prefix="gisement-spark-"))
            self.server, address = _serve(master, self.folder)
        self.session = SparkSession.builder.remote(address).create()
        for name, value in SETTINGS.items():
            self.session.conf.set(name, value)

    def stop(self) -> None:
        """End the session, and the server that was started for it, with what it left on the disk."""
        self.session.stop()
        if self.server is not None:
            logs = _home() / "work" / self.server.applicationId
            self.server.stop()
            shutil.rmtree(logs, ignore_errors=True)
        if self.folder is not None:
            shutil.rmtree(self.folder, ignore_errors=True)


def _serve(master: str, folder: Path) -> tuple[Any, str]:
    """Start a Spark Connect server on a master, for this machine only, and say its address.

    The usual short cut (`remote("local…")`) always takes port 15002: two builds at once could not both have it.
    """
    from pyspark import SparkConf, SparkContext
    from pyspark.sql import SparkSession

    (folder / "conf").mkdir()
    (folder / "conf" / "log4j2.properties").write_text(_LOGGING, encoding="utf-8")
    os.environ.setdefault("SPARK_CONF_DIR", str(folder / "conf"))
    os.environ.setdefault("SPARK_DRIVER_MEMORY", "2g")
    os.environ.setdefault(TOKEN, str(uuid.uuid4()))
    conf = SparkConf().setMaster(master).setAppName("gisement").setAll(list(SETTINGS.items()))
    conf.set("spark.plugins", "org.apache.spark.sql.connect.SparkConnectPlugin")
    conf.set("spark.connect.grpc.binding.address", "localhost")
    conf.set("spark.connect.grpc.binding.port", "0")
    conf.set("spark.driver.bindAddress", "127.0.0.1").set("spark.driver.host", "127.0.0.1")
    conf.set("spark.ui.enabled", "false").set("spark.ui.showConsoleProgress", "false")
    conf.set("spark.sql.warehouse.dir", str(folder / "warehouse"))
    context = SparkContext.getOrCreate(conf)
    SparkSession(context)  # the server makes the sessions of its clients from this one
    return context, f"sc://localhost:{_port(context)}"


def _port(context: Any) -> int:
    """The free port that the server took, which only its own code knows."""
    service = getattr(context._jvm, "org.apache.spark.sql.connect.service.SparkConnectService$")
    return int(service.__getattr__("MODULE$").localPort())


def _home() -> Path:
    import pyspark

    return Path(os.environ.get("SPARK_HOME") or Path(pyspark.__file__).parent)


def _check_installed(*, needs_java: bool) -> None:
    try:
        import pyspark.sql.connect.session as _  # noqa: F401
    except ImportError:
        raise Trouble(
            fr="Le moteur Spark n'est pas installé : lancer « pip install 'gisement[spark]' », avec Java 17 ou plus.",
            en="The Spark engine is not installed: run \"pip install 'gisement[spark]'\", with Java 17 or later.",
        ) from None
    if needs_java and not shutil.which("java") and not os.environ.get("JAVA_HOME"):
        raise Trouble(
            fr="Le moteur Spark demande Java 17 ou plus, qui n'est pas sur cette machine : l'installer.",
            en="The Spark engine needs Java 17 or later, which this machine does not have: install it.",
        )
