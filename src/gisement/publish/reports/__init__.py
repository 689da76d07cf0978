"""Reports: documents made of figures, as PDF, HTML or a workbook."""

from __future__ import annotations

from gisement.publish.reports.reading import read as read
from gisement.publish.reports.writing import face_of as face_of
from gisement.publish.reports.writing import write as write
