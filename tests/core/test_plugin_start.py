"""What the start refuses, and that it says how to mend it."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from textwrap import dedent
from typing import Any

import pytest

from intranet.app import create_app
from intranet.config import Settings
from intranet.pluginsystem import discovery
from intranet.pluginsystem.discovery import Found
from intranet.pluginsystem.errors import StartRefused
from intranet.pluginsystem.manager import select

MakeSettings = Callable[..., Settings]
MakePlugin = Callable[..., None]


@pytest.fixture
def make_plugin(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[MakePlugin]:
    """Write a small plugin and have it discovered: `make_plugin("demo", hooks="…", requires=("other",))`."""
    monkeypatch.syspath_prepend(str(tmp_path))
    made: list[str] = []

    def make(name: str, hooks: str = "", package: str = "", **manifest: object) -> None:
        package = package or f"made_{name}_{tmp_path.name.replace('-', '_')}"
        folder = tmp_path / package
        folder.mkdir()
        arguments = "".join(f", {key}={value!r}" for key, value in manifest.items())
        (folder / "__init__.py").write_text(
            "from intranet.plugin_api import Plugin\n"
            f"plugin = Plugin(name={name!r}, label={name!r}, hooks='{package}.hooks'{arguments})\n"
        )
        (folder / "hooks.py").write_text(
            "from flask import Blueprint\nfrom intranet.plugin_api import *\n" + dedent(hooks)
        )
        made.append(package)

    bundled = discovery._bundled

    def with_made() -> Iterator[Found]:
        yield from bundled()
        for package in made:
            yield discovery._found(__import__(package), package, f"the package {package}")

    monkeypatch.setattr(discovery, "_bundled", with_made)
    yield make
    for package in made:
        for module in [name for name in sys.modules if name.split(".")[0] == package]:
            del sys.modules[module]


def refusal(settings: Settings) -> str:
    with pytest.raises(StartRefused) as caught:
        create_app(settings)
    return str(caught.value)


def test_a_plugin_that_is_not_installed_is_named_with_those_that_are(make_settings: MakeSettings) -> None:
    message = refusal(make_settings(INTRANET_PLUGINS="directry"))
    assert "directry" in message
    assert "Did you mean directory?" in message


def test_two_plugins_of_one_name_are_both_named(make_settings: MakeSettings, make_plugin: MakePlugin) -> None:
    make_plugin("twice", package="one_twice")
    make_plugin("twice", package="other_twice")
    message = refusal(make_settings())
    assert "one_twice" in message
    assert "other_twice" in message


def test_a_misspelt_hook_is_named_with_the_right_one(
    make_settings: MakeSettings, make_plugin: MakePlugin
) -> None:
    make_plugin("typo", "@hookimpl\ndef register_widget(): return []\n")
    assert "Did you mean register_widgets?" in refusal(make_settings(INTRANET_PLUGINS="typo"))


def test_a_hook_that_asks_for_what_is_not_given_is_refused(
    make_settings: MakeSettings, make_plugin: MakePlugin
) -> None:
    make_plugin("greedy", "@hookimpl\ndef on_event(event, database): pass\n")
    assert "greedy" in refusal(make_settings(INTRANET_PLUGINS="greedy"))


def test_a_plugin_for_another_api_is_refused(make_settings: MakeSettings, make_plugin: MakePlugin) -> None:
    make_plugin("old", api=99)
    assert "api 99" in refusal(make_settings())


def test_a_required_plugin_that_is_not_enabled_is_named(
    make_settings: MakeSettings, make_plugin: MakePlugin
) -> None:
    make_plugin("needy", requires=("directory",))
    message = refusal(make_settings(INTRANET_PLUGINS="needy"))
    assert "Add directory to INTRANET_PLUGINS" in message


def test_plugins_that_require_each_other_are_refused(
    make_settings: MakeSettings, make_plugin: MakePlugin
) -> None:
    make_plugin("chicken", requires=("egg",))
    make_plugin("egg", requires=("chicken",))
    assert "require each other" in refusal(make_settings())


def test_hooks_that_cannot_be_imported_name_the_plugin(
    make_settings: MakeSettings, make_plugin: MakePlugin
) -> None:
    make_plugin("broken", "import a_module_that_does_not_exist\n")
    message = refusal(make_settings(INTRANET_PLUGINS="broken"))
    assert "The plugin broken" in message
    assert "a_module_that_does_not_exist" in message


@pytest.mark.parametrize("name", ["Energy", "my_plugin", "1st", "core", "search", "x"])
def test_names_that_cannot_be_a_table_prefix_or_an_address_are_refused(
    name: str, make_settings: MakeSettings, make_plugin: MakePlugin
) -> None:
    make_plugin(name, package="badly_named")
    assert "is not a plugin's name" in refusal(make_settings())


BLUEPRINT = """
bp = Blueprint({blueprint!r}, __name__)
@bp.get("/")
{mark}
def index(): return ""
@hookimpl
def register_blueprints(): return [bp]
"""


@pytest.mark.parametrize(
    ("hooks", "said"),
    [
        (BLUEPRINT.format(blueprint="probe", mark=""), "does not say who may reach it"),
        (BLUEPRINT.format(blueprint="other", mark="@public"), "must be called 'probe'"),
        (
            BLUEPRINT.format(blueprint="probe", mark="@requires('probe.unknown')"),
            "probe.unknown, which nobody registers",
        ),
        (
            "@hookimpl\ndef register_permissions(): return [Permission('else.read', '', frozenset())]\n",
            "must begin with 'probe'",
        ),
        (
            "@hookimpl\ndef register_nav(): return [NavItem('x', 'probe.nowhere', 'core.search.use', 'x')]\n",
            "the endpoint probe.nowhere, which does not exist",
        ),
        (
            "@hookimpl\ndef register_nav(): return [NavItem('x', 'home', 'probe.nothing', 'x')]\n",
            "probe.nothing, which nobody registers",
        ),
        (
            "@hookimpl\ndef register_jobs(): return [Job('clean', lambda payload: None)]\n",
            "the job clean must begin with 'probe'",
        ),
        (
            "@hookimpl\ndef register_settings(): return [Setting('colour', 'x', 'red')]\n",
            "the setting colour must begin with 'probe'",
        ),
        (
            "@hookimpl\ndef register_panels(): "
            "return [Panel('p', 'roof', 'x', 'core.search.use', lambda a, i: '')]\n",
            "no page has the slot roof",
        ),
        (
            "@hookimpl\ndef register_widgets(): "
            "return 2 * [Widget('w', 'x', 'core.search.use', lambda a: '')]\n",
            "The widget w is registered 2 times",
        ),
        (
            "@hookimpl\ndef register_jobs(): return 2 * [Job('probe.clean', lambda payload: None)]\n",
            "The job probe.clean is registered twice",
        ),
        (
            "@hookimpl\ndef register_policies(): "
            "from intranet.dossiers.models import Dossier; return [Policy('probe.read', Dossier, lambda s: None)]\n",
            "probe.read, which nobody registers",
        ),
        (
            "@hookimpl\ndef register_search(): return [SearchSource(kind, 'x', 'core.search.use', None, None) "
            "for kind in ('probe.mxyzvyxud', 'probe.jypjfeuxm')]\n",
            "would mix their entries",
        ),
        (
            "@hookimpl\ndef register_search(): "
            "return [SearchSource(\"l'annuaire\", 'x', 'core.search.use', None, None)]\n",
            "must be called by at most 40 small letters",
        ),
    ],
)
def test_what_a_plugin_registers_wrongly_is_said_with_how_to_mend_it(
    hooks: str, said: str, make_settings: MakeSettings, make_plugin: MakePlugin
) -> None:
    make_plugin("probe", hooks)
    assert said in refusal(make_settings(INTRANET_PLUGINS="probe"))


def test_two_views_of_one_address_are_both_named(
    make_settings: MakeSettings, make_plugin: MakePlugin
) -> None:
    make_plugin(
        "probe",
        """
        bp = Blueprint("probe", __name__)
        @bp.get("/<int:one>")
        @public
        def first(one): return ""
        @bp.get("/<int:two>")
        @public
        def second(two): return ""
        @hookimpl
        def register_blueprints(): return [bp]
        """,
    )
    message = refusal(make_settings(INTRANET_PLUGINS="probe"))
    assert "probe.first and probe.second both answer GET" in message


def test_a_template_outside_the_plugins_folder_is_refused(
    make_settings: MakeSettings, make_plugin: MakePlugin, tmp_path: Path
) -> None:
    make_plugin("probe", BLUEPRINT.format(blueprint="probe", mark="@public"), package="probing")
    hooks = tmp_path / "probing" / "hooks.py"
    hooks.write_text(hooks.read_text().replace("__name__)", "__name__, template_folder='templates')"))
    templates = tmp_path / "probing" / "templates"
    templates.mkdir()
    (templates / "base.html").write_text("mine")
    assert "the template base.html must be in the folder templates/probe/" in refusal(
        make_settings(INTRANET_PLUGINS="probe")
    )


def test_a_table_without_its_owners_prefix_is_refused(
    make_settings: MakeSettings, make_plugin: MakePlugin
) -> None:
    from intranet.database import Model

    make_plugin(
        "probe",
        """
        from sqlalchemy import Integer
        from sqlalchemy.orm import mapped_column
        from intranet.database import Model
        class Stray(Model):
            __tablename__ = "stray"
            id = mapped_column(Integer, primary_key=True)
        """,
    )
    try:
        assert "must be called probe_stray" in refusal(make_settings(INTRANET_PLUGINS="probe"))
    finally:
        stray: Any = next(each for each in Model.registry.mappers if str(each.local_table) == "stray")
        Model.metadata.remove(stray.local_table)
        Model.registry._dispose_cls(stray.class_)
        stray._flag_for_memory_release = True
        Model.registry._managers.pop(stray.class_manager, None)


def test_safe_mode_keeps_the_portals_and_leaves_the_plugins(make_settings: MakeSettings) -> None:
    enabled = create_app(make_settings(INTRANET_PLUGINS="")).extensions["intranet"].enabled
    assert enabled
    assert all(plugin.portal for plugin in enabled.values())


def test_without_the_setting_everything_installed_is_enabled(make_settings: MakeSettings) -> None:
    assert "directory" in create_app(make_settings()).extensions["intranet"].enabled


def test_a_disabled_plugins_hooks_are_never_imported(
    make_settings: MakeSettings, make_plugin: MakePlugin
) -> None:
    make_plugin("asleep", "raise RuntimeError('imported')\n")
    create_app(make_settings(INTRANET_PLUGINS="directory"))


def test_what_a_plugin_requires_comes_before_it(make_settings: MakeSettings, make_plugin: MakePlugin) -> None:
    make_plugin("aaa", requires=("zzz",))
    make_plugin("zzz")
    plugins = create_app(make_settings(INTRANET_PLUGINS="aaa,zzz")).extensions["intranet"].plugins
    order = plugins.owner_order()
    assert order[0] == "core"
    assert order.index("zzz") < order.index("aaa")


def test_selection_is_by_name_whatever_the_order() -> None:
    found = discovery.discover()
    assert set(select(found, None)) == set(found)
