"""Answering over HTTP: what is let in, whose turn it is, what is kept, and which release answers."""
