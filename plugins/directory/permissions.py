"""Who may read and keep the directory."""

from __future__ import annotations

from intranet.plugin_api import STAFF_ROLES, Permission, Role
from intranet.translation import lazy_gettext as _l

MANAGE = "directory.manage"
READ = "directory.read"

PERMISSIONS = (
    Permission(MANAGE, _l("Tenir l’annuaire à jour"), frozenset({Role.COORDINATOR})),
    Permission(READ, _l("Consulter l’annuaire"), STAFF_ROLES),
)
