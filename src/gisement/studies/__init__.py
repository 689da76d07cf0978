"""One question each, asked of figures: what a territory can do with what is measured."""
