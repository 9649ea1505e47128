"""Writing what a form sent onto an object that two people may have open at once."""

from __future__ import annotations

import enum
from collections.abc import Mapping
from datetime import date
from typing import Any, Protocol

from sqlalchemy.exc import IntegrityError

from intranet.errors import Refused, Stale
from intranet.extensions import db
from intranet.translation import gettext as _


class Editable(Protocol):
    """A row with a version (``intranet.database.Versioned``)."""

    version: Any


def write_fields(obj: Editable, version: int, values: Mapping[str, Any], labels: Mapping[str, Any]) -> None:
    """Set ``values`` on ``obj``. Raises ``Stale`` when it was saved since the form was opened with ``version``.

    The refusal says which fields now hold something else than what was typed; nothing is written.
    """
    if obj.version != version:
        changes = tuple(
            _(
                "%(field)s : « %(value)s » est enregistré.",
                field=labels.get(name, name),
                value=in_words(stored),
            )
            for name, typed in values.items()
            if (stored := getattr(obj, name)) != typed
        )
        raise Stale(
            _(
                "Quelqu’un d’autre a enregistré cette fiche pendant que vous l’aviez ouverte. "
                "Comparez, puis enregistrez."
            ),
            changes,
        )
    for name, value in values.items():
        setattr(obj, name, value)


def flush_unique(message: str, *, field: str) -> None:
    """Send what changed to the database; a value another row has already is ``Refused`` with ``message``."""
    try:
        db.session.flush()
    except IntegrityError as error:
        db.session.rollback()
        raise Refused("unique", message, field=field) from error


def in_words(value: Any) -> str:
    """A stored value as one reads it."""
    match value:
        case None | "":
            return str(_("rien"))
        case True:
            return str(_("oui"))
        case False:
            return str(_("non"))
        case enum.Enum():
            return str(value.value)
        case date():
            return value.isoformat()
        case _:
            return str(value)
