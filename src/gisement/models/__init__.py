"""Mathematics: arrays or tables in, tables out."""
