"""A visit that starts from an earlier split, of this dwelling or of its bailleur."""

from __future__ import annotations

from flask import flash, redirect, url_for
from flask.typing import ResponseReturnValue

from intranet import permissions as p
from intranet.access import actor, require, requires
from intranet.dossiers.models import Dossier
from intranet.errors import NotAllowed, Refused
from intranet.extensions import db
from intranet.translation import gettext as _
from intranet.translation import ngettext
from intranet.web.answering import DONE, sent_version
from intranet.works.models import Split
from intranet.works.service.reusing import reuse_split
from portals.staff.blueprint import bp


@bp.post("/dossiers/<int:dossier_id>/visit/reuse")
@requires(p.VISIT_WRITE)
def visit_reuse(dossier_id: int) -> ResponseReturnValue:
    """Copy the lines of a split the person may read; those refused here go to the bailleur, and it is said why."""
    require(p.VISIT_WRITE, Dossier, dossier_id, seen_by=p.DOSSIER_READ)
    source = sent_version("from_split")
    require(p.SPLIT_READ, Split, source)
    try:
        taken = reuse_split(actor(), dossier_id, source)
    except NotAllowed:
        raise
    except Refused as refused:
        db.session.rollback()
        flash(str(refused.message), "error")
        return redirect(url_for("staff.visit", dossier_id=dossier_id), DONE)
    flash(
        ngettext(
            "%(num)d ligne reprise. Relisez-la avec la famille.",
            "%(num)d lignes reprises. Relisez-les avec la famille.",
            taken.lines,
        ),
        "success",
    )
    for line in taken.moved:
        flash(
            _(
                "%(room)s — %(line)s revient au bailleur. %(reason)s",
                room=line.room,
                line=line.label,
                reason=line.reason,
            ),
            "warning",
        )
    return redirect(url_for("staff.visit", dossier_id=dossier_id) + "#lines", DONE)
