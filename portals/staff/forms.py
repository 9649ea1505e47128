"""The forms of the staff portal: input to frozen commands. They know no session and decide nothing."""

from __future__ import annotations

from datetime import date
from typing import Any

from wtforms import BooleanField
from wtforms.validators import Email, NumberRange, Optional

from intranet.dossiers import commands as c
from intranet.dossiers.models import LeavingReason, Survey
from intranet.dossiers.wordings import LEAVING, SURVEYS
from intranet.translation import gettext as _
from intranet.translation import lazy_gettext as _l
from intranet.web.forms import (
    BaseForm,
    DateField,
    InputRequired,
    IntegerField,
    LongTextField,
    RadioField,
    SelectField,
    SurfaceField,
    TextField,
    required,
)

KINDS = ("T1", "T2", "T3", "T4", "T5", "T6")
DPE = ("A", "B", "C", "D", "E", "F", "G")
MISSING = _l("Ce champ est à remplir.")


def _number_or_none(text: Any) -> int | None:
    """The id a select sent; nothing for its empty choice."""
    return int(text) if text not in (None, "", "None") else None


class HouseholdForm(BaseForm):
    """What is held about a family, and nothing more."""

    name = TextField(_l("Nom du ménage"), [required()], max_length=120, description=_l("Nom et prénom."))
    phone = TextField(_l("Téléphone"), max_length=32)
    email = TextField(
        _l("Courriel"),
        [Optional(), Email(_l("Cette adresse est incomplète. Exemple : nom@exemple.fr"))],
        max_length=254,
    )
    contact_choice = TextField(
        _l("Contact choisi par la famille"),
        max_length=120,
        description=_l(
            "Comment elle souhaite être jointe. Le bailleur le voit une fois le logement attribué."
        ),
    )
    adults = IntegerField(_l("Adultes"), [InputRequired(MISSING), NumberRange(1, 30)], default=1)
    children = IntegerField(_l("Enfants"), [InputRequired(MISSING), NumberRange(0, 30)], default=0)
    children_under_3 = IntegerField(
        _l("Dont enfants de moins de 3 ans"), [InputRequired(MISSING), NumberRange(0, 30)], default=0
    )
    lone_parent = BooleanField(_l("Parent seul avec enfant"))
    pole_id = SelectField(_l("Pôle"), [InputRequired(_l("Choisissez un pôle."))], coerce=_number_or_none)
    site_id = SelectField(_l("Site"), [Optional()], coerce=_number_or_none)

    def offer(self, poles: Any, sites: Any) -> None:
        """The pôles and sites to choose from, as rows ``(id, label)``."""
        self.pole_id.choices = [(row.id, row.label) for row in poles]
        self.site_id.choices = [("", _("Aucun")), *((row.id, row.label) for row in sites)]

    def fields(self) -> c.HouseholdFields:
        return c.HouseholdFields(
            name=self.name.data or "",
            pole_id=self.pole_id.data,
            phone=self.phone.data or "",
            email=self.email.data or "",
            contact_choice=self.contact_choice.data or "",
            adults=self.adults.data or 0,
            children=self.children.data or 0,
            children_under_3=self.children_under_3.data or 0,
            lone_parent=self.lone_parent.data,
            site_id=self.site_id.data,
        )


class OpenDossierForm(HouseholdForm):
    opened_on = DateField(_l("Repéré le"), [InputRequired(MISSING)])

    def command(self) -> c.OpenDossier:
        return c.OpenDossier(self.fields(), opened_on=self.opened_on.data)


class DwellingForm(BaseForm):
    """A home as its bailleur describes it. Used alone, and inside an allocation."""

    bailleur_id = SelectField(_l("Bailleur"), [required()], coerce=_number_or_none)
    address = TextField(_l("Adresse"), [required()], max_length=255)
    postcode = TextField(_l("Code postal"), [required()], max_length=10)
    town = TextField(_l("Ville"), [required()], max_length=80, default="Nice")
    floor = TextField(_l("Étage, porte"), max_length=40)
    kind = SelectField(_l("Type"), [required()], choices=[("", "—"), *((kind, kind) for kind in KINDS)])
    surface_m2 = SurfaceField(_l("Surface (m²)"))
    permit_year = IntegerField(
        _l("Année du permis de construire"),
        [Optional(), NumberRange(1700, 2100)],
        description=_l("1997 est compté comme avant juillet 1997."),
    )
    asbestos = SelectField(
        _l("Repérage amiante"), choices=[(key.value, word) for key, word in SURVEYS.items()]
    )
    asbestos_on = DateField(_l("Date du rapport amiante"))
    lead = SelectField(_l("Constat plomb"), choices=[(key.value, word) for key, word in SURVEYS.items()])
    lead_on = DateField(_l("Date du constat plomb"))
    dpe_class = SelectField(
        _l("Classe énergie (DPE)"),
        [Optional()],
        choices=[("", _l("Inconnue")), *((letter, letter) for letter in DPE)],
    )
    decent = RadioField(
        _l("Logement décent"),
        choices=[("yes", _l("Oui")), ("no", _l("Non")), ("", _l("Pas encore vérifié"))],
        default="",
        description=_l(
            "S’il ne l’est pas, sa mise en décence revient au bailleur : elle ne peut pas être confiée à la famille."
        ),
    )

    def offer(self, bailleurs: Any) -> None:
        """The bailleurs to choose from, as rows ``(id, label)``."""
        self.bailleur_id.choices = [("", "—"), *((row.id, row.label) for row in bailleurs)]

    def dwelling(self) -> c.DwellingFields:
        return c.DwellingFields(
            bailleur_id=self.bailleur_id.data or 0,
            address=self.address.data or "",
            postcode=self.postcode.data or "",
            town=self.town.data or "",
            floor=self.floor.data or "",
            kind=self.kind.data,
            surface_m2=self.surface_m2.data,
            permit_year=self.permit_year.data,
            asbestos=Survey(self.asbestos.data),
            asbestos_on=self.asbestos_on.data,
            lead=Survey(self.lead.data),
            lead_on=self.lead_on.data,
            dpe_class=self.dpe_class.data,
            decent={"yes": True, "no": False}.get(self.decent.data),
        )


