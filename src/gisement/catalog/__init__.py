"""What things are, as data: columns, tables, code lists, parameters, texts."""

from gisement.catalog.parameters import parameter as parameter
from gisement.catalog.tables import Table as Table
from gisement.catalog.tables import columns as columns
from gisement.catalog.tables import raw_tables as raw_tables
from gisement.catalog.tables import tables as tables
from gisement.catalog.texts import cooperation_texts as cooperation_texts
from gisement.catalog.texts import indicator_texts as indicator_texts
from gisement.catalog.texts import page_texts as page_texts
from gisement.catalog.texts import report_texts as report_texts
from gisement.catalog.texts import texts as texts
