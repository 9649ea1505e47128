"""What was compiled is found again by the next start, as long as no file it was made of has changed."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from flask import render_template
from flask_babel import force_locale
from jinja2 import BytecodeCache

from intranet.app import create_app
from intranet.config import Settings
from intranet.web.application import ENVIRONMENTS, Application
from intranet.web.compiled import Shelf, shelf

Start = Callable[[], Application]


@pytest.fixture
def site(make_settings: Callable[..., Settings]) -> Settings:
    settings = make_settings()
    (settings.instance / "templates").mkdir()
    return settings


@pytest.fixture
def start(site: Settings) -> Start:
    """An application as after a new start of the server, on the same instance folder."""

    def make() -> Application:
        app = create_app(site)
        app.shelf = shelf(site, [site.instance / "templates"])
        return app

    return make


def say(app: Application, root: str = "", language: str = "fr") -> str:
    overrides = {"SCRIPT_NAME": root}
    with app.test_request_context("/", environ_overrides=overrides), force_locale(language):
        return render_template("said.html")


def kept(app: Application) -> list[Path]:
    assert app.shelf is not None
    return sorted(path for path in app.shelf.folder.rglob("*") if path.is_file())


def write(site: Settings, text: str) -> None:
    (site.instance / "templates" / "said.html").write_text(text, encoding="utf-8")


def test_a_page_is_compiled_once_for_all_starts(site: Settings, start: Start) -> None:
    write(site, '{{ _("Dossiers") }} {{ url_for("staff.home") }}')
    first = start()
    assert say(first) == "Dossiers /staff/"
    (compiled,) = kept(first)
    before = compiled.stat()
    second = start()
    assert kept(second) == [compiled]
    assert say(second) == "Dossiers /staff/"
    assert (compiled.stat().st_mtime_ns, compiled.stat().st_ino) == (before.st_mtime_ns, before.st_ino)


def test_each_language_has_its_own(site: Settings, start: Start) -> None:
    write(site, '{{ _("Dossiers") }} {{ _("Ménages") }}')
    for _ in range(2):
        app = start()
        assert say(app, language="en") != say(app, language="fr")
        assert [path.parent.name for path in kept(app)] == ["en", "fr"]


def test_a_file_that_changed_clears_what_was_made_of_the_old_ones(site: Settings, start: Start) -> None:
    kit = site.instance / "templates" / "kit.html"
    kit.write_text("{% macro word() %}old{% endmacro %}")
    write(site, '{% import "kit.html" as kit %}{{ kit.word() }}')
    first = start()
    assert say(first) == "old"
    old = kept(first)
    kit.write_text("{% macro word() %}new words{% endmacro %}")
    second = start()
    assert say(second) == "new words"
    assert not any(path.exists() for path in old)
    assert say(first) == "old"  # a server still running goes on
    with first.test_request_context("/"):
        assert "<html" in render_template("errors/error.html", code=404, title="", text="", reference="")


def test_what_is_in_a_file_counts_not_when_it_was_written(site: Settings, start: Start) -> None:
    kit = site.instance / "templates" / "kit.html"
    write(site, '{% import "kit.html" as kit %}{{ kit.word() }}')
    for word in ("Oui", "Non"):
        kit.write_text(f"{{% macro word() %}}{word}{{% endmacro %}}")
        os.utime(kit, (1, 1))
        assert say(start()) == word


def test_a_link_that_leads_nowhere_is_no_template(site: Settings, start: Start) -> None:
    write(site, "words")
    (site.instance / "templates" / ".#said.html").symlink_to("someone@somewhere.4711")
    assert say(start()) == "words"


def test_while_templates_are_reloaded_nothing_is_kept(site: Settings, start: Start) -> None:
    write(site, "words")
    app = start()
    app.jinja_env.auto_reload = True
    assert say(app) == "words"
    assert kept(app) == []


def test_the_host_of_who_came_first_is_not_in_what_is_kept(site: Settings, start: Start) -> None:
    write(site, '{{ url_for("staff.home", _external=True) }}')
    for _ in range(2):
        app = start()
        for host in ("evil.example", "intranet.example"):
            with app.test_request_context("/", base_url=f"https://{host}"):
                assert render_template("said.html") == f"https://{host}/staff/"


def test_pages_begin_where_they_were_asked_for_and_only_the_plain_ones_are_kept(
    site: Settings, start: Start
) -> None:
    write(site, '<a href="{{ url_for("staff.home") }}">')
    app = start()
    assert say(app, "/evil") == '<a href="/evil/staff/">'
    assert kept(app) == []
    assert say(app) == '<a href="/staff/">'
    assert say(app, "/alc") == '<a href="/alc/staff/">'
    assert len(kept(app)) == 1
    for number in range(2 * ENVIRONMENTS):
        assert say(app, f"/{number}") == f'<a href="/{number}/staff/">'
    assert len(app._environments) <= ENVIRONMENTS
    assert say(start()) == '<a href="/staff/">'


def test_a_disk_that_takes_nothing_is_no_error(site: Settings, start: Start) -> None:
    write(site, "words")
    app = start()
    assert app.shelf is not None
    shutil.rmtree(app.shelf.folder.parent)
    app.shelf.folder.parent.write_text("no folder any more")
    assert say(app) == "words"
    assert shelf(site, []) is None


def test_what_is_kept_is_for_pages_alone(tmp_path: Path) -> None:
    assert Shelf(tmp_path).place("fr", None) is None
    assert isinstance(Shelf(tmp_path).place("fr", ""), BytecodeCache)
