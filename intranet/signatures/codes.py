"""Signing with a single-use code, sent by mail or read out. Of the code only a keyed digest is kept.

A code belongs to one party, one person and one document; it lives half an hour and bears five attempts. Another one
takes its place, and a party gets five an hour: nobody guesses eight characters in that.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from sqlalchemy import func, select, update

from intranet.access import Actor
from intranet.clock import now
from intranet.config import settings
from intranet.errors import NotAllowed, Refused
from intranet.extensions import db
from intranet.mail.addresses import checked_address
from intranet.mail.service import queue_mail
from intranet.signatures.commands import SendCode, Signer, UseCode
from intranet.signatures.loading import (
    InHand,
    check_act,
    check_shown,
    is_own,
    name_of,
    refuse_second,
    require_sign,
    take,
)
from intranet.signatures.models import Method, SigningCode
from intranet.signatures.rules import (
    CODE_ATTEMPTS,
    CODE_LIFE,
    CODES_AN_HOUR,
    new_code,
    read_code,
    show_code,
)
from intranet.signatures.service import add_signature
from intranet.timeline.service import commit
from intranet.translation import gettext as _
from intranet.translation import ngettext
from intranet.works.models import Contract
from intranet.works.service.loading import trace_contract

HOUR = timedelta(hours=1)

_OF_PARTY = select(SigningCode).order_by(SigningCode.id.desc())


def send_code(actor: Actor, command: SendCode) -> str:
    """Make a code for one party. Sent to ``email``: returns nothing. Without: returns the code, to be read out.

    Somebody who signs for her own side gets it at her own address, and is never shown it. The codes made before
    for this party no longer open anything. May: as to sign, but guests, who are given one.
    """
    signer = command.signer
    require_sign(actor, signer.side)
    taken = take(signer.contract_id)
    check_act(actor, taken, signer.side)
    check_shown(taken, signer.digest)
    refuse_second(taken, signer.side)
    if actor.author_id is None:
        raise NotAllowed("signature.code.guest", _("Demandez un code à ALC : il vous sera envoyé ou lu."))
    _refuse_often(signer)
    code = new_code()
    to = actor.email if is_own(actor, signer.side) else _address(command.email)
    name = name_of(actor, signer, known=True)
    at = now()
    db.session.execute(_of_party(update(SigningCode), signer).values(expires_at=at))
    db.session.add(
        SigningCode(
            contract_id=signer.contract_id,
            side=signer.side,
            name=name,
            code_digest=_keyed(signer, code),
            document_digest=taken.digest,
            sent_to=to,
            expires_at=at + CODE_LIFE,
            created_by=actor.author_id,
            created_at=at,
        )
    )
    if to:
        queue_mail(
            "signing_code",
            to=to,
            language=actor.language if is_own(actor, signer.side) else "fr",
            number=taken.contract.number,
            name=name,
            code=show_code(code),
            minutes=int(CODE_LIFE.total_seconds() // 60),
        )
    db.session.flush()
    trace_contract("works.contract.code_sent", taken.contract, actor, side=signer.side, to=to)
    commit()
    return "" if to else show_code(code)


def sign_with_code(actor: Actor, command: UseCode) -> Contract:
    """Sign with a code. Sent twice, it is one signature; a wrong one counts, even though it is refused.

    ``Refused`` on the field ``code``: unknown, used, expired, or after too many attempts. May: as ``sign_drawn``.
    """
    signer = command.signer
    require_sign(actor, signer.side)
    taken = take(signer.contract_id)
    check_act(actor, taken, signer.side)
    code = _matching(taken, signer, command.code)
    if code.used_at is not None:
        raise _refused("used", _("Ce code a déjà servi. Demandez-en un autre."))
    if code.attempts >= CODE_ATTEMPTS:
        raise _refused("locked", _("Trop d’essais : ce code ne sert plus. Demandez-en un autre."))
    if code.expires_at <= now():
        raise _refused("expired", _("Ce code n’est plus valable. Demandez-en un autre."))
    refuse_second(taken, signer.side)
    check_shown(taken, signer.digest)
    check_shown(taken, code.document_digest)
    code.used_at = now()
    add_signature(actor, taken, signer.side, code.name, Method.CODE, signer.address)
    commit()
    return taken.contract


def _address(typed: str) -> str:
    """Where to send the code; empty: it is read out."""
    return checked_address(typed) if typed.strip() else ""


def _matching(taken: InHand, signer: Signer, typed: str) -> SigningCode:
    """The code that was typed. A wrong one is counted against the code in force, and that is committed."""
    digest = _keyed(signer, read_code(typed))
    kept: Sequence[SigningCode] = db.session.scalars(_of_party(_OF_PARTY, signer)).all()
    for each in kept:
        if hmac.compare_digest(each.code_digest, digest):
            return each
    if kept and kept[0].attempts < CODE_ATTEMPTS:
        kept[0].attempts += 1
        left = CODE_ATTEMPTS - kept[0].attempts
        commit()
        if left:
            raise _refused(
                "wrong",
                ngettext(
                    "Ce n’est pas le bon code. Il reste %(num)d essai.",
                    "Ce n’est pas le bon code. Il reste %(num)d essais.",
                    left,
                ),
            )
    if kept:
        raise _refused("locked", _("Trop d’essais : ce code ne sert plus. Demandez-en un autre."))
    raise _refused("none", _("Demandez d’abord un code."))


def _refuse_often(signer: Signer) -> None:
    counted = select(func.count()).select_from(SigningCode).where(SigningCode.created_at > now() - HOUR)
    if (db.session.scalar(_of_party(counted, signer)) or 0) >= CODES_AN_HOUR:
        raise Refused(
            "signature.code.often",
            _("Cinq codes ont déjà été faits depuis une heure. Attendez un peu, ou signez autrement."),
        )


def _of_party(statement: Any, signer: Signer) -> Any:
    """``statement``, limited to the codes of this party of this contract."""
    return statement.where(SigningCode.contract_id == signer.contract_id, SigningCode.side == signer.side)


def _keyed(signer: Signer, code: str) -> str:
    """What is kept of a code: nobody who reads the table can try all codes without the installation's key."""
    words = f"signing-code:{signer.contract_id}:{signer.side.value}:{code}"
    return hmac.new(settings().secret_key.encode(), words.encode(), hashlib.sha256).hexdigest()


def _refused(rule: str, message: str) -> Refused:
    return Refused(f"signature.code.{rule}", message, field="code")
