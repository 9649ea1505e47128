"""The bailleur's page of one commitment, whoever opens it: an agent in its portal, or a guest with a code.

What is promised, “done” with a photo or an invoice, and taking that back; only frames and addresses differ.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from flask import abort, flash, redirect, render_template
from flask.typing import ResponseReturnValue
from flask_wtf.file import FileField, FileRequired

from intranet import permissions as p
from intranet.access import actor, require
from intranet.clock import today
from intranet.commitments import queries, service
from intranet.commitments.commands import MarkDone
from intranet.commitments.models import Commitment
from intranet.commitments.rules import OPEN, CommitmentState
from intranet.commitments.wordings import next_sentence, state_word
from intranet.documents.uploads import sent_file, upload_limit_mb
from intranet.errors import Refused
from intranet.timeline.queries import entries_about
from intranet.translation import gettext as _
from intranet.translation import lazy_gettext as _l
from intranet.web.answering import DONE, refusal_of, sent_version, status_of
from intranet.web.forms import BaseForm, DateField, LongTextField, apply_refusal, required
from intranet.works.terms import Side
from intranet.works.wordings import SIDES

NO_PROOF = _l("Joignez une photo des travaux, ou la facture.")


class DoneForm(BaseForm):
    """The works are done: when, the proof, and what there is to say."""

    done_on = DateField(_l("Fait le"), [required(_l("Indiquez le jour où les travaux ont été faits."))])
    file = FileField(_l("Photo ou facture"), [FileRequired(NO_PROOF)])
    note = LongTextField(_l("Précision"), render_kw={"rows": 3})


@dataclass(frozen=True, slots=True)
class Desk:
    """``template`` is the page, ``address`` its URL for one commitment."""

    template: str
    address: Callable[[int], str]

    def show(self, commitment_id: int) -> ResponseReturnValue:
        """The page. 404 for a commitment that is not the person's."""
        return self._page(commitment_id, _blank())

    def done(self, commitment_id: int) -> ResponseReturnValue:
        """Say it is done, with its proof. A second sending finds it done and says so."""
        form = DoneForm()

        def mark() -> None:
            file = sent_file(form.file.name)
            if file is None:
                raise Refused("commitment.file", str(NO_PROOF), field="file")
            command = MarkDone(
                commitment_id, sent_version(), form.done_on.data or today(), form.note.data or ""
            )
            service.mark_done(actor(), command, file)

        told = _("C’est noté : ALC en est averti et le confirme avec la famille.")
        return self._obey(commitment_id, form, mark, told)

    def take_back(self, commitment_id: int) -> ResponseReturnValue:
        """Take back what was said by mistake."""

        def take_back() -> None:
            service.take_back(actor(), commitment_id, sent_version())

        told = _("C’est repris : les travaux sont de nouveau à faire.")
        return self._obey(commitment_id, _blank(), take_back, told, validates=False)

    def _obey(
        self,
        commitment_id: int,
        form: DoneForm,
        command: Callable[[], None],
        told: str,
        *,
        validates: bool = True,
    ) -> ResponseReturnValue:
        require(p.COMMITMENT_DO, Commitment, commitment_id, seen_by=p.COMMITMENT_READ)
        if validates and not form.validate():
            return self._page(commitment_id, form), 422
        refused = refusal_of(command)
        if refused is not None:
            apply_refusal(form, refused)
            return self._page(commitment_id, form), status_of(refused)
        flash(told, "success")
        return redirect(self.address(commitment_id), DONE)

    def _page(self, commitment_id: int, form: DoneForm) -> str:
        found = queries.commitment(commitment_id)
        if found is None:
            abort(404)
        row, state = found
        person = actor()
        return render_template(
            self.template,
            row=row,
            side=Side.BAILLEUR,
            base=self.address(commitment_id),
            state=state_word(state, Side.BAILLEUR),
            sentence=next_sentence(state, Side.BAILLEUR, row.due_on, today()),
            confirmed=str(SIDES[row.confirmed_side]) if row.confirmed_side else None,
            form=form,
            may_do=state in OPEN and person.may(p.COMMITMENT_DO),
            may_take_back=state is CommitmentState.DONE and person.may(p.COMMITMENT_DO),
            history=entries_about("commitment", commitment_id, Side.BAILLEUR, 12),
            max_upload_mb=upload_limit_mb(),
        )


def _blank() -> DoneForm:
    return DoneForm(formdata=None, done_on=today())
