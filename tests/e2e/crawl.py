"""Every page a person can reach by following links from her home, without a browser.

Links to one kind of page are followed up to a number of times: all objects, but not every mix of filters.
"""

from __future__ import annotations

import re
from collections import Counter, deque
from dataclasses import dataclass, field
from html.parser import HTMLParser
from sys import intern
from urllib.parse import parse_qsl, urljoin, urlsplit

from flask import Flask
from flask.testing import FlaskClient
from werkzeug.exceptions import HTTPException

from intranet.demo.people import PASSWORD

OBJECTS_EACH = 120
FILTERS_EACH = 4
EMPTY = frozenset("area base br col embed hr img input link meta path rect source track use wbr".split())
TELLING = frozenset("type role aria-current aria-live lang dir scope".split())
"""Attributes whose value changes what a page is for a reader; of the others the name is enough."""
LINKING = {"a": "href", "img": "src", "link": "href", "script": "src", "source": "srcset"}


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of page: its endpoint and the names in its query."""

    endpoint: str
    query: tuple[str, ...] = ()


@dataclass
class Seen:
    """What one person saw: each address with its status, and where its link stood."""

    statuses: dict[str, int] = field(default_factory=dict)
    found_on: dict[str, str] = field(default_factory=dict)
    kinds: dict[str, Kind] = field(default_factory=dict)
    shapes: dict[str, frozenset[str]] = field(default_factory=dict)
    """Of each page that answered 200: every element by where it stands (``_Page``)."""

    @property
    def opened(self) -> set[str]:
        return {address for address, status in self.statuses.items() if status == 200}

    def samples(self) -> list[str]:
        """The first page of every kind."""
        first: dict[Kind, str] = {}
        for address in self.shapes:
            first.setdefault(self.kinds[address], address)
        return list(first.values())


class _Page(HTMLParser):
    """The links of a page, and its shape: each element's tag, classes and attributes, below those it stands in.

    Words, numbers and how often an element comes do not count: two pages of one shape are drawn by the same rules of
    the same style sheets, and run the same scripts.
    """

    def __init__(self) -> None:
        super().__init__()
        self.links: list[str] = []
        self.shape: set[str] = set()
        self._open: list[tuple[str, str]] = [("", "")]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        link = given.get(LINKING.get(tag, ""))
        if link:
            self.links.append(link)
        place = ".".join([f"{self._open[-1][1]}>{tag}", *sorted((given.pop("class", "") or "").split())])
        told = (f"{name}={value}" if name in TELLING else name for name, value in given.items())
        self.shape.add(intern(f"{place}[{' '.join(sorted(told))}]"))
        if tag not in EMPTY:
            self._open.append((tag, place))

    def handle_endtag(self, tag: str) -> None:
        for depth in range(len(self._open) - 1, 0, -1):
            if self._open[depth][0] == tag:
                del self._open[depth:]
                return


def sign_in(client: FlaskClient, email: str) -> None:
    """Through the real form."""
    page = client.get("/login").get_data(as_text=True)
    found = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page)
    data = {"email": email, "password": PASSWORD, "csrf_token": found.group(1) if found else ""}
    assert client.post("/login", data=data).status_code == 303, f"{email} could not sign in"


def crawl(app: Flask, email: str) -> Seen:
    """Follow every link from the person's home. Redirects are followed as links of their own."""
    client = app.test_client()
    sign_in(client, email)
    seen = Seen()
    counts: Counter[Kind] = Counter()
    waiting = deque([("/", "")])
    while waiting:
        address, source = waiting.popleft()
        kind = kind_of(app, address)
        most = FILTERS_EACH if kind.query else OBJECTS_EACH
        if address in seen.statuses or counts[kind] >= most:
            continue
        counts[kind] += 1
        answer = client.get(address)
        seen.statuses[address] = answer.status_code
        seen.found_on[address] = source
        seen.kinds[address] = kind
        links = [answer.location] if answer.location else []
        if answer.mimetype == "text/html" and not links:
            page = _Page()
            page.feed(answer.get_data(as_text=True))
            links = page.links
            if answer.status_code == 200:
                seen.shapes[address] = frozenset(page.shape)
        for link in links:
            target = urlsplit(urljoin(address, link))
            if target.netloc in ("", "localhost") and target.scheme in ("", "http", "https"):
                following = target.path + (f"?{target.query}" if target.query else "")
                if following not in seen.statuses:
                    waiting.append((following, address))
    return seen


def kind_of(app: Flask, address: str) -> Kind:
    """The endpoint that answers an address, and the names of its filters."""
    parts = urlsplit(address)
    query = tuple(sorted({name for name, _value in parse_qsl(parts.query, keep_blank_values=True)}))
    try:
        endpoint, _values = app.url_map.bind("localhost").match(parts.path)
    except HTTPException as problem:
        endpoint = f"{problem.code}:{parts.path}"
    return Kind(str(endpoint), query)
