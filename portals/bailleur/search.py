"""The text filter of the portal's short lists."""

from __future__ import annotations


def pattern(text: str) -> str:
    """A ``LIKE`` pattern (escape ``\\``) that finds ``text`` anywhere, its own wildcards taken literally."""
    for sign in ("\\", "%", "_"):
        text = text.replace(sign, f"\\{sign}")
    return f"%{text}%"
