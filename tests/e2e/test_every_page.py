"""Every kind and every shape of page, drawn: no complaint in the console, nothing too wide, axe finds nothing.

On a phone and on a desk, light and dark, as every account that sees something of its own.
"""

from __future__ import annotations

from itertools import groupby

import pytest
from playwright.sync_api import Browser

from tests.e2e.crawl import Seen
from tests.e2e.looking import choose_sights, look
from tests.e2e.people import EVERYONE
from tests.e2e.site import Site
from tests.e2e.visitor import visiting

PARTS = 8
"""So many tests, alike in length, that two processes share them fairly."""


@pytest.mark.parametrize("part", range(PARTS))
def test_nothing_is_wrong_with_any_page(
    part: int, browser: Browser, site: Site, seen: dict[str, Seen]
) -> None:
    sights = choose_sights(seen)
    mine = sights[part * len(sights) // PARTS : (part + 1) * len(sights) // PARTS]
    findings: list[str] = []
    for email, group in groupby(mine, key=lambda sight: sight.email):
        with visiting(browser, site, email) as person:
            for sight in group:
                assert person.open(sight.address) == 200
                findings += look(person.page, sight.address)
    assert not findings, "\n".join(findings)


def test_every_account_has_pages_of_its_own_to_look_at(seen: dict[str, Seen]) -> None:
    assert {sight.email for sight in choose_sights(seen)} == set(EVERYONE)
