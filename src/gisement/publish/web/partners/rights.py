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
        """The role on each partner (SIREN) that these claims give; the greatest wins; empty for whoever has none.

        A claim of another type than its own says nothing, and an address counts where the provider says `true` of it.
        """
        found: dict[str, str] = {}
        siret, subject, email = (_text(claims, name) for name in ("siret", "sub", "email"))
        if self.by_token and re.fullmatch("[0-9]{14}", siret, re.ASCII):
            found[siret[:9]] = READER
        is_verified = claims.get("email_verified") is True
        for grant in self.grants:
            if subject in grant.subjects or (is_verified and email.lower() in grant.emails):
                found[grant.siren] = max(found.get(grant.siren, READER), grant.role, key=ROLES.index)
        return {siren: role for siren, role in sorted(found.items()) if siren in partners}


def _text(claims: Mapping[str, Any], name: str) -> str:
    """A claim that is a text; empty where it is absent or of another type."""
    told = claims.get(name)
    return told if isinstance(told, str) else ""


def parse_rights(text: str, name: str) -> Rights:
    """The rights that a TOML text declares; raises Trouble, with the name of the file, where it cannot be read."""
    try:
        content = parsed_toml(text)
        grants = tuple(_grant(each) for each in content.get("partner", ()))
        by_token = content.get("siret_of_the_token", True)
        if not isinstance(by_token, bool):
            raise TypeError(f"siret_of_the_token {by_token!r}")
        return Rights(grants, by_token)
    except (tomllib.TOMLDecodeError, KeyError, TypeError, ValueError, AttributeError) as error:
        raise Trouble(
            fr=f"{name} est illisible ({in_french(error)}) : chaque [[partner]] a siren (neuf chiffres), role "
            "(reader ou editor), et emails ou subjects (listes).",
            en=f"{name} cannot be read ({error}): each [[partner]] has siren (nine digits), role (reader or editor), "
            "and emails or subjects (lists).",
        ) from None


def _grant(each: Mapping[str, Any]) -> Grant:
    siren, role = str(each["siren"]), str(each.get("role", READER))
    subjects, emails = each.get("subjects", []), each.get("emails", [])
    if not re.fullmatch("[0-9]{9}", siren) or role not in ROLES:
        raise ValueError(f"siren {siren}, role {role}")
    if not all(isinstance(name, str) and name for name in (*subjects, *emails)):
        raise TypeError(f"siren {siren}, subjects {subjects}, emails {emails}")
    return Grant(siren, role, frozenset(subjects), frozenset(each.lower() for each in emails))
