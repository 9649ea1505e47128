"""Whether a part named in an address is one of the chantier named beside it."""

from __future__ import annotations

from sqlalchemy import Select, bindparam, select

from intranet.access import Scope
from intranet.chantiers.models import Hours, Reserve, SitePhoto, Task


def task_in(_scope: Scope) -> Select[int]:
    """The task ``:part_id`` if it is one of the chantier ``:chantier_id``."""
    return select(Task.id).where(
        Task.id == bindparam("part_id"), Task.chantier_id == bindparam("chantier_id")
    )


def hours_in(_scope: Scope) -> Select[int]:
    """The entry of hours ``:part_id`` if it is of the chantier ``:chantier_id``."""
    return select(Hours.id).where(
        Hours.id == bindparam("part_id"), Hours.chantier_id == bindparam("chantier_id")
    )


def photo_in(_scope: Scope) -> Select[int]:
    """The picture ``:part_id`` if it is of the chantier ``:chantier_id``."""
    return select(SitePhoto.id).where(
        SitePhoto.id == bindparam("part_id"), SitePhoto.chantier_id == bindparam("chantier_id")
    )


def reserve_in(_scope: Scope) -> Select[int]:
    """The reserve ``:part_id`` if it is of the chantier ``:chantier_id``."""
    return (
        select(Reserve.id)
        .join(Task, Task.id == Reserve.task_id)
        .where(Reserve.id == bindparam("part_id"), Task.chantier_id == bindparam("chantier_id"))
    )
