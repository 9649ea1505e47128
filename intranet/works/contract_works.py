"""The works of the contract in words: by side, by room, materials, dates, damage, and the figures of page one. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from typing import Any

from intranet.translation import gettext as _
from intranet.translation import ngettext
from intranet.wear.rules import Calculation
from intranet.web.formatting import day, hours, money
from intranet.works.terms import Holder, Payer
from intranet.works.wordings import who_does

Line = Mapping[str, Any]


def held(lines: Iterable[Line], *holders: Holder) -> list[Line]:
    """The lines those holders do."""
    return [line for line in lines if Holder(line["holder"]) in holders]


def works_counted(count: int) -> str:
    return str(ngettext("%(num)s travail", "%(num)s travaux", count))


def works_of(lines: Sequence[Line]) -> str:
    """How many works a side does, and how many of them it shares: those are counted for both."""
    shared = len(held(lines, Holder.SHARED))
    if not shared:
        return works_counted(len(lines))
    return str(
        ngettext(
            "%(works)s (dont %(num)s partagé)",
            "%(works)s (dont %(num)s partagés)",
            shared,
            works=works_counted(len(lines)),
        )
    )


def days_counted(count: int) -> str:
    return str(ngettext("%(num)s jour", "%(num)s jours", count))


def minutes_of(lines: Iterable[Line], *holders: Holder) -> int:
    """The time of these holders; of what is shared the family has its part, the bailleur the rest."""
    total = 0
    for line in lines:
        holder = Holder(line["holder"])
        if holder is not Holder.SHARED:
            total += line["minutes"] if holder in holders else 0
            continue
        family = line["minutes"] * (line["tenant_share_pct"] or 0) // 100
        total += family if Holder.TENANT in holders else 0
        total += line["minutes"] - family if Holder.BAILLEUR in holders else 0
    return total


def family_minutes(lines: Iterable[Line]) -> int:
    """The family's own time: all of its lines, its part of what is shared. Minutes."""
    return minutes_of(lines, Holder.TENANT)


def figures(lines: Sequence[Line], starts_on: date, ends_on: date) -> list[dict[str, str]]:
    """The few figures that stand on the first page."""
    cents = sum(line["materials_cents"] for line in lines)
    found = [
        {"value": str(len(lines)), "label": str(ngettext("travail convenu", "travaux convenus", len(lines)))}
    ]
    minutes = family_minutes(lines)
    if minutes:
        found.append({"value": hours(minutes), "label": _("de travail de la famille")})
    if cents:
        found.append({"value": money(cents), "label": _("de matériaux")})
    found.append({"value": day(starts_on), "label": _("début du chantier")})
    if ends_on != starts_on and len(found) < 4:
        found.append({"value": day(ends_on), "label": _("fin du chantier")})
    return found


def shares(lines: Sequence[Line]) -> list[dict[str, Any]]:
    """Who gives how much time: the parts of a bar, in per cent that add up to 100. Empty without hours."""
    parts = [
        ("tenant", _("La famille"), minutes_of(lines, Holder.TENANT)),
        ("bailleur", _("Le bailleur"), minutes_of(lines, Holder.BAILLEUR)),
        ("partner", _("Le partenaire travaux"), minutes_of(lines, Holder.PARTNER)),
    ]
    whole = sum(minutes for _side, _label, minutes in parts)
    if not whole:
        return []
    found: list[dict[str, Any]] = []
    reached = 0
    before = 0
    for side, label, minutes in parts:
        reached += minutes
        upto = round(100 * reached / whole)
        if minutes:
            found.append({"side": side, "label": label, "hours": hours(minutes), "percent": upto - before})
        before = upto
    return found


def by_side(lines: Sequence[Line]) -> Iterator[dict[str, Any]]:
    """A table for each side that holds something, in the order of the contract; no empty one."""
    titles = {
        Holder.TENANT: _("Ce que fait la famille"),
        Holder.SHARED: _("Ce qui se fait ensemble"),
        Holder.BAILLEUR: _("Ce que fait le bailleur"),
        Holder.PARTNER: _("Ce que fait le partenaire travaux"),
    }
    for holder, title in titles.items():
        members = held(lines, holder)
        if members:
            yield {"title": title, "total": _total(members), "lines": [_row(line) for line in members]}


def absent(lines: Sequence[Line], partner: bool) -> list[str]:
    """A sentence for each party that has no works in this contract, so that nothing is left to guess."""
    found = []
    if not held(lines, Holder.TENANT, Holder.SHARED):
        found.append(
            _(
                "La famille n’a pas de travaux à son nom dans ce contrat : elle y est associée et en est informée."
            )
        )
    if not held(lines, Holder.BAILLEUR, Holder.SHARED):
        found.append(_("Le bailleur n’a pas de travaux à son nom dans ce contrat."))
    if partner and not held(lines, Holder.PARTNER):
        found.append(
            _("Le partenaire travaux n’a pas de travaux à son nom : il accompagne ceux de la famille.")
        )
    return found


