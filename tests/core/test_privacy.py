"""What is held about a family: told in full, erased in full, kept as long as a rule says."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Callable, Iterator
from datetime import timedelta
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import JSON, Boolean, Date, Enum, Integer, String, Table, insert, inspect, select, update

from intranet.access import Role, registry
from intranet.accounts.models import User
from intranet.clock import now, today
from intranet.core_hooks import load_models
from intranet.database import Model, writing
from intranet.deletion import check_delete, reasons_to_keep
from intranet.documents.models import DocumentKind
from intranet.documents.service import store_bytes
from intranet.documents.storage import storage
from intranet.dossiers.models import Dossier, Household
from intranet.dossiers.terms import DossierState as S
from intranet.errors import NotAllowed, Refused, Stale
from intranet.extensions import db
from intranet.jobs.service import run_due
from intranet.plugin_api import PersonalData, hookimpl
from intranet.privacy import service, terms
from intranet.privacy.service import EraseHousehold
from intranet.search.service import rebuild
from intranet.testing.dossiers import make_dossier, make_dwelling
from intranet.testing.factories import csrf_token, make_actor, make_pole, make_user, sign_in
from intranet.timeline.models import TimelineEntry
from intranet.works.terms import ContractState, Side

SECRET = "Zyzomys"  # a word that stands nowhere else
LONG_AGO = timedelta(days=800)
Word = Callable[[Any], str]
DECLARED = {*terms.DELETED, *terms.EMPTIED, *terms.EMPTIED_OF_THE_HOUSEHOLD, *terms.KEPT, "core_household"}


@pytest.fixture
def cast(app: Flask) -> Iterator[SimpleNamespace]:
    """A coordinator, and a family that left long ago."""
    with app.test_request_context(), writing():
        dossier = make_dossier(make_pole("UIP"), make_dwelling(), state=S.LEFT)
        household = db.session.get_one(Household, dossier.household_id)
        household.name = f"{SECRET} Awa"
        household.phone = household.email = household.contact_choice = SECRET
        db.session.commit()
        user = make_user(Role.COORDINATOR)
        yield SimpleNamespace(
            actor=make_actor(user), user=user, dossier=dossier, household=household, number=dossier.number
        )


def erase(cast: SimpleNamespace, typed: str | None = None) -> None:
    command = EraseHousehold(cast.dossier.id, cast.household.version, typed or cast.number)
    service.erase_household(cast.actor, command)


def hanging() -> list[Table]:
    """Every table of the core that holds something of a dossier, parents first."""
    load_models()
    names = {"core_dossier"}
    grown = True
    while grown:
        grown = False
        for table in Model.metadata.sorted_tables:
            parents = {key.column.table.name for key in table.foreign_keys} - {"core_document"}
            if table.name.startswith("core_") and table.name not in names and parents & names:
                names.add(table.name)
                grown = True
    return [table for table in Model.metadata.sorted_tables if table.name in names]


def texts(table: Table) -> set[str]:
    held = (column for column in table.columns if isinstance(column.type, String | JSON))
    return {column.name for column in held if not isinstance(column.type, Enum)}


def secret(_column: Any) -> str:
    return SECRET


def some(column: Any, word: Word) -> Any:
    """A value of the column's type, which holds the column's word where it can."""
    kind = column.type
    if column.name == "side":
        return Side.HOUSEHOLD
    if isinstance(kind, Enum):
        return kind.enums[0]
    if isinstance(kind, JSON):
        return {"text": word(column)}
    if isinstance(kind, String):
        return word(column)[: kind.length]
    plain = ((Boolean, False), (Integer, 1), (Date, today()))
    return next((value for sort, value in plain if isinstance(kind, sort)), now())


def row_of(table: Table, known: dict[str, Any], word: Word) -> dict[str, Any]:
    """A whole row: keys from ``known``, its word in each text but those that stay."""
    values: dict[str, Any] = {}
    for column in table.columns:
        parents = [key.column.table.name for key in column.foreign_keys]
        if parents:
            if parents[0] in known and parents[0] != table.name:
                values[column.name] = known[parents[0]]
        elif column.name != "id":
            values[column.name] = some(column, word)
    for name in set(terms.KEPT.get(table.name, ())) & texts(table) - {"side"}:
        values[name] = [] if isinstance(table.c[name].type, JSON) else "kept"
    return values


def test_every_text_about_a_household_is_erased_or_kept_by_decision() -> None:
    undecided = []
    for table in hanging():
        if table.name in terms.DELETED or table.name == "core_household":
            continue
        said = {
            *terms.EMPTIED.get(table.name, ()),
            *terms.EMPTIED_OF_THE_HOUSEHOLD.get(table.name, ()),
            *terms.KEPT.get(table.name, ()),
        }
        undecided += [f"{table.name}.{name}" for name in sorted(texts(table) - said)]
    assert undecided == [], "say in intranet/privacy/terms.py what becomes of them"


def test_nothing_declared_is_about_a_column_that_does_not_exist() -> None:
    load_models()
    for declared in (terms.EMPTIED, terms.EMPTIED_OF_THE_HOUSEHOLD, terms.KEPT):
        for name, columns in declared.items():
            assert set(columns) <= {column.name for column in Model.metadata.tables[name].columns}, name


def fill_everything(cast: SimpleNamespace, word: Word = secret) -> None:
    """One row in every table that hangs on the dossier, each text that may be erased holding its column's word."""
    document = store_bytes(
        SECRET.encode(),
        name=f"{SECRET}.pdf",
        media_type="application/pdf",
        kind=DocumentKind.ATTACHMENT,
        dossier_id=cast.dossier.id,
        audience=("alc",),
        actor=cast.actor,
    )
    known: dict[str, Any] = {
        "core_dossier": cast.dossier.id,
        "core_household": cast.household.id,
        "core_document": document.id,
        "core_user": cast.user.id,
        "core_dwelling": cast.dossier.dwelling_id,
        "core_organisation": cast.actor.organisation_id,
    }
    load_models()
    connection = db.session.connection()
    for table in hanging():
        if table.name in ("core_dossier", "core_document"):
            continue
        values = row_of(table, known, word)
        if table.name == "core_contract":
            values["state"] = ContractState.SIGNED
        made: Any = connection.execute(insert(table).values(values))
        if "id" in table.columns:
            known[table.name] = made.inserted_primary_key[0]
    db.session.commit()
    last = update(Dossier).values(changed_at=now() - LONG_AGO)
    db.session.execute(last)
    db.session.commit()
    cast.digest = document.digest


