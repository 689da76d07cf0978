"""Central purchasing bodies are known by SIREN, or by a whole name of the list."""

from __future__ import annotations

import duckdb
import pyarrow as pa
from stdnum.fr import siren as standard

from gisement.engine.plan import compile_step
from gisement.models.linkage.central_purchasing import bodies, central_purchasing_body, central_purchasing_candidate
from gisement.models.linkage.names import spelled_out


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


def spellings() -> list[str]:
    """Every alias with each of its words spelled in each way that is read as it, and names that are no body."""
    spelled = {"GARAGE AUTO", "U.G.A.P.", "économat des armées", "ENTREPRI?E UGAP"}
    for alias in (alias for row in bodies().values() for alias in row["aliases"].split(";")):
        for place, word in enumerate(words := alias.split()):
            means = spelled_out().get(word, word)
            ways = {word, *(short for short, meant in spelled_out().items() if means in (short, meant))}
            spelled |= {" ".join(["Société", *words[:place], way.lower(), *words[place + 1 :]]) for way in ways}
            spelled |= {" ".join([*words[:place], way, *words[place + 1 :]]) for way in ways}
    return sorted(spelled)


def test_whatever_is_a_body_is_a_candidate_and_few_others_are() -> None:
    suppliers: list[tuple[str, str | None, str | None]] = [(name, None, name) for name in spellings()]
    suppliers += [("by number", "776056467", None), ("nobody", None, None), ("another", "123456782", "GARAGE")]
    with duckdb.connect() as connection:
        connection.execute("CREATE TABLE supplier (supplier_id TEXT, supplier_siren TEXT, supplier_name TEXT)")
        connection.executemany("INSERT INTO supplier VALUES (?, ?, ?)", suppliers)
        told = connection.execute(compile_step(central_purchasing_candidate, "duckdb").sql).fetchall()
    candidates = {identifier for identifier, _, _ in told}
    are_bodies = {identifier for identifier, siren, name in suppliers if found(siren, name)}
    assert len(are_bodies) > 50
    assert are_bodies <= candidates
    assert not candidates & {"GARAGE AUTO", "nobody", "another"}
