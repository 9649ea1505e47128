"""Each owner's tables: made, compared, taken back, and safe on SQLite."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import delete, inspect, select, text

from intranet import migrate, revisions
from intranet.access import Role
from intranet.accounts.models import Membership
from intranet.config import Settings
from intranet.database import writing
from intranet.dossiers.models import DossierState
from intranet.extensions import db
from intranet.search.queries import matching
from intranet.search.service import drop_entry, put_entry
from intranet.testing.contract import running
from intranet.testing.dossiers import make_dossier
from intranet.testing.factories import make_user
from intranet.testing.works import lines_of, make_split
from intranet.works.facts import wording_of
from intranet.works.models import LineWording
from intranet.works.rules import wording_data
from tests.databases import Databases

MakeSettings = Callable[..., Settings]
TEXT = """
revision = "{revision}"
down_revision = {down!r}
branch_labels = None
depends_on = None

import sqlalchemy as sa
from alembic import op

def upgrade():
    {upgrade}

def downgrade():
    pass
"""


@pytest.fixture
def write_revision(app: Flask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """Add a revision to the core's, in a copy of its folder."""
    original = Path(migrate.__file__).parent / "migrations"
    folder = tmp_path / "migrations"
    folder.mkdir()
    for path in original.glob("*.py"):
        (folder / path.name).write_text(path.read_text())
    known = revisions.migrations_folder
    for module in (migrate, revisions):
        monkeypatch.setattr(
            module, "migrations_folder", lambda owner: folder if owner == "core" else known(owner)
        )

    def write(upgrade: str) -> None:
        with app.app_context():
            head = migrate._scripts("core").get_current_head()
        (folder / "9999_core.py").write_text(TEXT.format(revision="9999_core", down=head, upgrade=upgrade))

    return write


def test_models_and_migrations_agree(app: Flask) -> None:
    assert migrate.check(app) == []


def test_every_owner_is_up_to_date_after_an_upgrade(app: Flask) -> None:
    assert revisions.pending(app) == []
    assert {"core", "directory"} <= {each.owner for each in revisions.status(app)}


def test_each_owner_has_its_own_version_table(app: Flask) -> None:
    with app.app_context():
        tables = set(inspect(db.engine).get_table_names())
    assert {"alembic_version_core", "alembic_version_directory"} <= tables
    assert "alembic_version" not in tables


def test_upgrading_again_changes_nothing(app: Flask) -> None:
    before = revisions.status(app)
    migrate.upgrade_all(app)
    assert revisions.status(app) == before


def test_everything_can_be_taken_back_and_made_again(app: Flask) -> None:
    with app.app_context():
        owners = list(app.extensions["intranet"].plugins.owner_order())
    for owner in reversed(owners):
        if any(each.owner == owner for each in revisions.status(app)):
            migrate.downgrade(app, owner)
    with app.app_context():
        left = [name for name in inspect(db.engine).get_table_names() if not name.startswith("alembic")]
    assert left == []
    migrate.upgrade_all(app)
    assert migrate.check(app) == []


def test_rebuilding_a_table_keeps_the_rows_that_hang_on_it(
    app: Flask, write_revision: Callable[[str], None]
) -> None:
    """On SQLite a batch copies the table and drops the first: with foreign keys on, its children went too."""
    with app.app_context():
        make_user(Role.COORDINATOR)
    write_revision(
        'with op.batch_alter_table("core_user") as batch:\n'
        '        batch.alter_column("name", type_=sa.String(150), existing_nullable=False)'
    )
    migrate.upgrade_all(app)
    with app.app_context():
        assert db.session.scalars(select(Membership.id)).all()


def test_a_line_of_before_the_history_of_wordings_begins_it_with_its_own(
    app: Flask, write_revision: Callable[[str], None]
) -> None:
    with app.app_context():
        split = make_split(make_dossier(state=DossierState.JOINED), 2)
        with writing():
            db.session.execute(delete(LineWording))
            db.session.commit()
        split_id = split.id
    write_revision(
        "import importlib\n"
        '    importlib.import_module("intranet.migrations.0002_negotiation")._first_wordings()'
    )
    migrate.upgrade_all(app)
    with app.app_context():
        for line in lines_of(split_id):
            past = db.session.scalars(select(LineWording).where(LineWording.line_id == line.id)).one()
            assert (past.number, past.digest, past.at) == (1, line.digest, line.created_at)
            assert past.wording == wording_data(wording_of(line))


