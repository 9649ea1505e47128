"""What a form sent and was not saved: shown on the page that says why, in a form that sends it again.

Without JavaScript the answer is all there is: the text must be in it. Texts come back in boxes that can be
corrected or copied, choices and numbers of the page as they were, files by their names: they must be chosen again.
A password, a code or a token never comes back.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from flask import Request, request
from werkzeug.exceptions import HTTPException
from wtforms import BooleanField, FileField, HiddenField, PasswordField, SelectFieldBase
from wtforms.fields.core import UnboundField

from intranet.current import READING
from intranet.translation import lazy_gettext as _l
from intranet.web.forms import BaseForm

MOST_FIELDS = 300
RENEWED = frozenset({"csrf_token", "submission"})
"""Fields that the page which sends again writes anew."""

SECRET = frozenset({"code", "current", "password", "repeated"})
"""Names that hold a secret, in forms written by hand as well."""

NOT_TYPED = (BooleanField, FileField, HiddenField, SelectFieldBase)
"""What is chosen, or written by the page itself."""

BY_HAND = {
    "caption": _l("Légende"),
    "comment": _l("Commentaire"),
    "due": _l("Échéance"),
    "hours": _l("Heures"),
    "lift_reason": _l("Raison"),
    "message": _l("Message"),
    "note": _l("Note"),
    "on": _l("Le"),
    "person": _l("Nom"),
    "reason": _l("Raison"),
    "room": _l("Pièce"),
    "share": _l("Part"),
    "spot": _l("Endroit"),
    "text": _l("Texte"),
    "until": _l("Jusqu’au"),
    "word": _l("Vos mots"),
}
"""What is typed in forms written by hand, by the first part of its name (``hours_animator`` is ``hours``)."""


class Text(NamedTuple):
    """Something that was typed, under the words that asked for it."""

    name: str
    label: Any
    value: str
    lines: int


class Unsaved(NamedTuple):
    """A sending: where to, what was typed, what else was in the form, the inputs of files and what they held.

    ``once`` says whether the form carried a one-time key.
    """

    action: str
    texts: tuple[Text, ...]
    others: tuple[tuple[str, str], ...]
    files: tuple[tuple[str, str], ...]
    once: bool


def unsaved() -> Unsaved | None:
    """What this request sent from one of our own pages, if anything was typed in it.

    From another site's page nothing is offered: one press here would send what that page had written.
    """
    if request.method in READING or not _from_our_page(request):
        return None
    try:
        sent, files = request.form, request.files
    except HTTPException:  # the body was too large to be read
        return None
    form = _form_of(set(sent))
    texts, others = [], []
    for name, value in list(sent.items(multi=True))[:MOST_FIELDS]:
        if name in RENEWED or name in SECRET or issubclass(_class_of(form.get(name)), PasswordField):
            continue
        label = _label(name, form)
        if label is not None and value.strip():
            texts.append(Text(name, label, value, min(12, 1 + value.count("\n") + len(value) // 70)))
        else:
            others.append((name, value))
    chosen = [(name, each.filename) for name, each in files.items(multi=True) if each.filename]
    if not texts and not chosen:
        return None
    action = request.root_path + request.full_path.rstrip("?")
    return Unsaved(action, tuple(texts), tuple(others), tuple(chosen), "submission" in sent)


def _from_our_page(asked: Request) -> bool:
    """Whether one of our pages sent this, as the browser itself tells."""
    site = asked.headers.get("Sec-Fetch-Site")
    if site is not None:
        return site == "same-origin"
    before = asked.headers.get("Origin") or asked.referrer or ""
    return bool(before) and urlsplit(before).netloc == asked.host


def _form_of(sent: set[str]) -> Mapping[str, UnboundField[Any]]:
    """The fields of the form that has most in common with what was sent: their labels are those of the page."""
    best: Mapping[str, UnboundField[Any]] = {}
    for each in _forms(BaseForm):
        fields = {
            name: field for name in sent if isinstance(field := getattr(each, name, None), UnboundField)
        }
        if len(fields) > len(best):
            best = fields
    return best


def _forms(form: type[BaseForm]) -> Iterator[type[BaseForm]]:
    for each in form.__subclasses__():
        yield each
        yield from _forms(each)


def _label(name: str, form: Mapping[str, UnboundField[Any]]) -> Any:
    """The words beside the field; ``None`` for what is not typed: a choice, or what the page itself wrote."""
    field = form.get(name)
    if field is None:
        return BY_HAND.get(name) or BY_HAND.get(name.partition("_")[0].partition("-")[0])
    if issubclass(_class_of(field), NOT_TYPED):
        return None
    return field.args[0] if field.args else field.kwargs.get("label", name)


def _class_of(field: UnboundField[Any] | None) -> type:
    return field.field_class if field is not None else object
