"""The variants of ma cantine's purchase import: their columns, in order, and what each may hold.

Source: Table Schema files `achats_siret`, `achats_siret_2026`, `achats_id_2026` of betagouv/ma-cantine (MIT).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

COMMON: Final = (
    "description", "fournisseur", "date", "prix_ht", "famille_produits", "categories_egalim", "origine",
    "est_circuit_court", "est_local", "definition_local",
)  # fmt: skip
ORIGINS: Final = ("EUROPE", "FRANCE")
YES: Final = ("OUI", "oui", "x")
NO: Final = ("non", "NON", "")
KM: Final = "KM"


@dataclass(frozen=True)
class Variant:
    """One accepted shape of the file: its columns, what `definition_local` may be, whether a supplier must be named."""

    name: str
    columns: tuple[str, ...]
    definitions: tuple[str, ...]
    needs_supplier: bool
    needs_definition: bool

    @property
    def has_distance(self) -> bool:
        """Whether a distance goes with the definition of local."""
        return KM in self.definitions


NEW: Final = ("AUTOUR_SERVICE", "DEPARTEMENT", "REGION", "PAT", "AUTRE")
OLD: Final = ("PAT", "COMMUNE", "DEPARTEMENT", "REGION", "KM")
VARIANTS: Final = (
    Variant("siret_2026", ("siret", *COMMON), NEW, True, True),
    Variant("id_2026", ("cantine_id", *COMMON), NEW, True, True),
    Variant("siret", ("siret", *COMMON, "definition_local_km"), OLD, False, False),
    Variant("id", ("cantine_id", *COMMON, "definition_local_km"), OLD, False, False),
)
"""Every variant. Those of 2026 have no distance; the earlier ones end with it."""
