"""The core, registered as a plugin would be.

Each domain offers what it has in its own ``registration`` module, as tuples: ``BLUEPRINTS``, ``JOBS``,
``SEARCH``, ``SETTINGS``, ``HEALTH_CHECKS``, ``EXPORTERS``, ``COMMANDS``, ``DEMOS``. Here they are only gathered.
"""

from __future__ import annotations

from functools import cache
from importlib import import_module
from importlib.util import find_spec
from types import ModuleType
from typing import TYPE_CHECKING, Any

from intranet.plugin_api import (
    Demo,
    Exporter,
    HealthCheck,
    Indicator,
    Job,
    Permission,
    PersonalData,
    Policy,
    SearchSource,
    Setting,
    hookimpl,
)

if TYPE_CHECKING:
    from click import Command
    from flask import Blueprint

    from intranet.dossiers.models import Household

DOMAINS = (
    "accounts",
    "organisations",
    "dossiers",
    "works",
    "wear",
    "rent",
    "guests",
    "voice",
    "signatures",
    "commitments",
    "chantiers",
    "documents",
    "timeline",
    "search",
    "settings",
    "mail",
    "jobs",
    "web",
    "operations",
    "demo",
)


@cache
def _modules(name: str) -> tuple[ModuleType, ...]:
    """That module of each domain which has one."""
    paths = (f"intranet.{domain}.{name}" for domain in DOMAINS)
    return tuple(import_module(path) for path in paths if find_spec(path))


def load_models() -> None:
    """Import every table of the core, for migrations."""
    _modules("models")


def _gather(kind: str) -> list[Any]:
    return [item for module in _modules("registration") for item in getattr(module, kind, ())]


@hookimpl
def register_blueprints() -> list[Blueprint]:
    return _gather("BLUEPRINTS")


@hookimpl
def register_permissions() -> tuple[Permission, ...]:
    from intranet.permissions import PERMISSIONS

    return PERMISSIONS


@hookimpl
def register_policies() -> tuple[Policy, ...]:
    from intranet.policies import POLICIES

    return POLICIES


@hookimpl
def register_search() -> list[SearchSource]:
    return _gather("SEARCH")


@hookimpl
def register_exporters() -> list[Exporter]:
    return _gather("EXPORTERS")


@hookimpl
def register_indicators() -> tuple[Indicator, ...]:
    from intranet.programme import INDICATORS

    return INDICATORS


@hookimpl
def register_jobs() -> list[Job]:
    return _gather("JOBS")


@hookimpl
def register_commands() -> list[Command]:
    return _gather("COMMANDS")


@hookimpl
def register_settings() -> list[Setting]:
    return _gather("SETTINGS")


@hookimpl
def register_health_checks() -> list[HealthCheck]:
    return _gather("HEALTH_CHECKS")


@hookimpl
def register_demo() -> list[Demo]:
    return _gather("DEMOS")


@hookimpl
def personal_data(household: Household) -> list[PersonalData]:
    from intranet.privacy.holding import held

    return held(household)


@hookimpl
def erase_personal_data(household: Household) -> None:
    from intranet.privacy.erasing import erase

    erase(household)


@hookimpl
def validate_delete(obj: Any) -> list[str]:
    from intranet.privacy.keeping import reasons_to_keep

    return reasons_to_keep(obj)
