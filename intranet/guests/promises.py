"""What the contract of her split commits a bailleur's guest to: said done with a photo or an invoice, by her name."""

from __future__ import annotations

from flask import url_for
from flask.typing import ResponseReturnValue

from intranet import permissions as p
from intranet.access import guest_page
from intranet.commitments.desk import Desk
from intranet.documents.uploads import receives_files
from intranet.guests.blueprint import bp


def _address(commitment_id: int) -> str:
    return url_for("guests.commitment", commitment_id=commitment_id)


DESK = Desk("guests/commitment.html", _address)


@bp.get("/repartition/commitments/<int:commitment_id>")
@guest_page(p.COMMITMENT_READ)
def commitment(commitment_id: int) -> ResponseReturnValue:
    """One commitment of her split's contract; 404 for any other."""
    return DESK.show(commitment_id)


@bp.post("/repartition/commitments/<int:commitment_id>/done")
@receives_files
@guest_page(p.COMMITMENT_DO)
def commitment_done(commitment_id: int) -> ResponseReturnValue:
    """Say it is done, with its proof."""
    return DESK.done(commitment_id)


@bp.post("/repartition/commitments/<int:commitment_id>/take-back")
@guest_page(p.COMMITMENT_DO)
def commitment_take_back(commitment_id: int) -> ResponseReturnValue:
    """Take back what was said by mistake."""
    return DESK.take_back(commitment_id)