def test_entries_of_the_search_keep_their_objects_when_they_are_numbered_anew(app: Flask) -> None:
    def found(word: str) -> list[int]:
        with app.app_context():
            return list(db.session.connection().execute(matching("thing"), {"q": word}).scalars())

    with app.app_context(), writing():
        put_entry("other", 4, "Rosa", "Rosa Conti")
        put_entry("thing", 4, "Rosa", "Rosa Bianchi")
        put_entry("thing", 9, "Ada", "Ada Bianchi")
        db.session.commit()
    migrate.downgrade(app, "core", "0003_counter_due")
    with app.app_context(), db.engine.connect() as connection:
        entries = connection.execute(
            text("SELECT id, kind, object_id FROM core_search_entry ORDER BY id")
        ).all()
        assert sorted(row[1:] for row in entries) == [("other", 4), ("thing", 4), ("thing", 9)]
        assert [row.id for row in entries] == [1, 2, 3]
    migrate.upgrade_all(app)
    assert (sorted(found("bianchi")), found("ada"), found("conti")) == ([4, 9], [9], [])
    assert migrate.check(app) == []
    with app.app_context(), writing():
        drop_entry("thing", 9)
        put_entry("thing", 4, "Rosa", "Rosa Verdi")
        db.session.commit()
    assert (found("bianchi"), found("verdi")) == ([], [4])


@pytest.mark.sqlite_only
def test_a_migration_that_orphans_rows_is_undone(app: Flask, write_revision: Callable[[str], None]) -> None:
    with app.app_context():
        make_user(Role.COORDINATOR)
    write_revision('op.execute("DELETE FROM core_user")')
    with pytest.raises(migrate.MigrationFailed, match="would point to nothing"):
        migrate.upgrade_all(app)
    with app.app_context():
        assert db.session.scalars(select(Membership.id)).all()
    assert revisions.status(app)[0].current != "9999_core"


def test_a_migration_that_fails_leaves_nothing_behind(
    app: Flask, write_revision: Callable[[str], None]
) -> None:
    write_revision(
        'op.create_table("core_half", sa.Column("id", sa.Integer, primary_key=True))\n'
        '    op.execute("SELECT * FROM no_such_table")'
    )
    with pytest.raises(Exception, match="no_such_table"):
        migrate.upgrade_all(app)
    with app.app_context():
        assert "core_half" not in inspect(db.engine).get_table_names()


@pytest.mark.sqlite_only
def test_foreign_keys_are_on_again_after_a_migration(app: Flask) -> None:
    migrate.upgrade_all(app)
    with app.app_context(), db.engine.connect() as connection:
        assert connection.exec_driver_sql("PRAGMA foreign_keys").scalar() == 1


def test_a_difference_is_told_in_words(app: Flask) -> None:
    with app.app_context(), writing():
        db.session.execute(text("ALTER TABLE core_pole ADD COLUMN stray INTEGER"))
        db.session.commit()
    assert any("core: " in line and "stray" in line for line in migrate.check(app))


def test_the_search_index_is_made_by_the_migration_and_no_difference(app: Flask) -> None:
    with app.app_context(), writing():
        db.session.execute(
            text(
                "INSERT INTO core_search_entry (id, kind, object_id, title, words) VALUES (7, 'k', 1, 't', 'ecole')"
            )
        )
        index = (
            "SELECT count(*) FROM core_search_fts WHERE core_search_fts MATCH 'eco*'"
            if db.engine.dialect.name == "sqlite"
            else "SELECT count(*) FROM core_search_entry WHERE vector @@ to_tsquery('simple', 'eco:*')"
        )
        assert db.session.execute(text(index)).scalar_one() == 1
    assert migrate.check(app) == []


def test_a_new_revision_is_written_from_the_models(
    app: Flask, write_revision: Callable[[str], None], tmp_path: Path
) -> None:
    with app.app_context(), writing():
        db.session.execute(text("DROP INDEX ix_core_timeline_kind"))
        db.session.commit()
    path = migrate.revision(app, "core", "Find by kind again")
    assert path.parent == tmp_path / "migrations"
    content = path.read_text()
    assert "Find by kind again" in content
    assert "ix_core_timeline_kind" in content
    assert content.startswith('"""')
    migrate.upgrade_all(app)
    assert migrate.check(app) == []


def test_an_empty_database_is_filled_by_one_upgrade(
    databases: Databases, make_settings: MakeSettings, tmp_path: Path
) -> None:
    if databases.template_url.startswith("postgresql"):
        settings = make_settings()
        with running(settings) as app, app.app_context(), db.engine.begin() as connection:
            connection.exec_driver_sql("DROP SCHEMA public CASCADE")
            connection.exec_driver_sql("CREATE SCHEMA public")
    else:
        settings = make_settings(DATABASE_URL=f"sqlite:///{tmp_path / 'empty.db'}")
    with running(settings) as app:
        assert revisions.pending(app) == []
