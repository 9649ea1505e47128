"""Keeping and checking passwords: argon2id, rehashed when its parameters grow."""

from __future__ import annotations

from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from intranet.accounts.rules import LONGEST, normalise

# OWASP's first choice for argon2id: 19 MiB, two passes. It fits in a worker of 80 MB.
_hasher = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)


def hash_password(password: str) -> str:
    """What is stored in place of ``password``."""
    return _hasher.hash(normalise(password))


def verify(stored: str | None, password: str) -> bool:
    """Whether ``password`` is the one kept. As slow for an account that does not exist (``stored`` is ``None``)."""
    try:
        # No password is longer than LONGEST; hashing a megabyte for a stranger would be his weapon.
        _hasher.verify(stored or _nobody(), normalise(password[: 2 * LONGEST]))
    except (VerificationError, InvalidHashError):
        return False
    return stored is not None


def needs_rehash(stored: str) -> bool:
    """Whether ``stored`` was made with weaker parameters than today's."""
    return _hasher.check_needs_rehash(stored)


@cache
def _nobody() -> str:
    return _hasher.hash("the account that does not exist")
