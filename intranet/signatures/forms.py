"""The forms of the signing page: what is typed or drawn, turned into frozen commands. One page holds all of them."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

from flask_wtf.file import FileField
from wtforms import HiddenField

from intranet.clock import today
from intranet.documents.intake import Prepared
from intranet.signatures.commands import Draw, OnPaper, RefuseToSign, SendCode, Signer, UseCode
from intranet.translation import lazy_gettext as _l
from intranet.web.forms import BaseForm, DateField, LongTextField, TextField, required

NAME = _l("Nom de la personne qui signe")
LONGEST_DRAWING = 200_000  # characters; the service says what a drawing may be


class SigningForm(BaseForm):
    """What every way of signing asks: who signs. Somebody who signs in her own name is not asked."""

    name = TextField(NAME, max_length=120, render_kw={"autocomplete": "off"})


class DrawForm(SigningForm):
    strokes = HiddenField()

    def command(self, signer: Signer) -> Draw:
        text = self.strokes.data or ""
        try:
            strokes: Any = json.loads(text) if len(text) <= LONGEST_DRAWING else None
        except (ValueError, RecursionError):  # no drawing is brackets within brackets without end
            strokes = None
        return Draw(signer, strokes)


class SendCodeForm(SigningForm):
    email = TextField(
        _l("Son adresse électronique"),
        max_length=254,
        description=_l("Sans adresse, le code s’affiche ici : lisez-le à la personne."),
        render_kw={"type": "email", "autocomplete": "off"},
    )

    def command(self, signer: Signer) -> SendCode:
        return SendCode(signer, self.email.data or "")


class UseCodeForm(BaseForm):
    code = TextField(
        _l("Code reçu"),
        [required(_l("Écrivez le code reçu."))],
        max_length=40,
        render_kw={"autocomplete": "one-time-code", "autocapitalize": "characters", "spellcheck": "false"},
    )

    def command(self, signer: Signer) -> UseCode:
        return UseCode(signer, self.code.data or "")


class PaperForm(SigningForm):
    signed_on = DateField(_l("Signé le"), [required(_l("Indiquez la date de la signature."))], default=today)
    file = FileField(
        _l("Page signée, numérisée ou en photo"),
        [required(_l("Choisissez le fichier de la page signée."))],
        description=_l("PDF, JPEG, PNG, WebP ou HEIC."),
        render_kw={"accept": "application/pdf,image/*"},
    )

    def command(self, signer: Signer, file: Prepared) -> OnPaper:
        return OnPaper(signer, self.signed_on.data or date.max, file)


class RefuseForm(SigningForm):
    name = TextField(_l("Nom de la personne qui refuse"), max_length=120, render_kw={"autocomplete": "off"})
    reason = LongTextField(_l("Pourquoi ?"), [required(_l("Indiquez pourquoi."))], render_kw={"rows": 3})

    def command(self, signer: Signer) -> RefuseToSign:
        return RefuseToSign(signer, self.reason.data or "")
