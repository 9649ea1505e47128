"""The texts of the contract, written by the site without code. For the coordination and administrators."""

from __future__ import annotations

from collections.abc import Mapping
from io import BytesIO
from typing import Any, NamedTuple

from flask import abort, flash, redirect, render_template, send_file, url_for
from flask.typing import ResponseReturnValue
from flask_babel import force_locale

from intranet import permissions as p
from intranet.access import actor, requires
from intranet.errors import Refused
from intranet.translation import gettext as _
from intranet.translation import lazy_gettext as _l
from intranet.web.answering import DONE, UNPROCESSABLE, obey, sent_version
from intranet.web.forms import BaseForm, LongTextField, TextField, apply_refusal, required
from intranet.works.contract_document import (
    SITE_TEMPLATE,
    TemplateFailed,
    built_in_template,
    render_pdf,
    site_template,
)
from intranet.works.contract_facts import sample_content
from intranet.works.contract_texts import LANGUAGES, NAMES, PARTS, Part, Text, Texts
from intranet.works.queries.texts import last_texts, text_versions, texts_in_force, untranslated
from intranet.works.service import texts as service
from intranet.works.typesetting_process import TypesettingLate
from portals.staff.blueprint import bp

LANGUAGE_WORDS = {"fr": _l("Français (à signer)"), "en": _l("Anglais (copie de lecture)")}


class Listed(NamedTuple):
    """One part in the list: what it is called, when it is there, who wrote it last in each language."""

    part: Part
    written: Mapping[str, Any]


class ContractTextForm(BaseForm):
    """One text in one language."""

    title = TextField(_l("Titre"), [required()], max_length=service.TITLE_LIMIT)
    text = LongTextField(
        _l("Texte"),
        [required(_l("Écrivez le texte, ou rétablissez celui d’origine."))],
        max_length=service.TEXT_LIMIT,
        render_kw={"rows": 10},
    )


@bp.get("/administration/contract")
@requires(p.CONTRACT_TEXT)
def contract_texts() -> ResponseReturnValue:
    """Every text of the contract, those the site wrote marked; the site's template, if it has one, and its state."""
    written = {key: row for key, row in last_texts().items() if row.text}
    rows = [
        Listed(part, {each: written[part.key, each] for each in LANGUAGES if (part.key, each) in written})
        for part in PARTS.values()
    ]
    return render_template(
        "staff/administration/contract_texts.html",
        rows=rows,
        languages=LANGUAGE_WORDS,
        own_template=SITE_TEMPLATE if site_template() else "",
        failure=_failure(),
    )


@bp.route("/administration/contract/<language>/<part>", methods=["GET", "POST"])
@requires(p.CONTRACT_TEXT)
def contract_text(language: str, part: str) -> ResponseReturnValue:
    """Write one text. The default is kept aside, and so is each version."""
    wanted = _part(part, language)
    form = _form(wanted, language)
    status = obey(
        form,
        lambda: service.change_text(actor(), part, language, *_typed(form), sent_version("last")),
    )
    if status == DONE:
        flash(_("Le texte est enregistré ; il vaut pour les prochains contrats."), "success")
        return redirect(url_for("staff.contract_texts"), DONE)
    return _page(wanted, language, form), status


@bp.post("/administration/contract/<language>/<part>/restore")
@requires(p.CONTRACT_TEXT)
def contract_text_restore(language: str, part: str) -> ResponseReturnValue:
    """Go back to the default words."""
    _part(part, language)
    try:
        service.restore_text(actor(), part, language, sent_version("last"))
    except Refused as refused:
        flash(str(refused.message), "error")
        return redirect(url_for("staff.contract_text", language=language, part=part), DONE)
    flash(_("Le texte d’origine est rétabli ; le vôtre reste dans l’historique."), "success")
    return redirect(url_for("staff.contract_texts"), DONE)


@bp.post("/administration/contract/<language>/<part>/preview")
@requires(p.CONTRACT_TEXT)
def contract_text_preview(language: str, part: str) -> ResponseReturnValue:
    """The sample contract with the text as typed, nothing saved; the form again when it could not be printed."""
    wanted = _part(part, language)
    form = _form(wanted, language)
    typed = _typed(form)
    if not form.validate():
        return _page(wanted, language, form), UNPROCESSABLE
    try:
        service.check_text(typed.text)
        return _pdf(language, {**texts_in_force(language), part: typed})
    except Refused as refused:
        apply_refusal(form, refused)
        return _page(wanted, language, form), UNPROCESSABLE


@bp.get("/administration/contract/preview/<language>.pdf")
@requires(p.CONTRACT_TEXT)
def contract_preview(language: str) -> ResponseReturnValue:
    """A contract of nobody, with the texts in force."""
    if language not in LANGUAGES:
        abort(404)
    return _pdf(language, texts_in_force(language))


@bp.get("/administration/contract/template.typ")
@requires(p.CONTRACT_TEXT)
def contract_template() -> ResponseReturnValue:
    """The built-in template, to begin one's own from."""
    return send_file(
        BytesIO(built_in_template()),
        mimetype="text/plain",
        as_attachment=True,
        download_name=SITE_TEMPLATE,
    )


def _part(key: str, language: str) -> Part:
    if key not in PARTS or language not in LANGUAGES:
        abort(404)
    return PARTS[key]


def _form(part: Part, language: str) -> ContractTextForm:
    """The form of one part, with the text in force in that language: the site's, else the default."""
    stored = last_texts().get((part.key, language))
    with force_locale(language):
        present = part.default()
    if stored is not None and stored.text:
        present = Text(stored.title, stored.text)
    form = ContractTextForm(data=present._asdict())
    if not part.title:
        del form.title
    return form


def _typed(form: ContractTextForm) -> Text:
    return Text((form.title.data or "") if "title" in form else "", form.text.data or "")


def _page(part: Part, language: str, form: ContractTextForm) -> str:
    stored = last_texts().get((part.key, language))
    with force_locale(language):
        default = part.default()
    return render_template(
        "staff/administration/contract_text.html",
        part=part,
        language=language,
        language_word=LANGUAGE_WORDS[language],
        form=form,
        own=stored is not None and bool(stored.text),
        default=default,
        names=NAMES,
        last=stored.id if stored is not None else 0,
        versions=text_versions(part.key, language),
    )


def _pdf(language: str, texts: Texts) -> ResponseReturnValue:
    """The sample contract; the reason in words when the site's template makes none."""
    content = sample_content(language, texts, untranslated=language != "fr" and untranslated())
    try:
        pdf = render_pdf(content)
    except TemplateFailed as failed:
        flash(str(failed), "error")
        return redirect(url_for("staff.contract_texts"), DONE)
    return send_file(BytesIO(pdf), mimetype="application/pdf", download_name=f"contrat-{language}.pdf")


def _failure() -> str:
    """Why the site's own template makes no document; empty when it does, or when there is none."""
    if site_template() is None:
        return ""
    try:
        render_pdf(sample_content("fr", texts_in_force("fr")))
    except TemplateFailed as failed:
        return str(failed)
    except TypesettingLate:
        return _("Le modèle de contrat du site (%(name)s) met trop longtemps à se faire.", name=SITE_TEMPLATE)
    return ""
