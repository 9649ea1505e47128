"""The household's answer, taken by its référent: large and plain, line by line, with date and place."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from intranet import permissions as p
from intranet.access import actor, require, requires
from intranet.clock import today
from intranet.translation import gettext as _
from intranet.translation import lazy_gettext as _l
from intranet.translation import ngettext
from intranet.voice.choices import GIVEN, YES, kept_choice
from intranet.web.answering import CONFLICT, DONE, SHOWN, obey, sent_version
from intranet.web.forms import BaseForm, DateField, TextField, required
from intranet.works import queries, service
from intranet.works.commands import HouseholdAnswer
from intranet.works.machine import may_now
from intranet.works.models import Holder, Split
from intranet.works.queries import LineView
from intranet.works.rules import family_wishes
from portals.staff.blueprint import bp
from portals.staff.splits import showing

DOERS = {
    Holder.TENANT: "people",
    Holder.SHARED: "arrow-left-right",
    Holder.BAILLEUR: "building",
    Holder.PARTNER: "tools",
    Holder.DROPPED: "x-lg",
}
"""A drawing for each holder, beside its word."""


class HouseholdForm(BaseForm):
    """When and where the family answered; the lines are plain inputs of the page."""

    answered_on = DateField(_l("Réponse donnée le"), [required(_l("Indiquez le jour de la réponse."))])
    place = TextField(_l("Lieu"), max_length=120, description=_l("Au logement, au bureau, par téléphone…"))


@bp.route("/splits/<int:split_id>/household", methods=["GET", "POST"])
@requires(p.SPLIT_HOUSEHOLD)
def split_household(split_id: int) -> ResponseReturnValue:
    """Ask line by line; with every line accepted by all three the split is agreed."""
    require(p.SPLIT_HOUSEHOLD, Split, split_id, seen_by=p.SPLIT_READ)
    lines = queries.split_lines(split_id)
    form = HouseholdForm()
    given = {line.id: request.form.get(f"line-{line.id}", "") for line in lines}
    taken = {line_id: GIVEN[answer] for line_id, answer in given.items() if answer in GIVEN}
    missing = [line for line in lines if given[line.id] not in GIVEN]

    def record() -> None:
        service.record_household(
            actor(),
            HouseholdAnswer(
                split_id,
                sent_version(),
                form.answered_on.data or today(),
                form.place.data or "",
                {line_id: answer for line_id, (answer, _wish) in taken.items()},
                {line_id: wish for line_id, (_answer, wish) in taken.items() if wish is not None},
            ),
        )

    status = obey(form, record)
    if status == DONE:
        flash(_told(given, len(missing)), "success")
        return redirect(url_for("staff.split", split_id=split_id), DONE)
    if status == SHOWN:
        form.answered_on.data = today()
        given = _present(lines)
    head = queries.split_header(split_id)
    page = render_template(
        "staff/splits/household.html",
        split=head,
        form=form,
        rooms=showing.by_room(split_id, head.state) if head else (),
        given=given,
        wishes={line.id: family_wishes(line.holder, line.lock) for line in lines},
        doers=DOERS,
        open=head is not None and may_now("record_household", head.state),
        version=sent_version() if status not in (SHOWN, CONFLICT) or not head else head.version,
        kept=sum(line.holder is not Holder.DROPPED for line in lines),
    )
    return page, status


def _present(lines: Sequence[LineView]) -> dict[int, str]:
    """The answers already taken, to complete or correct."""
    return {line.id: kept_choice(line.household, line.household_wish) for line in lines}


def _told(given: Mapping[int, str], missing: int) -> str:
    if missing:
        return str(
            ngettext(
                "Réponse enregistrée. Il manque encore l’avis de la famille sur %(num)d ligne.",
                "Réponse enregistrée. Il manque encore l’avis de la famille sur %(num)d lignes.",
                missing,
            )
        )
    if set(given.values()) - {YES}:
        return str(
            _("Réponse enregistrée. Ajustez ce que la famille n’accepte pas, puis proposez à nouveau.")
        )
    return str(_("Réponse enregistrée : la famille accepte toutes les lignes."))
