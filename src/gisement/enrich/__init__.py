"""Joins: register, places, rings, amounts."""
