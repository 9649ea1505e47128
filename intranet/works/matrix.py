"""Who may do what in which state, from the machines and the permissions: for ``docs/``, and for the tests.

The page is generated (``intranet works matrix --write docs/negociation.md``): a test fails when it is out of date, and
others ask ``outcome`` of every cell and try it, by the services and by forged requests. Which *objects* a role reaches
is another matter: ``policies``.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from intranet.access import GuestRole, Role
from intranet.commitments.machine import COMMITMENT_ACTS
from intranet.commitments.rules import CommitmentState
from intranet.permissions import PERMISSIONS
from intranet.transitions import Machine
from intranet.works.machine import CONTRACT, CONTRACT_ACTS, SPLIT, SPLIT_ACTS, TURN, Act
from intranet.works.rules import CONSENTED, WORDING_COLUMNS
from intranet.works.terms import ContractState, SplitState
from intranet.works.wordings import WHATS

ROLES: Mapping[Role | GuestRole, str] = {
    Role.COORDINATOR: "coordination",
    Role.REFERENT: "référent",
    Role.TECHNICAL: "éduc. technique",
    Role.TISF: "TISF",
    Role.DIRECTOR: "direction",
    Role.ADMIN: "administration",
    Role.AGENT: "agent du bailleur",
    Role.ANIMATOR: "partenaire travaux",
    Role.MEMBER: "autre partenaire",
    GuestRole.AGENT: "bailleur sans compte",
    GuestRole.HOUSEHOLD: "famille par son code",
}

SPLIT_STATES: Mapping[SplitState, str] = {
    SplitState.DRAFT: "brouillon",
    SplitState.PROPOSED: "proposée",
    SplitState.COUNTERED: "revenue à ALC",
    SplitState.AGREED: "acceptée",
    SplitState.SIGNED: "signée",
    SplitState.AMENDED: "en avenant",
    SplitState.WITHDRAWN: "retirée",
}
CONTRACT_STATES: Mapping[ContractState, str] = {
    ContractState.PREPARED: "à signer",
    ContractState.SIGNED: "signé",
    ContractState.REFUSED: "refusé",
    ContractState.REPLACED: "remplacé",
    ContractState.CANCELLED: "annulé",
}

COMMITMENT_STATES: Mapping[CommitmentState, str] = {
    CommitmentState.DUE: "à faire",
    CommitmentState.OVERDUE: "en retard",
    CommitmentState.DONE: "dit fait",
    CommitmentState.CONFIRMED: "confirmé",
    CommitmentState.WITHDRAWN: "sans objet",
}

WORDS: Mapping[str, str] = {
    "accept_undisputed": "accepter d’un coup les lignes sans réponse que personne ne conteste",
    "add_line": "ajouter une ligne",
    "adopt_answers": "reprendre à son compte les réponses données avec un code",
    "adopt_counter": "adopter la contre-proposition, ou garder la sienne",
    "agree": "constater l’accord de chacun (avec la dernière acceptation)",
    "amend": "ouvrir un avenant",
    "answer_as_household": "répondre pour la famille, en son nom",
    "answer_line": "répondre à une ligne",
    "answer_rent": "consentir à la déduction du loyer, pour le bailleur",
    "cancel": "annuler le contrat",
    "change_line": "modifier une ligne",
    "close_access": "fermer un accès sans compte",
    "comment_alc": "commenter ou clore un échange, pour ALC",
    "comment_bailleur": "commenter ou clore un échange, pour le bailleur",
    "confirm": "confirmer les travaux du bailleur, vus par la famille ou par ALC",
    "confirm_as_household": "confirmer les travaux du bailleur pour la famille, en son nom",
    "fall_silent": "revenir à ALC faute de réponse",
    "file_consent": "joindre l’accord écrit du bailleur",
    "give_back": "revenir à ALC, un contrat refusé",
    "give_consent": "donner l’accord écrit du bailleur",
    "grant_time": "donner plus de temps au bailleur",
    "issue_contract": "établir le contrat",
    "mark_done": "dire les travaux faits, avec une photo ou une facture",
    "open_access": "ouvrir un accès sans compte, par courriel ou par lettre",
    "override_guardrail": "lever un garde-fou qui peut l’être",
    "propose": "proposer au bailleur",
    "record_household": "recueillir la réponse de la famille",
    "record_other": "recueillir la signature d’une autre partie, ou son refus",
    "record_rent": "recueillir l’accord de la famille sur la déduction du loyer",
    "refuse": "enregistrer un refus de signer",
    "remove_line": "retirer une ligne",
    "render_again": "demander de nouveau le document, ou le fichier scellé, qui n’a pas pu être fait",
    "reopen": "rouvrir une répartition acceptée",
    "replace": "remplacer par l’avenant signé",
    "restore": "rétablir, l’avenant retiré",
    "return_as_household": "dire pour la famille, en son nom, que ce n’est pas fait",
    "return_works": "renvoyer au bailleur ce qui n’est pas fait comme convenu",
    "reuse_split": "repartir d’une répartition antérieure, tant qu’il n’y a aucune ligne",
    "send_back": "renvoyer à ALC",
    "settle": "garder toutes les lignes signées (en établissant un avenant qui ne change que le calendrier)",
    "sign": "signer (dernière signature)",
    "sign_own": "signer pour sa partie, à l’écran, avec un code ou sur papier",
    "take_back": "reprendre ce qui avait été dit fait par erreur",
    "withdraw": "retirer la répartition",
    "write_rent": "écrire la déduction du loyer",
}

_HEAD = """# Qui peut faire quoi, dans quel état

