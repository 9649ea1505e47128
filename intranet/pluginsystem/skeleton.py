"""``intranet plugins new``: the files of a plugin that already passes the contract."""

from __future__ import annotations

from pathlib import Path

from intranet.pluginsystem.discovery import check_name, discover
from intranet.pluginsystem.errors import StartRefused

FILES = {
    "__init__.py": '''"""{label}."""

from intranet.translation import lazy_gettext as _l

from intranet.plugin_api import Plugin

plugin = Plugin(name="{name}", label=_l("{label}"), hooks="{package}.hooks")
''',
    "permissions.py": '''"""Who may do what in {name}."""

from intranet.translation import lazy_gettext as _l

from intranet.plugin_api import STAFF_ROLES, Permission

READ = "{name}.read"

PERMISSIONS = (Permission(READ, _l("Lire : {label}"), STAFF_ROLES),)
''',
    "models.py": '''"""Tables of {name}."""

from __future__ import annotations

from sqlalchemy import Integer, String
from sqlalchemy.orm import Mapped, mapped_column

from intranet.database import Model


class {cls}Entry(Model):
    """One line of the list."""

    __tablename__ = "{name}_entry"

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    name: Mapped[str] = mapped_column(String(120))
''',
    "migrations/0001_{name}.py": '''"""The tables of {name}."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001_{name}"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "{name}_entry",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_{name}_entry")),
    )


def downgrade() -> None:
    op.drop_table("{name}_entry")
''',
    "queries.py": '''"""What {name} reads."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Select, select

from intranet.access import Scope
from intranet.rows import Row, fetch_all
from {package}.models import {cls}Entry


def _entries(_scope: Scope) -> Select[Any]:
    return select({cls}Entry.id, {cls}Entry.name).order_by({cls}Entry.name, {cls}Entry.id)


def entries() -> Sequence[Row]:
    """Every line, by name: ``id``, ``name``."""
    return fetch_all(_entries)
''',
    "views.py": '''"""The pages of {name}."""

from __future__ import annotations

from flask import Blueprint, render_template

from intranet.plugin_api import requires
from {package} import queries
from {package}.permissions import READ

bp = Blueprint("{name}", __name__, template_folder="templates")


@bp.get("/")
@requires(READ)
def index() -> str:
    """The list."""
    return render_template("{name}/index.html", entries=queries.entries())
''',
    "templates/{name}/index.html": """{{% extends "base.html" %}}
{{% import "components/page.html" as page with context %}}
{{% block title %}}{{{{ _("{label}") }}}}{{% endblock %}}
{{% block content %}}
{{% call page.header(_("{label}")) %}}{{% endcall %}}
{{% if entries %}}
<ul>
{{% for entry in entries %}}
<li>{{{{ entry.name }}}}</li>
{{% endfor %}}
</ul>
{{% else %}}
{{{{ page.empty(_("Rien pour l’instant.")) }}}}
{{% endif %}}
{{% endblock %}}
""",
    "hooks.py": '''"""What {name} adds."""

from __future__ import annotations

from flask import Blueprint
from intranet.translation import lazy_gettext as _l

from intranet.plugin_api import NavItem, Permission, hookimpl
from {package}.permissions import PERMISSIONS, READ
from {package}.views import bp


@hookimpl
def register_blueprints() -> list[Blueprint]:
    return [bp]


@hookimpl
def register_permissions() -> tuple[Permission, ...]:
    return PERMISSIONS


@hookimpl
def register_nav() -> list[NavItem]:
    return [NavItem(_l("{label}"), "{name}.index", READ, "puzzle")]
''',
}


def write_skeleton(name: str, folder: Path, package: str = "") -> list[Path]:
    """Write a new plugin's package into ``folder`` (``plugins/`` of the sources); the files written.

    ``package`` is its import name when it is not ``plugins.<name>``. Refuses a name that is not one or is taken.
    """
    check_name(name, f"{folder / name}")
    target = folder / name
    if target.exists() or name in discover():
        raise StartRefused(f"There is already a plugin called {name}. Choose another name.")
    words = {
        "name": name,
        "cls": name.capitalize(),
        "label": name.capitalize(),
        "package": package or f"plugins.{name}",
    }
    written = []
    for pattern, content in FILES.items():
        path = target / pattern.format(**words)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content.format(**words), encoding="utf-8")
        written.append(path)
    return written
