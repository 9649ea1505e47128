"""Administration of accounts: what an administrator can do, and what nobody can."""

from __future__ import annotations

import re
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select

from intranet.access import OrganisationKind, Role
from intranet.accounts import people
from intranet.accounts.models import Membership, User
from intranet.accounts.people import EditPerson, Place
from intranet.accounts.second_factor import seal
from intranet.database import now
from intranet.errors import NotAllowed
from intranet.extensions import db
from intranet.jobs.models import OutboxRow
from intranet.testing.factories import (
    csrf_token,
    make_actor,
    make_membership,
    make_organisation,
    make_pole,
    make_user,
    sign_in,
)
from intranet.testing.plain import plain
from intranet.timeline.models import TimelineEntry

HERE = "/staff/administration/users"


@pytest.fixture
def admin(client: FlaskClient, db_session: Any) -> User:
    user = make_user(Role.ADMIN, name="Une administratrice")
    sign_in(client, user)
    return user


def send(client: FlaskClient, url: str, **data: Any) -> Any:
    return client.post(url, data={"csrf_token": csrf_token(client, "/account/password"), **data})


def kinds(subject_id: int) -> list[str]:
    found = select(TimelineEntry.kind).where(
        TimelineEntry.subject == "user", TimelineEntry.subject_id == subject_id
    )
    return list(db.session.scalars(found.order_by(TimelineEntry.id)))


def invitation(organisation_id: int, **more: Any) -> dict[str, Any]:
    return {
        "email": "Nouvelle@Example.org",
        "name": "Une nouvelle",
        "job_title": "Gestionnaire",
        "organisation": organisation_id,
        "role": "agent",
        "pole": "",
        "language": "fr",
        **more,
    }


def test_a_person_is_invited_and_appears_as_invited(client: FlaskClient, admin: User) -> None:
    bailleur = make_organisation(OrganisationKind.BAILLEUR)
    answer = send(client, f"{HERE}/new", **invitation(bailleur.id))
    assert answer.status_code == 303
    user = db.session.scalars(select(User).where(User.email == "nouvelle@example.org")).one()
    assert user.password_hash is None
    assert kinds(user.id) == ["core.user.invited"]
    assert db.session.scalar(select(func.count()).where(OutboxRow.job == "mail.send")) == 1
    assert "Invité" in client.get(answer.location).text
    again = send(client, f"{HERE}/{user.id}/invite-again")
    assert again.status_code == 303
    assert db.session.scalar(select(func.count()).where(OutboxRow.job == "mail.send")) == 2


@pytest.mark.parametrize(
    ("more", "message"),
    [
        ({"role": "admin"}, "Ce rôle n’existe pas dans cet organisme."),
        ({"role": "coordinator"}, "Ce rôle n’existe pas dans cet organisme."),
        ({"role": "animator"}, "Ce rôle n’existe pas dans cet organisme."),
        ({"role": "king"}, "Not a valid choice"),
        ({"role": ""}, "Ce champ est à remplir."),
        ({"email": "not-an-address"}, "Cette adresse électronique n’est pas complète."),
        ({"email": "a@b\r\nBcc: x@y.org"}, "Cette adresse électronique n’est pas complète."),
        ({"name": ""}, "Ce champ est à remplir."),
        ({"name": "x" * 10_000}, "10000"),
        ({"language": "de"}, "Not a valid choice"),
    ],
)
def test_a_wrong_invitation_is_explained_and_kept(
    client: FlaskClient, admin: User, more: dict[str, str], message: str
) -> None:
    bailleur = make_organisation(OrganisationKind.BAILLEUR)
    answer = send(client, f"{HERE}/new", **invitation(bailleur.id, **more))
    assert answer.status_code == 422
    assert "Gestionnaire" in answer.text
    if "valid choice" not in message:
        assert message in answer.text
    assert db.session.scalar(select(func.count()).select_from(User)) == 1
    assert db.session.scalar(select(func.count()).select_from(OutboxRow)) == 0


def test_a_forged_organisation_is_refused(client: FlaskClient, admin: User) -> None:
    for forged in ("999999", "x", "", "-1", "9" * 40):
        assert send(client, f"{HERE}/new", **invitation(forged)).status_code == 422, forged  # type: ignore[arg-type]


def test_an_address_has_one_account(client: FlaskClient, admin: User) -> None:
    bailleur = make_organisation(OrganisationKind.BAILLEUR)
    email = admin.email.upper()
    answer = send(client, f"{HERE}/new", **invitation(bailleur.id, email=email))
    assert answer.status_code == 422
    assert "Un compte existe déjà à cette adresse." in answer.text


def test_a_referent_needs_a_pole(client: FlaskClient, admin: User) -> None:
    alc = db.session.scalars(select(Membership.organisation_id)).one()
    without = send(client, f"{HERE}/new", **invitation(alc, role="referent"))
    assert "Ce rôle a besoin d’un pôle." in without.text
    pole = make_pole("UIP")
    assert send(client, f"{HERE}/new", **invitation(alc, role="referent", pole=pole.id)).status_code == 303


