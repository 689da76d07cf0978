"""Payment ledgers: exports of finance software, masked before anything is kept. `prepare` is the whole path."""
