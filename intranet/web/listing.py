"""Lists: filters, sort and page live in the URL, so that a list can be sent, kept and exported as seen."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Literal
from urllib.parse import urlencode

from flask import render_template, request
from markupsafe import Markup

from intranet.translation import gettext as _
from intranet.translation import ngettext
from intranet.web.kept import kept

PER_PAGE = 25
LAST_PAGE = 4000
LONGEST = 200
"""Characters kept of a filter: longer is a mistake or worse."""


@dataclass(frozen=True, slots=True)
class Filter:
    """One filter. ``choices`` are ``(value, label)``; without any it is free text.

    A value that is not among the choices counts as no filter, and the list says so: an old bookmark still opens.
    """

    name: str
    label: Any
    choices: Sequence[tuple[str, Any]] = ()
    kind: Literal["select", "text", "check"] = "select"
    placeholder: Any = ""
    values: frozenset[str] = field(init=False)
    key: tuple[str, ...] = field(init=False)
    """What tells these choices from others: a label that is looked up in a catalogue is told by its value."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "values", frozenset(str(value) for value, _label in self.choices))
        words = (pair if type(pair[1]) is str else pair[0] for pair in self.choices)
        object.__setattr__(self, "key", (self.name, *words))

    def clean(self, raw: str) -> str:
        """The value as it may be used, or nothing."""
        raw = raw.replace("\x00", "").strip()[:LONGEST]
        if self.kind == "check":
            return "1" if raw == "1" else ""
        if self.kind == "select" and raw not in self.values:
            return ""
        return raw


@dataclass(frozen=True, slots=True)
class Listing:
    """One list as asked for. ``values`` holds each filter's value, empty for none."""

    path: str
    filters: tuple[Filter, ...]
    values: Mapping[str, str]
    sorts: Mapping[str, Any]
    sort: str
    default_sort: str
    page: int = 1
    per_page: int = PER_PAGE
    rows: Sequence[Any] = ()
    total: int = 0
    capped: bool = False
    export: str = ""
    unknown: Sequence[tuple[Any, str]] = ()
    """What the address asks for that no filter knows: the filter's label and the value."""
    _extra: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def of(
        cls,
        args: Mapping[str, str],
        *,
        filters: Sequence[Filter] = (),
        sorts: Mapping[str, Any],
        default_sort: str,
        export: str = "",
        per_page: int = PER_PAGE,
    ) -> Listing:
        """Read the query string. ``sorts`` maps each sort's name to its label; ``export`` names an exporter."""
        values = {each.name: each.clean(args.get(each.name, "")) for each in filters}
        sort = args.get("sort", default_sort)
        if sort not in sorts:
            sort = default_sort
        raw_page = args.get("page", "1")
        number = int(raw_page) if raw_page.isascii() and raw_page.isdigit() and len(raw_page) < 6 else 1
        return cls(
            path=request.root_path + request.path,
            filters=tuple(filters),
            values=values,
            sorts=sorts,
            sort=sort,
            default_sort=default_sort,
            page=min(max(number, 1), LAST_PAGE),
            per_page=per_page,
            export=export,
            unknown=[
                (each.label, raw)
                for each in filters
                if not values[each.name] and (raw := args.get(each.name, "").strip()[:LONGEST])
            ],
        )

    @property
    def limit(self) -> int:
        return self.per_page

    @property
    def offset(self) -> int:
        return (self.page - 1) * self.per_page

    @property
    def key(self) -> tuple[str, ...]:
        """The shape of the query: which filters are on, and the sort. For statement builders."""
        return (*(name for name, value in self.values.items() if value), self.sort)

    @property
    def params(self) -> dict[str, str]:
        """The filters that are on, with their values: the parameters of the statement."""
        return {name: value for name, value in self.values.items() if value}

    @property
    def filtered(self) -> bool:
        return any(self.values.values())

    def url(self, **changes: Any) -> str:
        """This list with something else: ``url(state="joined")``, ``url(page=2)``. A filter goes to page 1."""
        query = {name: value for name, value in self.values.items() if value}
        if self.sort != self.default_sort:
            query["sort"] = self.sort
        if "page" not in changes:
            changes = {**changes, "page": 1}
        for name, value in changes.items():
            if value in (None, "") or (name == "page" and value == 1):
                query.pop(name, None)
            else:
                query[name] = str(value)
        if query.get("sort") == self.default_sort:
            del query["sort"]
        return f"{self.path}?{urlencode(query)}" if query else self.path

    @property
    def downloads(self) -> Mapping[str, str]:
        """Where to download what is filtered: ``XLSX`` and ``CSV`` with their addresses."""
        if not self.export:
            return {}
        query = urlencode({**self.params, "sort": self.sort})
        base = f"{request.root_path}/exports/{self.export}"
        return {form.upper(): f"{base}.{form}?{query}" for form in ("xlsx", "csv")}

    @property
    def bar(self) -> Markup:
        """The form of the filters, made once for the same choices and values."""
        choices = tuple(each.key for each in self.filters)
        key = ("filters", self.path, tuple(self.values.items()), self.sort, choices)
        return kept(key, lambda: Markup(render_template("components/filter_bar.html", listing=self)))  # noqa: S704

    def with_rows(self, rows: Sequence[Any], total: int, *, capped: bool = False) -> Listing:
        """The list with what was found. ``capped``: counting stopped at ``total``, there are more."""
        return replace(self, rows=rows, total=total, capped=capped)

    @property
    def pages(self) -> int:
        return max(1, min(LAST_PAGE, -(-self.total // self.per_page)))

    @property
    def has_next(self) -> bool:
        return self.page < self.pages or (self.capped and len(self.rows) == self.per_page)

    @property
    def count_text(self) -> str:
        """``94 résultats``, ``plus de 100 résultats``, ``aucun résultat``."""
        if self.capped:
            return str(_("plus de %(num)d résultats", num=self.total))
        if not self.total:
            return str(_("aucun résultat"))
        return str(ngettext("%(num)d résultat", "%(num)d résultats", self.total))
