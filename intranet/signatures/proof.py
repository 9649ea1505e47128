"""What the page of proof says, in French like the contract it ends: who signed, how, when, what.

Every party holds it: from which network somebody signed is kept in the row of the signature, for the association alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from importlib.resources import files
from typing import Any

from flask_babel import force_locale

from intranet.clock import PARIS
from intranet.signatures.models import Method
from intranet.signatures.rules import Strokes
from intranet.translation import gettext as _
from intranet.web.formatting import day, instant
from intranet.works.terms import Side
from intranet.works.typesetting_process import JOB_SECONDS, typeset


@dataclass(frozen=True, slots=True)
class Signed:
    """One signature, as the proof tells it."""

    side: Side
    party: str  # the organisation or the household it binds
    name: str
    method: Method
    signed_on: date
    recorded_at: datetime
    recorder: str = ""  # who recorded it, when it is not the signer
    code_sent_to: str = ""  # the address a code was sent to; empty: read out
    scan_digest: str = ""
    strokes: Strokes | None = None


@dataclass(frozen=True, slots=True)
class Proof:
    """All that the page says."""

    number: str
    association: str
    digest: str
    size: int
    made_at: datetime
    signatures: Sequence[Signed]


def render_proof(proof: Proof) -> bytes:
    """The pages of proof: PDF/A-3a and PDF/UA-1, the same bytes for the same facts."""
    with force_locale("fr"):
        values = _values(proof)
    return typeset(_template(), "proof", values, proof.made_at, seconds=JOB_SECONDS)


def masked(email: str) -> str:
    """An address in a document that many hold: ``n…@example.org``."""
    name, sign, domain = email.partition("@")
    return f"{name[:1]}…{sign}{domain}" if sign else ""


def in_groups(digest: str) -> str:
    """A digest that can be compared by eye: eight by eight."""
    return " ".join(digest[start : start + 8] for start in range(0, len(digest), 8))


def _values(proof: Proof) -> dict[str, Any]:
    here = proof.made_at.astimezone(PARIS)
    return {
        "title": _("Preuve des signatures — %(number)s", number=proof.number),
        "author": proof.association,
        "day": [here.year, here.month, here.day],
        "heading": _("Preuve des signatures"),
        "footer": _("Contrat de participation %(number)s, preuve des signatures", number=proof.number),
        "intro": _(
            "Cette page a été ajoutée par l’intranet de l’association quand toutes les parties ont signé. Les pages "
            "qui la précèdent sont le document signé, à l’octet près."
        ),
        "facts": [
            [_("Contrat"), proof.number],
            [_("Taille du document signé"), _("%(size)s octets", size=proof.size)],
            [_("Page de preuve établie"), instant(proof.made_at)],
        ],
        "digest_label": _("Empreinte SHA-256 du document signé, la même pour chaque signature :"),
        "digest": in_groups(proof.digest),
        "signatures": [_signature(each) for each in proof.signatures],
        "meaning_title": _("Ce que prouve le sceau de ce fichier"),
        "meaning": [
            _(
                "Le sceau prouve que ce fichier sort de l’intranet de l’association et que pas un octet n’en a changé "
                "depuis. Il ne prouve pas l’identité des personnes : celle-ci repose sur la façon dont chacune a "
                "signé, décrite plus haut. L’heure est celle du serveur, sans tiers horodateur."
            ),
            _(
                "Ce sont des signatures électroniques simples au sens du règlement (UE) n° 910/2014, que les articles "
                "1366 et 1367 du code civil laissent au juge le soin d’apprécier."
            ),
        ],
    }


def _signature(each: Signed) -> dict[str, Any]:
    titles = {
        Side.HOUSEHOLD: _("Pour la famille"),
        Side.BAILLEUR: _("Pour le bailleur"),
        Side.ALC: _("Pour l’association"),
        Side.PARTNER: _("Pour le partenaire travaux"),
    }
    facts = [
        [_("Signé par"), each.name],
        [_("Comment"), _manner(each)],
        [_("Quand"), _moment(each)],
        [_("Recueillie par"), each.recorder],
        [_("Empreinte du papier numérisé (SHA-256)"), in_groups(each.scan_digest)],
    ]
    return {
        "title": f"{titles[each.side]} : {each.party}" if each.party else titles[each.side],
        "facts": [pair for pair in facts if pair[1]],
        "strokes": each.strokes,
        "alt": _("Signature dessinée par %(name)s", name=each.name),
    }


def _manner(each: Signed) -> str:
    match each.method:
        case Method.DRAWN:
            return str(_("Dessinée à l’écran"))
        case Method.CODE if each.code_sent_to:
            return str(_("Code à usage unique, envoyé à %(address)s", address=masked(each.code_sent_to)))
        case Method.CODE:
            return str(_("Code à usage unique, lu de vive voix"))
        case Method.PAPER:
            return str(_("Sur papier, puis numérisée"))


def _moment(each: Signed) -> str:
    if each.method is Method.PAPER:
        return str(
            _(
                "le %(day)s ; enregistrée le %(instant)s",
                day=day(each.signed_on),
                instant=instant(each.recorded_at),
            )
        )
    return str(_("le %(instant)s", instant=instant(each.recorded_at)))


def _template() -> bytes:
    return files("intranet.signatures").joinpath("proof_template.typ").read_bytes()
