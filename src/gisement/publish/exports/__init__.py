"""Exports: contracts and tables as other tools read them, each with the card of its data set."""