def everywhere() -> set[str]:
    """Each ``table.column`` in which the word stands."""
    found = set()
    present = set(
        inspect(db.session.connection()).get_table_names()
    )  # other tests may have loaded a plugin's models
    for table in Model.metadata.sorted_tables:
        if table.name not in present:
            continue
        for name in sorted(texts(table)):
            values = db.session.execute(select(table.c[name])).scalars()
            if any(SECRET.casefold() in json.dumps(value, default=str).casefold() for value in values):
                found.add(f"{table.name}.{name}")
    return found


def test_after_an_erasure_nothing_in_the_database_names_the_family(cast: SimpleNamespace) -> None:
    fill_everything(cast)
    rebuild()
    before = everywhere()
    for name, columns in (*terms.EMPTIED.items(), *terms.EMPTIED_OF_THE_HOUSEHOLD.items()):
        for column in set(columns) & texts(Model.metadata.tables[name]):
            assert f"{name}.{column}" in before, "the word must have been there"
    assert "core_session_note.text" in before
    db.session.expire_all()
    erase(cast)
    run_due()
    assert everywhere() == set()
    assert cast.household.name == "Ménage effacé"
    assert cast.household.erased_on == today()
    with pytest.raises(FileNotFoundError):
        storage().open(cast.digest).close()