def fields(user: User, **more: Any) -> dict[str, Any]:
    return {
        "version": user.version,
        "name": user.name,
        "email": user.email,
        "phone": user.phone,
        "job_title": user.job_title,
        **more,
    }


def test_a_correction_is_saved_with_its_old_and_new_values(client: FlaskClient, admin: User) -> None:
    agent = make_user(Role.AGENT, name="Avant")
    agent_id = agent.id
    answer = send(client, f"{HERE}/{agent_id}", **fields(agent, name="Après", phone="04 93 00 00 00"))
    assert answer.status_code == 303
    entry = db.session.scalars(select(TimelineEntry).where(TimelineEntry.kind == "core.user.changed")).one()
    assert entry.data["changes"] == {"name": ["Avant", "Après"], "phone": ["", "04 93 00 00 00"]}
    assert entry.actor_name == "Une administratrice"
    assert "a modifié le compte de Après" in client.get(f"{HERE}/{agent_id}").text


def test_a_new_address_closes_the_sessions_and_is_the_one_to_sign_in_with(
    client: FlaskClient, admin: User
) -> None:
    agent = make_user(Role.AGENT)
    theirs = client.application.test_client()
    sign_in(theirs, agent)
    send(client, f"{HERE}/{agent.id}", **fields(agent, email="Neuve@Example.org"))
    assert theirs.get("/account/profile").status_code != 200
    db.session.refresh(agent)
    assert agent.email == "neuve@example.org"
    sign_in(theirs, agent)


def test_a_stale_correction_answers_409_with_what_was_typed_and_what_changed(
    client: FlaskClient, admin: User
) -> None:
    agent = make_user(Role.AGENT, name="Avant")
    opened = fields(agent, name="Tapé par moi")
    people.edit_person(
        make_actor(admin), EditPerson(agent.id, agent.version, "Par un autre", agent.email, "", "")
    )
    answer = send(client, f"{HERE}/{agent.id}", **opened)
    assert answer.status_code == 409
    assert 'value="Tapé par moi"' in answer.text
    assert "« Par un autre » est enregistré" in plain(answer.text)
    version = re.findall(r'name="version" value="(\d+)"', answer.text)[0]
    assert send(client, f"{HERE}/{agent.id}", **{**opened, "version": version}).status_code == 303
    db.session.refresh(agent)
    assert agent.name == "Tapé par moi"


@pytest.mark.parametrize(
    "forged", [{"active": "0"}, {"password_hash": "x"}, {"totp_secret": "x"}, {"id": "1"}]
)
def test_a_correction_changes_only_its_own_fields(
    client: FlaskClient, admin: User, forged: dict[str, str]
) -> None:
    agent = make_user(Role.AGENT)
    agent_id, hashed = agent.id, agent.password_hash
    send(client, f"{HERE}/{agent_id}", **fields(agent, name="Après", **forged))
    stored = db.session.get_one(User, agent_id)
    assert (stored.id, stored.active, stored.password_hash, stored.totp_secret) == (
        agent_id,
        True,
        hashed,
        None,
    )


def test_a_role_is_given_ended_and_given_back(client: FlaskClient, admin: User) -> None:
    agent = make_user(Role.AGENT)
    agent_id = agent.id
    partner = make_organisation(OrganisationKind.WORKS_PARTNER)
    place = {"organisation": partner.id, "role": "animator", "pole": ""}
    assert send(client, f"{HERE}/{agent_id}/places", **place).status_code == 303
    twice = send(client, f"{HERE}/{agent_id}/places", **place)
    assert twice.status_code == 422
    assert "a déjà ce rôle" in twice.text
    added = db.session.scalars(select(Membership.id).where(Membership.role == Role.ANIMATOR)).one()
    assert send(client, f"{HERE}/{agent_id}/places/{added}/end").status_code == 303
    assert not db.session.get_one(Membership, added).active
    assert send(client, f"{HERE}/{agent_id}/places", **place).status_code == 303
    db.session.expire_all()
    assert db.session.get_one(Membership, added).active
    assert kinds(agent_id) == ["core.membership.added", "core.membership.ended", "core.membership.added"]


def test_a_forged_place_makes_nobody_an_administrator(client: FlaskClient, admin: User) -> None:
    agent = make_user(Role.AGENT)
    bailleur = db.session.scalars(
        select(Membership.organisation_id).where(Membership.user_id == agent.id)
    ).one()
    for role in ("admin", "coordinator", "director"):
        answer = send(client, f"{HERE}/{agent.id}/places", organisation=bailleur, role=role, pole="")
        assert answer.status_code == 422, role
    assert db.session.scalar(select(func.count()).where(Membership.user_id == agent.id)) == 1


def test_a_role_is_ended_only_through_its_own_person(client: FlaskClient, admin: User) -> None:
    one, other = make_user(Role.AGENT), make_user(Role.AGENT)
    theirs = db.session.scalars(select(Membership.id).where(Membership.user_id == other.id)).one()
    assert send(client, f"{HERE}/{one.id}/places/{theirs}/end").status_code == 404
    assert db.session.get_one(Membership, theirs).active


