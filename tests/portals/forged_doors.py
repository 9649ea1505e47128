"""Every endpoint that does something to a split, with the form that would do it now."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any

from intranet.clock import today
from intranet.database import writing
from intranet.rent.offsets import OffsetView, offset_of
from intranet.rent.service import remove_offset
from intranet.testing.rent import RECEIPT
from intranet.testing.works import lines_of
from intranet.works import service
from intranet.works.terms import Side, SplitState
from tests.portals.forged_scenes import Scene
from tests.portals.forging import Door
from tests.portals.splits import visit_form

Form = Mapping[str, Any]
DAY = today().isoformat()


def at_split(rest: str = "", base: str = "/staff/splits/{split}") -> Callable[[Scene], str]:
    """An address below the split's."""
    return lambda scene: base.format(split=scene.split_id) + rest


def at_line(name: str, rest: str = "", base: str = "/staff/splits/{split}") -> Callable[[Scene], str]:
    """An address below one line's."""
    return lambda scene: f"{base.format(split=scene.split_id)}/lines/{scene.lines[name]}{rest}"


def version(scene: Scene) -> Form:
    return {"version": scene.split.version, "message": "Voilà", "reason": "Tout a changé entre-temps"}


def of_line(name: str, **more: Any) -> Callable[[Scene], Form]:
    return lambda scene: {"version": scene.line(name).version, **more}


def said(**form: Any) -> Callable[[Scene], Form]:
    return lambda _scene: form


def changed(name: str, **more: Any) -> Callable[[Scene], Form]:
    """The line's form, with another room."""

    def form(scene: Scene) -> Form:
        line = scene.line(name)
        return {
            "version": line.version,
            "kind_id": line.kind_id or "",
            "label": line.label,
            "room": "Couloir",
            "need": line.need,
            "cause": line.cause,
            "condition_met": "yes",
            "holder": line.holder,
            "materials_payer": line.materials_payer,
            **more,
        }

    return form


def offset(scene: Scene) -> OffsetView | None:
    return offset_of(scene.split_id)


def rent(scene: Scene) -> Form:
    found = offset(scene)
    return {
        "version": found.version if found else 0,
        "line_ids": scene.lines["easy"],
        "documented_cents": "800,00",
        "monthly_cents": "40,00",
        "months": 12,
        "starts_on": (today().replace(day=1) + timedelta(days=62)).replace(day=1).isoformat(),
        "early_departure": "Le bailleur verse le reste.",
        "decency_attested_by": "Jean Agence",
        "decency_attested_on": DAY,
        "file": RECEIPT,
    }


def rent_version(scene: Scene) -> Form:
    found = offset(scene)
    return {"version": found.version if found else 0, "file": RECEIPT}


def rent_answer(scene: Scene) -> Form:
    found = offset(scene)
    digest = found.digest if found else ""
    return {"digest": digest, "answer": "yes", "by_name": "Mme Essai", "on": DAY}


def family(scene: Scene) -> Form:
    answers = {f"line-{line.id}": "yes" for line in lines_of(scene.split_id)}
    seen = {f"seen-{line.id}": line.digest for line in lines_of(scene.split_id)}
    about = {"version": scene.split.version, "answered_on": DAY, "place": "Au logement", "person": "Amina"}
    return {**answers, **seen, **about}


def contract(_scene: Scene) -> Form:
    return {
        "version": _scene.split.version,
        "support_technical": "Deux jours par semaine",
        "support_social": "Une visite par semaine",
        "starts_on": (today() + timedelta(days=7)).isoformat(),
        "ends_on": (today() + timedelta(days=40)).isoformat(),
        "days_a_week": 2,
        "partner_id": _scene.people.partner.id,
    }


def amendment(scene: Scene) -> Form:
    found = scene.contract
    return {"version": found.version, "line": scene.lines["easy"], "reason": "Une fuite découverte"}


def answer(scene: Scene) -> Form:
    line = scene.line("easy")
    return {"answer": "accepted", "digest": line.digest, "seen": ""}


def empty(scene: Scene) -> None:
    """A draft before its first line."""
    found = offset(scene)
    if found is not None:
        remove_offset(scene.alc, scene.split_id, found.version)
    for line in lines_of(scene.split_id):
        with writing():
            service.remove_line(scene.alc, line.id, line.version)


def invitation(_scene: Scene) -> Form:
    return {"side": Side.HOUSEHOLD, "how": "letter", "language": "fr", "days": 30}


def access(side: Side, verb: str, base: str = "/staff/splits/{split}/access") -> Callable[[Scene], str]:
    """The address that closes or takes over the access of a side; of none when it was not given one yet."""

    def address(scene: Scene) -> str:
        found = scene.accesses.get(side)
        return f"{base.format(split=scene.split_id)}/{found.access_id if found else 0}/{verb}"

    return address


