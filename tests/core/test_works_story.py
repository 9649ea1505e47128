"""One split from the joint visit to the signed contract, by the real commands."""

from __future__ import annotations

from intranet.dossiers.models import Dossier, DossierState
from intranet.extensions import db
from intranet.testing.dossiers import make_dossier
from intranet.testing.works import make_split
from intranet.works.terms import SplitState


def test_a_split_goes_from_the_visit_to_the_signed_contract(db_session: object) -> None:
    dossier = make_dossier(state=DossierState.JOINED)
    split = make_split(dossier, lines=3, state=SplitState.SIGNED)

    assert split.state is SplitState.SIGNED
    assert split.turn is None
    assert db.session.get_one(Dossier, dossier.id, populate_existing=True).state is DossierState.WORKS
