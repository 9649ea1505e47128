"""Listing, making and purging plugins."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import inspect, select, text

from intranet.access import Role
from intranet.config import Settings
from intranet.database import writing
from intranet.extensions import db
from intranet.pluginsystem.errors import StartRefused
from intranet.pluginsystem.lifecycle import PluginState, plugin_statuses, purge
from intranet.pluginsystem.skeleton import write_skeleton
from intranet.search.models import SearchEntry
from intranet.settings.models import StoredSetting
from intranet.testing.contract import running
from intranet.testing.factories import make_actor, make_user
from plugins.directory.commands import EntryFields
from plugins.directory.models import Engagement, EntryKind
from plugins.directory.service import add_entry

MakeSettings = Callable[..., Settings]


@pytest.fixture
def with_an_entry(app: Flask) -> Flask:
    with app.test_request_context(), writing():
        actor = make_actor(make_user(Role.COORDINATOR))
        add_entry(actor, EntryFields(EntryKind.PARTNER, "Régie de quartier", Engagement.MOBILISED))
        db.session.add(StoredSetting(key="directory.show_panel", value="0"))
        db.session.commit()
    return app


def states(app: Flask, *missing: str) -> dict[str, PluginState]:
    with app.app_context():
        return {each.name: each.state for each in plugin_statuses(missing)}


def test_each_state_of_a_plugin_is_told_apart(make_settings: MakeSettings) -> None:
    with running(make_settings(INTRANET_PLUGINS="")) as app:
        with app.app_context(), writing():
            db.session.execute(text("CREATE TABLE alembic_version_gone (version_num VARCHAR(32))"))
            db.session.execute(text("CREATE TABLE gone_thing (id INTEGER)"))
            db.session.commit()
        found = states(app, "nowhere")
    assert found["staff"] is PluginState.ENABLED
    assert found["directory"] is PluginState.DISABLED
    assert found["gone"] is PluginState.ORPHAN
    assert found["nowhere"] is PluginState.MISSING


def test_purging_exports_then_drops_tables_version_and_settings_together(
    with_an_entry: Flask, make_settings: MakeSettings, tmp_path: Path
) -> None:
    export = tmp_path / "directory.json"
    with running(make_settings(INTRANET_PLUGINS="")) as app, app.app_context():
        assert purge("directory", export) == ["directory_entry"]
        tables = inspect(db.engine).get_table_names()
        assert not [name for name in tables if "directory" in name]
        assert (
            db.session.scalar(select(StoredSetting).where(StoredSetting.key.startswith("directory."))) is None
        )
        assert db.session.scalar(select(SearchEntry).where(SearchEntry.kind == "directory")) is None
    content = json.loads(export.read_text())
    assert content["tables"]["directory_entry"][0]["name"] == "Régie de quartier"
    assert content["settings"] == {"directory.show_panel": "0"}


def test_after_a_purge_the_plugin_can_be_installed_anew(
    with_an_entry: Flask, make_settings: MakeSettings, tmp_path: Path
) -> None:
    with running(make_settings(INTRANET_PLUGINS="")) as app, app.app_context():
        purge("directory", tmp_path / "directory.json")
    with running(make_settings()) as app, app.app_context():
        assert db.session.execute(text("SELECT count(*) FROM directory_entry")).scalar_one() == 0


@pytest.mark.parametrize("name", ["core", "directory", "unknown"])
def test_what_is_in_service_or_unknown_is_not_purged(name: str, with_an_entry: Flask, tmp_path: Path) -> None:
    with with_an_entry.app_context():
        with pytest.raises(StartRefused):
            purge(name, tmp_path / "x.json")
        assert "directory_entry" in inspect(db.engine).get_table_names()
    assert not (tmp_path / "x.json").exists()


def test_an_export_that_cannot_be_written_stops_the_purge(
    with_an_entry: Flask, make_settings: MakeSettings, tmp_path: Path
) -> None:
    with running(make_settings(INTRANET_PLUGINS="")) as app, app.app_context():
        with pytest.raises(OSError, match="No such file"):
            purge("directory", tmp_path / "no" / "folder.json")
        assert "directory_entry" in inspect(db.engine).get_table_names()


def test_a_new_plugin_keeps_the_contract(tmp_path: Path) -> None:
    """In a process of its own: its package must not stay in this one."""
    write_skeleton("sample", tmp_path, package="sample")
    (tmp_path / "sample-1.dist-info").mkdir()
    (tmp_path / "sample-1.dist-info" / "METADATA").write_text(
        "Metadata-Version: 2.1\nName: sample\nVersion: 1\n"
    )
    (tmp_path / "sample-1.dist-info" / "entry_points.txt").write_text(
        "[intranet.plugins]\nsample = sample:plugin\n"
    )
    tests = tmp_path / "test_sample.py"
    tests.write_text(
        "from intranet.testing.contract import PluginContract\n"
        "from intranet.testing.fixtures import make_settings\n"
        'class TestSample(PluginContract):\n    name = "sample"\n'
    )
    done = subprocess.run(
        [
            sys.executable,
            "-m",
            "pytest",
            "-q",
            "-n0",
            "-p",
            "no:cacheprovider",
            "-c",
            "/dev/null",
            str(tests),
        ],
        cwd=tmp_path,
        env={"PYTHONPATH": f"{tmp_path}:{Path(__file__).parent.parent.parent}", "PATH": "/usr/bin:/bin"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-3000:]
    assert " passed" in done.stdout


@pytest.mark.parametrize("name", ["directory", "Bad", "with_underscore", "core"])
def test_a_new_plugin_needs_a_free_and_well_formed_name(name: str, tmp_path: Path) -> None:
    with pytest.raises(StartRefused):
        write_skeleton(name, tmp_path)
    assert list(tmp_path.iterdir()) == []
