"""Every bundled portal and plugin keeps the contract."""

from __future__ import annotations

from intranet.pluginsystem.discovery import BUNDLED, Found, discover
from intranet.testing.contract import OwnerContract, PluginContract, PortalContract


def contract_of(found: Found) -> type[OwnerContract]:
    kind = PortalContract if found.plugin.portal else PluginContract
    return type(f"Test{found.name.capitalize()}", (kind,), {"name": found.name})


for each in discover().values():
    if each.package.partition(".")[0] in BUNDLED:
        globals()[f"Test{each.name.capitalize()}"] = contract_of(each)
