"""Six chantiers, one in each state, each from its own signed contract, with days on site, hours and pictures."""

from __future__ import annotations

import io
from collections.abc import Iterable
from datetime import date, timedelta

from sqlalchemy import select

from intranet.chantiers import service as chantiers
from intranet.chantiers.commands import AddPhoto, EnterHours, HandOverTask, HoursEntry, WriteNote
from intranet.chantiers.models import Reserve, Task
from intranet.chantiers.rules import BY_HAND
from intranet.chantiers.terms import HoursRole, Moment, Recognisable, StartItem
from intranet.demo.days import on, planned_day, working_days_ago
from intranet.demo.housed import Path
from intranet.demo.papers import send
from intranet.demo.people import Cast
from intranet.demo.pictures import Room, draw_room
from intranet.demo.signing import SIX_WEEKS, sign
from intranet.documents.models import DocumentKind
from intranet.extensions import db
from intranet.works.terms import Holder, Side

ROOMS = {
    "Séjour": "living",
    "Chambre 1": "bedroom",
    "Chambre 2": "bedroom",
    "Cuisine": "kitchen",
    "Salle d’eau": "bathroom",
}
BEGINS = "Les pièces où l’on commence n’attendent rien du bailleur."
FINISHES = "Ce que doit encore le bailleur se fera après l’entrée de la famille."
INSURED = timedelta(days=200)
NOTES = (
    "Protection des sols et premiers rebouchages. La famille a pris vite le geste au couteau à enduire.",
    "Ponçage léger et sous-couche. Un voisin est venu prêter main-forte l’après-midi.",
    "Première couche au rouleau. Pause longue à midi, séchage lent avec l’humidité.",
    "Deuxième couche, plinthes reposées. Les enfants ont choisi la couleur de l’étagère.",
    "Rangement, derniers raccords et nettoyage. Fierté visible de chacun.",
)


class Works(Path):
    """A family whose home is being done up."""

    def reach_chantier(
        self, opened: int, planned: int, safety: str = "", insured_until: date | None = None
    ) -> None:
        """Everything before the chantier, opened and planned so many working days ago (or ahead: negative)."""
        self.allocate(opened + 35)
        self.join(opened + 30)
        self.visit(opened + 24)
        self.agree(opened + 21)
        first = planned_day(planned)
        self.attest(opened + 8, insured_until or first + INSURED)
        sign(self, opened + 7, first)
        with on(working_days_ago(opened), 10, 15):
            chantiers.open_from_contract(
                self.cast.technical,
                self.contract.id,
                first,
                first + SIX_WEEKS,
                self.cast.animator.user_id,
                safety,
            )

    def tick(self, days: int, items: Iterable[StartItem] = BY_HAND) -> None:
        for number, item in enumerate(items):
            actor = self.cast.animator if number % 2 else self.cast.technical
            with on(working_days_ago(days), 9 + number, 5):
                chantiers.tick_start(actor, self.chantier.id, item)

    def move(self, name: str, days: int, reason: str = "", *, by_alc: bool = False, hour: int = 9) -> None:
        actor = self.cast.technical if by_alc else self.cast.animator
        with on(working_days_ago(days), hour):
            chantiers.move_chantier(actor, self.chantier.id, name, self.chantier.version, reason)

    def start(self, days: int, safety: str = "") -> None:
        """Up to the first day on site: list complete, pictures taken, works begun."""
        self.reach_chantier(days + 7, days, safety)
        self.tick(days + 4)
        self.move("clear", days + 2)
        self.picture_rooms(days, Moment.BEFORE)
        self.move("start", days, BEGINS, hour=10)

    def tasks(self) -> list[Task]:
        return list(
            db.session.scalars(
                select(Task).where(Task.chantier_id == self.chantier.id).order_by(Task.position, Task.id)
            )
        )

    def move_task(self, number: int, name: str, days: int, reason: str = "", *, hour: int = 16) -> None:
        task = self.tasks()[number]
        with on(working_days_ago(days), hour, number):
            chantiers.move_task(self.cast.animator, task.id, name, task.version, reason)

    def site_day(self, task_number: int, days: int, note: int, *, helper: str = "") -> None:
        """A day on site: family, partner and sometimes a neighbour on one task, then the session's note."""
        task = self.tasks()[task_number]
        with on(working_days_ago(days), 16, 40) as day:
            family, partner = (0.1, 0.6) if task.holder is Holder.PARTNER else (0.4, 0.3)
            entries = [
                HoursEntry(HoursRole.FAMILY, _spent(task, family)),
                HoursEntry(HoursRole.PARTNER, _spent(task, partner)),
            ]
            if helper:
                entries.append(HoursEntry(HoursRole.HELPER, _spent(task, 0.2), helper))
            chantiers.enter_hours(
                self.cast.animator,
                EnterHours(self.chantier.id, task.id, day, tuple(entries), f"demo-{task.id}-{days}"),
            )
            chantiers.write_note(
                self.cast.animator, WriteNote(self.chantier.id, day, NOTES[note % len(NOTES)])
            )

    def picture_rooms(self, days: int, moment: Moment, most: int = 2) -> None:
        for number, room in enumerate(self.rooms()[:most]):
            self.picture(room, number, days, moment)

    def picture_family(self, days: int) -> None:
        """One of the family at work, as its contract lets it be seen by those on site."""
        self.picture(self.rooms()[0], 0, days, Moment.DURING, Recognisable.FAMILY)

    def rooms(self) -> list[str]:
        return list(dict.fromkeys(task.room for task in self.tasks() if task.room in ROOMS))

    def picture(
        self, room: str, number: int, days: int, moment: Moment, who: Recognisable = Recognisable.NOBODY
    ) -> None:
        drawn = draw_room(
            Room(ROOMS[room], self.chantier.id + number), moment, somebody=who is Recognisable.FAMILY
        )
        with on(working_days_ago(days), 9, 10 + number) as day:
            chantiers.add_photo(
                self.cast.animator,
                AddPhoto(self.chantier.id, moment, day, spot=f"{room}, depuis la porte", recognisable=who),
                send(io.BytesIO(drawn), f"{room}.jpg", DocumentKind.PHOTO),
            )

    def do_tasks(self, since: int, until: int) -> None:
        """Every task started and finished between those days, with hours on the way."""
        tasks = self.tasks()
        for number, _task in enumerate(tasks):
            days = since - (since - until) * number // len(tasks)
            self.move_task(number, "start", days, hour=10)
            self.site_day(number, days, number, helper="Une voisine" if number % 3 == 1 else "")
            self.move_task(number, "finish", days, hour=17)

    def hand_over(self, number: int, days: int, *, accepted: bool, text: str = "") -> None:
        task = self.tasks()[number]
        with on(working_days_ago(days), 11, number) as day:
            chantiers.hand_over_task(
                self.cast.technical,
                HandOverTask(task.id, task.version, accepted, text)
                if accepted
                else HandOverTask(
                    task.id, task.version, accepted, text, Side.PARTNER, day + timedelta(days=21)
                ),
            )


