"""Somebody at a browser: signs in, reads, clicks. What goes wrong in the page is noted, not missed."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Error, Page, Response

from intranet.demo.people import PASSWORD
from tests.e2e.site import Site

PHONE, DESKTOP = (390, 844), (1440, 900)
PATIENCE = 15.0  # seconds for a page to say what is expected
EXPECTED_STATUS = re.compile(r"the server responded with a status of (4\d\d)")


class Visitor:
    """A page of one person's own browser context, with what it complained of."""

    def __init__(self, site: Site, context: BrowserContext) -> None:
        self.site = site
        self.context = context
        self.page: Page = context.new_page()
        self.page.set_default_timeout(20_000)
        self.complaints: list[str] = []
        self.page.on("console", self._hear)
        self.page.on("pageerror", lambda error: self.complaints.append(f"{self.page.url}: {error}"))
        self.page.on("response", self._answer)

    def _hear(self, message: ConsoleMessage) -> None:
        # A refusal the test asked for (403, 404, 409, 422) is logged by the browser too.
        if message.type in ("error", "warning") and not EXPECTED_STATUS.search(message.text):
            self.complaints.append(f"{self.page.url}: {message.text}")

    def _answer(self, response: Response) -> None:
        if response.status >= 500:
            self.complaints.append(f"{response.status} {response.request.method} {response.url}")

    def open(self, path: str) -> int:
        """Go to a page of the site; return the status of the answer."""
        answer = self.page.goto(self.site.url(path))
        assert answer is not None
        return answer.status

    def sign_in(self, email: str) -> None:
        self.open("/login")
        self.page.fill("input[name=email]", email)
        self.page.fill("input[name=password]", PASSWORD)
        self.page.click("main form button.btn-primary")
        self.page.wait_for_url(re.compile(r"/(staff|bailleur|partner)/"))

    def reads(self, *texts: str) -> None:
        """Every text is on the page, wherever it is, or comes within a few seconds."""
        end = time.monotonic() + PATIENCE
        while missing := [text for text in texts if squeeze(text) not in self._body()]:
            if time.monotonic() > end:
                raise AssertionError(f"{missing} not on {self.page.url}:\n{self._body()[:2000]}")
            self.page.wait_for_timeout(100)

    def _body(self) -> str:
        try:
            return squeeze(self.page.inner_text("body"))
        except Error:  # the page is going away: another follows
            return ""

    def does_not_read(self, *texts: str) -> None:
        """None of these words is on the page."""
        body = self._body()
        for text in texts:
            assert not re.search(rf"\b{re.escape(squeeze(text))}\b", body), f"{text!r} is on {self.page.url}"


def squeeze(text: str) -> str:
    """Without case, and every run of white space (narrow and unbreakable ones too) as one blank."""
    return re.sub(r"\s+", " ", text).casefold().replace("’", "'")


@contextmanager
def visiting(
    browser: Browser, site: Site, email: str = "", size: tuple[int, int] = DESKTOP, **options: Any
) -> Iterator[Visitor]:
    """A person at her own browser; whatever the page complained of fails the test at the end."""
    context = browser.new_context(
        viewport={"width": size[0], "height": size[1]}, locale="fr-FR", timezone_id="Europe/Paris", **options
    )
    try:
        visitor = Visitor(site, context)
        if email:
            visitor.sign_in(email)
        yield visitor
        assert not visitor.complaints, visitor.complaints
    finally:
        context.close()
