"""Which plugins are enabled, and the one ``PluginManager`` of an application."""

from __future__ import annotations

from collections.abc import Mapping
from difflib import get_close_matches
from importlib import import_module
from typing import Any

import pluggy

from intranet import core_hooks, hookspecs
from intranet.config import Settings, read_plugin_config
from intranet.plugin_api import NAMESPACE
from intranet.pluginsystem.discovery import Found, discover
from intranet.pluginsystem.errors import StartRefused

CORE = "core"


class Plugins:
    """The plugins of one application: those found, those enabled, their hooks and their settings."""

    def __init__(self, settings: Settings) -> None:
        self.found = discover()
        self.enabled = select(self.found, settings.plugins)
        self.configs: dict[str, Any] = {
            name: read_plugin_config(name, each.plugin.config, settings.environment)
            for name, each in self.enabled.items()
            if each.plugin.config is not None
        }
        self.manager = _load(self.enabled)

    def owner_order(self) -> tuple[str, ...]:
        """The core, then each enabled plugin after those it requires: the order of migrations."""
        ordered = [CORE]

        def place(name: str) -> None:
            for needed in self.enabled[name].plugin.requires:
                place(needed)
            if name not in ordered:
                ordered.append(name)

        for name in sorted(self.enabled):
            place(name)
        return tuple(ordered)


def select(found: Mapping[str, Found], wanted: tuple[str, ...] | None) -> dict[str, Found]:
    """Those to enable. Portals are always: they are the homes people land on.

    ``wanted`` is ``None`` for all, ``()`` for safe mode. Raises ``StartRefused`` when one is missing.
    """
    if wanted is None:
        chosen = dict(found)
    else:
        portals = [name for name, each in found.items() if each.plugin.portal]
        chosen = {}
        for name in (*portals, *wanted):
            if name not in found:
                raise StartRefused(_missing(name, found))
            chosen[name] = found[name]
    for name, each in chosen.items():
        for needed in each.plugin.requires:
            if needed not in chosen:
                raise StartRefused(
                    f"The plugin {name} requires {needed}, which is not enabled. "
                    f"Add {needed} to INTRANET_PLUGINS, or remove {name} from it."
                )
    _refuse_circles(chosen)
    return chosen


def _missing(name: str, found: Mapping[str, Found]) -> str:
    close = get_close_matches(name, list(found), n=1)
    hint = f" Did you mean {close[0]}?" if close else ""
    return (
        f"INTRANET_PLUGINS names {name}, which is not installed.{hint} "
        f"Installed: {', '.join(sorted(found))}. Its data, if any, are kept."
    )


def _refuse_circles(chosen: Mapping[str, Found]) -> None:
    def follow(name: str, path: tuple[str, ...]) -> None:
        if name in path:
            raise StartRefused("These plugins require each other: " + " → ".join((*path, name)) + ".")
        for needed in chosen[name].plugin.requires:
            follow(needed, (*path, name))

    for name in chosen:
        follow(name, ())


def owner_of_module(module: str, enabled: Mapping[str, Found]) -> str | None:
    """Whose code a module is: the core's, an enabled plugin's, or nobody's here (``None``)."""
    if module.startswith("intranet."):
        return CORE
    for name, each in enabled.items():
        if module == each.package or module.startswith(f"{each.package}."):
            return name
    return None


def _load(enabled: Mapping[str, Found]) -> pluggy.PluginManager:
    manager = pluggy.PluginManager(NAMESPACE)
    manager.add_hookspecs(hookspecs)
    manager.register(core_hooks, name=CORE)
    for name, each in enabled.items():
        try:
            module = import_module(each.plugin.hooks)
        except ImportError as problem:
            raise StartRefused(
                f"The plugin {name} ({each.source}) cannot be loaded: {problem}. "
                f"Mend its module {each.plugin.hooks}, or leave {name} out of INTRANET_PLUGINS."
            ) from problem
        try:
            manager.register(module, name=name)
        except pluggy.PluginValidationError as problem:
            raise StartRefused(
                f"The plugin {name} has a hook that does not fit its specification: {problem}"
            ) from problem
    try:
        manager.check_pending()
    except pluggy.PluginValidationError as problem:
        known = [spec for spec in dir(hookspecs) if hasattr(getattr(hookspecs, spec), f"{NAMESPACE}_spec")]
        unknown = next((word.strip("'") for word in str(problem).split() if word.startswith("'")), "")
        close = get_close_matches(unknown, known, n=1)
        hint = f" Did you mean {close[0]}?" if close else f" The hooks are: {', '.join(known)}."
        raise StartRefused(f"A hook is misspelt: {problem}.{hint}") from problem
    return manager
