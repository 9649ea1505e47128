"""The catalogue of works: 72 kinds, brought in once, never over what an administrator changed."""

from __future__ import annotations

import pytest
from click.testing import CliRunner
from flask import Flask
from sqlalchemy import func, select

from intranet.extensions import db
from intranet.search.folding import holds
from intranet.works.catalogue import load_catalogue
from intranet.works.hazards import BY_CODE
from intranet.works.models import WorksKind
from intranet.works.registration import works_commands

pytestmark = pytest.mark.usefixtures("db_session")


def kind(code: str) -> WorksKind:
    return db.session.scalars(select(WorksKind).where(WorksKind.code == code)).one()


def test_the_72_kinds_come_in_once() -> None:
    assert load_catalogue() == (72, 0)
    assert load_catalogue() == (0, 0)
    assert db.session.scalar(select(func.count()).select_from(WorksKind)) == 72


def test_a_label_is_set_in_french_and_found_with_either_apostrophe() -> None:
    load_catalogue()
    labels = list(db.session.scalars(select(WorksKind.label_fr)))
    assert not [label for label in labels if "'" in label]
    found = [
        set(db.session.scalars(select(WorksKind.code).where(holds(WorksKind.label_fr)), {"q": typed}))
        for typed in ("d'eau", "d’eau", "D’EAU")
    ]
    assert found[0] == found[1] == found[2] != set()


def test_what_an_administrator_changed_is_kept_unless_replacing_is_asked_for() -> None:
    load_catalogue()
    kind("E.6").label_fr = "Rangements"
    kind("E.7").active = False
    db.session.commit()

    assert load_catalogue() == (0, 0)
    assert kind("E.6").label_fr == "Rangements"
    assert load_catalogue(replace=True) == (0, 2)
    assert kind("E.6").label_fr.startswith("Étagères")


def test_the_command_says_what_it_did(app: Flask) -> None:
    result = CliRunner().invoke(works_commands, ["load-catalogue"], obj=None)

    assert result.output == "72 added, 0 changed\n"


def test_every_gesture_is_said_of_a_kind_that_exists() -> None:
    load_catalogue()
    codes = set(db.session.scalars(select(WorksKind.code)))

    assert set(BY_CODE) <= codes
