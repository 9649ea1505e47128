"""Pictures of a chantier: added, taken away, and gone when the family takes back its agreement to be on them."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import select

from intranet import permissions as p
from intranet.access import Actor, OrganisationKind, require_may
from intranet.chantiers.commands import AddPhoto, AnswerImage
from intranet.chantiers.image_right import AGREED, REFUSED, answer_on_split, right_of
from intranet.chantiers.loading import stale, take_chantier, task_of
from intranet.chantiers.models import Chantier, SitePhoto
from intranet.chantiers.recording import AUDIENCE, ON_SITE
from intranet.chantiers.terms import Moment, Recognisable
from intranet.clock import today
from intranet.deletion import check_delete
from intranet.documents.intake import Prepared
from intranet.documents.models import Document, DocumentKind
from intranet.documents.service import keep, remove
from intranet.errors import NotAllowed, Refused
from intranet.extensions import db
from intranet.freetext import checked
from intranet.timeline.service import commit, record
from intranet.translation import gettext as _
from intranet.web.formatting import day
from intranet.works.models import Split


def add_photo(actor: Actor, command: AddPhoto, file: Prepared) -> SitePhoto:
    """Add a picture. The same picture of the same spot again: the first one is returned.

    The bailleur sees what was taken after the works and shows nobody; the rest stays between ALC and the partner.
    Members of the family are shown only while it agrees; anybody else never (``domain.md`` §6).
    """
    require_may(actor, p.CHANTIER_RUN)
    chantier = take_chantier(command.chantier_id)
    shows_people = _shows_people(chantier, command.recognisable)
    if command.taken_on > today():
        raise Refused("photo.future", _("Ce jour n’est pas encore venu."), field="taken_on")
    task = task_of(chantier, command.task_id) if command.task_id else None
    spot = checked(command.spot, 60, field="spot", multiline=False) or (task.room if task else "")[:60]
    caption = checked(command.caption, 255, field="caption", multiline=False)
    document = keep(
        file,
        kind=DocumentKind.PHOTO,
        dossier_id=chantier.dossier_id,
        audience=_audience(command.moment, shows_people),
        actor=actor,
    )
    twin = db.session.scalar(
        select(SitePhoto)
        .join(Document, Document.id == SitePhoto.document_id)
        .where(
            SitePhoto.chantier_id == chantier.id,
            SitePhoto.moment == command.moment,
            SitePhoto.spot == spot,
            Document.digest == document.digest,
        )
    )
    if twin is not None:
        return _sent_already(twin, shows_people)
    photo = SitePhoto(
        chantier_id=chantier.id,
        task_id=task.id if task else None,
        document_id=document.id,
        moment=command.moment,
        spot=spot,
        caption=caption,
        shows_people=shows_people,
        taken_on=command.taken_on,
    )
    db.session.add(photo)
    db.session.flush()
    _record(actor, chantier, photo, "chantier.photo_added")
    commit()
    return photo


def _shows_people(chantier: Chantier, recognisable: Recognisable | None) -> bool:
    """Whether members of the family are on the picture; ``Refused`` when they may not be."""
    if recognisable is None:
        raise Refused(
            "photo.people",
            _(
                "Dites que personne n’est reconnaissable, ou seulement la famille si elle l’a accepté par écrit. "
                "Sinon, reprenez la photo sans les personnes."
            ),
            field="recognisable",
        )
    if recognisable is Recognisable.NOBODY:
        return False
    agreed = right_of(chantier).agreed
    if agreed is False:
        raise Refused(
            "photo.image_refused",
            _(
                "La famille ne veut pas paraître sur les photos. Reprenez celle-ci sans personne de "
                "reconnaissable."
            ),
            field="recognisable",
        )
    if agreed is None:
        raise Refused(
            "photo.image_unasked",
            _(
                "La famille n’a pas encore donné d’accord écrit pour paraître sur les photos. Demandez-le-lui : "
                "ALC le note sur la page du chantier. En attendant, reprenez la photo sans personne de "
                "reconnaissable."
            ),
            field="recognisable",
        )
    return True


def _sent_already(twin: SitePhoto, shows_people: bool) -> SitePhoto:
    if twin.shows_people is not shows_people:
        raise Refused(
            "photo.twin",
            _(
                "Cette photo est déjà là, avec une autre réponse sur les personnes. Effacez-la d’abord, puis "
                "ajoutez-la de nouveau."
            ),
            field="recognisable",
        )
    db.session.rollback()
    return twin


def remove_photo(actor: Actor, photo_id: int) -> None:
    """Take a picture away for good, bytes and all: it should not have been there."""
    require_may(actor, p.CHANTIER_RUN)
    photo = db.session.get(SitePhoto, photo_id)
    if photo is None:
        return
    chantier = take_chantier(photo.chantier_id)
    check_delete(photo)
    _record(actor, chantier, photo, "chantier.photo_removed")
    _erase([photo])
    commit()


def answer_image(actor: Actor, command: AnswerImage) -> None:
    """Note what the family says of being on the pictures. Answered so already: nothing happens.

    An agreement is in writing, and ALC notes it: ``Stale`` when another answer came since the page was shown.
    Anybody who runs a chantier or follows the family notes a refusal: taking an agreement back is as easy as giving
    it (RGPD, art. 7.3), it counts at once, and the pictures it is on are erased, from every chantier of the family.
    """
    require_may(actor, p.CHANTIER_IMAGE)
    chantier = take_chantier(command.chantier_id)
    right = right_of(chantier)
    if right.agreed is command.agreed:
        return
    if not command.agreed:
        _take_back(actor, chantier.dossier_id, chantier)
        return
    if actor.scope.kind is not OrganisationKind.ASSOCIATION:
        raise NotAllowed("image.alc", _("L’accord écrit de la famille est noté par ALC."))
    if command.seen != right.key:
        raise stale(actor, chantier.dossier_id)
    if command.on is None:
        raise Refused("image.day", _("Indiquez le jour écrit sur l’accord de la famille."), field="on")
    if command.on > today():
        raise Refused("image.future", _("Ce jour n’est pas encore venu."), field="on")
    if right.on is not None and command.on < right.on:
        raise Refused(
            "image.older",
            _(
                "La famille a refusé le %(day)s, après cet écrit : il en faut un plus récent.",
                day=day(right.on),
            ),
            field="on",
        )
    _record_answer(actor, chantier, AGREED, {"on": command.on})


def take_image_back(actor: Actor, split_id: int) -> None:
    """The family itself takes back its agreement to be on the pictures, on its own page. Commits.

    May: the household's guest, for her split. It counts at once, for every chantier of the family, opened already or
    not, and the pictures it is on are erased. A family that has not agreed has nothing to take back.
    """
    require_may(actor, p.SPLIT_VOICE)
    dossier_id = db.session.scalars(select(Split.dossier_id).where(Split.id == split_id)).one()
    if not answer_on_split(split_id).agreed:
        return
    last = db.session.scalar(
        select(Chantier).where(Chantier.dossier_id == dossier_id).order_by(Chantier.id.desc()).limit(1)
    )
    _take_back(actor, dossier_id, last)


def _take_back(actor: Actor, dossier_id: int, chantier: Chantier | None) -> None:
    erased = erase_people(_of_the_family(dossier_id))
    data = {"on": today(), "photos": erased}
    if chantier is not None:
        _record_answer(actor, chantier, REFUSED, data)
        return
    record(
        REFUSED,
        actor=actor,
        subject="dossier",
        subject_id=dossier_id,
        dossier_id=dossier_id,
        data=data,
        audience=ON_SITE,
    )
    commit()


def erase_people(chantiers: Iterable[Chantier]) -> int:
    """Erase every picture of these chantiers with people on it; how many. Part of a command; does not commit.

    Nobody is asked whether it may be kept: the family's word is enough.
    """
    shown = db.session.scalars(
        select(SitePhoto).where(
            SitePhoto.chantier_id.in_([each.id for each in chantiers]), SitePhoto.shows_people
        )
    ).all()
    _erase(shown)
    return len(shown)


def _of_the_family(dossier_id: int) -> list[Chantier]:
    """Every chantier of the dossier, each locked: no picture comes in meanwhile."""
    ids = db.session.scalars(
        select(Chantier.id).where(Chantier.dossier_id == dossier_id).order_by(Chantier.id)
    ).all()
    return [take_chantier(each) for each in ids]


def _erase(photos: Iterable[SitePhoto]) -> None:
    for photo in photos:
        document = db.session.get_one(Document, photo.document_id)
        db.session.delete(photo)
        db.session.flush()
        remove(document)


def _audience(moment: Moment, shows_people: bool) -> tuple[str, ...]:
    """The family agreed to be on the pictures of those who work with it, not on its landlord's."""
    return AUDIENCE if moment is Moment.AFTER and not shows_people else ON_SITE


def _record(actor: Actor, chantier: Chantier, photo: SitePhoto, kind: str) -> None:
    record(
        kind,
        actor=actor,
        subject="chantier",
        subject_id=chantier.id,
        dossier_id=chantier.dossier_id,
        data={"moment": photo.moment, "spot": photo.spot},
        audience=_audience(photo.moment, photo.shows_people),
    )


def _record_answer(actor: Actor, chantier: Chantier, kind: str, data: dict[str, object]) -> None:
    record(
        kind,
        actor=actor,
        subject="chantier",
        subject_id=chantier.id,
        dossier_id=chantier.dossier_id,
        data=data,
        audience=ON_SITE,
    )
    commit()
