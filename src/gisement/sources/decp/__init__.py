"""DECP files (JSON, XML, CSV, Parquet; 2019 and 2022 formats) read into the raw table `raw_decp`."""

from __future__ import annotations

from gisement.sources.decp.archives import expand as expand
from gisement.sources.decp.reading import read as read
from gisement.sources.decp.reading import recognise as recognise
from gisement.sources.decp.report import ReadReport as ReadReport
