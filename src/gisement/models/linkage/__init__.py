"""Suppliers by their names: those of the register, and central purchasing bodies."""
