"""Nine splits in every state that a negotiation may be in, with the silences and reminders between them."""

from __future__ import annotations

from intranet.demo.agreements import (
    agree_on_rent,
    file_written_consent,
    open_door,
    refuse_signature,
    set_guardrail_aside,
    write_rent,
)
from intranet.demo.days import days_ago, on, working_days_ago
from intranet.demo.doors import BAILLEUR_DOOR, FAMILY_DOOR
from intranet.demo.housed import Path
from intranet.demo.people import Cast
from intranet.demo.signing import issue, sign, sign_for
from intranet.dossiers import service as dossiers
from intranet.dossiers.models import LeavingReason
from intranet.extensions import db
from intranet.timeline.service import commit
from intranet.works.service import comment, sweep_silence
from intranet.works.terms import Answer, Holder, Payer, Side


def load_splits() -> None:
    """Play the nine negotiations, then what the clock did to those nobody answered."""
    cast = Cast()
    _closed(Path(cast, "closed"))
    _signed(Path(cast, "signed"))
    _withdrawn(Path(cast, "withdrawn"))
    _draft(Path(cast, "draft"))
    _silent(Path(cast, "silent"))
    _agreed(Path(cast, "agreed"))
    _countered(Path(cast, "countered"))
    _waiting(Path(cast, "waiting"))
    _proposed(Path(cast, "proposed"))
    for days in range(30, 0, -1):
        with on(days_ago(days), 18):
            sweep_silence()


def _closed(path: Path) -> None:
    """A family that needed no works: settled, followed for a year, closed; its home was let again since."""
    path.allocate(350)
    path.join(344)
    with on(working_days_ago(340), 11):
        dossiers.works_finished(path.follower, path.dossier_id)
        commit()
    with on(working_days_ago(245), 11):
        dossiers.close(path.follower, path.dossier_id, path.dossier.version, "La famille est bien installée.")


def _signed(path: Path) -> None:
    """Signed, but the family found work in another town before the chantier."""
    path.allocate(130)
    path.join(125)
    path.visit(121)
    path.agree(118)
    sign(path, 104)
    path.leave(80, LeavingReason.MOVED_AWAY)


def _withdrawn(path: Path) -> None:
    """The family turned the offer down when the contract was there to sign."""
    path.allocate(112)
    path.join(108)
    path.visit(104)
    path.agree(101)
    issue(path, 88)
    refuse_signature(path, 86, "Nous préférons attendre une place en crèche avant de nous engager.")
    path.withdraw(83, "La famille renonce à ce logement : trop loin de la crèche.")
    path.leave(82, LeavingReason.OFFER_REFUSED)


def _draft(path: Path) -> None:
    """The works of the visit are written down; the family took its joining back for a while, nothing is sent."""
    path.allocate(60)
    path.join(55)
    path.visit(50)
    with on(working_days_ago(45), 16, 30):
        dossiers.revoke_joining(
            path.follower, path.dossier_id, path.dossier.version, "Formation de deux mois, reprise ensuite."
        )
    db.session.expire_all()


def _silent(path: Path) -> None:
    path.allocate(32)
    path.join(28)
    path.visit(24)
    path.propose(days_ago(27))


def _agreed(path: Path) -> None:
    """Agreed to the last line and to what comes off the rent; the family has signed, the others are to."""
    path.allocate(32)
    path.join(27)
    path.visit(21)
    set_guardrail_aside(
        path,
        21,
        path.lines()[-1],
        "Un bénévole, menuisier de métier, pose les barres d’appui avec la famille.",
    )
    write_rent(path, 20, lines=(3, 4), monthly=35, months=6)
    path.propose(working_days_ago(18))
    path.counter_then_accept(15)
    agree_on_rent(path, 9)
    path.household_accepts(8)
    issue(path, 3)
    with on(working_days_ago(2), 16):
        sign_for(path.follower, path.contract.id, Side.HOUSEHOLD, path.family.name)


def _countered(path: Path) -> None:
    """Accepted in part, one counter-proposal, one refusal with its reason, one question; the rent is left aside."""
    path.allocate(26)
    path.join(21)
    path.visit(14)
    file_written_consent(path, 13, path.lines()[-1])
    write_rent(path, 12, lines=(0,), monthly=30, months=5)
    path.propose(working_days_ago(8))
    with on(working_days_ago(4), 10, 30):
        path.answer(
            0,
            Answer.COUNTERED,
            "Les murs ont été repeints il y a quatre ans : la fourniture reste au programme.",
            counter_holder=Holder.TENANT,
            counter_payer=Payer.ALC,
        )
        path.answer(1, Answer.ACCEPTED)
        path.answer(7, Answer.REFUSED, "Le bâtiment sera repeint l’an prochain : nous préférons attendre.")
        comment(path.agent, path.lines()[5].id, "L’électricien peut passer la semaine prochaine, le matin.")
    with on(working_days_ago(4), 10, 50):
        path.send_back("Deux points à revoir, le reste nous convient.")
    with on(working_days_ago(2), 9, 15):
        comment(
            path.follower, path.lines()[7].id, "Les murs s’écaillent : peut-on au moins nettoyer et fixer ?"
        )
    open_door(path, 1, FAMILY_DOOR)


def _waiting(path: Path) -> None:
    """Signed, then amended before the chantier: the contract is in force while the bailleur reads the amendment."""
    path.allocate(70)
    path.join(66)
    path.visit(62)
    path.agree(58)
    path.attest(45, days_ago(4))
    sign(path, 44)
    path.amend(12, "Une fuite a été trouvée sous l’évier : la cuisine est à revoir.", rooms=("Cuisine",))
    path.propose(days_ago(15), "Seule la cuisine est à revoir ; le reste est tel que vous l’avez signé.")


def _proposed(path: Path) -> None:
    """Reminded once and still silent: the agency is short of people, a code lets somebody else answer."""
    path.allocate(24)
    path.join(20)
    path.visit(14)
    path.propose(days_ago(12))
    open_door(path, 2, BAILLEUR_DOOR)
