"""Which portals and plugins there are, from their manifests alone: nothing else of them is imported."""

from __future__ import annotations

import pkgutil
import re
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from importlib.metadata import EntryPoint, EntryPoints, entry_points
from pathlib import Path

from intranet.plugin_api import API_VERSION, Plugin
from intranet.pluginsystem.errors import StartRefused

GROUP = "intranet.plugins"
BUNDLED = ("portals", "plugins")
NAME = re.compile(r"[a-z][a-z0-9]+")
# Addresses, commands and template folders of the core.
RESERVED = frozenset(
    "account accounts backup chantiers components core db demo documents errors exports files healthz intranet "
    "invitation jobs login logout mail metrics password plugins restore run search settings static user worker "
    "works".split()
)


@dataclass(frozen=True, slots=True)
class Found:
    """A manifest, the package it comes from, and where that was found (for messages)."""

    plugin: Plugin
    package: str
    source: str

    @property
    def name(self) -> str:
        return self.plugin.name

    @property
    def folder(self) -> Path:
        """Where the package lies."""
        return Path(str(sys.modules[self.package].__file__)).parent


def discover() -> dict[str, Found]:
    """Every portal and plugin by name. Raises ``StartRefused`` on two of the same name or a bad manifest."""
    found: dict[str, Found] = {}
    for each in [*_bundled(), *_installed(_announced(tuple(sys.path)))]:
        _check_manifest(each)
        if each.name in found:
            raise StartRefused(
                f"Two plugins are called {each.name!r}: {found[each.name].source} and {each.source}. "
                "Rename or remove one of them."
            )
        found[each.name] = each
    return found


def _bundled() -> Iterator[Found]:
    for folder in BUNDLED:
        package = import_module(folder)
        for module in pkgutil.iter_modules(package.__path__, f"{folder}."):
            if module.ispkg:
                yield _found(import_module(module.name), module.name, f"the bundled package {module.name}")


@cache
def _announced(_path: tuple[str, ...]) -> EntryPoints:
    """Those of the distributions on the path, each of which has a file to be read: once for each path."""
    return entry_points(group=GROUP)


def _installed(points: Iterable[EntryPoint]) -> Iterator[Found]:
    for point in points:
        distribution = point.dist.name if point.dist else "an unnamed distribution"
        try:
            loaded = point.load()
        except ImportError as problem:
            raise StartRefused(
                f"The distribution {distribution} announces the plugin {point.name!r} ({point.value}), "
                f"which cannot be imported: {problem}. Reinstall or remove it."
            ) from problem
        yield _found(loaded, point.module, f"the distribution {distribution}")


def _found(loaded: object, package: str, source: str) -> Found:
    """``loaded`` is the manifest itself, or the module that exports it as ``plugin``."""
    plugin = loaded if isinstance(loaded, Plugin) else getattr(loaded, "plugin", None)
    if not isinstance(plugin, Plugin):
        raise StartRefused(
            f"{source} exports no manifest. Its __init__.py must say: plugin = Plugin(name=…, label=…, hooks=…)."
        )
    return Found(plugin, package, source)


def _check_manifest(found: Found) -> None:
    plugin = found.plugin
    check_name(plugin.name, found.source)
    if plugin.api != API_VERSION:
        raise StartRefused(
            f"{found.source}: the plugin {plugin.name} is written for api {plugin.api}, this intranet has api "
            f"{API_VERSION}. Install a version of the plugin made for it, or leave it out of INTRANET_PLUGINS."
        )


def check_name(name: str, source: str) -> None:
    """Raise ``StartRefused`` unless ``name`` can be a plugin's."""
    if not NAME.fullmatch(name) or name in RESERVED:
        raise StartRefused(
            f"{source}: {name!r} is not a plugin's name. Use small letters and digits, beginning "
            "with a letter, without underscore, and none of the core's own words."
        )
