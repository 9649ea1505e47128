"""Administration of organisations, pôles, sites, catalogue, settings and plugins."""

from __future__ import annotations

import re
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from intranet.access import OrganisationKind, Role
from intranet.accounts.models import Membership, User
from intranet.extensions import db
from intranet.organisations.models import Organisation, Pole, Site
from intranet.testing.factories import csrf_token, make_organisation, make_pole, make_user, sign_in
from intranet.testing.plain import plain
from intranet.timeline.models import TimelineEntry
from intranet.works.catalogue import load_catalogue
from intranet.works.models import WorksKind
from intranet.works.terms import DefaultHolder, Professional

HERE = "/staff/administration"


@pytest.fixture
def coordinator(client: FlaskClient, db_session: Any) -> User:
    user = make_user(Role.COORDINATOR)
    sign_in(client, user)
    return user


def send(client: FlaskClient, url: str, **data: Any) -> Any:
    return client.post(url, data={"csrf_token": csrf_token(client, "/account/password"), **data})


def organisation_fields(**more: Any) -> dict[str, Any]:
    return {
        "name": "Riviera d’essai",
        "kind": "bailleur",
        "email": "",
        "phone": "",
        "address": "",
        "answer_days": "21",
        "active": "y",
        **more,
    }


def test_a_bailleur_is_added_then_corrected(client: FlaskClient, coordinator: User) -> None:
    assert send(client, f"{HERE}/organisations/new", **organisation_fields()).status_code == 303
    added = db.session.scalars(select(Organisation).where(Organisation.name == "Riviera d’essai")).one()
    url = f"{HERE}/organisations/{added.id}"
    assert (
        send(client, url, **organisation_fields(version=added.version, answer_days="10")).status_code == 303
    )
    db.session.refresh(added)
    assert added.answer_days == 10
    assert "a modifié l’organisme Riviera d’essai" in client.get(url).text


@pytest.mark.parametrize(
    "more",
    [
        *({"name": ""}, {"kind": "king"}, {"email": "agence"}, {"email": "a@b.fr, c@d.fr"}),
        *({"answer_days": "0"}, {"answer_days": "x"}, {"answer_days": "1e9"}),
    ],
)
def test_a_wrong_organisation_is_shown_again(
    client: FlaskClient, coordinator: User, more: dict[str, str]
) -> None:
    answer = send(client, f"{HERE}/organisations/new", **organisation_fields(phone="0493000000", **more))
    assert answer.status_code == 422
    assert "0493000000" in answer.text


def test_two_organisations_do_not_share_a_name(client: FlaskClient, coordinator: User) -> None:
    make_organisation(OrganisationKind.OTHER, "Riviera d’essai")
    answer = send(client, f"{HERE}/organisations/new", **organisation_fields())
    assert answer.status_code == 422
    assert "Un organisme porte déjà ce nom." in answer.text


def test_the_kind_of_an_organisation_where_people_work_does_not_change(
    client: FlaskClient, coordinator: User
) -> None:
    agent = make_user(Role.AGENT)
    there = db.session.scalars(
        select(Organisation)
        .join(Membership, Membership.organisation_id == Organisation.id)
        .where(Membership.user_id == agent.id)
    ).one()
    answer = send(
        client,
        f"{HERE}/organisations/{there.id}",
        **organisation_fields(name=there.name, kind="association", version=there.version),
    )
    assert answer.status_code == 422
    assert "ne change plus" in answer.text


def test_nobody_closes_the_organisation_she_works_in(client: FlaskClient, coordinator: User) -> None:
    alc = db.session.scalars(select(Organisation)).one()
    fields = organisation_fields(name=alc.name, kind="association", version=alc.version)
    del fields["active"]
    answer = send(client, f"{HERE}/organisations/{alc.id}", **fields)
    assert answer.status_code == 422
    assert "il reste actif" in answer.text


def test_a_stale_organisation_answers_409_and_loses_nothing(client: FlaskClient, coordinator: User) -> None:
    stored = make_organisation(OrganisationKind.BAILLEUR, "Avant")
    url, version = f"{HERE}/organisations/{stored.id}", stored.version
    assert send(client, url, **organisation_fields(name="Par un autre", version=version)).status_code == 303
    answer = send(client, url, **organisation_fields(name="Par moi", version=version))
    assert answer.status_code == 409
    assert 'value="Par moi"' in answer.text
    assert "« Par un autre » est enregistré" in plain(answer.text)


def test_a_pole_and_a_site_are_added_and_corrected(client: FlaskClient, coordinator: User) -> None:
    pole = {
        "code": "UIP",
        "name": "Unité d’insertion",
        "audience": "",
        "confidentiality": "standard",
        "announced_households": "56",
        "active": "y",
    }
    assert send(client, f"{HERE}/poles/new", **pole).status_code == 303
    assert send(client, f"{HERE}/poles/new", **pole).status_code == 422
    stored = db.session.scalars(select(Pole)).one()
    assert stored.announced_households == 56
    site = {"name": "Maison d’essai", "pole_id": stored.id, "associated": "y", "notes": "", "active": "y"}
    assert send(client, f"{HERE}/sites/new", **site).status_code == 303
    kept = db.session.scalars(select(Site)).one()
    assert kept.associated
    answer = send(client, f"{HERE}/sites/{kept.id}", **{**site, "name": "Maison", "version": kept.version})
    assert answer.status_code == 303
    db.session.refresh(kept)
    assert kept.name == "Maison"
    for forged in ("999999", "x"):
        assert (
            send(client, f"{HERE}/sites/new", **{**site, "name": "B", "pole_id": forged}).status_code == 422
        )


