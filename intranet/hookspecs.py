"""Every hook. The collect hooks run once at start and return frozen values; the last four run as things happen."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from intranet.plugin_api import hookspec

if TYPE_CHECKING:
    from click import Command
    from flask import Blueprint

    from intranet.dossiers.models import Household
    from intranet.plugin_api import (
        CalendarSource,
        Demo,
        Event,
        EventWording,
        Exporter,
        HealthCheck,
        Indicator,
        Job,
        NavItem,
        Panel,
        Permission,
        PersonalData,
        Policy,
        Portal,
        SearchSource,
        Setting,
        Widget,
    )


@hookspec
def register_blueprints() -> Sequence[Blueprint]:
    """Return blueprints; core mounts each under ``/<owner>``. Every endpoint is ``requires`` or ``public``."""
    raise NotImplementedError


@hookspec
def register_permissions() -> Sequence[Permission]:
    """Return the permissions the owner defines, each named ``<owner>.…`` with the roles that hold it."""
    raise NotImplementedError


@hookspec
def register_policies() -> Sequence[Policy]:
    """Return which rows each permission reaches. A (permission, model) without policy reaches none."""
    raise NotImplementedError


@hookspec
def register_nav() -> Sequence[NavItem]:
    """Return menu entries."""
    raise NotImplementedError


@hookspec
def register_widgets() -> Sequence[Widget]:
    """Return blocks for the portals' home pages."""
    raise NotImplementedError


@hookspec
def register_portals() -> Sequence[Portal]:
    """Return the homes the owner offers, and to which kinds of organisation."""
    raise NotImplementedError


@hookspec
def register_panels() -> Sequence[Panel]:
    """Return sections for the slots ``dossier``, ``dwelling`` and ``chantier``."""
    raise NotImplementedError


@hookspec
def register_search() -> Sequence[SearchSource]:
    """Return what can be searched for."""
    raise NotImplementedError


@hookspec
def register_event_wordings() -> Sequence[EventWording]:
    """Return what the history says of the events the owner records, each kind ``<owner>.…``."""
    raise NotImplementedError


@hookspec
def register_exporters() -> Sequence[Exporter]:
    """Return tables that may be downloaded as CSV and XLSX."""
    raise NotImplementedError


@hookspec
def register_indicators() -> Sequence[Indicator]:
    """Return figures of the programme."""
    raise NotImplementedError


@hookspec
def register_calendar() -> Sequence[CalendarSource]:
    """Return sources of dates."""
    raise NotImplementedError


@hookspec
def register_jobs() -> Sequence[Job]:
    """Return the jobs the owner puts in the outbox or wants run at an interval."""
    raise NotImplementedError


@hookspec
def register_commands() -> Sequence[Command]:
    """Return click commands; core groups them under ``intranet <owner>``."""
    raise NotImplementedError


@hookspec
def register_settings() -> Sequence[Setting]:
    """Return settings an administrator may change on screen, each key ``<owner>.…``."""
    raise NotImplementedError


@hookspec
def register_demo() -> Sequence[Demo]:
    """Return loaders of demonstration data."""
    raise NotImplementedError


@hookspec
def register_health_checks() -> Sequence[HealthCheck]:
    """Return checks for ``/healthz``."""
    raise NotImplementedError


@hookspec
def on_event(event: Event) -> None:
    """Something happened and is committed. An error here is logged with its owner and stops nobody else."""
    raise NotImplementedError


@hookspec
def personal_data(household: Household) -> Sequence[PersonalData]:
    """Return what the owner holds about the household."""
    raise NotImplementedError


@hookspec
def erase_personal_data(household: Household) -> None:
    """Delete or anonymise what the owner holds about the household. Do not commit."""
    raise NotImplementedError


@hookspec
def validate_delete(obj: Any) -> Sequence[str]:
    """Return the reasons why ``obj`` must not be deleted, in words; nothing when it may."""
    raise NotImplementedError
