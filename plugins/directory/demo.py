"""Demonstration entries: the sites and partners of the programme, with invented people to ask for."""

from __future__ import annotations

from sqlalchemy import select

from intranet.access import OrganisationKind
from intranet.extensions import db
from intranet.organisations.models import Organisation, Site
from intranet.search.service import put_entry
from plugins.directory.models import Engagement, Entry, EntryKind
from plugins.directory.search import SEARCH_KIND, words_of

PARTNERS = (
    OrganisationKind.WORKS_PARTNER,
    OrganisationKind.ENERGY_PARTNER,
    OrganisationKind.CCAS,
    OrganisationKind.CAF,
)
PEOPLE = (
    "Maud Ferrandi", "Idriss Toulan", "Solène Vauquier", "Bastien Orsolle", "Nadia Kermorin",
    "Lucas Pellandre", "Yasmine Brocart", "Étienne Sauvaire", "Clara Montjoly",
)  # fmt: skip
SERVICES = {
    OrganisationKind.WORKS_PARTNER: "Accompagnement technique des chantiers, prêt d’outils",
    OrganisationKind.ENERGY_PARTNER: "Conseil énergie, lecture de factures, éco-gestes",
    OrganisationKind.CCAS: "Aides facultatives, accès aux droits",
    OrganisationKind.CAF: "Droits et prestations, séances d’information",
}
ENGAGEMENTS = (Engagement.UNDER_CONVENTION, Engagement.MOBILISED, Engagement.SOUNDED_OUT)


def load() -> None:
    """Write one entry for each partner and associated site."""
    partners = db.session.scalars(
        select(Organisation).where(Organisation.kind.in_(PARTNERS)).order_by(Organisation.id)
    )
    sites = db.session.scalars(select(Site).where(Site.associated).order_by(Site.id))
    entries = [
        Entry(kind=EntryKind.PARTNER, name=each.name, organisation_id=each.id, services=SERVICES[each.kind])
        for each in partners
    ]
    entries += [
        Entry(
            kind=EntryKind.SITE,
            name=each.name,
            site_id=each.id,
            services="Hébergement, ateliers, espace partagé",
        )
        for each in sites
    ]
    for number, entry in enumerate(entries):
        entry.engagement = ENGAGEMENTS[number % len(ENGAGEMENTS)]
        entry.contact = PEOPLE[number % len(PEOPLE)]
        entry.phone = f"04 93 00 00 {number + 10:02}"  # a range given to nobody
        entry.email = f"contact{number + 1}@partenaire.example"
    db.session.add_all(entries)
    db.session.flush()
    for entry in entries:
        put_entry(SEARCH_KIND, entry.id, entry.name, words_of(entry))
    db.session.commit()
