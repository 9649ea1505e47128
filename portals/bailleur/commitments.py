"""What the bailleur undertook by contract: the list, and each one marked done with a photo or an invoice."""

from __future__ import annotations

from flask import render_template, url_for
from flask.typing import ResponseReturnValue

from intranet import permissions as p
from intranet.access import Actor, requires
from intranet.commitments import queries
from intranet.commitments.desk import Desk
from intranet.commitments.listing import read_list, worded
from intranet.documents.uploads import receives_files
from intranet.works.terms import Side
from portals.bailleur.blueprint import bp


def _address(commitment_id: int) -> str:
    return url_for("bailleur.commitment", commitment_id=commitment_id)


DESK = Desk("bailleur/commitment.html", _address)


@bp.get("/commitments")
@requires(p.COMMITMENT_READ)
def commitments() -> ResponseReturnValue:
    """Everything undertaken, the most pressing first. Two statements."""
    return render_template("bailleur/commitments.html", listing=read_list(Side.BAILLEUR))


@bp.get("/commitments/<int:commitment_id>")
@requires(p.COMMITMENT_READ)
def commitment(commitment_id: int) -> ResponseReturnValue:
    """One commitment; 404 for another bailleur's."""
    return DESK.show(commitment_id)


@bp.post("/commitments/<int:commitment_id>/done")
@requires(p.COMMITMENT_DO)
@receives_files
def commitment_done(commitment_id: int) -> ResponseReturnValue:
    """Say it is done, with its proof."""
    return DESK.done(commitment_id)


@bp.post("/commitments/<int:commitment_id>/take-back")
@requires(p.COMMITMENT_DO)
def commitment_take_back(commitment_id: int) -> ResponseReturnValue:
    """Take back what was said by mistake."""
    return DESK.take_back(commitment_id)


def commitments_panel(_person: Actor, dwelling_id: int) -> str:
    """The commitments of a dwelling, on its page; nothing when there is none."""
    rows = worded(queries.commitments(dwelling_id=dwelling_id), Side.BAILLEUR)
    if not rows:
        return ""
    return render_template("commitments/_panel.html", rows=rows, prefix=url_for("bailleur.commitments"))
