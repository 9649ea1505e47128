"""Every hook, setting and command says what it is for."""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterator
from pathlib import Path

import click
import pytest
from flask import Flask
from flask.cli import ScriptInfo

from intranet import hookspecs
from intranet.cli import cli
from intranet.config import settings_table, write_settings_table
from intranet.plugin_api import NAMESPACE
from tooling.commands import COMMANDS

ROOT = Path(__file__).parent.parent.parent
HOOKS = [
    hook
    for _name, hook in inspect.getmembers(hookspecs, inspect.isfunction)
    if hasattr(hook, f"{NAMESPACE}_spec")
]


def commands(group: click.Group, context: click.Context) -> Iterator[tuple[str, click.Command]]:
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        assert command is not None
        yield name, command
        if isinstance(command, click.Group):
            yield from ((f"{name} {inner}", each) for inner, each in commands(command, context))


@pytest.mark.parametrize("hook", HOOKS, ids=lambda hook: hook.__name__)
def test_a_hook_says_what_to_return_and_is_typed(hook: object) -> None:
    assert inspect.getdoc(hook)
    signature = inspect.signature(hook)  # type: ignore[arg-type]
    assert signature.return_annotation is not inspect.Signature.empty
    assert all(each.annotation is not inspect.Parameter.empty for each in signature.parameters.values())


def test_every_command_says_what_it_does(app: Flask) -> None:
    context = click.Context(cli, obj=ScriptInfo(create_app=lambda: app))
    found = dict(commands(cli, context))
    assert [name for name, command in found.items() if not command.help] == []
    assert {"run", "demo", "worker", "backup", "restore", "db upgrade", "plugins purge"} <= set(found)


def test_the_readme_names_only_commands_that_exist_and_the_same_in_both_languages(app: Flask) -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    known = set(dict(commands(cli, click.Context(cli, obj=ScriptInfo(create_app=lambda: app)))))
    said = []
    for language in readme.split("# In English"):
        found = set(re.findall(r"(?:`|bin/|= )intranet ([a-z]+(?: [a-z]+)?)", language))
        named = {name if name in known else name.split()[0] for name in found}
        assert named <= known
        assert set(re.findall(r"\./dev ([a-z]+)", language)) <= {*COMMANDS, "help"}
        said.append(named)
    assert said[0] == said[1]


def test_every_setting_on_screen_has_a_label(app: Flask) -> None:
    with app.test_request_context():
        assert [key for key, each in app.extensions["intranet"].settings.items() if not str(each.label)] == []


def test_every_permission_has_a_label(app: Flask) -> None:
    with app.test_request_context():
        found = app.extensions["intranet"].permissions
        assert [name for name, each in found.items() if not str(each.label)] == []


def test_the_readme_holds_the_table_of_settings_as_the_code_says_it() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    assert write_settings_table(readme) == readme, "run: intranet settings table --write README.md"
    assert settings_table("fr") in readme
    assert settings_table("en") in readme
