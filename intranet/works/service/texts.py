"""Writing the texts of the contract: the site's own words, kept with who wrote them and when."""

from __future__ import annotations

from sqlalchemy import select

from intranet import permissions as p
from intranet.access import Actor, require_may
from intranet.clock import now
from intranet.errors import Refused, Stale
from intranet.extensions import db
from intranet.freetext import checked
from intranet.timeline.service import commit, record
from intranet.translation import gettext as _
from intranet.works.contract_markup import unclosed, unknown_names
from intranet.works.contract_texts import LANGUAGES, NAMES, PARTS, Part
from intranet.works.models import ContractText

TEXT_LIMIT = 4000
LINE_LIMIT = 160
TITLE_LIMIT = 120


def change_text(actor: Actor, part: str, language: str, title: str, text: str, last: int) -> None:
    """Write a part of the contract in one language; contracts already made keep theirs.

    May: the coordination and administrators. ``last`` is the id of the version the form was opened with (0: the
    default). ``Refused`` names the field of an empty text, an unknown name in braces, a style left open.
    """
    wanted = _part(part, language)
    limit = LINE_LIMIT if wanted.one_line else TEXT_LIMIT
    words = checked(text, limit, field="text", multiline=not wanted.one_line, health=True)
    heading = checked(title, TITLE_LIMIT, field="title", multiline=False) if wanted.title else ""
    check_text(words)
    if wanted.title and not heading:
        raise Refused("contract_text.title", _("Donnez un titre à cet article."), field="title")
    _write(actor, wanted, language, heading, words, last, "works.contract_text.changed")


def restore_text(actor: Actor, part: str, language: str, last: int) -> None:
    """Go back to the default words of a part; what the site had written stays in its history."""
    _write(actor, _part(part, language), language, "", "", last, "works.contract_text.restored")


def check_text(words: str) -> None:
    """``Refused`` for a text that could not be printed as it was meant."""
    if not words:
        raise Refused(
            "contract_text.empty",
            _("Écrivez le texte, ou rétablissez celui d’origine."),
            field="text",
        )
    unknown = unknown_names(words, NAMES)
    if unknown:
        raise Refused(
            "contract_text.name",
            _(
                "« {%(name)s} » ne veut rien dire ici. Entre accolades, on peut écrire : %(known)s.",
                name=unknown[0],
                known=", ".join(f"{{{name}}}" for name in NAMES),
            ),
            field="text",
        )
    if unclosed(words):
        raise Refused(
            "contract_text.style",
            _("Une étoile est seule sur sa ligne : le gras s’écrit **ainsi**, l’italique *ainsi*."),
            field="text",
        )


def _part(key: str, language: str) -> Part:
    part = PARTS.get(key)
    if part is None or language not in LANGUAGES:
        raise Refused("contract_text.unknown", _("Ce texte n’existe pas."))
    return part


def _write(actor: Actor, part: Part, language: str, title: str, text: str, last: int, event: str) -> None:
    require_may(actor, p.CONTRACT_TEXT)
    row = db.session.scalars(
        select(ContractText)
        .where(ContractText.part == part.key, ContractText.language == language)
        .order_by(ContractText.id.desc())
        .limit(1)
    ).first()
    if row is not None and (row.title, row.text) == (title, text):
        return  # a second click
    if (row.id if row else 0) != last:
        raise Stale(
            _("Quelqu’un d’autre a changé ce texte pendant que vous l’écriviez. Comparez, puis enregistrez."),
            (row.text,) if row and row.text else (),
        )
    if row is None and not text:
        return  # the default already
    written = ContractText(
        part=part.key,
        language=language,
        title=title,
        text=text,
        by_id=actor.user_id,
        by_name=actor.name,
        at=now(),
    )
    db.session.add(written)
    db.session.flush()
    record(
        event,
        actor=actor,
        subject="contract_text",
        subject_id=written.id,
        data={"name": str(part.label), "language": language},
    )
    commit()