<!-- Généré par `intranet works matrix --write docs/negociation.md` : ne pas modifier à la main. -->

Chaque case dit si le rôle tient la permission dans cet état de la répartition, du contrat ou de l’engagement. Encore
faut-il que l’objet soit à lui : un référent ne voit que les ménages de son pôle, un éducateur technique que ceux où il
est nommé, un bailleur que ses logements, une personne sans compte que la répartition de son code.

Le serveur vérifie chaque case, bouton ou pas. Une case vide répond 403 (le rôle ne peut pas) ou 404 (l’adresse n’est
pas à lui) ; une personne sans compte est ramenée à la porte. Un geste qui n’est pas nommé sous un état est refusé à
chacun avec une phrase qui dit où l’on en est (409 ou 422). Rien n’est alors enregistré. Un accès expiré, fermé, ou dont
la répartition est retirée n’ouvre plus rien. Le code pour signer se demande à ALC : une personne sans compte n’en
envoie pas.

*De lui-même* : personne ne le demande, l’application le fait le moment venu ou à la suite d’un autre geste.
"""


_REWORDED = """## Quand une ligne change

La réponse de chacun, un garde-fou levé et les accords sur la déduction du loyer portent sur une formulation exacte :
tout changement de la ligne les fait tomber, et l’on demande de nouveau.

L’accord écrit du bailleur (loi n° 89-462, article 7 f) porte sur des travaux et un lieu :

- il tombe, avec son papier, quand change : {falls} ;
- il reste quand change : {stays}.

