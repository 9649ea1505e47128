"""Taking in what somebody sends: read, looked through for viruses, inspected, stored. Before any transaction.

What comes out is fit to keep and has its bytes in the storage; a command gives it a row (``service.keep``).
"""

from __future__ import annotations

import hashlib
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import PurePath, PureWindowsPath
from typing import IO, Any, NamedTuple

from intranet.config import settings
from intranet.documents import clamav
from intranet.documents.inspector import Busy, inspector
from intranet.documents.models import DocumentKind
from intranet.documents.storage import storage
from intranet.documents.verdicts import NotFit, Unfit
from intranet.errors import Refused
from intranet.translation import gettext as _
from intranet.translation import lazy_gettext as _l

MAX_NAME = 160
EXTENSIONS = {"image/jpeg": ".jpg", "application/pdf": ".pdf"}

_NO_PHOTO = _l(
    "Ce fichier n’est pas une photo que nous pouvons lire. Formats acceptés : JPEG, PNG, WebP, HEIC."
)
_SENTENCES: Mapping[Unfit, Any] = {
    Unfit.TYPE: _l(
        "Ce type de fichier n’est pas accepté, quel que soit son nom. "
        "Formats acceptés : PDF, JPEG, PNG, WebP, HEIC."
    ),
    Unfit.ACTIVE: _l(
        "Ce PDF contient un programme ou une action automatique. Imprimez-le en PDF, puis envoyez la copie."
    ),
    Unfit.LOCKED: _l(
        "Ce PDF demande un mot de passe. Enregistrez-en une copie sans mot de passe, puis envoyez-la."
    ),
    Unfit.UNREADABLE: _l(
        "Ce PDF ne s’ouvre pas, ou n’a aucune page. Numérisez de nouveau le papier, ou prenez-le en photo."
    ),
    Unfit.PIXELS: _l("Cette image est trop grande pour être ouverte. Réduisez ses dimensions."),
    Unfit.DAMAGED: _l("Cette photo est incomplète ou abîmée. Reprenez-la, ou envoyez-la de nouveau."),
    Unfit.HEAVY: _l(
        "Ce fichier est trop lourd à lire. Prenez le papier en photo, ou imprimez-le en PDF, "
        "puis envoyez la copie."
    ),
}


class Upload(NamedTuple):
    """A file somebody sends, as it comes: nothing of it is checked yet."""

    stream: IO[bytes]
    filename: str


@dataclass(frozen=True, slots=True)
class Prepared:
    """A file made fit to keep, whose bytes are in the storage. It has no row yet.

    ``sent_name`` is the sender's own; ``sent_digest`` the SHA-256 of what came, ``looks`` of what a PDF shows.
    """

    data: bytes
    digest: str
    sent_name: str
    media_type: str
    sent_digest: str
    looks: str = ""
    width: int | None = None
    height: int | None = None


def prepare(upload: Upload, kind: DocumentKind) -> Prepared:
    """The file, fit to keep as ``kind``. ``Refused`` in plain words on the field ``file`` otherwise.

    Holds no transaction; answers within ten seconds whatever is sent.
    """
    data = read_at_most(upload.stream, settings().max_upload_mb)
    _refuse_viruses(data)
    photo = kind is DocumentKind.PHOTO
    try:
        fit = inspector.inspect(settings().instance, data, picture_only=photo)
    except NotFit as error:
        sentence = _NO_PHOTO if photo and error.why is Unfit.TYPE else _SENTENCES[error.why]
        raise Refused(f"documents.{error.why}", str(sentence), field="file") from error
    except Busy as error:
        raise Refused(
            "documents.busy",
            _("D’autres fichiers sont en cours de lecture. Attendez une minute, puis envoyez de nouveau."),
            field="file",
        ) from error
    return Prepared(
        fit.data,
        storage().put(fit.data),
        shown_name(upload.filename, EXTENSIONS[fit.media_type]),
        fit.media_type,
        hashlib.sha256(data).hexdigest(),
        fit.looks,
        fit.width,
        fit.height,
    )


def read_at_most(stream: IO[bytes], limit_mb: int) -> bytes:
    """The whole stream, or a refusal as soon as it is longer than ``limit_mb`` megabytes (2²⁰ bytes)."""
    limit = limit_mb * 1024 * 1024
    data = stream.read(limit + 1)
    if len(data) > limit or getattr(stream, "overflowed", False):
        raise Refused(
            "documents.too_large",
            _(
                "Ce fichier dépasse %(limit)s Mo. Reprenez la photo en qualité normale, ou réduisez-la, "
                "puis envoyez-la de nouveau.",
                limit=limit_mb,
            ),
            field="file",
        )
    if not data:
        raise Refused("documents.empty", _("Ce fichier est vide. Choisissez-en un autre."), field="file")
    return data


def _refuse_viruses(data: bytes) -> None:
    """Where the installation has a virus scanner: nothing comes in that it found, or could not look at."""
    if not settings().clamd_url:
        return
    try:
        found = clamav.find_virus(settings().clamd_url, data)
    except clamav.Away as error:
        raise Refused(
            "documents.scanner",
            _(
                "La recherche de virus ne répond pas : aucun fichier n’entre en attendant. "
                "Réessayez dans quelques minutes."
            ),
            field="file",
        ) from error
    if found:
        raise Refused(
            "documents.virus",
            _(
                "Un virus a été trouvé dans ce fichier : il n’est pas gardé. Faites vérifier l’appareil d’où il vient."
            ),
            field="file",
        )


def shown_name(filename: str, extension: str) -> str:
    """The last part of the name, without control or direction characters, ending in ``extension``."""
    last = PureWindowsPath(PurePath(filename).name).name
    kept = "".join(c for c in unicodedata.normalize("NFC", last) if unicodedata.category(c)[0] != "C")
    stem = PurePath(kept.strip(" .")).stem.strip() or _("fichier")
    return stem[: MAX_NAME - len(extension)] + extension
