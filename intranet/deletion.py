"""Asking before something is deleted: core, portals and plugins may each say why not (``validate_delete``)."""

from __future__ import annotations

from typing import Any

from intranet.access import registry
from intranet.errors import Refused


def reasons_to_keep(obj: Any) -> list[str]:
    """Why ``obj`` must not be deleted, in words; empty when it may."""
    return [
        str(reason)
        for _owner, validate in registry().implementations("validate_delete")
        for reason in validate(obj) or ()
    ]


def check_delete(obj: Any) -> None:
    """Raise ``Refused`` with every reason against deleting ``obj``. Before each deletion a person asks for."""
    reasons = reasons_to_keep(obj)
    if reasons:
        raise Refused("delete.kept", " ".join(reasons))
