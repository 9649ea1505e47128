"""The form of an entry."""

from __future__ import annotations

from wtforms.validators import Email, Optional

from intranet.translation import lazy_gettext as _l
from intranet.web.forms import BaseForm, LongTextField, SelectField, TextField, required
from plugins.directory.commands import EntryFields
from plugins.directory.models import Engagement, EntryKind
from plugins.directory.wordings import ENGAGEMENTS, KINDS

NONE = ("", "—")


def _or_nothing(value: object) -> str:
    return "" if value is None else str(value)


class EntryForm(BaseForm):
    """An entry, new or changed."""

    name = TextField(_l("Nom"), [required()], max_length=120)
    kind = SelectField(_l("Nature"), choices=list(KINDS.items()), default=EntryKind.PARTNER)
    engagement = SelectField(
        _l("Engagement"), choices=[(key, word.label) for key, word in ENGAGEMENTS.items()]
    )
    contact = TextField(_l("Personne à demander"), max_length=120)
    phone = TextField(_l("Téléphone"), max_length=32)
    email = TextField(
        _l("Courriel"),
        [Optional(), Email(_l("Cette adresse de courriel n’est pas valable."))],
        max_length=254,
    )
    services = TextField(_l("Services"), max_length=255)
    notes = LongTextField(_l("Notes"), max_length=4000)
    site_id = SelectField(_l("Site de l’intranet"), filters=[_or_nothing])
    organisation_id = SelectField(_l("Organisme de l’intranet"), filters=[_or_nothing])

    def offer(self, sites: list[tuple[str, str]], organisations: list[tuple[str, str]]) -> None:
        """Set what the entry may be tied to."""
        self.site_id.choices = [NONE, *sites]
        self.organisation_id.choices = [NONE, *organisations]

    def fields(self) -> EntryFields:
        """The command's fields."""
        return EntryFields(
            kind=EntryKind(self.kind.data),
            name=self.name.data or "",
            engagement=Engagement(self.engagement.data),
            contact=self.contact.data or "",
            phone=self.phone.data or "",
            email=self.email.data or "",
            services=self.services.data or "",
            notes=self.notes.data or "",
            site_id=int(self.site_id.data) if self.site_id.data else None,
            organisation_id=int(self.organisation_id.data) if self.organisation_id.data else None,
        )
