"""Forms of administration."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from wtforms import BooleanField
from wtforms.validators import InputRequired, NumberRange, Optional

from intranet.access import OrganisationKind, Role
from intranet.accounts.people import EditPerson, Invite, Place
from intranet.accounts.wordings import ROLES
from intranet.organisations.models import Confidentiality
from intranet.organisations.service import OrganisationFields, PoleFields, SiteFields
from intranet.organisations.wordings import CONFIDENTIALITIES, KINDS
from intranet.translation import lazy_gettext as _l
from intranet.web.forms import BaseForm, IntegerField, LongTextField, SelectField, TextField, required
from intranet.works.service.kinds import KindFields
from intranet.works.terms import DefaultHolder, Professional

NONE = ("", "—")
EMAIL = {"type": "email", "autocapitalize": "none", "autocomplete": "off"}
PHONE = {"type": "tel", "inputmode": "tel", "autocomplete": "off"}

HOLDERS = (
    (DefaultHolder.TENANT.value, _l("Locataire")),
    (DefaultHolder.BAILLEUR.value, _l("Bailleur")),
    (DefaultHolder.OPEN.value, _l("À décider")),
)
PROFESSIONALS = (
    (Professional.NO.value, _l("Non")),
    (Professional.PARTLY.value, _l("En partie")),
    (Professional.YES.value, _l("Oui")),
)
CONDITIONS = (
    NONE,
    ("at_height", _l("En hauteur")),
    ("circuits", _l("Dès qu’on touche aux circuits")),
    ("except_bars", _l("Sauf les barres d’appui")),
    ("old_slabs", _l("Anciennes dalles de sol")),
)
CONSENTS = (
    NONE,
    ("written", _l("Par écrit")),
    ("tacit_2_months", _l("Acquis sans réponse après deux mois")),
    ("no", _l("Pas d’accord à demander")),
)


def _number(text: Any) -> int | None:
    return int(text) if str(text).isdecimal() and len(str(text)) < 10 else None


def _options(rows: Iterable[Any]) -> list[tuple[str, str]]:
    return [(str(row.id), row.label) for row in rows]


class PlaceForm(BaseForm):
    organisation = SelectField(_l("Organisme"), [required()])
    role = SelectField(
        _l("Rôle"),
        [required()],
        choices=[("", _l("Choisir…")), *((role.value, ROLES[role]) for role in Role)],
    )
    pole = SelectField(_l("Pôle"), [Optional()], description=_l("Pour un référent ou une direction de pôle."))

    def offer(self, organisations: Iterable[Any], poles: Iterable[Any]) -> None:
        """What may be chosen."""
        self.organisation.choices = [("", _l("Choisir…")), *_options(organisations)]
        self.pole.choices = [NONE, *_options(poles)]

    def place(self) -> Place:
        return Place(_number(self.organisation.data) or 0, self.role.data, _number(self.pole.data or ""))


class InviteForm(PlaceForm):
    email = TextField(_l("Adresse électronique"), [required()], max_length=254, render_kw=EMAIL)
    name = TextField(_l("Nom"), [required()], max_length=120, render_kw={"autocomplete": "off"})
    job_title = TextField(_l("Fonction"), max_length=120, render_kw={"autocomplete": "off"})
    language = SelectField(_l("Langue"), choices=[("fr", "Français"), ("en", "English")])

    def command(self) -> Invite:
        return Invite(
            self.email.data or "",
            self.name.data or "",
            self.job_title.data or "",
            self.place(),
            self.language.data,
        )


class PersonForm(BaseForm):
    name = TextField(_l("Nom"), [required()], max_length=120, render_kw={"autocomplete": "off"})
    email = TextField(
        _l("Adresse électronique"),
        [required()],
        max_length=254,
        description=_l("La changer ferme les sessions de la personne."),
        render_kw=EMAIL,
    )
    phone = TextField(_l("Téléphone"), max_length=32, render_kw=PHONE)
    job_title = TextField(_l("Fonction"), max_length=120, render_kw={"autocomplete": "off"})

    def command(self, user_id: int, version: int) -> EditPerson:
        return EditPerson(
            user_id,
            version,
            self.name.data or "",
            self.email.data or "",
            self.phone.data or "",
            self.job_title.data or "",
        )


class OrganisationForm(BaseForm):
    name = TextField(_l("Nom"), [required()], max_length=120)
    kind = SelectField(
        _l("Nature"),
        [required()],
        choices=[(kind.value, word) for kind, word in KINDS.items()],
        description=_l("Elle décide du portail où ses membres arrivent."),
    )
    email = TextField(_l("Adresse électronique"), max_length=254, render_kw=EMAIL)
    phone = TextField(_l("Téléphone"), max_length=32, render_kw=PHONE)
    address = TextField(_l("Adresse"), max_length=255)
    answer_days = IntegerField(
        _l("Délai de réponse (jours)"),
        [InputRequired(_l("Écrivez un nombre entier.")), NumberRange(1, 90, _l("Entre 1 et 90 jours."))],
        default=21,
        description=_l("Convenu avec un bailleur, pour répondre à une répartition."),
        render_kw={"inputmode": "numeric"},
    )
    active = BooleanField(_l("En service"), default=True)

    def fields(self) -> OrganisationFields:
        return OrganisationFields(
            OrganisationKind(self.kind.data),
            self.name.data or "",
            self.email.data or "",
            self.phone.data or "",
            self.address.data or "",
            self.answer_days.data or 21,
            self.active.data,
        )


class PoleForm(BaseForm):
    code = TextField(_l("Sigle"), [required()], max_length=8)
    name = TextField(_l("Nom"), [required()], max_length=120)
    audience = TextField(_l("Public accueilli"), max_length=255)
    confidentiality = SelectField(
        _l("Confidentialité"),
        [required()],
        choices=[(key.value, word) for key, word in CONFIDENTIALITIES.items()],
    )
    announced_households = IntegerField(
        _l("Ménages annoncés"),
        [InputRequired(_l("Écrivez un nombre entier.")), NumberRange(0, 10_000, _l("Entre 0 et 10 000."))],
        default=0,
        description=_l("Ce que dit le programme ; ceux que nous comptons et suivons viennent des dossiers."),
        render_kw={"inputmode": "numeric"},
    )
    active = BooleanField(_l("En service"), default=True)

    def fields(self) -> PoleFields:
        return PoleFields(
            self.code.data or "",
            self.name.data or "",
            self.audience.data or "",
            Confidentiality(self.confidentiality.data),
            self.announced_households.data or 0,
            self.active.data,
        )


class SiteForm(BaseForm):
    name = TextField(_l("Nom"), [required()], max_length=120)
    pole_id = SelectField(_l("Pôle"), [Optional()])
    associated = BooleanField(_l("Site associé au programme"))
    address = TextField(_l("Adresse"), max_length=255)
    phone = TextField(_l("Téléphone"), max_length=32, render_kw=PHONE)
    email = TextField(_l("Adresse électronique"), max_length=254, render_kw=EMAIL)
    notes = LongTextField(_l("Notes"), max_length=2000)
    active = BooleanField(_l("En service"), default=True)

    def offer(self, poles: Iterable[Any]) -> None:
        """The pôles to choose from."""
        self.pole_id.choices = [NONE, *_options(poles)]

    def fields(self) -> SiteFields:
        return SiteFields(
            self.name.data or "",
            _number(self.pole_id.data or ""),
            self.associated.data,
            self.address.data or "",
            self.phone.data or "",
            self.email.data or "",
            self.notes.data or "",
            self.active.data,
        )


def _years(label: Any) -> IntegerField:
    return IntegerField(
        label, [Optional(), NumberRange(0, 100, _l("Entre 0 et 100."))], render_kw={"inputmode": "numeric"}
    )


class KindForm(BaseForm):
    label_fr = TextField(_l("Libellé"), [required()], max_length=255)
    label_en = TextField(_l("Libellé en anglais"), [required()], max_length=255)
    synonyms = TextField(
        _l("Mots de tous les jours"),
        max_length=255,
        description=_l("Ils font trouver ces travaux pendant la visite : toilettes, fuite, tapisserie…"),
    )
    trade = TextField(_l("Corps d’état"), [required()], max_length=40)
    default_holder = SelectField(_l("Revient d’abord à"), [required()], choices=list(HOLDERS))
    locked_to_bailleur = BooleanField(_l("Réservé au bailleur (sécurité, décence, structure)"))
    professional_only = SelectField(_l("Par un professionnel"), [required()], choices=list(PROFESSIONALS))
    professional_condition = SelectField(_l("Condition"), [Optional()], choices=list(CONDITIONS))
    consent = SelectField(_l("Accord du bailleur"), [Optional()], choices=list(CONSENTS))
    asbestos = BooleanField(_l("Amiante"))
    lead = BooleanField(_l("Plomb"))
    height = BooleanField(_l("Hauteur"))
    legal_basis = TextField(_l("Source"), max_length=160)
    lifetime_years = _years(_l("Durée de vie (années)"))
    free_years = _years(_l("Années sans abattement"))
    yearly_discount_pct = _years(_l("Abattement par an (%)"))
    residual_pct = _years(_l("Part résiduelle (%)"))
    active = BooleanField(_l("Proposé dans les listes"), default=True)

    def show_hazards(self, hazard: str) -> None:
        """Tick what ``hazard`` names."""
        for word in ("asbestos", "lead", "height"):
            self[word].data = word in hazard.split()

    def fields(self) -> KindFields:
        return KindFields(
            label_fr=self.label_fr.data or "",
            label_en=self.label_en.data or "",
            synonyms=self.synonyms.data or "",
            trade=self.trade.data or "",
            default_holder=DefaultHolder(self.default_holder.data),
            locked_to_bailleur=self.locked_to_bailleur.data,
            professional_only=Professional(self.professional_only.data),
            professional_condition=self.professional_condition.data or "",
            consent=self.consent.data or "",
            hazard=" ".join(word for word in ("asbestos", "lead", "height") if self[word].data),
            legal_basis=self.legal_basis.data or "",
            lifetime_years=self.lifetime_years.data,
            free_years=self.free_years.data,
            yearly_discount_pct=self.yearly_discount_pct.data,
            residual_pct=self.residual_pct.data,
            active=self.active.data,
        )
