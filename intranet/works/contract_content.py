"""What the participation contract says, in French: from facts to the texts the template lays out.

Pure: no session, no request. Only the clauses that apply are there. The document is proposed for signature by
people who read it: it names its sources and decides nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, NamedTuple

from flask_babel import gettext as _
from flask_babel import ngettext

from intranet.web.formatting import day, hours, money
from intranet.works.clauses import ClauseFacts, clauses
from intranet.works.guardrails import DwellingFacts
from intranet.works.terms import Holder, Payer, Side
from intranet.works.wordings import who_does

Line = Mapping[str, Any]


class Party(NamedTuple):
    """A party by name, with the lines of its address."""

    name: str
    details: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ContractContent:
    """All that the document says comes from here. ``lines`` are ``Contract.lines``: agreed ones only."""

    number: str
    issued_at: datetime  # in Nice
    household: Party
    bailleur: Party
    association: Party
    partner: Party | None
    partner_signs: bool
    dwelling: tuple[tuple[str, str], ...]
    home: DwellingFacts
    asbestos_on: date | None
    lead_on: date | None
    lines: Sequence[Line]
    dropped: int
    support_technical: str
    support_social: str
    starts_on: date
    ends_on: date
    days_a_week: int


def document(content: ContractContent) -> dict[str, Any]:
    """The values of the template, ready for JSON. Call it with the French locale."""
    title = _("Contrat de participation aux travaux")
    return {
        "title": f"{title} — {content.number}",
        "heading": title,
        "author": content.association.name,
        "description": _("Travaux du logement de %(name)s", name=content.household.name),
        "keywords": ["auto-réhabilitation accompagnée", content.number],
        "day": [content.issued_at.year, content.issued_at.month, content.issued_at.day],
        "programme": _("Accompagnement de l’auto-réhabilitation accompagnée · Nice"),
        "number": content.number,
        "issued": day(content.issued_at),
        "footer": _("Contrat de participation %(number)s", number=content.number),
        "summary": list(_summary(content)),
        "parties": _parties(content),
        "dwelling": [list(pair) for pair in content.dwelling],
        "sides": list(_sides(content)),
        "dropped": _dropped(content.dropped),
        "rooms": _rooms(content.lines),
        "materials": _materials(content.lines),
        "support": {
            "technical": _paragraphs(content.support_technical),
            "social": _paragraphs(content.support_social),
        },
        "calendar": _calendar(content),
        "clauses": [clause._asdict() for clause in clauses(_clause_facts(content))],
        "signing": _(
            "Fait en autant d’exemplaires que de parties. Chacun signe ce qu’il a lu ou ce qu’on lui a lu."
        ),
        "signatures": _signatures(content),
    }


def _held(lines: Iterable[Line], *holders: Holder) -> list[Line]:
    return [line for line in lines if Holder(line["holder"]) in holders]


def _family_minutes(lines: Iterable[Line]) -> int:
    """The family's own time: all of its lines, its part of what is shared."""
    return sum(
        line["minutes"] * (line["tenant_share_pct"] or 0) // 100
        if Holder(line["holder"]) is Holder.SHARED
        else line["minutes"]
        for line in _held(lines, Holder.TENANT, Holder.SHARED)
    )


def _summary(content: ContractContent) -> Iterable[str]:
    """The first page, for somebody who reads nothing else."""
    lines = content.lines
    family = _held(lines, Holder.TENANT, Holder.SHARED)
    if family:
        yield _(
            "La famille (%(name)s) réalise %(count)s, environ %(hours)s en tout, avec l’aide de professionnels.",
            name=content.household.name,
            count=_works(len(family)),
            hours=hours(_family_minutes(lines)),
        )
    bailleur = _held(lines, Holder.BAILLEUR)
    if bailleur:
        yield _(
            "Le bailleur (%(name)s) réalise %(count)s.",
            name=content.bailleur.name,
            count=_works(len(bailleur)),
        )
    partner = _held(lines, Holder.PARTNER)
    if partner and content.partner:
        yield _(
            "Le partenaire (%(name)s) réalise %(count)s avec ses professionnels.",
            name=content.partner.name,
            count=_works(len(partner)),
        )
    yield _(
        "L’association (%(name)s) accompagne la famille du début à la fin du chantier.",
        name=content.association.name,
    )
    yield _materials(lines)["sentence"]
    yield _(
        "Le chantier est prévu du %(start)s au %(end)s, %(days)s par semaine.",
        start=day(content.starts_on),
        end=day(content.ends_on),
        days=_days(content.days_a_week),
    )
    yield _(
        "Personne n’est obligé de continuer en cas de difficulté : on en parle, et on s’organise autrement."
    )


def _works(count: int) -> str:
    return str(ngettext("%(num)s travail", "%(num)s travaux", count))


def _days(count: int) -> str:
    return str(ngettext("%(num)s jour", "%(num)s jours", count))


def _parties(content: ContractContent) -> list[dict[str, Any]]:
    named = [
        (_("La famille, locataire"), content.household),
        (_("Le bailleur, propriétaire"), content.bailleur),
        (_("L’association qui accompagne"), content.association),
    ]
    if content.partner is not None:
        named.append((_("Le partenaire travaux"), content.partner))
    return [
        {"title": title, "name": party.name, "details": [text for text in party.details if text]}
        for title, party in named
    ]


