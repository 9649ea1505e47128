"""Settings an administrator changes on screen: declared in code, stored only when they differ."""

from __future__ import annotations

import time
from typing import NamedTuple, cast

from sqlalchemy import delete, select

from intranet import permissions as p
from intranet.access import Actor, registry, require_may
from intranet.current import this_app
from intranet.database import insert_new, now
from intranet.errors import Refused
from intranet.extensions import db
from intranet.plugin_api import Setting
from intranet.settings.models import StoredSetting
from intranet.timeline import service as timeline
from intranet.translation import gettext as _

FRESH_SECONDS = 30.0
"""How long another process may still read the former value."""

TRUE, FALSE = "1", "0"
_ALL = select(StoredSetting.key, StoredSetting.value)


class _Cache(NamedTuple):
    until: float
    values: dict[str, str]


def declared(key: str) -> Setting:
    """The declaration of ``key``. Raises ``LookupError`` when nobody declared it."""
    setting = registry().settings.get(key)
    if setting is None:
        raise LookupError(f"no setting is named {key!r}")
    return setting


def value(key: str) -> str | int | bool:
    """The present value, as the declared kind. Raises ``LookupError`` for a key nobody declared."""
    setting = declared(key)
    return parse(setting, _stored().get(key, setting.default))


def set_value(actor: Actor, key: str, text: str) -> None:
    """Store ``text`` for ``key``, or forget it when it is the default; recorded and committed.

    For administrators. Raises ``Refused`` when ``text`` is not of the declared kind.
    """
    require_may(actor, p.SETTING_MANAGE)
    setting = declared(key)
    new = as_text(parse(setting, text))
    old = as_text(parse(setting, _stored().get(key, setting.default)))
    if new == old:
        return
    db.session.execute(delete(StoredSetting).where(StoredSetting.key == key))
    if new != as_text(parse(setting, setting.default)):
        connection = db.session.connection()
        connection.execute(
            insert_new(connection, StoredSetting),
            {"key": key, "value": new, "changed_at": now(), "changed_by": actor.user_id},
        )
    timeline.record(
        "core.setting.changed",
        actor=actor,
        subject="setting",
        subject_id=0,
        from_state=old,
        to_state=new,
        data={"name": str(setting.label), "key": key},
    )
    timeline.commit()
    this_app().extensions.pop("intranet.setting_values", None)


def parse(setting: Setting, text: str) -> str | int | bool:
    """``text`` as the declared kind. Raises ``Refused``, at the setting's own field."""
    text = text.strip()
    if setting.kind is bool:
        return text.lower() in (TRUE, "true", "yes", "on")
    if setting.kind is int:
        try:
            return int(text)
        except ValueError:
            raise Refused("setting.number", _("Écrivez un nombre entier."), field=setting.key) from None
    return text


def as_text(value: str | int | bool) -> str:
    """How a value is stored."""
    if isinstance(value, bool):
        return TRUE if value else FALSE
    return str(value)


def _stored() -> dict[str, str]:
    cache = cast("_Cache | None", this_app().extensions.get("intranet.setting_values"))
    if cache is None or cache.until < time.monotonic():
        rows = db.session.connection().execute(_ALL).all()
        cache = _Cache(time.monotonic() + FRESH_SECONDS, {row.key: row.value for row in rows})
        this_app().extensions["intranet.setting_values"] = cache
    return cache.values
