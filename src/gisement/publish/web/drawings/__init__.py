"""Drawings of figures as SVG: what they are made of, each kind, and each with its summary, table and file."""