def _spent(task: Task, share: float) -> int:
    """Minutes of a day on a task, in half hours: a share of what was planned, a working day at most."""
    return max(30, min(390, round(task.planned_minutes * share / 30) * 30))


def load_chantiers() -> None:
    """Play the six chantiers, oldest first."""
    cast = Cast()
    _handed_over(Works(cast, "handed_over"))
    _finished(Works(cast, "finished"))
    _paused(Works(cast, "paused"))
    _open(Works(cast, "open"))
    _cleared(Works(cast, "cleared"))
    _prepared(Works(cast, "prepared"))


def _handed_over(site: Works) -> None:
    site.start(95)
    site.do_tasks(94, 66)
    site.picture_rooms(66, Moment.AFTER)
    site.move("finish", 65, hour=17)
    last = len(site.tasks()) - 1
    for number in range(last):
        site.hand_over(number, 62, accepted=True)
    site.hand_over(last, 62, accepted=False, text="Un joint à reprendre sous la fenêtre.")
    _lift(site, last, 55)
    site.move("hand_over", 54, FINISHES, by_alc=True)


def _finished(site: Works) -> None:
    site.start(45, "Pas de poussière : prévoir une protection à l’entrée de la chambre.")
    site.do_tasks(44, 10)
    site.picture_rooms(9, Moment.AFTER)
    site.move("finish", 8, hour=17)
    site.hand_over(0, 5, accepted=True)
    site.hand_over(1, 5, accepted=False, text="Deux trous rebouchés sont encore visibles près de la porte.")
    site.hand_over(2, 5, accepted=False, text="Une plinthe à refixer derrière la porte.")
    _lift(site, 2, 2)


def _lift(site: Works, number: int, days: int) -> None:
    reserve = db.session.scalars(select(Reserve).where(Reserve.task_id == site.tasks()[number].id)).one()
    with on(working_days_ago(days), 15):
        chantiers.lift_reserve(site.cast.technical, reserve.id, reserve.version)


def _paused(site: Works) -> None:
    site.start(30)
    site.move_task(0, "start", 29, hour=10)
    site.site_day(0, 29, 0)
    site.site_day(0, 27, 1, helper="Un cousin")
    site.move_task(0, "finish", 27)
    site.move_task(1, "start", 24, hour=10)
    site.site_day(1, 24, 2)
    _amend(site)
    site.move("pause", 6, "Dégât des eaux à l’étage du dessus, le plafond doit sécher.", hour=11)


def _amend(site: Works) -> None:
    """While the works go on: one more thing for the children's room, agreed and signed by all."""
    site.amend(22, "Les enfants sont petits : barrières et verrous sont à poser dans leur chambre.", rooms=())
    site.propose(working_days_ago(21), "Une seule ligne s’ajoute ; le reste est tel que vous l’avez signé.")
    with on(working_days_ago(19), 11):
        site.send_back("D’accord.")
    site.household_accepts(18)
    sign(site, 17, planned_day(30))


def _open(site: Works) -> None:
    site.start(22)
    for number, days in enumerate((21, 19, 16)):
        site.move_task(number, "start", days, hour=10)
        site.site_day(number, days, number, helper="Une voisine" if number == 1 else "")
        site.move_task(number, "finish", days - 1)
    site.picture_rooms(12, Moment.DURING)
    site.picture_family(11)
    site.move_task(3, "start", 12, hour=10)
    site.site_day(3, 12, 3)
    site.site_day(3, 9, 2)
    site.move_task(3, "finish", 9)
    site.picture_rooms(8, Moment.AFTER, most=1)
    site.move_task(4, "start", 5, hour=10)
    site.site_day(4, 5, 0, helper="Une voisine")
    site.site_day(4, 2, 4)
    site.move_task(6, "block", 5, "En attente des mousseurs commandés par ALC.")


def _cleared(site: Works) -> None:
    """Ready; the attestation ends soon after the first day."""
    site.reach_chantier(9, -6, insured_until=planned_day(-12))
    site.tick(6)
    site.move("clear", 1, hour=15)


def _prepared(site: Works) -> None:
    """The list is begun; the attestation of the year will have ended by the first day."""
    site.reach_chantier(4, -9, insured_until=planned_day(-5))
    site.tick(1, (StartItem.DIAGNOSTICS, StartItem.PROTECTION, StartItem.NEIGHBOURS))