def test_ending_a_role_ends_the_work_in_it_at_once(client: FlaskClient, admin: User) -> None:
    agent = make_user(Role.AGENT)
    theirs = client.application.test_client()
    sign_in(theirs, agent)
    place = db.session.scalars(select(Membership.id).where(Membership.user_id == agent.id)).one()
    send(client, f"{HERE}/{agent.id}/places/{place}/end")
    assert theirs.get("/account/profile").status_code != 200


def test_the_last_administrator_stays_one(client: FlaskClient, admin: User) -> None:
    mine = db.session.scalars(select(Membership.id).where(Membership.user_id == admin.id)).one()
    answer = send(client, f"{HERE}/{admin.id}/places/{mine}/end")
    assert "dernier rôle d’administration" in client.get(answer.location).text
    assert db.session.get_one(Membership, mine).active


def test_an_administrator_does_not_lock_herself_out_while_another_remains(
    client: FlaskClient, admin: User
) -> None:
    make_user(Role.ADMIN)
    mine = db.session.scalars(select(Membership.id).where(Membership.user_id == admin.id)).one()
    send(client, f"{HERE}/{admin.id}/places/{mine}/end")
    assert db.session.get_one(Membership, mine).active
    send(client, f"{HERE}/{admin.id}/deactivate", version=db.session.get_one(User, admin.id).version)
    assert db.session.get_one(User, admin.id).active
    assert client.get(HERE).status_code == 200


def test_an_invited_administrator_does_not_count_as_the_one_who_remains(
    client: FlaskClient, admin: User
) -> None:
    other = make_user(Role.ADMIN)
    other_id = other.id
    place = db.session.scalars(select(Membership.id).where(Membership.user_id == other_id)).one()
    assert send(client, f"{HERE}/{other_id}/places/{place}/end").status_code == 303
    assert not db.session.get_one(Membership, place).active
    never = make_user(Role.ADMIN)
    never.password_hash = None
    db.session.commit()
    mine = db.session.scalars(select(Membership.id).where(Membership.user_id == admin.id)).one()
    send(client, f"{HERE}/{admin.id}/places/{mine}/end")
    assert db.session.get_one(Membership, mine).active


def test_a_deactivated_person_is_out_at_once_and_back_when_reactivated(
    client: FlaskClient, admin: User
) -> None:
    agent = make_user(Role.AGENT)
    theirs = client.application.test_client()
    sign_in(theirs, agent)
    stale = send(client, f"{HERE}/{agent.id}/deactivate", version=agent.version + 7)
    assert "Quelqu’un d’autre" in client.get(stale.location).text
    assert theirs.get("/account/profile").status_code == 200
    send(client, f"{HERE}/{agent.id}/deactivate", version=agent.version)
    assert theirs.get("/account/profile").status_code != 200
    db.session.refresh(agent)
    assert not agent.active
    send(client, f"{HERE}/{agent.id}/reactivate", version=agent.version)
    sign_in(theirs, agent)
    assert kinds(agent.id) == ["core.user.deactivated", "core.user.reactivated"]


def test_a_lost_second_factor_is_removed_and_sessions_close(client: FlaskClient, admin: User) -> None:
    agent = make_user(Role.AGENT)
    theirs = client.application.test_client()
    sign_in(theirs, agent)
    assert send(client, f"{HERE}/{agent.id}/end-sessions").status_code == 303
    assert theirs.get("/account/profile").status_code != 200
    agent.totp_secret, agent.totp_since = seal("X" * 32), now()
    db.session.commit()
    send(client, f"{HERE}/{agent.id}/reset-second-factor")
    db.session.expire_all()
    assert db.session.get_one(User, agent.id).totp_since is None
    sign_in(theirs, agent)


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.ADMIN])
def test_no_other_role_may_use_the_commands_even_without_a_page(db_session: Any, role: Role) -> None:
    person = make_actor(make_user(role, pole=make_pole("UIP")))
    other = make_user(Role.AGENT)
    commands = (
        lambda: people.add_place(person, person.user_id, Place(1, "admin")),
        lambda: people.edit_person(person, EditPerson(other.id, 1, "x", "x@example.org", "", "")),
        lambda: people.set_active(person, other.id, 1, False),
        lambda: people.end_sessions(person, other.id),
        lambda: people.reset_second_factor(person, other.id),
        lambda: people.invite_again(person, other.id),
        lambda: people.end_place(person, other.id, 1),
    )
    for command in commands:
        with pytest.raises(NotAllowed):
            command()


def test_a_person_of_two_organisations_is_an_administrator_in_one_only(
    client: FlaskClient, db_session: Any
) -> None:
    user = make_user(Role.AGENT)
    alc = make_organisation(OrganisationKind.ASSOCIATION, "ALC")
    make_membership(user, Role.ADMIN, alc)
    sign_in(client, user)
    assert client.get(HERE).status_code == 404
