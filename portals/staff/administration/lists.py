"""The one way a list of administration is read: its filters, one page of rows, and how many there are."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from flask import request

from intranet.rows import Statement, fetch_all, fetch_value
from intranet.web.listing import Filter, Listing

NUMBERS = frozenset({"organisation", "pole"})


def read_list(
    rows: Callable[..., Statement],
    count: Callable[..., Statement],
    *,
    filters: Sequence[Filter],
    sorts: Mapping[str, Any],
    default_sort: str,
) -> Listing:
    """Two statements: the page and the count. Checks only shape the statement, they carry no value."""
    listing = Listing.of(request.args, filters=filters, sorts=sorts, default_sort=default_sort)
    asked = tuple(sorted(listing.params))
    checks = {each.name for each in filters if each.kind == "check"}
    params = {name: _typed(name, text) for name, text in listing.params.items() if name not in checks}
    found = fetch_all(rows, asked, listing.sort, **params, limit=listing.limit, offset=listing.offset)
    return listing.with_rows(found, fetch_value(count, asked, **params))


def _typed(name: str, text: str) -> Any:
    return int(text) if name in NUMBERS else text
