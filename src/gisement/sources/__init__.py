"""One file per source: its card, and how its snapshots become raw tables."""
