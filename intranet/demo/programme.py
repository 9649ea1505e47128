"""The programme: association, pôles, associated sites, partners, phases, from ``data/programme.toml``."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

from intranet.access import OrganisationKind
from intranet.extensions import db
from intranet.organisations.models import Confidentiality, Organisation, Phase, Pole, Site

PROGRAMME = Path(__file__).parent.parent / "data" / "programme.toml"


def read_programme() -> dict[str, Any]:
    """The programme as its file says it."""
    with PROGRAMME.open("rb") as file:
        return tomllib.load(file)


def load_programme() -> None:
    """Write the programme down. Announced and counted households stay apart: the gap is shown, not mended."""
    programme = read_programme()
    db.session.add(
        Organisation(kind=OrganisationKind.ASSOCIATION, name=programme["programme"]["association"])
    )
    db.session.add_all(
        Organisation(kind=OrganisationKind(partner["kind"]), name=partner["name"])
        for partner in programme["partner"]
    )
    db.session.add_all(
        Pole(
            code=pole["code"],
            name=pole["name"],
            audience=pole.get("audience", ""),
            confidentiality=Confidentiality(pole["confidentiality"]),
            announced_households=pole["announced_households"],
        )
        for pole in programme["pole"]
    )
    db.session.add_all(Site(name=site["name"], associated=True) for site in programme["associated_site"])
    db.session.add_all(
        Phase(name=phase["name"], starts_on=phase["starts"], ends_on=phase["ends"], goals=phase["goals"])
        for phase in programme["phase"]
    )
    db.session.commit()
