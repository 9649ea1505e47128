"""The second factor: a code of six digits made by the person's telephone (TOTP, RFC 6238), good once."""

from __future__ import annotations

import base64
import secrets
import time
from hmac import compare_digest
from typing import TYPE_CHECKING

import pyotp
from sqlalchemy import delete, insert, or_, select, update

from intranet.access import STAFF_ROLES, Actor
from intranet.accounts import passwords
from intranet.accounts.models import RecoveryCode, User, UserSession
from intranet.accounts.session import digest
from intranet.config import settings
from intranet.database import now
from intranet.errors import Refused
from intranet.extensions import db
from intranet.timeline import service as timeline
from intranet.translation import gettext as _

if TYPE_CHECKING:
    from cryptography.fernet import Fernet

STEP_SECONDS = 30
RECOVERY_CODES = 10
ISSUER = "Intranet ALC"


def new_secret() -> str:
    """A secret to show as a QR code; nothing is stored until a code made from it was given back."""
    return pyotp.random_base32()


def provisioning_uri(email: str, secret: str) -> str:
    """What the QR code holds."""
    return pyotp.TOTP(secret).provisioning_uri(name=email, issuer_name=ISSUER)


def seal(secret: str) -> str:
    """``secret`` encrypted with a key derived from ``SECRET_KEY``."""
    return _fernet().encrypt(secret.encode()).decode()


def unseal(sealed: str) -> str | None:
    """The secret again; ``None`` when ``SECRET_KEY`` is no longer the one that sealed it."""
    from cryptography.fernet import InvalidToken

    try:
        return _fernet().decrypt(sealed.encode()).decode()
    except InvalidToken:
        return None


def turn_on(actor: Actor, secret: str, code: str) -> tuple[str, ...]:
    """Keep ``secret`` as the person's second factor and return ten recovery codes, shown once. Commits.

    Her other sessions end. Raises ``Refused`` when ``code`` was not made from ``secret``.
    """
    step = _matching_step(secret, code)
    if step is None:
        raise Refused(
            "second_factor.code",
            _("Ce code n’est pas le bon. Vérifiez l’heure de votre téléphone et réessayez."),
            field="code",
        )
    at = now()
    db.session.execute(
        update(User)
        .where(User.id == actor.user_id)
        .values(totp_secret=seal(secret), totp_since=at, totp_last_step=step)
    )
    db.session.execute(
        update(UserSession)
        .where(UserSession.user_id == actor.user_id, UserSession.id != actor.session_id)
        .where(UserSession.revoked_at.is_(None))
        .values(revoked_at=at)
    )
    db.session.execute(
        update(UserSession).where(UserSession.id == actor.session_id).values(second_factor=True)
    )
    codes = _renew_recovery_codes(actor.user_id)
    timeline.record("core.user.second_factor_on", actor=actor, subject="user", subject_id=actor.user_id)
    timeline.commit()
    return codes


def renew_recovery_codes(actor: Actor, password: str) -> tuple[str, ...]:
    """Ten new recovery codes; the former ones are void. Raises ``Refused`` for a wrong password. Commits."""
    confirm_password(actor, password)
    codes = _renew_recovery_codes(actor.user_id)
    timeline.record("core.user.recovery_codes", actor=actor, subject="user", subject_id=actor.user_id)
    timeline.commit()
    return codes


def turn_off(actor: Actor, password: str) -> None:
    """Sign in by password alone again. Refused where it is compulsory, or the password is wrong. Commits."""
    if settings().second_factor_for_staff and actor.scope.role in STAFF_ROLES:
        raise Refused("second_factor.compulsory", _("La double vérification est obligatoire pour l’équipe."))
    confirm_password(actor, password)
    forget(actor.user_id)
    timeline.record("core.user.second_factor_off", actor=actor, subject="user", subject_id=actor.user_id)
    timeline.commit()


def forget(user_id: int) -> None:
    """Remove the second factor and its recovery codes. Does not commit."""
    db.session.execute(
        update(User)
        .where(User.id == user_id)
        .values(totp_secret=None, totp_since=None, totp_last_step=None)
        .execution_options(synchronize_session=False)
    )
    db.session.execute(delete(RecoveryCode).where(RecoveryCode.user_id == user_id))


def accept(user_id: int, code: str) -> bool:
    """Whether ``code`` is a fresh code or an unused recovery code; it is then used up. Does not commit."""
    typed = "".join(code.split()).replace("-", "").upper()
    if typed.isdecimal() and len(typed) == 6:
        return _accept_totp(user_id, typed)
    used = db.session.execute(
        update(RecoveryCode)
        .where(RecoveryCode.user_id == user_id, RecoveryCode.code_digest == digest(typed))
        .where(RecoveryCode.used_at.is_(None))
        .values(used_at=now())
    )
    return bool(used.rowcount)  # type: ignore[attr-defined]


def confirm_password(actor: Actor, password: str) -> None:
    """Raise ``Refused`` unless ``password`` is the person's own."""
    stored = db.session.scalars(select(User.password_hash).where(User.id == actor.user_id)).first()
    if not passwords.verify(stored, password):
        raise Refused("password.wrong", _("Ce n’est pas votre mot de passe actuel."), field="current")


def _accept_totp(user_id: int, code: str) -> bool:
    sealed = db.session.scalars(select(User.totp_secret).where(User.id == user_id)).first()
    secret = unseal(sealed) if sealed else None
    step = _matching_step(secret, code) if secret else None
    if step is None:
        return False
    taken = db.session.execute(
        update(User)
        .where(User.id == user_id, or_(User.totp_last_step.is_(None), User.totp_last_step < step))
        .values(totp_last_step=step)
        .execution_options(synchronize_session=False)
    )
    return bool(taken.rowcount)  # type: ignore[attr-defined]


def _matching_step(secret: str, code: str) -> int | None:
    """The step ``code`` belongs to: the present one, or its neighbours for a telephone that is not quite on time."""
    totp = pyotp.TOTP(secret, interval=STEP_SECONDS)
    present = int(time.time()) // STEP_SECONDS
    typed = "".join(code.split())
    for step in (present, present - 1, present + 1):
        if compare_digest(totp.generate_otp(step).encode(), typed.encode()):
            return step
    return None


def _renew_recovery_codes(user_id: int) -> tuple[str, ...]:
    codes = tuple(base64.b32encode(secrets.token_bytes(10)).decode() for _number in range(RECOVERY_CODES))
    db.session.execute(delete(RecoveryCode).where(RecoveryCode.user_id == user_id))
    db.session.execute(
        insert(RecoveryCode), [{"user_id": user_id, "code_digest": digest(code)} for code in codes]
    )
    return tuple("-".join(code[start : start + 4] for start in range(0, 16, 4)) for code in codes)


def _fernet() -> Fernet:
    """Imported here: six megabytes that only those with a second factor need."""
    from cryptography.fernet import Fernet
    from cryptography.hazmat.primitives.hashes import SHA256
    from cryptography.hazmat.primitives.kdf.hkdf import HKDF

    derived = HKDF(SHA256(), 32, salt=None, info=b"intranet second factor").derive(
        settings().secret_key.encode()
    )
    return Fernet(base64.urlsafe_b64encode(derived))
