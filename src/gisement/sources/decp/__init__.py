"""DECP files (JSON, XML, CSV, Parquet; 2019 and 2022 formats) read into the raw table `raw_decp`."""

from __future__ import annotations

from gisement.sources.decp.raw import ReadReport as ReadReport
from gisement.sources.decp.reading import read as read
from gisement.sources.decp.reading import recognise as recognise
