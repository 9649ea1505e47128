"""What somebody without an account types at the door."""

from __future__ import annotations

from intranet.translation import lazy_gettext as _l
from intranet.web.forms import BaseForm, TextField, required

_SIGNS = {"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false"}


class EnterForm(BaseForm):
    reference = TextField(
        _l("Référence"), [required()], max_length=60, render_kw={**_SIGNS, "placeholder": "7K3M-Q9TX"}
    )
    code = TextField(
        _l("Code"),
        [required()],
        max_length=60,
        description=_l("Seize signes, quatre par quatre. Majuscules, espaces et tirets ne comptent pas."),
        render_kw={**_SIGNS, "placeholder": "ABCD-EFGH-JKMN-PQRS"},
    )


class IntroduceForm(BaseForm):
    name = TextField(
        _l("Votre prénom et votre nom"), [required()], max_length=120, render_kw={"autocomplete": "name"}
    )
    function = TextField(
        _l("Votre fonction"), max_length=120, render_kw={"autocomplete": "organization-title"}
    )