def _total(lines: Sequence[Line]) -> str:
    minutes = sum(line["minutes"] for line in lines)
    cents = sum(line["materials_cents"] for line in lines)
    said = [works_counted(len(lines))]
    if minutes:
        said.append(_("%(hours)s prévues", hours=hours(minutes)))
    if cents:
        said.append(_("%(amount)s de matériaux", amount=money(cents)))
    return ", ".join(said) + "."


def _row(line: Line) -> dict[str, str]:
    notes = []
    if Holder(line["holder"]) is Holder.SHARED:
        notes.append(_("Part de la famille : %(share)s %%", share=line["tenant_share_pct"]))
    if line["consent_on"]:
        on = day(date.fromisoformat(line["consent_on"]))
        notes.append(_("Accord écrit du bailleur du %(day)s", day=on))
    if line.get("due_on"):
        notes.append(_("Au plus tard le %(day)s", day=day(date.fromisoformat(line["due_on"]))))
    if line.get("tenant_cents"):
        notes.append(
            _("Dégradation : la famille doit %(amount)s, vétusté déduite", amount=money(line["tenant_cents"]))
        )
    return {
        "room": line["room"],
        "label": line["label"],
        "note": ". ".join(notes),
        "hours": hours(line["minutes"]) if line["minutes"] else "–",
        "amount": money(line["materials_cents"]) if line["materials_cents"] else "–",
        "payer": payer_word(Payer(line["materials_payer"])) if line["materials_cents"] else "–",
    }


def payer_word(payer: Payer) -> str:
    names = {
        Payer.TENANT: _("La famille"),
        Payer.BAILLEUR: _("Le bailleur"),
        Payer.ALC: _("L’association"),
        Payer.PARTNER: _("Le partenaire travaux"),
    }
    return str(names[payer])


def by_room(lines: Sequence[Line]) -> list[dict[str, str]]:
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


def materials(lines: Sequence[Line]) -> dict[str, Any]:
    """Who pays what: a sentence, and a table when several pay."""
    totals: dict[Payer, int] = {}
    for line in lines:
        payer = Payer(line["materials_payer"])
        totals[payer] = totals.get(payer, 0) + line["materials_cents"]
    paid = [(payer, totals[payer]) for payer in Payer if totals.get(payer)]
    whole = sum(cents for _payer, cents in paid)
    if not paid:
        return {"sentence": _("Aucun matériau n’est à acheter."), "rows": [], "total": ""}
    if len(paid) == 1:
        sentence = _(
            "Les matériaux sont estimés à %(amount)s, payés par : %(who)s.",
            amount=money(whole),
            who=payer_word(paid[0][0]).lower(),
        )
    else:
        parts = ", ".join(f"{payer_word(payer).lower()} {money(cents)}" for payer, cents in paid)
        sentence = _("Les matériaux sont estimés à %(amount)s : %(parts)s.", amount=money(whole), parts=parts)
    if len(paid) == 1:  # the sentence has said it
        return {"sentence": sentence, "rows": [], "total": ""}
    rows = [[payer_word(payer), money(cents)] for payer, cents in paid]
    return {"sentence": sentence, "rows": rows, "total": money(whole)}


def damage(lines: Sequence[Line]) -> list[dict[str, str]]:
    """What the family owes for damage: the whole calculation, line by line."""
    found = []
    for line in lines:
        if not (line.get("tenant_cents") and line.get("wear")):
            continue
        wear = Calculation.of(line["wear"])
        found.append(
            {
                "label": f"{line['room']} — {line['label']}",
                "age": str(ngettext("%(num)s an", "%(num)s ans", wear.age_years)),
                "cost": money(wear.cost_cents),
                "share": f"{wear.share_pct} %",
                "amount": money(line["tenant_cents"]),
                "note": _(
                    "%(free)s sans vétusté, puis %(discount)s %% par an, jamais moins de %(rest)s %%. %(source)s",
                    free=ngettext("%(num)s an", "%(num)s ans", wear.rate.free_years),
                    discount=wear.rate.yearly_discount_pct,
                    rest=wear.rate.residual_pct,
                    source=_("Grille : %(name)s, %(source)s.", name=wear.grid.name, source=wear.grid.source),
                ),
            }
        )
    return found


def due(lines: Sequence[Line]) -> list[list[str]]:
    """By when the bailleur does its part, the soonest first."""
    dated = sorted(
        (line["due_on"], f"{line['room']} — {line['label']}")
        for line in held(lines, Holder.BAILLEUR, Holder.SHARED)
        if line.get("due_on")
    )
    return [[what, day(date.fromisoformat(on))] for on, what in dated]


def dropped_words(count: int) -> str:
    if not count:
        return ""
    return str(
        ngettext(
            "%(num)s travail discuté n’a pas été retenu ; il ne fait pas partie de ce contrat.",
            "%(num)s travaux discutés n’ont pas été retenus ; ils ne font pas partie de ce contrat.",
            count,
        )
    )
