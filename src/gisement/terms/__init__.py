"""The words of the house."""

from gisement.terms.figure import Figure as Figure
from gisement.terms.figure import Origin as Origin
from gisement.terms.figure import Perimeter as Perimeter
from gisement.terms.figure import Sums as Sums
from gisement.terms.indicator import CONTRACTS as CONTRACTS
from gisement.terms.indicator import EUROS as EUROS
from gisement.terms.indicator import PERCENT as PERCENT
from gisement.terms.indicator import Indicator as Indicator
from gisement.terms.indicator import Option as Option
from gisement.terms.rings import Ring as Ring
from gisement.terms.rule import Outcome as Outcome
from gisement.terms.rule import Rule as Rule
from gisement.terms.source import Progress as Progress
from gisement.terms.source import Reading as Reading
from gisement.terms.source import Snapshot as Snapshot
from gisement.terms.source import Source as Source
from gisement.terms.step import Step as Step
from gisement.terms.step import local_step as local_step
from gisement.terms.step import step as step
from gisement.terms.territory import Territory as Territory
from gisement.terms.territory import existing_rings as existing_rings
from gisement.terms.territory import parse_territory as parse_territory
from gisement.terms.trouble import Trouble as Trouble
from gisement.terms.verdict import Level as Level
from gisement.terms.verdict import Verdict as Verdict
from gisement.terms.verdict import highest as highest
