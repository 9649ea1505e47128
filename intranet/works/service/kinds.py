"""Changing the catalogue of works: every value of a kind, and whether it is still offered."""

from __future__ import annotations

from dataclasses import asdict, dataclass

from intranet import permissions as p
from intranet.access import Actor, require_may
from intranet.editing import write_fields
from intranet.errors import Refused
from intranet.extensions import db
from intranet.timeline import service as timeline
from intranet.translation import gettext as _
from intranet.translation import lazy_gettext as _l
from intranet.works.models import WorksKind
from intranet.works.protected import CONDITIONS, PROFESSIONAL, source_of
from intranet.works.terms import DefaultHolder, Professional

LABELS = {
    "label_fr": _l("Libellé"),
    "label_en": _l("Libellé en anglais"),
    "synonyms": _l("Mots de tous les jours"),
    "trade": _l("Corps d’état"),
    "default_holder": _l("Revient d’abord à"),
    "locked_to_bailleur": _l("Réservé au bailleur"),
    "professional_only": _l("Par un professionnel"),
    "professional_condition": _l("Condition"),
    "consent": _l("Accord du bailleur"),
    "hazard": _l("Dangers"),
    "legal_basis": _l("Source"),
    "lifetime_years": _l("Durée de vie"),
    "free_years": _l("Années sans abattement"),
    "yearly_discount_pct": _l("Abattement par an"),
    "residual_pct": _l("Part résiduelle"),
    "active": _l("Proposé"),
}


@dataclass(frozen=True, slots=True)
class KindFields:
    """Every value of a kind that may change; its code does not. Years and per cents are whole numbers."""

    label_fr: str
    label_en: str
    synonyms: str
    trade: str
    default_holder: DefaultHolder
    locked_to_bailleur: bool
    professional_only: Professional
    professional_condition: str
    consent: str
    hazard: str
    legal_basis: str
    lifetime_years: int | None
    free_years: int | None
    yearly_discount_pct: int | None
    residual_pct: int | None
    active: bool


def change_kind(actor: Actor, kind_id: int, version: int, fields: KindFields) -> None:
    """Change a kind of works opened at ``version``. For the coordination. Lines already written keep theirs.

    Raises ``Refused`` when the values contradict each other, ``Stale``, or ``LookupError``.
    """
    require_may(actor, p.CATALOGUE_MANAGE)
    kind = db.session.get(WorksKind, kind_id)
    if kind is None:
        raise LookupError("no such kind of works")
    check_kind(kind.code, fields)
    write_fields(kind, version, asdict(fields), LABELS)
    changes = timeline.field_changes(kind)
    if not changes:
        return
    timeline.record(
        "core.works_kind.changed",
        actor=actor,
        subject="works_kind",
        subject_id=kind.id,
        data={"name": kind.label_fr, "changes": changes},
    )
    timeline.commit()


def check_kind(code: str, fields: KindFields) -> None:
    """``Refused`` when the values contradict each other, or open to the tenant what the law keeps from it."""
    _check_protected(code, fields)
    if fields.locked_to_bailleur and fields.default_holder is not DefaultHolder.BAILLEUR:
        raise Refused(
            "works_kind.locked",
            _("Ce qui est réservé au bailleur lui revient : choisissez « bailleur »."),
            field="default_holder",
        )
    if (fields.professional_only is Professional.PARTLY) != bool(fields.professional_condition):
        raise Refused(
            "works_kind.condition",
            _("« En partie » va avec une condition, et seulement avec elle."),
            field="professional_condition",
        )
    wear = (fields.free_years, fields.yearly_discount_pct, fields.residual_pct)
    if any(value is None for value in wear) and any(value is not None for value in wear):
        raise Refused(
            "works_kind.wear",
            _("La vétusté a besoin de ses trois valeurs, ou d’aucune."),
            field="free_years",
        )


def _check_protected(code: str, fields: KindFields) -> None:
    """Guard-rails hold whatever is written here (``works.protected``): a form that says otherwise is told why."""
    source = source_of(code, fields.label_fr)
    if source and not fields.locked_to_bailleur:
        raise Refused(
            "works_kind.protected",
            _(
                "La loi réserve ces travaux au bailleur (%(source)s) : laissez-les-lui réservés.",
                source=source,
            ),
            field="locked_to_bailleur",
        )
    source = source or PROFESSIONAL.get(code, "")
    if source and fields.professional_only is not Professional.YES:
        raise Refused(
            "works_kind.professional",
            _("Ces travaux demandent toujours un professionnel (%(source)s).", source=source),
            field="professional_only",
        )
    if code in CONDITIONS and fields.professional_only is not Professional.YES:
        _check_condition(code, fields)


def _check_condition(code: str, fields: KindFields) -> None:
    if (fields.professional_only, fields.professional_condition) == (Professional.PARTLY, CONDITIONS[code]):
        return
    raise Refused(
        "works_kind.protected_condition",
        _(
            "Cette condition protège la famille du gaz, de l’électricité ou de l’amiante : elle ne s’enlève pas."
        ),
        field="professional_condition",
    )
