"""What the site writes once for every contract: the association's full name and address, the usual support."""

from __future__ import annotations

from collections.abc import Mapping

from intranet.settings.service import value

NAME = "core.contract.association"
ADDRESS = "core.contract.address"
SUPPORT: Mapping[str, str] = {
    "support_technical": "core.contract.support_technical",
    "support_social": "core.contract.support_social",
    "support_volunteers": "core.contract.support_volunteers",
}
"""The field of a contract, and the setting that holds the words it usually begins with."""


def association_name(short: str) -> str:
    """The association's name as contracts bear it: in full where the site wrote it, else ``short``."""
    return str(value(NAME)) or short


def association_address(known: str) -> str:
    """The association's address: the site's own words, else the one ``known`` of the organisation."""
    return str(value(ADDRESS)) or known


def usual_support() -> Mapping[str, str]:
    """The support a contract usually foresees, by field, for whoever establishes one to change."""
    return {field: str(value(key)) for field, key in SUPPORT.items()}
