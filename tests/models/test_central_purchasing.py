"""Central purchasing bodies are known by SIREN, or by a whole name of the list."""

from __future__ import annotations

import pyarrow as pa
from stdnum.fr import siren as standard

from gisement.models.central_purchasing import bodies, central_purchasing_body


def found(siren: str | None, name: str | None) -> str | None:
    """The body that one supplier is."""
    (body,) = central_purchasing_body(pa.array([siren], pa.string()), pa.array([name], pa.string())).to_pylist()
    told: str | None = body
    return told


def test_by_siren_by_name_and_not_by_a_part_of_it() -> None:
    ugap = "Union des groupements d'achats publics (UGAP)"
    assert found("776056467", "whatever") == ugap
    assert found(None, "U.G.A.P.") == ugap
    assert found(None, "Union des groupements d’achats publics") == ugap
    assert found(None, "UGAPE CONSTRUCTION") is None
    assert found(None, "GARAGE RESAH AUTO") is None
    assert found(None, "GIP RESAH") == "Réseau des acheteurs hospitaliers (Resah)"
    assert found("123456782", "UGAP") is None
    assert found("123456782", "UniHA") == "Union des hôpitaux pour les achats (UniHA)"
    assert found(None, None) is None


def test_every_body_has_a_source_and_a_sound_siren_or_none() -> None:
    for row in bodies().values():
        assert row["source"]
        assert row["aliases"]
        assert not row["siren"] or standard.is_valid(row["siren"])
