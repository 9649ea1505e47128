"""What a line may say: each value typed is checked here, and refused at its own field."""

from __future__ import annotations

from datetime import date

from intranet.clock import today
from intranet.errors import Refused
from intranet.extensions import db
from intranet.freetext import checked
from intranet.translation import gettext as _
from intranet.wear.rules import Calculation
from intranet.wear.service import assess
from intranet.web.formatting import day, weekday
from intranet.works.commands import AddLine, ChangeLine
from intranet.works.facts import wording_of
from intranet.works.models import Split, WorksKind, WorksLine
from intranet.works.rules import BAILLEUR_HOLDERS, TENANT_HOLDERS, Wording, consent_covers
from intranet.works.terms import Cause, Holder, Payer
from intranet.works.workdays import is_business_day

MOST_CENTS = 10_000_000
"""100 000 €: above, a figure was mistyped."""

MOST_MINUTES = 60_000
"""1 000 hours on one line."""

LATEST_YEARS = 10
"""A date promised further away than that was mistyped."""


def checked_wording(
    command: AddLine | ChangeLine,
    kind: WorksKind | None,
    label: str,
    holder: Holder,
    payer: Payer,
    owed: Calculation | None,
    kept_due: date | None = None,
) -> Wording:
    """The wording the form asks for, every value within its bounds. ``Refused`` names the field.

    ``kept_due``: the day the line has already, which is not asked about again.
    """
    return Wording(
        kind_id=kind.id if kind else None,
        label=label,
        room=_room(command.room),
        need=command.need,
        cause=command.cause,
        holder=holder,
        tenant_share_pct=checked_share(holder, command.tenant_share_pct),
        materials_payer=payer,
        materials_cents=_amount(command.materials_cents),
        minutes=_minutes(command.minutes),
        tenant_cents=owed.tenant_cents if owed else None,
        due_on=_due(holder, command.due_on, command.rest_day_agreed or command.due_on == kept_due),
    )


def checked_debt(
    split: Split, kind: WorksKind | None, holder: Holder, command: AddLine | ChangeLine, written_on: date
) -> Calculation | None:
    """What the family owes for a damage, by the grid in force on the day of the visit, else of the line.

    Nobody owes anything for works that are given up, nor for what is no damage.
    """
    damage = command.damage
    if damage is None or command.cause is not Cause.DAMAGE or holder is Holder.DROPPED:
        return None
    day = split.dossier.visited_on or written_on
    return assess(split.bailleur_id, kind.id if kind else None, damage.age_years, damage.cost_cents, day)


def checked_kind(kind_id: int | None, already: WorksKind | None = None) -> WorksKind | None:
    """The kind of the catalogue, still offered or the line's own; nothing for a free line."""
    if kind_id is None:
        return None
    kind = db.session.get(WorksKind, kind_id)
    if kind is None or not (kind.active or kind is already):
        raise Refused("line.kind", _("Choisissez un type de travaux du catalogue."), field="kind_id")
    return kind


def checked_label(kind: WorksKind | None, typed: str) -> str:
    """The words typed, or the catalogue's."""
    label = checked(typed, 255, field="label", multiline=False)
    if label:
        return label
    if kind is None:
        raise Refused("line.label", _("Dites quels travaux, ou choisissez-les au catalogue."), field="label")
    return kind.label_fr


def checked_share(holder: Holder, share: int | None) -> int | None:
    """The tenant's part of shared works, 1 to 99 %; nothing for any other holder."""
    if holder is not Holder.SHARED:
        return None
    if share is None or not 1 <= share <= 99:
        raise Refused(
            "line.share", _("Indiquez la part de la famille, de 1 à 99 %."), field="tenant_share_pct"
        )
    return share


