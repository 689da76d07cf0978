"""Payment ledgers: exports of finance software, masked before anything is kept."""

from gisement.sources.ledger.assistant import Proposal as Proposal
from gisement.sources.ledger.assistant import Remark as Remark
from gisement.sources.ledger.assistant import propose as propose
from gisement.sources.ledger.mapping import LedgerMapping as LedgerMapping
from gisement.sources.ledger.mapping import read_mapping as read_mapping
from gisement.sources.ledger.mapping import written as written
from gisement.sources.ledger.masked_file import read_masked as read_masked
from gisement.sources.ledger.prepare import Prepared as Prepared
from gisement.sources.ledger.prepare import prepare_ledger as prepare_ledger
