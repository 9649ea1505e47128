"""The catalogue of works: 72 kinds, brought in once, never over what an administrator changed."""

from __future__ import annotations

from dataclasses import replace

import pytest
from click.testing import CliRunner
from flask import Flask
from sqlalchemy import func, select

from intranet.access import Role
from intranet.errors import Refused
from intranet.extensions import db
from intranet.search.folding import holds
from intranet.testing.factories import make_actor, make_user
from intranet.works.catalogue import load_catalogue
from intranet.works.hazards import BY_CODE
from intranet.works.models import WorksKind
from intranet.works.registration import works_commands
from intranet.works.service.kinds import KindFields, change_kind
from intranet.works.terms import DefaultHolder, Professional

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


@pytest.mark.parametrize(
    ("code", "change", "field"),
    [
        ("L.5", {"locked_to_bailleur": False, "default_holder": DefaultHolder.TENANT}, "locked_to_bailleur"),
        ("L.7", {"professional_only": Professional.NO}, "professional_only"),
        ("T.1", {"professional_only": Professional.NO}, "professional_only"),
        (
            "VI.a.1",
            {"professional_only": Professional.NO, "professional_condition": ""},
            "professional_condition",
        ),
        ("E.6", {"label_fr": "Tableau électrique à remplacer"}, "locked_to_bailleur"),
    ],
)
def test_a_kind_that_the_law_keeps_from_the_tenant_cannot_be_opened_on_screen(
    code: str, change: dict[str, object], field: str
) -> None:
    load_catalogue()
    found = kind(code)
    fields = KindFields(**{name: getattr(found, name) for name in KindFields.__dataclass_fields__})
    coordinator = make_actor(make_user(Role.COORDINATOR))

    with pytest.raises(Refused) as refused:
        change_kind(coordinator, found.id, found.version, replace(fields, **change))  # type: ignore[arg-type]
    assert refused.value.field == field
    change_kind(coordinator, found.id, found.version, replace(fields, label_en="Another name"))
    assert kind(code).label_en == "Another name"
