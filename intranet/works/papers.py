"""What stands beside the bailleur's page of a split, whoever opens it: why, its written consent, the rent.

As ``works.desk`` does for the table, for an agent in its portal or a guest with a code.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from flask import abort, flash, redirect, render_template, request
from flask.typing import ResponseReturnValue
from flask_wtf.file import FileField

from intranet import permissions as p
from intranet.access import actor, require
from intranet.documents.uploads import sent_file
from intranet.errors import Refused
from intranet.rent.commands import AnswerOffset
from intranet.rent.offsets import offset_of
from intranet.rent.service import answer_offset
from intranet.rent.wordings import clause, state_word
from intranet.translation import gettext as _
from intranet.translation import lazy_gettext as _l
from intranet.web.answering import DONE, SHOWN, obey, refusal_of, sent_version, status_of
from intranet.web.forms import BaseForm
from intranet.works import queries, service
from intranet.works.machine import may_now
from intranet.works.models import Split
from intranet.works.queries import LineView
from intranet.works.why import explain


class PaperForm(BaseForm):
    """A paper of the bailleur's own, if it likes: pressing the button is already written and dated."""

    file = FileField(
        _l("Votre courrier, si vous en avez un (facultatif)"),
        description=_l("Un PDF ou une photo."),
        render_kw={"accept": "application/pdf,image/*"},
    )


@dataclass(frozen=True, slots=True)
class Papers:
    """``address`` is the split's URL; these pages stand below it."""

    address: Callable[[int], str]

    def why(self, split_id: int, line_id: int) -> ResponseReturnValue:
        """The six tests as they speak of the line it was sent; only the list for htmx."""
        require(p.SPLIT_READ, Split, split_id)
        line = _line(split_id, line_id)
        why = explain(line) or abort(404)
        if "HX-Request" in request.headers:
            return render_template("works/_why.html", why=why)
        return render_template("works/why.html", line=line, why=why, back=self._back(split_id, line_id))

    def consent(self, split_id: int, line_id: int) -> ResponseReturnValue:
        """Give the written consent of art. 7 f, or join a paper to the one given."""
        require(p.SPLIT_ANSWER, Split, split_id, seen_by=p.SPLIT_READ)
        line = _line(split_id, line_id)
        form = PaperForm()
        status = obey(form, lambda: service.give_consent(actor(), line_id, sent_version(), sent_file("file")))
        if status == DONE:
            flash(_("Votre accord écrit est enregistré."), "success")
            return redirect(self._back(split_id, line_id), DONE)
        if status != SHOWN:
            line = _line(split_id, line_id)
        head = queries.split_header(split_id)
        page = render_template(
            "works/consent.html",
            line=line,
            form=form,
            back=self._back(split_id, line_id),
            side="bailleur",
            open=head is not None and may_now("give_consent", head.state) and bool(actor().name),
            version=line.version,
        )
        return page, status

    def rent(self, split_id: int) -> ResponseReturnValue:
        """What would come off the rent, and the bailleur's answer to these very figures."""
        require(p.SPLIT_READ, Split, split_id)
        refused: Refused | None = None
        if request.method == "POST":
            require(p.SPLIT_ANSWER, Split, split_id, seen_by=p.SPLIT_READ)
            given, sent = request.form.get("answer") == "yes", request.form
            command = AnswerOffset(split_id, sent.get("digest", ""), given, sent.get("reason", ""))
            refused = refusal_of(lambda: answer_offset(actor(), command))
            if refused is None:
                flash(
                    _("Votre accord est enregistré.") if given else _("Votre refus est enregistré."),
                    "success",
                )
                return redirect(f"{self.address(split_id)}/rent", DONE)
        offset, head = offset_of(split_id), queries.split_header(split_id)
        if offset is None or head is None:
            abort(404)
        page = render_template(
            "works/rent.html",
            split=head,
            offset=offset,
            clause=clause(offset.terms),
            state=state_word(offset),
            back=self.address(split_id),
            refused=refused,
            reason=request.form.get("reason", ""),
            may_answer=may_now("answer_rent", head.state)
            and actor().may(p.SPLIT_ANSWER)
            and bool(actor().name),
        )
        return page, SHOWN if refused is None else status_of(refused)

    def _back(self, split_id: int, line_id: int) -> str:
        return f"{self.address(split_id)}#line-{line_id}"


def _line(split_id: int, line_id: int) -> LineView:
    """The line as the bailleur may read it: as it was sent."""
    found = next((line for line in queries.sent_lines(split_id) if line.id == line_id), None)
    if found is None:
        abort(404)
    return found
