"""The only room that touches the disk: snapshots, Parquet tables, lineage."""

from gisement.store.snapshots import add_snapshot as add_snapshot
from gisement.store.snapshots import arrival as arrival
from gisement.store.snapshots import remove_snapshot as remove_snapshot
from gisement.store.snapshots import snapshots as snapshots
from gisement.store.workspace import Workspace as Workspace
