"""The command line: verbs, and the only reader of settings."""

from gisement.cli.commands import app as app
from gisement.cli.commands import main as main
