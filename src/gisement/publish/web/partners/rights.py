"""Who may see and send what: for each buyer (SIREN) a role, from the provider's token or from `partners.toml`.

The token's `siret` (a ProConnect claim) makes a reader of the lines of that legal unit. More is written in the file, by
`sub` or by a verified e-mail address: reader or editor of any partner. Nobody is ever given all of them.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from gisement.terms import Trouble
from gisement.terms.mishap import in_french
from gisement.terms.toml_text import parsed_toml

READER, EDITOR = "reader", "editor"
ROLES = (READER, EDITOR)


@dataclass(frozen=True)
class Grant:
    """One role on one buyer, for people named by subject or by e-mail address (small letters)."""

    siren: str
    role: str
    subjects: frozenset[str]
    emails: frozenset[str]


@dataclass(frozen=True)
class Rights:
    """The grants of a workspace; `by_token` says whether the provider's `siret` counts."""

    grants: tuple[Grant, ...] = ()
    by_token: bool = True

    def of(self, claims: Mapping[str, Any], partners: Collection[str]) -> dict[str, str]:
        """The role on each partner (SIREN) that these claims give; the greatest wins; empty for whoever has none."""
        found: dict[str, str] = {}
        siret = str(claims.get("siret") or "")
        if self.by_token and re.fullmatch("[0-9]{14}", siret):
            found[siret[:9]] = READER
        email = str(claims.get("email") or "").lower() if claims.get("email_verified", True) is not False else ""
        for grant in self.grants:
            if str(claims.get("sub")) in grant.subjects or (email and email in grant.emails):
                found[grant.siren] = max(found.get(grant.siren, READER), grant.role, key=ROLES.index)
        return {siren: role for siren, role in sorted(found.items()) if siren in partners}


def parse_rights(text: str, name: str) -> Rights:
    """The rights that a TOML text declares; raises Trouble, with the name of the file, where it cannot be read."""
    try:
        content = parsed_toml(text)
        grants = tuple(_grant(each) for each in content.get("partner", ()))
        return Rights(grants, bool(content.get("siret_of_the_token", True)))
    except (tomllib.TOMLDecodeError, KeyError, TypeError, ValueError, AttributeError) as error:
        raise Trouble(
            fr=f"{name} est illisible ({in_french(error)}) : chaque [[partner]] a siren (neuf chiffres), role "
            "(reader ou editor), et emails ou subjects (listes).",
            en=f"{name} cannot be read ({error}): each [[partner]] has siren (nine digits), role (reader or editor), "
            "and emails or subjects (lists).",
        ) from None


def _grant(each: Mapping[str, Any]) -> Grant:
    siren, role = str(each["siren"]), str(each.get("role", READER))
    if not re.fullmatch("[0-9]{9}", siren) or role not in ROLES:
        raise ValueError(f"siren {siren}, role {role}")
    return Grant(
        siren, role, frozenset(map(str, each.get("subjects", ()))), frozenset(e.lower() for e in each.get("emails", ()))
    )
