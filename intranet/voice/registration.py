"""What the household's page offers to the application."""

from __future__ import annotations

from intranet.voice.views import bp

BLUEPRINTS = (bp,)
