"""What happened to a split or a contract, in words: the sentence of each kind of event, for the history."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from intranet.translation import gettext as _
from intranet.translation import lazy_gettext as _l
from intranet.translation import ngettext
from intranet.web.formatting import day
from intranet.works.terms import Answer, Side
from intranet.works.wordings import ANSWERS, SIDES


def _line(sentence: Any) -> Any:
    """A sentence followed by the line it speaks of."""
    return lambda facts: _(
        "%(what)s : %(room)s — %(line)s", what=sentence, room=facts["room"], line=facts["line"]
    )


def _answered(facts: Mapping[str, Any]) -> str:
    answer = str(ANSWERS[Answer(facts["answer"])]).lower() if facts["answer"] else ""
    return str(
        _(
            "a répondu à une ligne : %(room)s — %(line)s, %(answer)s",
            room=facts["room"],
            line=facts["line"],
            answer=answer,
        )
    )


def _dated(sentence: Any) -> Any:
    """A sentence whose ``%(on)s`` is a day, kept in ISO."""
    return lambda facts: (
        str(sentence)
        % {
            **facts,
            "on": day(date.fromisoformat(facts["on"])) if facts["on"] else "",
            "who": SIDES[Side(facts["side"])] if facts["side"] else "",
        }
    )


def _household_spoke(facts: Mapping[str, Any]) -> str:
    """Said by the family itself, or to somebody of ALC, who is then the subject."""
    if facts["alone"]:
        return str(_("a répondu pour la famille : %(counts)s", counts=_counts(facts)))
    return str(
        _(
            "a recueilli la réponse de la famille, dite par %(person)s : %(counts)s",
            person=facts["person"],
            counts=_counts(facts),
        )
    )


def _counts(facts: Mapping[str, Any]) -> str:
    """How many lines had which answer. Entries older than the third one do not hold it."""
    said = _(
        "%(accepted)s d’accord, %(refused)s à discuter", accepted=facts["accepted"], refused=facts["refused"]
    )
    if facts.get("countered"):
        said += _(", %(countered)s à faire par quelqu’un d’autre", countered=facts["countered"])
    return said


TIMELINE: dict[str, Any] = {
    "works.split.opened": _l("a ouvert la répartition des travaux"),
    "works.split.reused": lambda facts: ngettext(
        "a repris %(num)s ligne d’une répartition précédente",
        "a repris %(num)s lignes d’une répartition précédente",
        int(facts["lines"] or 0),
    ),
    "works.line.added": _line(_l("a ajouté une ligne")),
    "works.line.changed": _line(_l("a modifié une ligne")),
    "works.line.removed": _line(_l("a retiré une ligne")),
    "works.line.adopted": _line(_l("a adopté la contre-proposition")),
    "works.line.kept": _line(_l("a gardé sa proposition")),
    "works.line.commented": _line(_l("a commenté une ligne")),
    "works.line.resolved": _line(_l("a clos l’échange sur une ligne")),
    "works.line.overridden": _line(_l("a levé un garde-fou")),
    "works.line.answered": _answered,
    "works.consent.filed": _line(_l("a joint l’accord écrit du bailleur")),
    "works.consent.given": _line(_l("a donné l’accord écrit du bailleur")),
    "works.line.rest_day": _dated(
        _l("a noté l’accord exprès de la famille à des travaux du bailleur le %(on)s : %(room)s — %(line)s")
    ),
    "works.consent.ended": _line(_l("ne retient plus l’accord écrit du bailleur")),
    "works.split.proposed": _l("a proposé la répartition (version %(number)s)"),
    "works.split.accepted_undisputed": _l("a accepté les lignes sans réponse (%(lines)s)"),
    "works.split.sent_back": _l("a renvoyé la répartition à ALC (version %(number)s)"),
    "works.split.reminded": _l("Relance automatique du bailleur, après %(days)s jours"),
    "works.split.time_granted": lambda facts: _(
        "a accordé plus de temps au bailleur, jusqu’au %(until)s",
        until=day(date.fromisoformat(facts["until"])) if facts["until"] else "",
    ),
    "works.split.silent": _l("Sans réponse du bailleur : la main revient à ALC, sans accord"),
    "works.split.household_answered": _dated(_l("a recueilli la réponse de la famille, le %(on)s")),
    "works.split.household_spoke": _household_spoke,
    "works.split.agreed": _l("a constaté l’accord de chacun sur toutes les lignes"),
    "works.split.settled": _l("a gardé les lignes telles que chacun les a signées"),
    "works.split.reassessed": _l("Un constat a changé dans le logement : les lignes ont été revues"),
    "works.split.reopened": _l("a rouvert la répartition"),
    "works.split.withdrawn": _l("a retiré la répartition"),
    "works.split.signed": _l("a clos la répartition : le contrat %(contract)s est signé"),
    "works.contract.issued": _l("a établi le contrat %(number)s"),
    "works.contract.rendered": _l("Le document du contrat %(number)s est prêt"),
    "works.contract.signature": _dated(
        _l("a enregistré une signature du contrat %(number)s : %(who)s, le %(on)s")
    ),
    "works.contract.signed": _dated(_l("a enregistré la dernière signature du contrat %(number)s")),
    "works.contract.code_sent": lambda facts: _(
        "a fait un code pour signer le contrat %(number)s : %(who)s",
        number=facts["number"],
        who=SIDES[Side(facts["side"])] if facts["side"] else "",
    ),
    "works.contract.refused": lambda facts: _(
        "a enregistré le refus de signer le contrat %(number)s : %(who)s",
        number=facts["number"],
        who=SIDES[Side(facts["side"])] if facts["side"] else "",
    ),
    "works.contract.sealed": _l("Le contrat %(number)s est scellé, avec la preuve des signatures"),
    "works.split.contract_refused": _l(
        "a reçu la répartition en retour : le contrat %(contract)s est refusé"
    ),
    "works.contract.cancelled": _l("a annulé le contrat %(number)s"),
    "works.contract.failed": _l("Le document du contrat %(number)s n’a pas pu être fabriqué"),
    "works.contract.replaced": _l("Le contrat %(number)s est remplacé par l’avenant %(by)s"),
    "works.contract_text.changed": _l("a modifié le texte « %(name)s » du contrat"),
    "works.contract_text.restored": _l("a rétabli le texte d’origine « %(name)s » du contrat"),
    "works.split.amended": _l("a ouvert un avenant au contrat %(contract)s"),
    "works.split.restored": _l("L’avenant est retiré : le contrat %(contract)s reste en vigueur"),
}
"""What each event of this domain is called in the history; its subject is the person, or the clock."""
