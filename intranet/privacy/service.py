"""A household's right of access, and its erasure: core, portals and plugins each answer for what they hold."""

from __future__ import annotations

import dataclasses
import json
import tempfile
import zipfile
from dataclasses import dataclass
from typing import IO

from sqlalchemy import select

from intranet import permissions as p
from intranet.access import Actor, registry, require_may
from intranet.clock import now, today
from intranet.deletion import check_delete
from intranet.documents.models import Document
from intranet.documents.service import read_bytes
from intranet.dossiers.loading import take_dossier, take_household
from intranet.dossiers.models import Dossier, Household
from intranet.errors import Refused
from intranet.extensions import db
from intranet.plugin_api import PersonalData
from intranet.privacy.erasing import dossiers_of
from intranet.timeline.service import commit, record
from intranet.translation import gettext as _

IN_MEMORY = 4 * 1024 * 1024  # bytes; a larger archive waits on disk while it is sent


@dataclass(frozen=True, slots=True)
class EraseHousehold:
    """``version`` is the household's; ``typed`` the dossier's number, typed to confirm."""

    dossier_id: int
    version: int
    typed: str


def personal_data(household: Household) -> list[PersonalData]:
    """What every owner holds about the household, each item stamped with its owner."""
    return [
        dataclasses.replace(item, owner=owner)
        for owner, tell in registry().implementations("personal_data")
        for item in tell(household) or ()
    ]


def take_away(actor: Actor, dossier_id: int) -> IO[bytes]:
    """All of it as an archive: ``donnees.json`` and every file. Coordinator, administrator. Told in the history."""
    require_may(actor, p.HOUSEHOLD_ERASE)
    dossier = take_dossier(dossier_id)
    household = db.session.get_one(Household, dossier.household_id)
    held = [{"label": str(item.label), "value": item.value} for item in personal_data(household)]
    made = {"dossier": dossier.number, "at": now().isoformat(), "data": held}
    archive: IO[bytes] = tempfile.SpooledTemporaryFile(max_size=IN_MEMORY)  # noqa: SIM115 - sent, then closed
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as parts:
        parts.writestr("donnees.json", json.dumps(made, ensure_ascii=False, indent=2))
        for document in _documents(household):
            parts.writestr(f"fichiers/{document.id} {document.name}", read_bytes(document))
    archive.seek(0)
    _tell("dossier.data_taken", actor, dossier)
    commit()
    return archive


def erase_household(actor: Actor, command: EraseHousehold) -> None:
    """Erase what is held about the household, for good. Coordinator, administrator.

    Refused while somebody has a reason to keep it (``validate_delete``), and unless the number was typed.
    """
    require_may(actor, p.HOUSEHOLD_ERASE)
    dossier = take_dossier(command.dossier_id)
    household = take_household(dossier, command.version)
    if household.erased_on is not None:
        return
    check_delete(household)
    if command.typed.strip() != dossier.number:
        raise Refused(
            "privacy.typed",
            _("Écrivez le numéro du dossier, %(number)s, pour confirmer.", number=dossier.number),
            field="typed",
        )
    for _owner, erase in registry().implementations("erase_personal_data"):
        erase(household)
    household.erased_on = today()
    _tell("dossier.erased", actor, dossier)
    commit()


def _documents(household: Household) -> list[Document]:
    statement = select(Document).where(Document.dossier_id.in_(dossiers_of(household)))
    return list(db.session.scalars(statement.order_by(Document.id)))


def _tell(kind: str, actor: Actor, dossier: Dossier) -> None:
    record(kind, actor=actor, subject="dossier", subject_id=dossier.id, dossier_id=dossier.id)
