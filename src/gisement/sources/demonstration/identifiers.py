"""Fictive SIREN and SIRET: the check digits hold, and the prefix says that they are invented.

The prefix 999 is not known to have been given out by the register; no text reserves it.

Source: Insee, structure of SIREN (8 digits and a Luhn key) and SIRET (SIREN, 4 digits and a Luhn key).
"""

from __future__ import annotations

PREFIX = "999"
LARGEST = 99_999


def siren(number: int) -> str:
    """The fictive SIREN of rank `number`, from 0 to 99,999."""
    return _keyed(f"{PREFIX}{number:05d}")


def siret(unit: str, establishment: int) -> str:
    """The SIRET of an establishment (1 is the first) of a SIREN."""
    return _keyed(f"{unit}{establishment:04d}")


def with_wrong_key(identifier: str) -> str:
    """The identifier with another last digit: its check fails."""
    return identifier[:-1] + str((int(identifier[-1]) + 1) % 10)


def _keyed(digits: str) -> str:
    """The digits and their Luhn key: every second digit from the right of the key is doubled."""
    doubled = [int(digit) * 2 if rank % 2 == 0 else int(digit) for rank, digit in enumerate(reversed(digits))]
    total = sum(value - 9 if value > 9 else value for value in doubled)
    return digits + str(-total % 10)
