"""Forms of the split and of the contract: what is typed, turned into frozen commands."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import Any, TypeVar

from wtforms import BooleanField
from wtforms.validators import NumberRange, Optional

from intranet.chantiers.image_right import ImageRight
from intranet.translation import lazy_gettext as _l
from intranet.wear.rules import OLDEST
from intranet.web.answering import number_sent
from intranet.web.forms import (
    BaseForm,
    DateField,
    HoursField,
    IntegerField,
    LongTextField,
    MoneyField,
    RadioField,
    SelectField,
    TextField,
    required,
)
from intranet.works.commands import AddLine, ChangeLine, Damage, IssueContract
from intranet.works.models import Cause, Holder, Need, Payer
from intranet.works.wordings import CAUSES, HOLDERS, NEEDS, PAYERS

E = TypeVar("E", bound=StrEnum)
Options = list[tuple[str, Any]]
YES, NO = "yes", "no"
BY_RULE = _l("Proposition par défaut")


def _options(words: Mapping[Any, Any], first: Any = None) -> Options:
    listed: Options = [(str(value), word) for value, word in words.items()]
    return listed if first is None else [("", first), *listed]


def _or_none(values: type[E], text: str | None) -> E | None:
    return values(text) if text else None


class LineForm(BaseForm):
    """A line of works. With neither holder nor payer chosen the rules propose them."""

    kind_id = SelectField(
        _l("Travaux"),
        validate_choice=False,
        render_kw={
            "data-picker": "",
            "data-free": "label",
            "data-none": _l("Rien dans le catalogue ne commence ainsi."),
            "data-free-words": _l("L’écrire moi-même"),
        },
    )
    label = TextField(_l("Précision, ou travaux hors catalogue"), max_length=255)
    room = TextField(
        _l("Pièce"),
        [required(_l("Indiquez la pièce."))],
        max_length=60,
        render_kw={"list": "rooms", "autocomplete": "off"},
    )
    need = RadioField(_l("Besoin"), choices=_options(NEEDS), default=Need.NEEDED.value)
    cause = SelectField(_l("Cause"), choices=_options(CAUSES), default=Cause.USE.value)
    condition_met = RadioField(
        _l("Condition"), choices=[(YES, _l("Oui")), (NO, _l("Non"))], validators=[Optional()]
    )
    consent_on = DateField(_l("Accord écrit du bailleur, le"), [Optional()])
    materials_cents = MoneyField(_l("Matériaux (€)"), [Optional()])
    minutes = HoursField(_l("Temps prévu"), [Optional()])
    holder = SelectField(_l("Qui fait"), choices=_options(HOLDERS, BY_RULE), default="")
    tenant_share_pct = IntegerField(
        _l("Part de la famille (%)"),
        [Optional(), NumberRange(1, 99, _l("Indiquez une part entre 1 et 99."))],
        render_kw={"inputmode": "numeric"},
    )
    materials_payer = SelectField(_l("Qui paie les matériaux"), choices=_options(PAYERS, BY_RULE), default="")
    due_on = DateField(_l("À faire par le bailleur avant le"), [Optional()])
    rest_day_agreed = BooleanField(
        _l("La famille accepte expressément des travaux ce jour-là (samedi, dimanche ou férié)")
    )
    age_years = IntegerField(
        _l("Âge de ce qui est abîmé (années)"),
        [Optional(), NumberRange(0, OLDEST, _l("L’âge va de 0 à 100 ans."))],
        render_kw={"inputmode": "numeric"},
    )
    cost_cents = MoneyField(_l("Coût de la remise en état (€)"), [Optional()])

    @property
    def chosen_kind(self) -> int | None:
        """The kind chosen; nothing for a free line or for what is no number."""
        return number_sent(self.kind_id.data or "") or None

    @property
    def condition(self) -> bool | None:
        return {YES: True, NO: False}.get(self.condition_met.data or "")

    @property
    def share(self) -> int | None:
        """The tenant's share, kept only for what is shared."""
        return self.tenant_share_pct.data if self.holder.data == Holder.SHARED else None

    @property
    def damage(self) -> Damage | None:
        """Age and cost, asked for a damage only."""
        if self.cause.data != Cause.DAMAGE:
            return None
        return Damage(self.age_years.data, self.cost_cents.data)

    def add_command(self, split_id: int) -> AddLine:
        return AddLine(
            split_id=split_id,
            room=self.room.data or "",
            need=Need(self.need.data),
            kind_id=self.chosen_kind,
            label=self.label.data or "",
            cause=Cause(self.cause.data),
            condition_met=self.condition,
            holder=_or_none(Holder, self.holder.data),
            tenant_share_pct=self.share,
            materials_payer=_or_none(Payer, self.materials_payer.data),
            materials_cents=self.materials_cents.data or 0,
            minutes=self.minutes.data or 0,
            consent_on=self.consent_on.data,
            due_on=self.due_on.data,
            rest_day_agreed=self.rest_day_agreed.data,
            damage=self.damage,
        )


