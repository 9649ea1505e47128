"""Beside the split, for a bailleur's guest: why a line is so, the written consent, what comes off the rent."""

from __future__ import annotations

from flask import url_for
from flask.typing import ResponseReturnValue

from intranet import permissions as p
from intranet.access import actor, guest_page
from intranet.documents.uploads import receives_files
from intranet.guests.blueprint import bp
from intranet.works.papers import Papers


def _address(_split_id: int) -> str:
    return url_for("guests.split")


PAPERS = Papers(_address)


@bp.get("/repartition/lines/<int:line_id>/why")
@guest_page(p.SPLIT_ANSWER)
def split_line_why(line_id: int) -> ResponseReturnValue:
    """The six tests as they speak of the line."""
    return PAPERS.why(_mine(), line_id)


@bp.route("/repartition/lines/<int:line_id>/consent", methods=["GET", "POST"])
@receives_files
@guest_page(p.SPLIT_ANSWER)
def split_line_consent(line_id: int) -> ResponseReturnValue:
    """Give the written consent of art. 7 f, or join a paper to the one given."""
    return PAPERS.consent(_mine(), line_id)


@bp.route("/repartition/rent", methods=["GET", "POST"])
@guest_page(p.SPLIT_ANSWER)
def split_rent() -> ResponseReturnValue:
    """What would come off the rent, and the answer to these very figures."""
    return PAPERS.rent(_mine())


def _mine() -> int:
    """The split the guest's access names: no address of hers does."""
    return actor().guest_split_id or 0