def _sides(content: ContractContent) -> Iterable[dict[str, Any]]:
    titles = {
        Holder.TENANT: _("Ce que fait la famille"),
        Holder.SHARED: _("Ce qui se fait ensemble"),
        Holder.BAILLEUR: _("Ce que fait le bailleur"),
        Holder.PARTNER: _("Ce que fait le partenaire travaux"),
    }
    for holder, title in titles.items():
        held = _held(content.lines, holder)
        if held:
            yield {
                "title": title,
                "total": _total(held),
                "lines": [_row(line) for line in held],
            }


def _total(lines: Sequence[Line]) -> str:
    return str(
        _(
            "%(count)s, %(hours)s prévues, %(amount)s de matériaux.",
            count=_works(len(lines)),
            hours=hours(sum(line["minutes"] for line in lines)),
            amount=money(sum(line["materials_cents"] for line in lines)),
        )
    )


def _row(line: Line) -> dict[str, str]:
    notes = []
    if Holder(line["holder"]) is Holder.SHARED:
        notes.append(_("Part de la famille : %(share)s %%", share=line["tenant_share_pct"]))
    if line["consent_on"]:
        on = day(date.fromisoformat(line["consent_on"]))
        notes.append(_("Accord écrit du bailleur du %(day)s", day=on))
    return {
        "room": line["room"],
        "label": line["label"],
        "note": ". ".join(notes),
        "hours": hours(line["minutes"]) if line["minutes"] else "–",
        "amount": money(line["materials_cents"]) if line["materials_cents"] else "–",
        "payer": _payer(Payer(line["materials_payer"])) if line["materials_cents"] else "–",
    }


def _payer(payer: Payer) -> str:
    names = {
        Payer.TENANT: _("La famille"),
        Payer.BAILLEUR: _("Le bailleur"),
        Payer.ALC: _("L’association"),
        Payer.PARTNER: _("Le partenaire travaux"),
    }
    return str(names[payer])


def _rooms(lines: Sequence[Line]) -> list[dict[str, str]]:
    """By room, in the order of the visit."""
    order: dict[str, int] = {}
    for line in lines:
        order.setdefault(line["room"], len(order))
    return [
        {
            "room": line["room"],
            "label": line["label"],
            "who": who_does(Holder(line["holder"]), line["tenant_share_pct"]),
        }
        for line in sorted(lines, key=lambda line: order[line["room"]])
    ]


def _materials(lines: Sequence[Line]) -> dict[str, Any]:
    totals: dict[Payer, int] = {}
    for line in lines:
        payer = Payer(line["materials_payer"])
        totals[payer] = totals.get(payer, 0) + line["materials_cents"]
    paid = [(payer, totals[payer]) for payer in Payer if totals.get(payer)]
    whole = sum(cents for _payer_of, cents in paid)
    if not paid:
        return {"sentence": _("Aucun matériau n’est à acheter."), "rows": [], "total": ""}
    if len(paid) == 1:
        sentence = _(
            "Les matériaux sont estimés à %(amount)s, payés par : %(who)s.",
            amount=money(whole),
            who=_payer(paid[0][0]).lower(),
        )
    else:
        parts = ", ".join(f"{_payer(payer).lower()} {money(cents)}" for payer, cents in paid)
        sentence = _("Les matériaux sont estimés à %(amount)s : %(parts)s.", amount=money(whole), parts=parts)
    rows = [[_payer(payer), money(cents)] for payer, cents in paid]
    return {"sentence": sentence, "rows": rows, "total": money(whole) if len(rows) > 1 else ""}


def _dropped(count: int) -> str:
    if not count:
        return ""
    return str(
        ngettext(
            "%(num)s travail discuté n’a pas été retenu ; il ne fait pas partie de ce contrat.",
            "%(num)s travaux discutés n’ont pas été retenus ; ils ne font pas partie de ce contrat.",
            count,
        )
    )


def _calendar(content: ContractContent) -> list[list[str]]:
    return [
        [_("Début prévu"), day(content.starts_on)],
        [_("Fin prévue"), day(content.ends_on)],
        [_("Rythme"), _("%(days)s par semaine", days=_days(content.days_a_week))],
        [_("Temps de la famille"), _("environ %(hours)s", hours=hours(_family_minutes(content.lines)))],
        [_("Temps prévu en tout"), hours(sum(line["minutes"] for line in content.lines))],
    ]


def _clause_facts(content: ContractContent) -> ClauseFacts:
    return ClauseFacts(
        lines=content.lines,
        home=content.home,
        asbestos_on=content.asbestos_on,
        lead_on=content.lead_on,
        association=content.association.name,
    )


def _signatures(content: ContractContent) -> list[dict[str, str]]:
    named: list[tuple[Side, str, Party | None]] = [
        (Side.HOUSEHOLD, _("Pour la famille"), content.household),
        (Side.BAILLEUR, _("Pour le bailleur"), content.bailleur),
        (Side.ALC, _("Pour l’association"), content.association),
    ]
    if content.partner_signs:
        named.append((Side.PARTNER, _("Pour le partenaire travaux"), content.partner))
    return [{"title": title, "name": party.name} for _side, title, party in named if party is not None]


def _paragraphs(text: str) -> list[str]:
    found = [" ".join(part.split()) for part in text.splitlines()]
    return [part for part in found if part] or [_("Rien de particulier n’est prévu.")]
