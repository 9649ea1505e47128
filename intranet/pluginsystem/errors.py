"""Why the application would not start."""

from __future__ import annotations


class StartRefused(Exception):
    """What was found is not fit to serve. The message names the owner and says how to mend it."""
