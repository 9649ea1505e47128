"""What passes by itself: a database that is locked, full, read only or away, a disk without room.

None of it is a fault of the request: it is answered 503 with words, and the same request may be sent again.
"""

from __future__ import annotations

import enum
import errno
import sqlite3
from typing import Any

from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout


class Outage(enum.StrEnum):
    """Why nothing can be written, or read, for a while."""

    BUSY = "busy"
    FULL = "full"
    READ_ONLY = "read_only"
    AWAY = "away"


_SQLITE = {
    sqlite3.SQLITE_BUSY: Outage.BUSY,
    sqlite3.SQLITE_LOCKED: Outage.BUSY,
    sqlite3.SQLITE_FULL: Outage.FULL,
    sqlite3.SQLITE_READONLY: Outage.READ_ONLY,
    sqlite3.SQLITE_IOERR: Outage.AWAY,
    sqlite3.SQLITE_CANTOPEN: Outage.AWAY,
}

# PostgreSQL's codes, whole or by their class of two characters.
_POSTGRESQL = {
    "55P03": Outage.BUSY,  # lock_not_available
    "57014": Outage.BUSY,  # query_canceled: by a timeout
    "40": Outage.BUSY,  # transaction_rollback: a deadlock, or one that cannot be serialised
    "25006": Outage.READ_ONLY,  # read_only_sql_transaction
    "53100": Outage.FULL,  # disk_full
    "53": Outage.AWAY,  # insufficient_resources: too many connections
    "57P": Outage.AWAY,  # shut down, starting up
    "08": Outage.AWAY,  # connection_exception
    "58": Outage.AWAY,  # system_error
}

_SYSTEM = {errno.ENOSPC: Outage.FULL, errno.EDQUOT: Outage.FULL, errno.EROFS: Outage.READ_ONLY}


def outage_of(error: BaseException | None) -> Outage | None:
    """What kind of passing trouble the error tells of; ``None`` when it is a fault."""
    if isinstance(error, PoolTimeout):
        return Outage.BUSY
    if isinstance(error, DBAPIError):
        return _of_database(error.orig, lost=error.connection_invalidated)
    if isinstance(error, sqlite3.Error):
        return _of_database(error, lost=False)
    if isinstance(error, OSError) and error.errno is not None:
        return _SYSTEM.get(error.errno)
    return None


def _of_database(error: Any, *, lost: bool) -> Outage | None:
    if isinstance(error, sqlite3.Error):
        # The code's first byte is its kind; the others say more.
        return _SQLITE.get(getattr(error, "sqlite_errorcode", 0) & 0xFF)
    state = getattr(error, "sqlstate", None)
    if state is None:  # the server said nothing: it could not be reached, or was lost
        return Outage.AWAY if lost or type(error).__name__ == "OperationalError" else None
    return next((_POSTGRESQL[state[:size]] for size in (5, 3, 2) if state[:size] in _POSTGRESQL), None)
