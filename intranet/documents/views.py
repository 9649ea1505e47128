"""Handing files out: only through the policy of their dossier, never under a public address."""

from __future__ import annotations

from typing import BinaryIO

from flask import Blueprint, abort, redirect, send_file
from sqlalchemy import Select, and_, bindparam, case, select
from werkzeug.wrappers import Response

from intranet import permissions as p
from intranet.access import ACTOR, PART, Scope, open_to_guests, requires, shows, visible
from intranet.documents.models import Document
from intranet.documents.storage import storage
from intranet.rows import fetch_one
from intranet.web.assets import static_url

bp = Blueprint("documents", __name__, url_prefix="/files")

SHOWN_INLINE = frozenset({"image/jpeg", "application/pdf"})
PLACEHOLDER = "img/no-picture.svg"


def readable_file(scope: Scope) -> Select[str, str, str, str]:
    """The file ``:document_id``, if the person may read it, under the name her organisation sent it with, if it did."""
    own = and_(Document.sent_by == ACTOR.organisation_id, Document.sent_name != "")
    name = case((own, Document.sent_name), else_=Document.name).label("name")
    columns = select(name, Document.media_type, Document.digest, Document.thumbnail_digest)
    return visible(scope, columns.where(Document.id == bindparam("document_id")), p.FILE_READ, Document)


@bp.get("/<int:document_id>")
@requires(p.FILE_READ)
@open_to_guests
def file(document_id: int) -> Response:
    """The file itself, shown in the browser when it is a picture or a PDF, else downloaded."""
    row = fetch_one(readable_file, document_id=document_id)
    if row is None:
        abort(404)
    return _send(row.digest, row.media_type, row.name)


@bp.get("/<int:document_id>/thumbnail")
@requires(p.FILE_READ)
@open_to_guests
@shows(PART)
def thumbnail(document_id: int) -> Response:
    """The small picture; until the worker has made it, the whole one. A drawing for what is no picture."""
    row = fetch_one(readable_file, document_id=document_id)
    if row is None:
        abort(404)
    if not row.media_type.startswith("image/"):
        return redirect(static_url(PLACEHOLDER))
    return _send(row.thumbnail_digest or row.digest, "image/jpeg", row.name)


def _send(digest: str, media_type: str, name: str) -> Response:
    """The bytes, kept by nobody on the way, this browser included: a phone is lent, an office's computer shared."""
    response: Response = send_file(
        _open(digest),
        mimetype=media_type,
        as_attachment=media_type not in SHOWN_INLINE,
        download_name=name,
        conditional=False,
        etag=False,
    )
    response.headers["Cache-Control"] = "private, no-store"
    response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Cross-Origin-Resource-Policy"] = "same-origin"
    return response


def _open(digest: str) -> BinaryIO:
    try:
        return storage().open(digest)
    except FileNotFoundError:
        abort(404)