def refuse_bad_offer(on: date | None) -> None:
    """``Refused`` when the day a counter-proposal offers has passed, or is out of sight. None offered is fine."""
    if on is None:
        return
    _refuse_far(on, "counter_due_on")
    if on < today():
        raise Refused(
            "answer.due_past",
            _("Cette date est passée : proposez un jour à venir."),
            field="counter_due_on",
        )
    refuse_rest_day(
        on,
        "counter_due_on",
        _("Proposez un autre jour, ou demandez à ALC de recueillir cet accord."),
    )


def checked_consent_day(on: date | None) -> date | None:
    """The day of the bailleur's written consent, which has been."""
    if on is not None and on > today():
        raise Refused(
            "line.consent_future", _("L’accord écrit ne peut pas être daté du futur."), field="consent_on"
        )
    return on


def kept_consent(
    line: WorksLine, kind: WorksKind | None, wording: Wording, typed: date | None
) -> date | None:
    """The day of the written consent the line has under another ``wording``.

    The form comes back with the day the line had: for other works, or elsewhere, that day says nothing, and a family
    that is to do them is ``Refused`` until a consent to these is dated. Any other day typed is such a consent.
    """
    on = checked_consent_day(typed)
    if on is None or on != line.consent_on or consent_covers(wording_of(line), wording):
        return on
    if kind is not None and kind.consent == "written" and wording.holder in TENANT_HOLDERS:
        raise Refused(
            "line.consent_elsewhere",
            _(
                "L’accord écrit du %(day)s porte sur « %(line)s » (%(room)s). Indiquez la date de l’accord donné "
                "pour les travaux tels qu’ils sont maintenant, ou confiez-les au bailleur.",
                day=day(on),
                line=line.label,
                room=line.room,
            ),
            field="consent_on",
        )
    return None


def refuse_fixed(line: WorksLine) -> None:
    """A line that an amendment leaves as it was signed: nobody changes it nor answers it again."""
    if line.fixed:
        raise fixed_refusal()


def fixed_refusal() -> Refused:
    return Refused(
        "line.fixed", _("Cette ligne est celle du contrat signé : cet avenant ne la remet pas en discussion.")
    )


def _room(typed: str) -> str:
    room = checked(typed, 60, field="room", multiline=False)
    if not room:
        raise Refused("line.room", _("Indiquez la pièce."), field="room")
    return room


def _amount(cents: int) -> int:
    if not 0 <= cents <= MOST_CENTS:
        raise Refused("line.amount", _("Le montant va de 0 à 100 000 €."), field="materials_cents")
    return cents


def _minutes(minutes: int) -> int:
    if not 0 <= minutes <= MOST_MINUTES:
        raise Refused("line.minutes", _("Le temps prévu va de 0 à 1 000 heures."), field="minutes")
    return minutes


def _due(holder: Holder, on: date | None, agreed: bool) -> date | None:
    """By when the bailleur does its part, if it has one; on a rest day only if the tenant agreed to it."""
    if on is None or holder not in BAILLEUR_HOLDERS:
        return None
    _refuse_far(on, "due_on")
    if not agreed:
        refuse_rest_day(
            on,
            "due_on",
            _("Choisissez un autre jour, ou notez que la famille a donné son accord exprès."),
        )
    return on


def refuse_rest_day(on: date, field: str, advice: str) -> None:
    """``Refused`` for a Saturday, a Sunday or a public holiday: the bailleur's works then need the tenant's express
    consent (loi n° 89-462, art. 7 e). ``advice`` says what can be done.
    """
    if is_business_day(on):
        return
    raise Refused(
        "line.rest_day",
        _(
            "Le %(day)s est un jour de repos (samedi, dimanche ou férié) : le bailleur n’y fait de travaux qu’avec "
            "l’accord exprès de la famille (loi 89-462 art. 7 e). %(advice)s",
            day=weekday(on),
            advice=advice,
        ),
        field=field,
    )


def _refuse_far(on: date, field: str) -> None:
    if not 0 <= on.year - today().year <= LATEST_YEARS:
        raise Refused(
            "line.due",
            _("Vérifiez l’année de la date prévue : elle est passée ou trop lointaine."),
            field=field,
        )
