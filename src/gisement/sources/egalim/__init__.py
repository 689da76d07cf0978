"""Files of ma cantine: purchases of canteens in each variant of its import, and the published declarations."""

from __future__ import annotations

from gisement.sources.egalim.declarations import read_declarations as read_declarations
from gisement.sources.egalim.purchases import read_purchases as read_purchases
