"""Every page a person can reach by following links from her home, without a browser.

Links to one kind of page are followed up to a number of times: all objects, but not every mix of filters.
"""

from __future__ import annotations

import re
from collections import Counter, deque
from dataclasses import dataclass, field
from html.parser import HTMLParser
from urllib.parse import parse_qsl, urljoin, urlsplit

from flask import Flask
from flask.testing import FlaskClient
from werkzeug.exceptions import HTTPException

from intranet.demo.people import PASSWORD

OBJECTS_EACH = 120
FILTERS_EACH = 4
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
    files: set[str] = field(default_factory=set)

    @property
    def opened(self) -> set[str]:
        return {address for address, status in self.statuses.items() if status == 200}

    def samples(self, each: int = 1) -> list[str]:
        """The first pages of every kind that answered 200 with a page of their own."""
        counts: Counter[Kind] = Counter()
        chosen = []
        for address, kind in self.kinds.items():
            if self.statuses[address] == 200 and address not in self.files and counts[kind] < each:
                counts[kind] += 1
                chosen.append(address)
        return chosen


class _Links(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        value = dict(attrs).get(LINKING.get(tag, ""))
        if value:
            self.found.append(value)


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
        if answer.mimetype != "text/html":
            seen.files.add(address)
        for link in _links(answer.headers.get("Location"), answer.mimetype, answer):
            target = urlsplit(urljoin(address, link))
            if target.netloc in ("", "localhost") and target.scheme in ("", "http", "https"):
                following = target.path + (f"?{target.query}" if target.query else "")
                if following not in seen.statuses:
                    waiting.append((following, address))
    return seen


def _links(location: str | None, mimetype: str, answer: object) -> list[str]:
    if location:
        return [location]
    if mimetype != "text/html":
        return []
    parser = _Links()
    parser.feed(answer.get_data(as_text=True))  # type: ignore[attr-defined]
    return parser.found


def kind_of(app: Flask, address: str) -> Kind:
    """The endpoint that answers an address, and the names of its filters."""
    parts = urlsplit(address)
    query = tuple(sorted({name for name, _value in parse_qsl(parts.query, keep_blank_values=True)}))
    try:
        endpoint, _values = app.url_map.bind("localhost").match(parts.path)
    except HTTPException as problem:
        endpoint = f"{problem.code}:{parts.path}"
    return Kind(str(endpoint), query)