class ChangeLineForm(LineForm):
    """A line as it should be: holder and payer are always said."""

    holder = SelectField(_l("Qui fait"), choices=_options(HOLDERS))
    materials_payer = SelectField(_l("Qui paie les matériaux"), choices=_options(PAYERS))

    def change_command(self, line_id: int, version: int) -> ChangeLine:
        return ChangeLine(
            line_id=line_id,
            version=version,
            room=self.room.data or "",
            need=Need(self.need.data),
            holder=Holder(self.holder.data),
            materials_payer=Payer(self.materials_payer.data),
            kind_id=self.chosen_kind,
            label=self.label.data or "",
            cause=Cause(self.cause.data),
            condition_met=self.condition,
            tenant_share_pct=self.share,
            materials_cents=self.materials_cents.data or 0,
            minutes=self.minutes.data or 0,
            consent_on=self.consent_on.data,
            due_on=self.due_on.data,
            rest_day_agreed=self.rest_day_agreed.data,
            damage=self.damage,
        )


class ContractForm(BaseForm):
    """What the participation contract adds to the agreed lines."""

    support_technical = LongTextField(
        _l("Accompagnement technique prévu"),
        [required(_l("Dites comment la famille sera accompagnée sur le chantier."))],
        render_kw={"rows": 4},
    )
    support_social = LongTextField(
        _l("Accompagnement social prévu"),
        [required(_l("Dites comment la famille sera accompagnée par son référent."))],
        render_kw={"rows": 4},
    )
    support_volunteers = LongTextField(_l("Bénévoles et entraide"), render_kw={"rows": 3})
    starts_on = DateField(_l("Début prévu"), [required(_l("Indiquez le début prévu."))])
    ends_on = DateField(_l("Fin prévue"), [required(_l("Indiquez la fin prévue."))])
    days_a_week = IntegerField(
        _l("Jours par semaine"),
        [required(), NumberRange(1, 6, _l("De 1 à 6 jours par semaine."))],
        default=2,
        render_kw={"inputmode": "numeric"},
    )
    partner_id = SelectField(_l("Partenaire travaux"), validate_choice=False)
    insurance = TextField(_l("Assurance habitation de la famille"), max_length=255)
    insured_until = DateField(_l("Assurée jusqu’au"), [Optional()])
    image_consent = RadioField(
        _l("La famille accepte-t-elle de paraître sur les photos du chantier ?"),
        choices=[(YES, _l("Oui")), (NO, _l("Non")), ("", _l("Pas encore demandé"))],
        default="",
    )

    def begin_as_usual(self, support: Mapping[str, str]) -> None:
        """Begin with the support that contracts of the site usually foresee."""
        for name, words in support.items():
            self[name].data = words

    def begin_from(self, contract: Any, image: ImageRight | None) -> None:
        """Show what the contract an amendment begins from said; ``image``: what the family has answered since."""
        self.process(obj=contract)
        said: bool | None = image.agreed if image else contract.image_consent
        self.image_consent.data = "" if said is None else YES if said else NO

    def offer_partners(self, partners: Sequence[tuple[int, str]]) -> None:
        """Fill the list of works partners."""
        self.known_partners = dict(partners)
        self.partner_id.choices = [("", _l("Aucun")), *((str(each), name) for each, name in partners)]

    def command(self, split_id: int, version: int) -> IssueContract:
        starts_on, ends_on = self.starts_on.data, self.ends_on.data
        if starts_on is None or ends_on is None:
            raise ValueError("a form that did not validate gives no command")
        chosen = self.partner_id.data or ""
        return IssueContract(
            split_id=split_id,
            version=version,
            support_technical=self.support_technical.data or "",
            support_social=self.support_social.data or "",
            starts_on=starts_on,
            ends_on=ends_on,
            days_a_week=self.days_a_week.data or 0,
            partner_id=int(chosen) if chosen in {str(each) for each in self.known_partners} else None,
            support_volunteers=self.support_volunteers.data or "",
            insurance=self.insurance.data or "",
            insured_until=self.insured_until.data,
            image_consent={YES: True, NO: False}.get(self.image_consent.data or ""),
        )
