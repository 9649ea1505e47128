"""What must not stand in a log or beside a failed job: addresses, and the values a database quotes in its errors."""

from __future__ import annotations

import re

ADDRESS = re.compile(r"[\w.+'-]+@[\w-]+(?:\.[\w-]+)+")
# PostgreSQL ends a message with the row, or the key, that it speaks of.
QUOTED_ROW = re.compile(r"^(DETAIL|CONTEXT|PARAMETERS):.*$", re.MULTILINE)


def without_values(text: str) -> str:
    """The text without what is somebody's."""
    return QUOTED_ROW.sub(r"\1: […]", ADDRESS.sub("[address]", text))
