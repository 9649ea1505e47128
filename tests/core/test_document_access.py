"""Handing files out: by the dossier's policy, with headers that keep them harmless."""

from __future__ import annotations

import io

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session, scoped_session

from intranet.access import OrganisationKind, Role
from intranet.accounts.models import User
from intranet.chantiers.models import SitePhoto
from intranet.chantiers.service import remove_photo
from intranet.chantiers.terms import ChantierState, Moment, Recognisable
from intranet.documents.models import Document, DocumentKind
from intranet.documents.service import store_bytes
from intranet.documents.storage import storage
from intranet.extensions import db
from intranet.jobs.service import run_due
from intranet.organisations.models import Organisation
from intranet.testing.chantiers import Cast, add_photo, make_chantier
from intranet.testing.factories import make_organisation, make_user, sign_in
from intranet.testing.files import received
from intranet.works.models import Contract, Split
from intranet.works.terms import SplitState


@pytest.fixture
def cast(db_session: scoped_session[Session]) -> Cast:
    return make_chantier(ChantierState.OPEN)


def document_of(photo_id: int) -> Document:
    return db.session.get_one(Document, db.session.get_one(SitePhoto, photo_id).document_id)


def agent_of(cast: Cast) -> User:
    return make_user(Role.AGENT, db.session.get_one(Organisation, cast.bailleur_id))


def test_a_picture_is_shown_inline_kept_privately_and_sandboxed(cast: Cast, client: FlaskClient) -> None:
    document = document_of(add_photo(cast, Moment.BEFORE))
    sign_in(client, cast.animator_user)
    answer = client.get(f"/files/{document.id}")
    assert answer.status_code == 200
    assert answer.mimetype == "image/jpeg"
    assert answer.headers["Content-Disposition"].startswith("inline")
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in answer.headers["Content-Security-Policy"]
    assert answer.headers["Cache-Control"] == "private, no-store"
    assert "ETag" not in answer.headers


def test_what_is_neither_picture_nor_pdf_is_downloaded(cast: Cast, client: FlaskClient) -> None:
    document = store_bytes(
        b"<script>alert(1)</script>",
        name="a.html",
        media_type="text/html",
        kind=DocumentKind.ATTACHMENT,
        dossier_id=cast.dossier.id,
        audience=("alc", "partner"),
        actor=None,
    )
    db.session.commit()
    sign_in(client, cast.animator_user)
    assert client.get(f"/files/{document.id}").headers["Content-Disposition"].startswith("attachment")


def test_the_thumbnail_is_the_whole_picture_until_the_worker_made_it(cast: Cast, client: FlaskClient) -> None:
    from intranet.chantiers.commands import AddPhoto
    from intranet.chantiers.service import add_photo as add
    from intranet.clock import today
    from intranet.testing.files import jpeg

    run_due()  # what the start of the chantier left to do
    command = AddPhoto(cast.chantier.id, Moment.BEFORE, today(), recognisable=Recognisable.NOBODY)
    photo_id = add(cast.animator, command, received(jpeg(size=(1600, 1200)))).id
    document_id = document_of(photo_id).id
    sign_in(client, cast.animator_user)
    whole = client.get(f"/files/{document_id}").data
    assert client.get(f"/files/{document_id}/thumbnail").data == whole
    assert run_due() == 1
    from PIL import Image

    small = client.get(f"/files/{document_id}/thumbnail").data
    assert Image.open(io.BytesIO(small)).size == (480, 360)


def test_a_pdf_has_a_drawing_for_thumbnail(cast: Cast, client: FlaskClient) -> None:
    document = store_bytes(
        b"%PDF-1.7",
        name="a.pdf",
        media_type="application/pdf",
        kind=DocumentKind.CONTRACT,
        dossier_id=cast.dossier.id,
        audience=("alc", "partner"),
        actor=None,
    )
    db.session.commit()
    sign_in(client, cast.animator_user)
    assert "no-picture" in client.get(f"/files/{document.id}/thumbnail").headers["Location"]


@pytest.mark.parametrize(
    ("moment", "status"), [(Moment.BEFORE, 404), (Moment.DURING, 404), (Moment.AFTER, 200)]
)
def test_the_bailleur_opens_only_what_was_taken_after(
    cast: Cast, client: FlaskClient, moment: Moment, status: int
) -> None:
    document = document_of(add_photo(cast, moment))
    sign_in(client, agent_of(cast))
    assert client.get(f"/files/{document.id}").status_code == status
    assert client.get(f"/files/{document.id}/thumbnail").status_code == status


@pytest.mark.parametrize("kind", [OrganisationKind.WORKS_PARTNER, OrganisationKind.BAILLEUR])
def test_another_organisation_opens_nothing(cast: Cast, client: FlaskClient, kind: OrganisationKind) -> None:
    document = document_of(add_photo(cast, Moment.AFTER))
    role = Role.ANIMATOR if kind is OrganisationKind.WORKS_PARTNER else Role.AGENT
    sign_in(client, make_user(role, make_organisation(kind)))
    assert client.get(f"/files/{document.id}").status_code == 404


def test_a_later_partner_of_the_dossier_does_not_open_what_was_made_with_the_first(
    cast: Cast, client: FlaskClient
) -> None:
    """The household had works twice: each partner keeps its own pictures and its own contract."""
    document = document_of(add_photo(cast, Moment.AFTER))
    contract = store_bytes(
        b"%PDF-1.7",
        name="a.pdf",
        media_type="application/pdf",
        kind=DocumentKind.CONTRACT,
        dossier_id=cast.dossier.id,
        audience=("alc", "bailleur", "partner"),
        actor=None,
    )
    db.session.get_one(Contract, cast.chantier.contract_id).document_id = contract.id
    split = db.session.scalars(select(Split)).one()
    split.state = SplitState.AMENDED
    db.session.commit()
    later = make_chantier(dossier=cast.dossier)
    for user, status in ((later.animator_user, 404), (cast.animator_user, 200), (agent_of(cast), 200)):
        browser = client.application.test_client()
        sign_in(browser, user)
        for identity in (document.id, contract.id):
            assert browser.get(f"/files/{identity}").status_code == status


def test_nobody_opens_a_file_without_signing_in(cast: Cast, client: FlaskClient) -> None:
    document = document_of(add_photo(cast, Moment.AFTER))
    assert client.get(f"/files/{document.id}").status_code == 303


def test_a_picture_taken_away_is_gone_bytes_and_all(cast: Cast) -> None:
    photo_id = add_photo(cast, Moment.BEFORE)
    run_due()
    document = document_of(photo_id)
    digests = (document.digest, document.thumbnail_digest)
    remove_photo(cast.animator, photo_id)
    run_due()
    for digest in digests:
        with pytest.raises(FileNotFoundError):
            storage().open(digest)


def test_bytes_another_document_holds_stay(cast: Cast) -> None:
    kept, removed = add_photo(cast, Moment.BEFORE, "la porte"), add_photo(cast, Moment.BEFORE, "la fenêtre")
    remove_photo(cast.animator, removed)
    run_due()
    storage().open(document_of(kept).digest).close()
