"""The diagnosis of a territory: figures (`diagnose`), in the terminal (`show`), as a page (`write_page`)."""

from __future__ import annotations

from gisement.publish.diagnosis.build import Diagnosis as Diagnosis
from gisement.publish.diagnosis.build import RuleCount as RuleCount
from gisement.publish.diagnosis.build import diagnose as diagnose
from gisement.publish.diagnosis.page import render as render
from gisement.publish.diagnosis.page import write_page as write_page
from gisement.publish.diagnosis.terminal import show as show
