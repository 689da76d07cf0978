"""The only code that ties tables to functions: `build` makes tables of steps, `Observatory.measure` figures of indicators."""

from gisement.engine.build import build as build
from gisement.engine.measure import Observatory as Observatory
