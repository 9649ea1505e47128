"""What a bailleur's guest reads and answers: the one split her access names."""

from __future__ import annotations

from flask import render_template
from flask.typing import ResponseReturnValue

from intranet import permissions as p
from intranet.access import actor, guest_page
from intranet.guests.blueprint import bp
from intranet.works import queries as works
from intranet.works import table
from intranet.works.models import Side
from intranet.works.wordings import next_sentence, state_word


@bp.get("/repartition")
@guest_page(p.SPLIT_ANSWER)
def split() -> ResponseReturnValue:
    """The split as the bailleur reads it."""
    split_id = actor().guest_split_id or 0
    head = works.split_header(split_id)
    assert head is not None  # the access names it
    shown = table.arrange(
        works.sent_lines(split_id),
        head.state,
        Side.BAILLEUR,
        works.comments(split_id),
        works.last_differences(split_id),
    )
    return render_template(
        "guests/split.html",
        split=head,
        state=state_word(head.state, Side.BAILLEUR),
        sentence=next_sentence(head.state, Side.BAILLEUR, head.turn_since, silent=head.silent),
        table=shown,
        groups=shown.groups,
        side=Side.BAILLEUR,
        problem=None,
        can_answer=False,
        can_decide=False,
        can_comment=False,
    )
