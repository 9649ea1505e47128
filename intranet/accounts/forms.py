"""Forms of the account pages."""

from __future__ import annotations

from wtforms import HiddenField, PasswordField
from wtforms.validators import EqualTo

from intranet.translation import lazy_gettext as _l
from intranet.web.forms import BaseForm, SelectField, TextField, required

CURRENT = {"autocomplete": "current-password"}
NEW = {"autocomplete": "new-password"}
PASSWORD_ADVICE = _l(
    "Au moins 8 caractères mêlant majuscules, minuscules, chiffres et signes, ou une phrase de plusieurs mots. "
    "Ni votre nom, ni votre adresse."
)
CODE = {"autocomplete": "one-time-code", "inputmode": "numeric"}


class SignInForm(BaseForm):
    email = TextField(
        _l("Adresse électronique"),
        [required()],
        max_length=254,
        render_kw={
            "type": "email",
            "autocomplete": "username",
            "autocapitalize": "none",
            "spellcheck": "false",
        },
    )
    password = PasswordField(_l("Mot de passe"), [required()], render_kw=CURRENT)
    next = HiddenField()


class CodeForm(BaseForm):
    code = TextField(_l("Code"), [required()], max_length=40, render_kw=CODE)


class ForgottenForm(BaseForm):
    email = TextField(
        _l("Adresse électronique"),
        [required()],
        max_length=254,
        render_kw={"type": "email", "autocomplete": "username", "autocapitalize": "none"},
    )


class NewPasswordForm(BaseForm):
    password = PasswordField(
        _l("Nouveau mot de passe"), [required()], description=PASSWORD_ADVICE, render_kw=NEW
    )
    repeated = PasswordField(
        _l("Le même, encore une fois"),
        [required(), EqualTo("password", _l("Les deux mots de passe ne sont pas les mêmes."))],
        render_kw=NEW,
    )


class InvitationForm(NewPasswordForm):
    name = TextField(_l("Votre nom"), [required()], max_length=120, render_kw={"autocomplete": "name"})


class ChangePasswordForm(NewPasswordForm):
    current = PasswordField(_l("Mot de passe actuel"), [required()], render_kw=CURRENT)


class ConfirmForm(BaseForm):
    current = PasswordField(_l("Mot de passe actuel"), [required()], render_kw=CURRENT)


class ProfileForm(BaseForm):
    name = TextField(_l("Nom"), [required()], max_length=120, render_kw={"autocomplete": "name"})
    phone = TextField(
        _l("Téléphone"), max_length=32, render_kw={"type": "tel", "autocomplete": "tel", "inputmode": "tel"}
    )
    # Each language in its own words: who cannot read the page finds it all the same.
    language = SelectField(_l("Langue"), choices=[("fr", "Français"), ("en", "English")])
    theme = SelectField(
        _l("Apparence"),
        choices=[
            ("auto", _l("Comme l’appareil")),
            ("light", _l("Claire")),
            ("dark", _l("Sombre")),
        ],
    )