Une autre date, écrite en même temps que le changement, est celle d’un accord aux travaux tels qu’ils sont alors.
"""


class Outcome(StrEnum):
    """What the server answers in one cell."""

    DONE = "done"
    REFUSED = "refused"  # in words: not in this state, whoever asks
    FORBIDDEN = "forbidden"  # the role may not, in any state
    ITSELF = "itself"  # nobody asks for it


Acts = Mapping[str, tuple[frozenset[Any], str | None]]
"""For each act or move: the states it exists in and the permission it asks, none for what follows of itself."""


@dataclass(frozen=True, slots=True)
class Chapter:
    """One kind of object: its states in words, and everything that is done to it."""

    name: str
    title: str
    states: Mapping[Any, str]
    acts: Acts
    moves: Machine[Any] | None = None

    def outcome(self, act: str, state: StrEnum, role: Role | GuestRole) -> Outcome:
        """What becomes of ``act``, asked by ``role`` for an object of its own in ``state``."""
        states, permission = self.acts[act]
        if permission is None:
            return Outcome.ITSELF
        if role not in holders(permission):
            return Outcome.FORBIDDEN
        return Outcome.DONE if state in states else Outcome.REFUSED


def holders(permission: str) -> frozenset[Role | GuestRole]:
    """The roles that hold a permission."""
    return next(each.roles for each in PERMISSIONS if each.name == permission)


def _acts(declared: Mapping[str, Act]) -> Acts:
    return {act.name: (act.states, act.permission) for act in declared.values()}


def _moves(machine: Machine[Any]) -> Acts:
    return {move.name: (move.sources, move.permission) for move in machine}


CHAPTERS = (
    Chapter("split", "La répartition", SPLIT_STATES, {**_acts(SPLIT_ACTS), **_moves(SPLIT)}, SPLIT),
    Chapter(
        "contract", "Le contrat", CONTRACT_STATES, {**_acts(CONTRACT_ACTS), **_moves(CONTRACT)}, CONTRACT
    ),
    Chapter("commitment", "Les engagements du bailleur", COMMITMENT_STATES, _acts(COMMITMENT_ACTS)),
)


def written() -> str:
    """The whole page, in Markdown."""
    return "\n".join((_HEAD, *(line for chapter in CHAPTERS for line in _section(chapter)), _reworded()))


def _reworded() -> str:
    """What a written consent outlives, field by field of the wording."""
    words = {**WHATS, "kind_id": "type de travaux"}
    falls = [str(words[name]) for name in WORDING_COLUMNS if name in CONSENTED]
    stays = [str(words[name]) for name in WORDING_COLUMNS if name not in CONSENTED]
    return _REWORDED.format(falls=", ".join(falls), stays=", ".join(stays))


def _section(chapter: Chapter) -> Iterator[str]:
    yield f"## {chapter.title}\n"
    if chapter.moves is not None:
        yield "| de | geste | vers | permission |\n|---|---|---|---|"
        for move in chapter.moves:
            sources = ", ".join(words for state, words in chapter.states.items() if state in move.sources)
            who = f"`{move.permission}`" if move.permission else "*de lui-même*"
            yield f"| {sources} | {WORDS[move.name]} | {chapter.states[move.target]} | {who} |"
    for state in chapter.states:
        yield from _state(chapter, state)
    yield ""


def _state(chapter: Chapter, state: StrEnum) -> Iterator[str]:
    turn = TURN.get(state) if isinstance(state, SplitState) else None
    whose = f" — à {_SIDES[turn]} de jouer" if turn else ""
    yield f"\n### {chapter.states[state]} (`{chapter.name}.{state.value}`){whose}\n"
    possible = {name: permission for name, (states, permission) in chapter.acts.items() if state in states}
    if not possible:
        yield "Plus rien à faire : se lit encore."
        return
    asked = [name for name, permission in possible.items() if permission is not None]
    if asked:
        yield _row(("geste", *ROLES.values()))
        yield "|" + "---|" * (len(ROLES) + 1)
    for name in asked:
        marks = ("✓" if chapter.outcome(name, state, role) is Outcome.DONE else "" for role in ROLES)
        yield _row((WORDS[name], *marks))
    unasked = [WORDS[name] for name, permission in possible.items() if permission is None]
    if unasked:
        yield f"\n*De lui-même* : {' ; '.join(unasked)}."


_SIDES = {"alc": "ALC", "bailleur": "la partie bailleur"}


def _row(cells: Sequence[str]) -> str:
    return "| " + " | ".join(cells) + " |"
