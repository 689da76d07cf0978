"""The only code that ties tables to functions: `build` makes tables by steps, `Observatory` figures by indicators."""

from gisement.engine.build import build as build
from gisement.engine.measure import Observatory as Observatory
