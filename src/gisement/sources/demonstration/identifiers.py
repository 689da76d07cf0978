"""Fictive SIREN and SIRET: the check digits hold, and the prefix says that they are invented.

The prefix 999 is not known to have been given out by the register; no text reserves it.

Source: Insee, structure of SIREN (8 digits and a Luhn key) and SIRET (SIREN, 4 digits and a Luhn key).
"""

from __future__ import annotations

PREFIX = "999"
LARGEST = 99_999
_DOUBLED = str.maketrans("0123456789", "0246813579")
"""Twice a digit, less 9 where that is above 9."""


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
    total = sum(map(int, digits[::-2].translate(_DOUBLED) + digits[-2::-2]))
    return digits + str(-total % 10)
