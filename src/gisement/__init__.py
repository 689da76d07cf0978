"""Gisement: an open observatory of a territory's public procurement."""

__version__ = "0.1.0"
