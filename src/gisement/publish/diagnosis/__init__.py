"""The diagnosis of a territory: figures (`diagnose`), and how they are told in the terminal (`show`)."""

from __future__ import annotations

from gisement.publish.diagnosis.build import Diagnosis as Diagnosis
from gisement.publish.diagnosis.build import RuleCount as RuleCount
from gisement.publish.diagnosis.build import diagnose as diagnose
from gisement.publish.diagnosis.terminal import show as show
