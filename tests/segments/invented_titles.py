"""Invented contract titles whose CPV code is known: enough to learn from, nothing published."""

from __future__ import annotations

import random
from functools import cache
from pathlib import Path

from gisement.catalog.segments import segment_prefixes
from gisement.models.titles.classifier import Examples, TitleModel, train
from gisement.sources.segments.title_model import write_title_model

THINGS = {
    "90910000": ("Nettoyage des locaux", "Prestations de nettoyage des vitres", "Entretien ménager des bureaux"),
    "45310000": (
        "Travaux d'électricité courants forts",
        "Rénovation de l'installation électrique",
        "Câblage électrique",
    ),
    "45233140": ("Travaux de voirie", "Réfection de la chaussée", "Enrobés sur chaussées communales"),
    "15810000": ("Fourniture de pain", "Livraison de pains et pâtisseries", "Pain et viennoiseries fraîches"),
    "72260000": ("Maintenance applicative du logiciel", "Développement informatique", "Assistance informatique"),
    "66510000": ("Assurance des dommages aux biens", "Assurances de la flotte automobile", "Services d'assurance"),
    "77310000": ("Entretien des espaces verts", "Tonte et élagage", "Plantations et espaces verts"),
    "33600000": ("Fourniture de médicaments", "Médicaments anticancéreux", "Spécialités pharmaceutiques"),
}
OPENINGS = ("", "Marché de ", "Accord-cadre à bons de commande : ", "MS n° 12 - ")
TOWNS = ("Ambrière", "Belcourt", "Clairvaux-le-Vieux", "Dormelle", "Esternac", "Fauvelles", "Gourdange", "Hautebrive")


def segment_of(cpv: str) -> str:
    """The segment of a CPV code, by its longest prefix."""
    known = {row["prefix"]: str(row["segment"]) for row in segment_prefixes()}
    return next(known[cpv[:size]] for size in range(8, 1, -1) if cpv[:size] in known)


def invented(count: int = 480, buyers: int = 16, seed: int = 1, destroyed: float = 0.1) -> Examples:
    """Titles of as many buyers; some lost their accents on the way."""
    draw = random.Random(seed)
    rows = []
    for number in range(count):
        cpv = draw.choice(sorted(THINGS))
        buyer = number % buyers
        town = TOWNS[buyer % len(TOWNS)]
        title = f"{draw.choice(OPENINGS)}{draw.choice(THINGS[cpv])} - {town} lot {draw.randint(1, 9)}"
        if draw.random() < destroyed:
            title = "".join(letter if ord(letter) < 128 else "\ufffd" for letter in title)
        rows.append((title, f"buyer{buyer}", cpv, segment_of(cpv)))
    return Examples(*(list(column) for column in zip(*rows, strict=True)))


@cache
def _model(made_up: str) -> TitleModel:
    given = invented(240, buyers=12)
    titles = [title.replace("Nettoyage des locaux", made_up) for title in given.titles]
    return train(Examples(titles, given.buyers, given.cpv_codes, given.segments))


def learnt(path: Path, made_up: str) -> Path:
    """The file of a model of these titles, in which cleaning goes by a made-up name that no catalog knows."""
    write_title_model(_model(made_up), path)
    return path