class AllocationForm(DwellingForm):
    """An allocation: a dwelling already recorded, or the new one described below it."""

    dwelling_id = SelectField(
        _l("Logement"),
        [Optional()],
        coerce=_number_or_none,
        description=_l("Seuls les logements libres sont proposés."),
    )
    allocated_on = DateField(_l("Attribué le"), [InputRequired(MISSING)])
    entry_on = DateField(_l("Entrée dans les lieux"), description=_l("Peut être à venir."))

    def validate(self, extra_validators: Any = None) -> bool:
        """A dwelling already recorded is not described again: what stands in its fields is left alone."""
        valid = bool(super().validate(extra_validators))
        if self.dwelling_id.data is None:
            return valid
        own = ("dwelling_id", "allocated_on", "entry_on")
        for field in self:
            if field.name not in own:
                field.errors = ()
        return not self.errors

    def command(self, dossier_id: int, version: int) -> c.Allocate:
        known: int | None = self.dwelling_id.data
        return c.Allocate(
            dossier_id=dossier_id,
            version=version,
            allocated_on=self.allocated_on.data or date.min,
            entry_on=self.entry_on.data,
            dwelling_id=known,
            dwelling=None if known else self.dwelling(),
        )


class DiagnosisForm(BaseForm):
    eligible = RadioField(
        _l("Décision"),
        [InputRequired(_l("Choisissez une décision."))],
        choices=[
            ("yes", _l("La famille peut entrer dans le programme")),
            ("no", _l("La famille ne remplit pas les conditions : le dossier est fermé")),
        ],
    )
    explanation = LongTextField(
        _l("Pourquoi"),
        [required()],
        max_length=1000,
        description=_l(
            "Quelques mots, sans donnée de santé ni numéro de sécurité sociale. Seule ALC les lit."
        ),
    )


class JoiningForm(BaseForm):
    joined_on = DateField(_l("Date de l’adhésion"), [InputRequired(MISSING)])


class VisitForm(BaseForm):
    visited_on = DateField(_l("Date de la visite"), [InputRequired(MISSING)])


class ReasonForm(BaseForm):
    reason = LongTextField(_l("Pourquoi"), [required()], max_length=1000, description=_l("Seule ALC le lit."))


class LeaveForm(BaseForm):
    reason = SelectField(
        _l("Raison"),
        [InputRequired(_l("Choisissez une raison."))],
        choices=[("", "—"), *((key.value, word) for key, word in LEAVING.items())],
    )
    left_on = DateField(_l("Parti le"), [InputRequired(MISSING)])
    note = LongTextField(_l("Précisions"), max_length=1000, description=_l("Seule ALC les lit."))

    def command(self, dossier_id: int, version: int) -> c.Leave:
        return c.Leave(
            dossier_id,
            version,
            LeavingReason(self.reason.data),
            self.left_on.data or date.min,
            self.note.data or "",
        )


NOTE_LIMIT = 4000


class NoteForm(BaseForm):
    text = LongTextField(
        _l("Nouvelle note"),
        [required()],
        max_length=NOTE_LIMIT,
        description=_l("Lue par ALC seulement. Ni santé, ni numéro de sécurité sociale."),
    )


class PeopleForm(BaseForm):
    """The trio of R20."""

    referent_id = SelectField(_l("Référent"), [Optional()], coerce=_number_or_none)
    technical_id = SelectField(_l("Éducateur technique"), [Optional()], coerce=_number_or_none)
    tisf_id = SelectField(_l("TISF"), [Optional()], coerce=_number_or_none)

    def command(self, dossier_id: int, version: int) -> c.NamePeople:
        return c.NamePeople(
            dossier_id, version, self.referent_id.data, self.technical_id.data, self.tisf_id.data
        )


class GrantForm(BaseForm):
    user_id = SelectField(
        _l("Ouvrir ce dossier à"),
        [InputRequired(_l("Choisissez une personne de l’équipe."))],
        coerce=_number_or_none,
    )


class EraseForm(BaseForm):
    """The number of the dossier, typed: an erasure cannot be undone."""

    typed = TextField(_l("Numéro du dossier"), [required()], max_length=16)


class InsuranceForm(BaseForm):
    """The tenant's attestation of insurance; the file itself is read from the request."""

    valid_until = DateField(_l("Valable jusqu’au"), [InputRequired(MISSING)])
