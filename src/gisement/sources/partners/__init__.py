"""What partners entrust: tables, sheets and objectives that they write after a template."""
