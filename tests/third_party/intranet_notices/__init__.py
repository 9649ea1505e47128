"""Notices on the board."""

from dataclasses import dataclass

from intranet.plugin_api import Plugin


@dataclass(frozen=True)
class NoticesConfig:
    """``NOTICES_SHOWN``: how many notices a page shows."""

    shown: int = 5


plugin = Plugin(name="notices", label="Notices", hooks="intranet_notices.hooks", config=NoticesConfig)