def test_another_family_keeps_everything(cast: SimpleNamespace) -> None:
    other = make_dossier(make_pole("UIP"), make_dwelling(), state=S.LEFT)
    their = SimpleNamespace(
        **{**vars(cast), "dossier": other, "household": db.session.get_one(Household, other.household_id)}
    )
    fill_everything(their)
    before = everywhere()
    erase(cast)
    run_due()
    gone = {"core_household.name", "core_household.sort_name", "core_household.phone"}
    assert before - everywhere() <= gone | {
        "core_household.email",
        "core_household.contact_choice",
        "core_search_entry.title",
        "core_search_entry.words",
    }
    assert db.session.get_one(Dossier, other.id).dwelling_id


def test_what_is_held_is_told_in_words(cast: SimpleNamespace) -> None:
    fill_everything(cast)
    said = {str(item.label): item.value for item in service.personal_data(cast.household)}
    assert said["Nom"] == f"{SECRET} Awa"
    assert said["Composition"] == "2 adultes, 2 enfants"
    for label in (
        "Note de l’équipe",
        "Remarque sur une ligne de travaux",
        "Heures de chantier",
        "Note de séance",
    ):
        assert SECRET in said[label], label
    for label in ("Fichier", "Signature de la famille", "Assurance déclarée", "Accès par code", "Historique"):
        assert SECRET in said[label], label
    assert {item.owner for item in service.personal_data(cast.household)} == {"core"}


def test_what_an_erasure_would_take_is_told_first(cast: SimpleNamespace) -> None:
    taken = {name: texts(Model.metadata.tables[name]) for name in terms.DELETED}
    for name, columns in (*terms.EMPTIED.items(), *terms.EMPTIED_OF_THE_HOUSEHOLD.items()):
        taken.setdefault(name, set()).update(set(columns) & texts(Model.metadata.tables[name]))
    lost = sorted(f"{name}.{column}" for name, columns in taken.items() for column in columns)
    words = {column: f"Zz{number:03}" for number, column in enumerate(lost)}
    fill_everything(cast, lambda column: words.get(f"{column.table.name}.{column.name}", SECRET))
    said = " ".join(str(item.value) for item in service.personal_data(cast.household))
    assert {column for column, word in words.items() if word not in said} == terms.TOLD_OTHERWISE


def test_the_name_a_family_gave_without_an_account_leaves_the_history_too(cast: SimpleNamespace) -> None:
    for side in (Side.HOUSEHOLD, Side.BAILLEUR):
        db.session.add(
            TimelineEntry(
                kind="works.line.answered",
                actor_name=f"{side} {SECRET}",
                side=side,
                dossier_id=cast.dossier.id,
                subject="split",
                subject_id=1,
            )
        )
    db.session.commit()
    erase(cast)
    names = set(db.session.scalars(select(TimelineEntry.actor_name).where(TimelineEntry.side != "alc")))
    assert names == {"", f"bailleur {SECRET}"}


def test_the_archive_holds_the_words_and_the_files_and_is_told(cast: SimpleNamespace) -> None:
    fill_everything(cast)
    with zipfile.ZipFile(io.BytesIO(service.take_away(cast.actor, cast.dossier.id).read())) as parts:
        held = json.loads(parts.read("donnees.json"))
        files = [name for name in parts.namelist() if name.startswith("fichiers/")]
        assert parts.read(files[0]) == SECRET.encode()
    assert held["dossier"] == cast.number
    assert {"label": "Nom", "value": f"{SECRET} Awa"} in held["data"]
    told = [item.value for item in service.personal_data(cast.household) if str(item.label) == "Historique"]
    assert "a remis à la famille une copie de ses données" in told[-1]


@pytest.mark.parametrize("state", sorted(set(S) - {S.CLOSED, S.LEFT}))
def test_a_path_under_way_is_not_erased(cast: SimpleNamespace, state: S) -> None:
    cast.dossier.state = state
    db.session.commit()
    with pytest.raises(Refused, match="est en cours"):
        erase(cast)
    assert SECRET in cast.household.name


def test_a_signed_contract_keeps_its_family_for_two_years_after_the_last_contact(
    cast: SimpleNamespace,
) -> None:
    fill_everything(cast)
    for days, kept in ((0, True), (729, True), (731, False)):
        db.session.execute(update(Dossier).values(changed_at=now() - timedelta(days=days)))
        db.session.commit()
        assert bool(reasons_to_keep(cast.household)) is kept, days