def test_a_social_security_number_in_a_note_is_refused_with_the_reason(
    client: FlaskClient, coordinator: User
) -> None:
    make_pole("UIP")
    site = {"name": "Maison", "notes": "Contact : 2 55 08 14 168 025 38", "active": "y"}
    answer = send(client, f"{HERE}/sites/new", **site)
    assert answer.status_code == 422
    assert db.session.scalars(select(Site)).first() is None


def kind_fields(kind: WorksKind, **more: Any) -> dict[str, Any]:
    values = {
        "version": kind.version,
        "label_fr": kind.label_fr,
        "label_en": kind.label_en,
        "synonyms": kind.synonyms,
        "trade": kind.trade,
        "default_holder": kind.default_holder.value,
        "professional_only": kind.professional_only.value,
        "professional_condition": kind.professional_condition,
        "consent": kind.consent,
        "legal_basis": kind.legal_basis,
        "lifetime_years": kind.lifetime_years or "",
        "free_years": kind.free_years or "",
        "yearly_discount_pct": kind.yearly_discount_pct or "",
        "residual_pct": kind.residual_pct or "",
    }
    values |= dict.fromkeys(kind.hazard.split(), "y")
    if kind.locked_to_bailleur:
        values["locked_to_bailleur"] = "y"
    if kind.active:
        values["active"] = "y"
    return {**values, **more}


def test_every_kind_of_the_catalogue_opens_and_saves_as_it_is(client: FlaskClient, coordinator: User) -> None:
    load_catalogue()
    for kind in db.session.scalars(select(WorksKind)).all():
        url = f"{HERE}/catalogue/{kind.id}"
        page = client.get(url).text
        assert f'name="version" value="{kind.version}"' in page
        assert send(client, url, **kind_fields(kind)).status_code == 303, kind.code
    assert db.session.scalars(select(TimelineEntry)).first() is None, "nothing changed, nothing is recorded"


def test_a_kind_of_works_is_changed_with_its_old_and_new_values(
    client: FlaskClient, coordinator: User
) -> None:
    load_catalogue()
    kind = db.session.scalars(
        select(WorksKind).where(
            WorksKind.default_holder == DefaultHolder.TENANT, WorksKind.free_years.is_(None)
        )
    ).first()
    assert kind is not None
    more = {"default_holder": "open", "free_years": "2", "yearly_discount_pct": "10", "residual_pct": "15"}
    assert send(client, f"{HERE}/catalogue/{kind.id}", **kind_fields(kind, **more)).status_code == 303
    db.session.refresh(kind)
    assert kind.default_holder is DefaultHolder.OPEN
    entry = db.session.scalars(select(TimelineEntry)).one()
    assert entry.data["changes"]["default_holder"] == ["tenant", "open"]
    assert entry.data["changes"]["free_years"] == [None, 2]


@pytest.mark.parametrize(
    "more",
    [
        {"locked_to_bailleur": "y", "default_holder": "tenant"},
        {"professional_only": Professional.PARTLY.value, "professional_condition": ""},
        {"free_years": "3", "yearly_discount_pct": "", "residual_pct": ""},
        {"residual_pct": "150"},
        {"lifetime_years": "-1"},
        {"default_holder": "nobody"},
    ],
)
def test_values_that_contradict_each_other_are_refused(
    client: FlaskClient, coordinator: User, more: dict[str, str]
) -> None:
    load_catalogue()
    kind = db.session.scalars(select(WorksKind).where(WorksKind.free_years.is_(None))).first()
    assert kind is not None
    answer = send(client, f"{HERE}/catalogue/{kind.id}", **kind_fields(kind, **more))
    assert answer.status_code == 422


def test_the_settings_page_lists_what_is_declared(client: FlaskClient, app: Flask, db_session: Any) -> None:
    sign_in(client, make_user(Role.ADMIN))
    page = client.get(f"{HERE}/settings").text
    for setting in app.extensions["intranet"].settings.values():
        assert setting.key in page
    assert send(client, f"{HERE}/settings", key="no.such", value="1").status_code == 404


def test_the_plugins_page_names_what_is_on_and_off(make_settings: Any) -> None:
    from tests.conftest import running_app

    with running_app(make_settings(INTRANET_PLUGINS="")) as app, app.app_context():
        client = app.test_client()
        sign_in(client, make_user(Role.ADMIN))
        page = client.get(f"{HERE}/plugins").text
        assert re.search(r"directory.*?Désactivé", page, re.DOTALL)
        assert "En service" in page
