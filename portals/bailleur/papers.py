"""Beside a line or a split, for the bailleur: why, its written consent, and what comes off the rent."""

from __future__ import annotations

from flask import url_for
from flask.typing import ResponseReturnValue

from intranet import permissions as p
from intranet.access import requires
from intranet.documents.uploads import receives_files
from intranet.works.papers import Papers
from portals.bailleur.blueprint import bp


def _address(split_id: int) -> str:
    return url_for("bailleur.split", split_id=split_id)


PAPERS = Papers(_address)


@bp.get("/splits/<int:split_id>/lines/<int:line_id>/why")
@requires(p.SPLIT_READ)
def split_line_why(split_id: int, line_id: int) -> ResponseReturnValue:
    """The six tests as they speak of the line."""
    return PAPERS.why(split_id, line_id)


@bp.route("/splits/<int:split_id>/lines/<int:line_id>/consent", methods=["GET", "POST"])
@receives_files
@requires(p.SPLIT_ANSWER)
def split_line_consent(split_id: int, line_id: int) -> ResponseReturnValue:
    """Give the written consent of art. 7 f, or join a paper to the one given."""
    return PAPERS.consent(split_id, line_id)


@bp.route("/splits/<int:split_id>/rent", methods=["GET", "POST"])
@requires(p.SPLIT_READ)
def split_rent(split_id: int) -> ResponseReturnValue:
    """What would come off the rent, and the bailleur's answer to these very figures."""
    return PAPERS.rent(split_id)
