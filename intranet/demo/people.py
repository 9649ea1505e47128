"""The organisations of the demonstration and the people who sign in for them."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select

from intranet.access import Actor, OrganisationKind, Role, Scope, registry
from intranet.accounts.models import Membership, User
from intranet.accounts.passwords import hash_password
from intranet.clock import now
from intranet.demo.days import on, working_days_ago
from intranet.extensions import db
from intranet.organisations.models import Organisation, Pole

PASSWORD = "Bricolage-2018!"  # noqa: S105 - printed by ./dev demo, for invented data only

ALC = "ALC"
AZUR = "Azur Habitat"
RIVIERA = "Riviera Logis"
COMPAGNONS = "Compagnons Bâtisseurs Provence"

ADMIN = "admin@alc.example"
COORDINATION = "coordination@alc.example"
REFERENT = "referente.uip@alc.example"
TECHNICAL = "technique@alc.example"
DIRECTOR = "direction.uip@alc.example"
TISF = "tisf@alc.example"
AGENT_AZUR = "agence@azur-habitat.example"
AGENT_RIVIERA = "gestion@riviera-logis.example"
ANIMATOR = "animateur@compagnons.example"


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody of the demonstration. Without ``signs_in`` she was invited and has not come yet."""

    email: str
    name: str
    job_title: str
    role: Role
    organisation: str
    pole: str = ""
    signs_in: bool = True


PEOPLE = (
    Person(ADMIN, "Inès Caradec", "Administratrice de l’intranet", Role.ADMIN, ALC),
    Person(COORDINATION, "Claire Vasseur-Diop", "Coordinatrice du programme", Role.COORDINATOR, ALC),
    Person(REFERENT, "Leïla Marchetti", "Assistante sociale, référente", Role.REFERENT, ALC, "UIP"),
    Person(TECHNICAL, "Bruno Castellan", "Éducateur technique", Role.TECHNICAL, ALC),
    Person(DIRECTOR, "Hélène Roubaud", "Directrice du pôle UIP", Role.DIRECTOR, ALC, "UIP"),
    Person(TISF, "Sabrina Tazi", "Technicienne de l’intervention sociale", Role.TISF, ALC, signs_in=False),
    Person(AGENT_AZUR, "Marc Olivari", "Chargé de secteur", Role.AGENT, AZUR),
    Person(AGENT_RIVIERA, "Sophie Lantéri", "Gestionnaire de patrimoine", Role.AGENT, RIVIERA),
    Person(ANIMATOR, "Yann Le Goff", "Animateur technique", Role.ANIMATOR, COMPAGNONS),
)

BAILLEURS = (
    {
        "name": AZUR,
        "email": "accueil@azur-habitat.example",
        "phone": "04 65 71 10 20",
        "address": "2 place des Agaves, 06300 Nice",
        "answer_days": 14,
    },
    {
        "name": RIVIERA,
        "email": "accueil@riviera-logis.example",
        "phone": "04 65 71 30 40",
        "address": "45 avenue des Restanques, 06200 Nice",
        "answer_days": 21,
    },
)
LONG_AGO = 400
"""Working days since the organisations, accounts and dwellings were recorded."""


def load_bailleurs_and_people() -> None:
    """The two bailleurs, and the accounts. The association and its partners come from the programme."""
    with on(working_days_ago(LONG_AGO)):
        for values in BAILLEURS:
            db.session.add(Organisation(kind=OrganisationKind.BAILLEUR, **values))
        db.session.flush()
        organisations = {
            row.name: row.id for row in db.session.execute(select(Organisation.name, Organisation.id))
        }
        poles = {row.code: row.id for row in db.session.execute(select(Pole.code, Pole.id))}
        kept = hash_password(PASSWORD)
        for person in PEOPLE:
            user = User(
                email=person.email,
                name=person.name,
                job_title=person.job_title,
                password_hash=kept if person.signs_in else None,
                password_changed_at=now() if person.signs_in else None,
            )
            user.memberships.append(
                Membership(
                    organisation_id=organisations[person.organisation],
                    role=person.role,
                    pole_id=poles.get(person.pole),
                )
            )
            db.session.add(user)
        db.session.commit()


def actor_named(email: str) -> Actor:
    """The person as a service meets her: with the permissions her role has in this installation."""
    row = db.session.execute(
        select(User, Membership, Organisation)
        .join(Membership, Membership.user_id == User.id)
        .join(Organisation, Organisation.id == Membership.organisation_id)
        .where(User.email == email)
    ).one()
    user, membership, organisation = row.User, row.Membership, row.Organisation
    return Actor(
        user_id=user.id,
        session_id=0,
        name=user.name,
        email=user.email,
        language=user.language,
        theme=user.theme,
        membership_id=membership.id,
        organisation_id=organisation.id,
        organisation_name=organisation.name,
        scope=Scope(organisation.kind, membership.role),
        pole_id=membership.pole_id,
        permissions=registry().role_permissions(membership.role),
    )


class Cast:
    """The people of the stories, read once for each load."""

    def __init__(self) -> None:
        self.coordination = actor_named(COORDINATION)
        self.referent = actor_named(REFERENT)
        self.technical = actor_named(TECHNICAL)
        self.tisf = actor_named(TISF)
        self.animator = actor_named(ANIMATOR)
        self._agents = {AZUR: actor_named(AGENT_AZUR), RIVIERA: actor_named(AGENT_RIVIERA)}

    def follower_of(self, pole: str) -> Actor:
        """Who follows the households of a pôle: UIP has its référent, the coordinator looks after the others."""
        return self.referent if pole == "UIP" else self.coordination

    def agent_of(self, bailleur: str) -> Actor:
        return self._agents[bailleur]
