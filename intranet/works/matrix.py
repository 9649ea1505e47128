"""Who may do what in which state, written out from the machines and the permissions, for ``docs/``.

The page is generated (``intranet works matrix --write docs/negociation.md``): a test fails when it is out of date, and
another tries every cell, forged requests included. Which *objects* a role reaches is another matter: ``policies``.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from enum import StrEnum
from typing import Any

from intranet.access import GuestRole, Role
from intranet.permissions import PERMISSIONS
from intranet.transitions import Machine
from intranet.works.machine import CONTRACT, CONTRACT_ACTS, SPLIT, SPLIT_ACTS, TURN, Act
from intranet.works.terms import ContractState, SplitState

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

WORDS: Mapping[str, str] = {
    "accept_undisputed": "accepter d’un coup les lignes sans réponse que personne ne conteste",
    "add_line": "ajouter une ligne",
    "adopt_counter": "adopter la contre-proposition, ou garder la sienne",
    "agree": "constater l’accord de chacun (avec la dernière acceptation)",
    "amend": "ouvrir un avenant",
    "answer_as_household": "répondre pour la famille, en son nom",
    "answer_line": "répondre à une ligne",
    "answer_rent": "consentir à la déduction du loyer, pour le bailleur",
    "cancel": "annuler le contrat",
    "change_line": "modifier une ligne",
    "comment_alc": "commenter ou clore un échange, pour ALC",
    "comment_bailleur": "commenter ou clore un échange, pour le bailleur",
    "fall_silent": "revenir à ALC faute de réponse",
    "file_consent": "joindre l’accord écrit du bailleur",
    "give_back": "revenir à ALC, un contrat refusé",
    "give_consent": "donner l’accord écrit du bailleur",
    "grant_time": "donner plus de temps au bailleur",
    "issue_contract": "établir le contrat",
    "sign_own": "signer pour sa partie, à l’écran, avec un code ou sur papier",
    "record_other": "recueillir la signature d’une autre partie, ou son refus",
    "override_guardrail": "lever un garde-fou qui peut l’être",
    "propose": "proposer au bailleur",
    "record_household": "recueillir la réponse de la famille",
    "record_rent": "recueillir l’accord de la famille sur la déduction du loyer",
    "refuse": "enregistrer un refus de signer",
    "remove_line": "retirer une ligne",
    "reopen": "rouvrir une répartition acceptée",
    "replace": "remplacer par l’avenant signé",
    "restore": "rétablir, l’avenant retiré",
    "send_back": "renvoyer à ALC",
    "sign": "signer (dernière signature)",
    "withdraw": "retirer la répartition",
    "write_rent": "écrire la déduction du loyer",
}

_HEAD = """# Qui peut faire quoi, dans quel état

<!-- Généré par `intranet works matrix --write docs/negociation.md` : ne pas modifier à la main. -->

Chaque case dit si le rôle tient la permission dans cet état de la répartition ou du contrat. Encore faut-il que
l’objet soit à lui : un référent ne voit que les ménages de son pôle, un bailleur que ses logements, une personne
sans compte que la répartition de son code. Ce qui n’a pas de ✓ est refusé par le serveur, bouton ou pas.
*De lui-même* : personne ne le demande, l’application le fait le moment venu ou à la suite d’un autre geste.
"""


def written() -> str:
    """The whole page, in Markdown."""
    return "\n".join(
        (
            _HEAD,
            *_section("La répartition", "split", SPLIT, SPLIT_STATES, _acts(SPLIT_ACTS, SPLIT)),
            *_section("Le contrat", "contract", CONTRACT, CONTRACT_STATES, _acts(CONTRACT_ACTS, CONTRACT)),
        )
    )


Acts = Mapping[str, tuple[frozenset[Any], str | None]]
"""For each act or move: the states it exists in and the permission it asks, none for the clock."""


def _acts(declared: Mapping[str, Act], machine: Machine[Any]) -> Acts:
    return {**{act.name: (act.states, act.permission) for act in declared.values()}, **_moves(machine)}


def _moves(machine: Machine[Any]) -> Acts:
    return {move.name: (move.sources, move.permission) for move in machine}


def holders(permission: str) -> frozenset[Role | GuestRole]:
    """The roles that hold a permission."""
    return next(each.roles for each in PERMISSIONS if each.name == permission)


def _section(
    title: str, name: str, machine: Machine[Any], states: Mapping[Any, str], acts: Acts
) -> Iterator[str]:
    yield f"## {title}\n"
    yield "| de | geste | vers | permission |\n|---|---|---|---|"
    for move in machine:
        sources = ", ".join(states[state] for state in machine.states if state in move.sources)
        who = f"`{move.permission}`" if move.permission else "*de lui-même*"
        yield f"| {sources} | {WORDS[move.name]} | {states[move.target]} | {who} |"
    for state in machine.states:
        yield from _state(f"{states[state]} (`{name}.{state.value}`)", state, acts)
    yield ""


def _state(title: str, state: StrEnum, acts: Acts) -> Iterator[str]:
    turn = TURN.get(state) if isinstance(state, SplitState) else None
    possible = {name: permission for name, (states, permission) in acts.items() if state in states}
    yield f"\n### {title}{f' — à {_SIDES[turn]} de jouer' if turn else ''}\n"
    if not possible:
        yield "Plus rien à faire : se lit encore."
        return
    asked = {name: permission for name, permission in possible.items() if permission is not None}
    if asked:
        yield _row(("geste", *ROLES.values()))
        yield "|" + "---|" * (len(ROLES) + 1)
    for name, permission in asked.items():
        held = holders(permission)
        yield _row((WORDS[name], *("✓" if role in held else "" for role in ROLES)))
    unasked = [WORDS[name] for name in possible if name not in asked]
    if unasked:
        yield f"\n*De lui-même* : {' ; '.join(unasked)}."


_SIDES = {"alc": "ALC", "bailleur": "la partie bailleur"}


def _row(cells: Sequence[str]) -> str:
    return "| " + " | ".join(cells) + " |"
