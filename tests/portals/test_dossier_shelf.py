"""A dossier's page at a glance: its path for eyes and ears, a telephone to tap, its files by kind and senders."""

from __future__ import annotations

import re

import pytest
from flask.testing import FlaskClient

from intranet.access import Role
from intranet.dossiers.terms import DossierState as S
from intranet.testing.chantiers import attest, make_chantier
from intranet.testing.dossiers import make_dossier
from intranet.testing.factories import make_user, sign_in

pytestmark = pytest.mark.usefixtures("db_session")

PATH = re.compile(r'<li class="is-(\w+)"( aria-current="step")?>')


@pytest.mark.parametrize(
    ("state", "done"), [(S.SPOTTED, 0), (S.ALLOCATED, 3), (S.SETTLED, 6), (S.CLOSED, 7), (S.LEFT, 1)]
)
def test_the_path_says_where_the_dossier_stands(client: FlaskClient, state: S, done: int) -> None:
    dossier_id = make_dossier(state=state).id
    sign_in(client, make_user(Role.COORDINATOR))
    steps = PATH.findall(client.get(f"/staff/dossiers/{dossier_id}").text)
    assert [stands for stands, _current in steps].count("done") == done
    assert len(steps) == 8
    assert [stands for stands, current in steps if current] == ([] if state is S.LEFT else ["now"])


def test_the_shelf_holds_the_files_a_person_may_open_and_the_telephone_is_tapped(client: FlaskClient) -> None:
    cast = make_chantier()
    attest(cast)
    sender = cast.coordinator.name
    sign_in(client, make_user(Role.COORDINATOR))
    html = client.get(f"/staff/dossiers/{cast.dossier.id}").text
    shelf = html[html.index('id="documents"') :]
    assert "Assurance" in shelf
    assert sender in shelf
    assert 'href="tel:+33600000000"' in html
