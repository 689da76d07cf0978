"""A model of titles learnt from a workspace's own contracts, and kept in it as a snapshot of a kind of its own."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from gisement.catalog.segments import segment_prefixes
from gisement.engine.build import Say, parse_snapshot
from gisement.sources.segments.title_model import KIND, write_title_model
from gisement.store import add_snapshot, database, parsed, remove_snapshot, snapshots
from gisement.store.workspace import Workspace
from gisement.terms import Snapshot, Source, Trouble

if TYPE_CHECKING:
    from gisement.models.titles.accuracy import Accuracy
    from gisement.models.titles.classifier import Examples

# what is published, once for each buyer, title and division; never what the model itself said
TITLES = """
    SELECT DISTINCT ON (buyer_siren, lower(trim(title)), cpv_division) title, buyer_siren, cpv_code, segment
    FROM contract WHERE title IS NOT NULL AND buyer_siren IS NOT NULL AND segment_rule = 'cpv_prefix'
    ORDER BY buyer_siren, lower(trim(title)), cpv_division, contract_key"""
LABELS = "SELECT DISTINCT label, code FROM raw_cpv_label WHERE label IS NOT NULL ORDER BY ALL"


@dataclass(frozen=True)
class Learnt:
    """A model that was learnt: its snapshot, from how many titles of how many buyers, how well it answers others."""

    snapshot: Snapshot
    titles: int
    buyers: int
    labels: int
    thresholds: Mapping[str, float]
    accuracy: Mapping[str, Accuracy]


def learn_titles(workspace: Workspace, source: Source, day: str, say: Say) -> Learnt:
    """Learn a model from the titles of the built contracts; it takes the place of the former one at the next build.

    Raises Trouble where contracts are not built, or are too few to learn from.
    """
    from gisement.models.titles.classifier import learn

    with workspace.locked():
        parsed.tidy(workspace)
        examples, labels = _examples(workspace)
        say("title_model", 0, 1)
        model, accuracy = learn(examples, labels)
        file = parsed.fresh_folder(workspace, "expanded") / "model.parquet"
        write_title_model(model, file)
        counts = (len(examples.titles), len(set(examples.buyers)), len(labels.titles))
        card = _card(workspace, day, counts, model.threshold, accuracy)
        former = list(snapshots(workspace, KIND))
        snapshot = add_snapshot(workspace, KIND, f"title-model-{day}.parquet", file, card)
        parse_snapshot(workspace, source, snapshot, say)
        for one in former:
            if one.identifier != snapshot.identifier:
                remove_snapshot(workspace, one.identifier)
        parsed.drop_folder(file.parent)
    return Learnt(snapshot, *counts, model.threshold, accuracy)


def withdraw(workspace: Workspace, identifier: str) -> list[Snapshot]:
    """Remove a snapshot, and the models that were learnt from it; what was removed, the snapshot first."""
    gone = [remove_snapshot(workspace, identifier)]
    taught = [one for one in snapshots(workspace, KIND) if gone[0].identifier in one.card.get("learnt_from", ())]
    return gone + [remove_snapshot(workspace, one.identifier) for one in taught]


def _examples(workspace: Workspace) -> tuple[Examples, Examples]:
    """Titles whose CPV code is known, and the labels of the CPV if the workspace has them."""
    from gisement.models.titles.classifier import Examples

    if not database.is_built(workspace, "contract"):
        raise Trouble(
            fr="La table contract n'est pas construite : lancer d'abord « gisement build ».",
            en="The table contract is not built: first run 'gisement build'.",
        )
    titles = Examples(*_columns(database.query(workspace, TITLES, ["contract"]), 4))
    words, codes = _columns(database.query(workspace, LABELS, ["raw_cpv_label"]), 2)
    known = {row["prefix"]: str(row["segment"]) for row in segment_prefixes()}
    segments = [next((known[code[:size]] for size in range(8, 1, -1) if code[:size] in known), "") for code in codes]
    kept = [place for place, segment in enumerate(segments) if segment]
    return titles, Examples(words, codes, codes, segments).part(kept)


def _columns(rows: list[tuple[Any, ...]], count: int) -> list[list[Any]]:
    return [[row[place] for row in rows] for place in range(count)]


def _card(
    workspace: Workspace,
    day: str,
    counts: tuple[int, int, int],
    thresholds: Mapping[str, float],
    accuracy: Mapping[str, Accuracy],
) -> dict[str, Any]:
    """What the snapshot says of itself: what it was learnt from, when, and what it is worth on unseen buyers."""
    taught = [one for kind in ("decp", "cpv-labels") for one in snapshots(workspace, kind)]
    licences = sorted({str(one.card.get("licence") or "") for one in taught} - {""})
    return {
        "producer": "Gisement",
        "licence": " ; ".join(licences),
        "date": day,
        **dict(zip(("titles_count", "buyers_count", "labels_count"), counts, strict=True)),
        "thresholds": dict(thresholds),
        "accuracy": {name: asdict(one) for name, one in accuracy.items()},
        "learnt_from": [one.identifier for one in taught],
    }