def test_an_erasure_needs_the_number_typed_and_the_version_read(cast: SimpleNamespace) -> None:
    with pytest.raises(Refused) as refused:
        erase(cast, "2018-9999")
    assert refused.value.field == "typed"
    with pytest.raises(Stale):
        service.erase_household(cast.actor, EraseHousehold(cast.dossier.id, 99, cast.number))
    erase(cast)
    erase(cast)  # twice is once


def test_only_the_coordination_gives_or_erases(cast: SimpleNamespace) -> None:
    referent = make_actor(make_user(Role.REFERENT, pole=make_pole("UIP")))
    with pytest.raises(NotAllowed):
        service.erase_household(referent, EraseHousehold(cast.dossier.id, 1, cast.number))
    with pytest.raises(NotAllowed):
        service.take_away(referent, cast.dossier.id)


def test_a_plugin_tells_erases_and_objects(cast: SimpleNamespace, app: Flask) -> None:
    erased: list[int] = []
    plugin = ModuleType("energy")
    plugin.personal_data = hookimpl(lambda household: [PersonalData("Relevé", "120 kWh")])  # type: ignore[attr-defined]
    plugin.erase_personal_data = hookimpl(lambda household: erased.append(household.id))  # type: ignore[attr-defined]
    plugin.validate_delete = hookimpl(lambda obj: ["Un relevé est attendu."] if not erased else [])  # type: ignore[attr-defined]
    registry().plugins.manager.register(plugin, name="energy")
    assert PersonalData("Relevé", "120 kWh", "energy") in service.personal_data(cast.household)
    with pytest.raises(Refused, match="Un relevé est attendu"):
        erase(cast)
    with pytest.raises(Refused, match="Un relevé est attendu"):
        check_delete(object())
    erased.append(0)
    erase(cast)
    assert erased == [0, cast.household.id]


class TestPage:
    """The coordinator's page."""

    @pytest.fixture
    def desk(self, cast: SimpleNamespace, client: FlaskClient) -> FlaskClient:
        sign_in(client, User(email=cast.user.email))
        return client

    def test_it_previews_refuses_then_erases(self, cast: SimpleNamespace, desk: FlaskClient) -> None:
        where = f"/staff/dossiers/{cast.dossier.id}/personal-data"
        page = desk.get(where).text
        assert f"{SECRET} Awa" in page
        assert f"Écrivez {cast.number}." in page
        sent = {"csrf_token": csrf_token(desk, where), "version": cast.household.version, "typed": "non"}
        db.session.rollback()
        refused = desk.post(f"{where}/erase", data=sent)
        assert refused.status_code == 422
        assert "pour confirmer" in refused.text
        assert desk.post(f"{where}/erase", data={**sent, "typed": cast.number}).status_code == 303
        after = desk.get(where).text
        assert SECRET not in after
        assert "ont été effacées" in after

    def test_the_archive_is_downloaded(self, cast: SimpleNamespace, desk: FlaskClient) -> None:
        where = f"/staff/dossiers/{cast.dossier.id}/personal-data"
        answer = desk.post(f"{where}/archive", data={"csrf_token": csrf_token(desk, where)})
        assert answer.mimetype == "application/zip"
        assert cast.number in answer.headers["Content-Disposition"]
        assert "no-store" in answer.headers["Cache-Control"]

    def test_the_home_page_announces_it_thirty_days_before(
        self, cast: SimpleNamespace, desk: FlaskClient
    ) -> None:
        label = "Données bientôt à effacer"
        for days, announced in ((690, False), (705, True)):
            db.session.execute(update(Dossier).values(changed_at=now() - timedelta(days=days)))
            db.session.commit()
            assert (label in desk.get("/staff/").text) is announced, days
        erase(cast)
        db.session.execute(update(Dossier).values(changed_at=now() - LONG_AGO))
        db.session.commit()
        assert label not in desk.get("/staff/").text
