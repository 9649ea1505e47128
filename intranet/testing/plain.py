"""What is said, whatever spaces it is set with: tests are written with plain ones."""

from __future__ import annotations

from intranet.typography import FIXED


def plain(text: object) -> str:
    """``text`` with every unbreakable space made a plain one."""
    return str(text).replace(FIXED, " ")
