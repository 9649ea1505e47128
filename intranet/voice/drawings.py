"""The pictogram of each trade, and of who does the works."""

from __future__ import annotations

from collections.abc import Mapping

from intranet.works.terms import Holder

HOLDER_ICONS: Mapping[Holder, str] = {
    Holder.TENANT: "person",
    Holder.BAILLEUR: "building",
    Holder.PARTNER: "tools",
    Holder.SHARED: "people",
    Holder.DROPPED: "x-lg",
}
TRADE_ICONS: Mapping[str, str] = {
    "accessibilité": "person-wheelchair",
    "assainissement": "moisture",
    "carrelage": "grid-3x3",
    "chauffage et eau chaude": "thermometer-half",
    "couverture": "house-door",
    "extérieurs": "tree",
    "gaz": "fire",
    "gros œuvre": "bricks",
    "isolation": "snow",
    "menuiserie": "door-open",
    "parties communes": "buildings",
    "peinture": "brush",
    "plomberie": "droplet",
    "plâtrerie": "bricks",
    "santé et sécurité": "shield-check",
    "sols": "layers",
    "ventilation et conduits": "wind",
    "électricité": "plug",
    "équipements": "lamp",
}
ANY_WORKS = "hammer"
