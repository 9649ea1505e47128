"""The tenant's attestation of insurance: who adds it, who opens it, until when it stands."""

from __future__ import annotations

import io
from datetime import timedelta
from types import SimpleNamespace

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from intranet.access import OrganisationKind, Role
from intranet.accounts.models import User
from intranet.clock import today
from intranet.database import writing
from intranet.documents.models import Document, DocumentKind
from intranet.dossiers import commands as c
from intranet.dossiers import service
from intranet.dossiers.models import Dossier, Dwelling
from intranet.dossiers.terms import DossierState as S
from intranet.dossiers.terms import LeavingReason
from intranet.extensions import db
from intranet.organisations.models import Organisation
from intranet.testing.dossiers import make_dossier, make_dwelling
from intranet.testing.factories import (
    csrf_token,
    make_actor,
    make_organisation,
    make_pole,
    make_user,
    sign_in,
)
from intranet.testing.files import jpeg

NEXT_YEAR = today() + timedelta(days=300)


@pytest.fixture
def cast(app: Flask) -> SimpleNamespace:
    """A tenant just allocated a dwelling, her référent, an agent of her bailleur and one of another."""
    with app.app_context():
        uip = make_pole("UIP")
        referent = make_user(Role.REFERENT, pole=uip)
        dossier = make_dossier(uip, state=S.ALLOCATED)
        mine = db.session.get_one(Organisation, dossier.bailleur_id)
        agent, other = (
            make_user(Role.AGENT, mine),
            make_user(Role.AGENT, make_organisation(OrganisationKind.BAILLEUR)),
        )
        animator = make_user(Role.ANIMATOR)
        emails = {
            "referent": referent.email,
            "agent": agent.email,
            "other": other.email,
            "animator": animator.email,
        }
        made = SimpleNamespace(
            dossier=dossier.id, dwelling=dossier.dwelling_id, actor=make_actor(referent), emails=emails
        )
    return made


def as_(app: Flask, cast: SimpleNamespace, who: str) -> FlaskClient:
    client = app.test_client()
    sign_in(client, User(email=cast.emails[who]))
    return client


def send(
    client: FlaskClient, cast: SimpleNamespace, *, until: str = "", file: io.BytesIO | None = None
) -> object:
    where = f"/staff/dossiers/{cast.dossier}/insurance"
    return client.post(
        where,
        data={
            "csrf_token": csrf_token(client, where),
            "valid_until": until or NEXT_YEAR.strftime("%d/%m/%Y"),
            "file": (file or jpeg(), "attestation.jpg"),
        },
        content_type="multipart/form-data",
    )


def kept(app: Flask) -> list[int]:
    with app.app_context():
        found = select(Document.id).where(Document.kind == DocumentKind.INSURANCE).order_by(Document.id)
        return list(db.session.scalars(found))


def test_the_referent_adds_it_and_alc_and_the_bailleur_alone_open_it(
    app: Flask, cast: SimpleNamespace
) -> None:
    referent, agent = as_(app, cast, "referent"), as_(app, cast, "agent")
    assert "Aucune attestation" in agent.get(f"/bailleur/dwellings/{cast.dwelling}").text
    assert send(referent, cast).status_code == 303  # type: ignore[attr-defined]
    (file,) = kept(app)
    assert "Attestation valable jusqu’au" in referent.get(f"/staff/dossiers/{cast.dossier}").text
    page = agent.get(f"/bailleur/dwellings/{cast.dwelling}").text
    assert f'href="/files/{file}"' in page
    assert "valable jusqu’au" in page
    for who, status in (("referent", 200), ("agent", 200), ("other", 404), ("animator", 404)):
        assert as_(app, cast, who).get(f"/files/{file}").status_code == status, who


@pytest.mark.parametrize(
    ("until", "sentence"),
    [
        ((today() - timedelta(days=1)).isoformat(), "n’est plus valable"),
        ((today() + timedelta(days=4000)).isoformat(), "Vérifiez l’année"),
        ("31/02/2030", "date"),
        ("", "Indiquez"),
    ],
)
def test_a_wrong_day_is_said_at_its_field_and_nothing_is_kept(
    app: Flask, cast: SimpleNamespace, until: str, sentence: str
) -> None:
    client = as_(app, cast, "referent")
    where = f"/staff/dossiers/{cast.dossier}/insurance"
    data = {"csrf_token": csrf_token(client, where), "valid_until": until, "file": (jpeg(), "a.jpg")}
    answer = client.post(where, data=data, content_type="multipart/form-data")
    assert answer.status_code == 422
    assert kept(app) == []
    if until:
        assert sentence in answer.text


def test_what_is_no_attestation_is_refused_whatever_its_name(app: Flask, cast: SimpleNamespace) -> None:
    client = as_(app, cast, "referent")
    for content in (b"MZ\x90\x00 a program", b"<svg><script>alert(1)</script></svg>", b""):
        answer = send(client, cast, file=io.BytesIO(content))
        assert answer.status_code == 422  # type: ignore[attr-defined]
    assert kept(app) == []


def test_there_is_nothing_to_insure_before_a_dwelling(app: Flask, cast: SimpleNamespace) -> None:
    with app.app_context():
        cast.dossier = make_dossier(make_pole("UIP"), state=S.PREPARING).id
    answer = send(as_(app, cast, "referent"), cast)
    assert answer.status_code == 422  # type: ignore[attr-defined]
    assert "une fois le logement attribué" in answer.text  # type: ignore[attr-defined]


def test_after_a_departure_the_bailleur_opens_it_no_more(app: Flask, cast: SimpleNamespace) -> None:
    send(as_(app, cast, "referent"), cast)
    (file,) = kept(app)
    with app.test_request_context(), writing():
        version = db.session.get_one(Dossier, cast.dossier).version
        service.leave(cast.actor, c.Leave(cast.dossier, version, LeavingReason.WITHDREW, today()))
    assert as_(app, cast, "agent").get(f"/files/{file}").status_code == 404
    assert as_(app, cast, "referent").get(f"/files/{file}").status_code == 200


def test_in_another_dwelling_the_former_attestation_is_nobodys_but_alcs(
    app: Flask, cast: SimpleNamespace
) -> None:
    send(as_(app, cast, "referent"), cast)
    (file,) = kept(app)
    with app.test_request_context(), writing():
        dossier = db.session.get_one(Dossier, cast.dossier)
        bailleur = db.session.get_one(Organisation, dossier.bailleur_id)
        service.leave(cast.actor, c.Leave(cast.dossier, dossier.version, LeavingReason.WITHDREW, today()))
        make_dossier(
            make_pole("UIP"),
            db.session.get(Dwelling, cast.dwelling),
            state=S.ALLOCATED,
        )
        service.come_back(cast.actor, cast.dossier, dossier.version)
        service.diagnose(cast.actor, c.Diagnose(cast.dossier, dossier.version, True, "Toujours éligible"))
        service.prepare(cast.actor, cast.dossier, dossier.version)
        home = make_dwelling(bailleur=bailleur)
        service.allocate(cast.actor, c.Allocate(cast.dossier, dossier.version, today(), dwelling_id=home.id))
        there = home.id
    agent = as_(app, cast, "agent")
    assert agent.get(f"/files/{file}").status_code == 404
    assert "Aucune attestation" in agent.get(f"/bailleur/dwellings/{there}").text
    assert "Aucune attestation" in as_(app, cast, "referent").get(f"/staff/dossiers/{cast.dossier}").text