_STAFF = (
    Door("staff.visit", "add_line", lambda scene: f"/staff/dossiers/{scene.dossier.id}/visit", lambda _: visit_form()),
    Door("staff.visit_reuse", "reuse_split", lambda scene: f"/staff/dossiers/{scene.dossier.id}/visit/reuse",
         lambda scene: {"from_split": scene.other_split}, empty),
    Door("staff.split_line_copy", "add_line", at_line("easy", "/copy"), said(room="Couloir")),
    Door("staff.split_line", "change_line", at_line("easy"), changed("easy")),
    Door("staff.split_line", "override_guardrail", at_line("height"),
         changed("height", holder="tenant", condition_met="no", lift="condition_unmet",
                 lift_reason="Le partenaire monte l’échafaudage")),
    Door("staff.split_line_remove", "remove_line", at_line("easy", "/remove"), of_line("easy")),
    Door("staff.split_line_adopt", "adopt_counter", at_line("countered", "/adopt"), of_line("countered")),
    Door("staff.split_line_keep", "adopt_counter", at_line("countered", "/keep"), of_line("countered")),
    Door("staff.split_line_comment", "comment_alc", at_line("easy", "/comments"), said(comment="Bonjour")),
    Door("staff.split_line_resolve", "comment_alc", at_line("easy", "/resolve"), said()),
    Door("staff.split_line_consent", "file_consent", at_line("consent", "/consent"),
         of_line("consent", consent_on=DAY, file=RECEIPT)),
    Door("staff.split_propose", "propose", at_split("/propose"), version),
    Door("staff.split_withdraw", "withdraw", at_split("/withdraw"), version),
    Door("staff.split_reopen", "reopen", at_split("/reopen"), version),
    Door("staff.split_more_time", "grant_time", at_split("/more-time"),
         lambda scene: {**version(scene), "until": (today() + timedelta(days=40)).isoformat()}),
    Door("staff.split_rent", "write_rent", at_split("/rent"), rent),
    Door("staff.split_rent_document", "write_rent", at_split("/rent/document"), rent_version),
    Door("staff.split_rent_remove", "write_rent", at_split("/rent/remove"), rent_version),
    Door("staff.split_rent_tenant", "record_rent", at_split("/rent/tenant"), rent_answer),
    Door("staff.split_household", "record_household", at_split("/household"), family),
    Door("staff.split_family", "record_household", at_split("/family"), family),
    Door("staff.split_access", "open_access", at_split("/access"), invitation),
    Door("staff.split_access_revoke", "close_access", access(Side.HOUSEHOLD, "revoke"), said()),
    Door("staff.split_contract", "issue_contract", at_split("/contract"), contract),
    Door("staff.contract_amend", "amend", lambda scene: f"/staff/contracts/{scene.contract_id}/amendment", amendment),
)  # fmt: skip


def _answering(portal: str, base: str) -> tuple[Door, ...]:
    """The doors of whoever answers for the bailleur, with an account or a code."""
    return (
        Door(f"{portal}.split_answer", "answer_line", at_line("easy", "/answer", base), answer),
        Door(f"{portal}.split_accept", "accept_undisputed", at_split("/accept", base), version),
        Door(f"{portal}.split_comment", "comment_bailleur", at_line("easy", "/comments", base), said(comment="Oui")),
        Door(f"{portal}.split_resolve", "comment_bailleur", at_line("easy", "/resolve", base), said()),
        Door(f"{portal}.split_line_consent", "give_consent", at_line("consent", "/consent", base), of_line("consent")),
        Door(f"{portal}.split_rent", "answer_rent", at_split("/rent", base), rent_answer),
        Door(f"{portal}.split_send_back", "send_back", at_split("/send-back", base), version),
    )  # fmt: skip


SPLIT_DOORS = (
    *_STAFF,
    *_answering("bailleur", "/bailleur/splits/{split}"),
    Door(
        "bailleur.split_adopt",
        "adopt_answers",
        access(Side.BAILLEUR, "adopt", "/bailleur/splits/{split}/guests"),
        said(),
    ),
    *_answering("guests", "/acces/repartition"),
    Door("voice.family", "answer_as_household", lambda _scene: "/acces/famille", family),
)

ABOUT_ANOTHER: Mapping[str, frozenset[SplitState]] = {
    "staff.visit": frozenset({SplitState.AMENDED, SplitState.WITHDRAWN}),
    "staff.visit_reuse": frozenset({SplitState.AMENDED, SplitState.WITHDRAWN}),
    "staff.contract_amend": frozenset(SplitState) - {SplitState.SIGNED, SplitState.AMENDED},
}
"""Where an address that names the dossier, or the contract, is not about this split: the dossier has another one open,
or none; there is no contract yet.
"""
