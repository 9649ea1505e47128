"""Looking at a page as it is drawn: axe-core, and whether it is wider than its window."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from playwright.sync_api import Page

from tests.e2e.crawl import Seen
from tests.e2e.visitor import DESKTOP, PHONE
from tooling.shell import ROOT

AXE = (ROOT / "node_modules" / "axe-core" / "axe.min.js").read_text()
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
EVERYTHING = {"type": "tag", "values": TAGS}
COLOURS = {"type": "rule", "values": ["color-contrast", "link-in-text-block"]}
"""The rules of `TAGS` that look at colours."""

LOOK = """(rules) => axe.run(document, {
  runOnly: rules, resultTypes: ["violations"], elementRef: false, preload: false,
}).then((result) => result.violations.map((found) => {
  const nodes = found.nodes.slice(0, 3).map((node) => `${node.target.join(" ")} ${node.any[0]?.message ?? ""}`);
  return `${found.id}: ${nodes.join(" | ")}`;
}))"""
TOO_WIDE = "document.documentElement.scrollWidth > innerWidth + 1"


@dataclass(frozen=True, slots=True)
class Sight:
    """A page to look at, as this person."""

    email: str
    address: str


def choose_sights(seen: dict[str, Seen]) -> list[Sight]:
    """Of all pages of all accounts: each kind of page, and each element wherever it stands, at least once.

    A page is left out when its endpoint was chosen before, and all of its elements stand just so (``Seen.shapes``)
    on pages that were. So every state of a record that shows anything of its own is looked at, and forty pages of one
    shape once. Those who see least choose first, so that each account has pages to look at.
    """
    chosen: list[Sight] = []
    endpoints: set[str] = set()
    known: set[str] = set()
    for email, them in reversed(seen.items()):
        for address, shape in them.shapes.items():
            endpoint = them.kinds[address].endpoint
            if endpoint not in endpoints or not shape <= known:
                chosen.append(Sight(email, address))
                endpoints.add(endpoint)
                known |= shape
    return chosen


def look(page: Page, name: str) -> list[str]:
    """What is wrong with the page that is open, at both widths and in both themes, loaded once as a turned phone would.

    A theme changes nothing but colours, so in the dark only the rules on colours are asked; a width hides, shows
    and moves elements, so all rules are asked at both.
    """
    page.evaluate(AXE)
    findings: list[str] = []
    for width, height in (DESKTOP, PHONE):
        page.set_viewport_size({"width": width, "height": height})
        if page.evaluate(TOO_WIDE):
            findings.append(f"{name} is wider than {width}")
        for scheme, rules in (("light", EVERYTHING), ("dark", COLOURS)):
            page.emulate_media(color_scheme=scheme, reduced_motion="reduce")  # type: ignore[arg-type]
            findings += _named(f"{name} ({width}, {scheme})", page.evaluate(LOOK, rules))
    return findings


def _named(name: str, findings: Iterable[str]) -> list[str]:
    return [f"{name}: {found}" for found in findings]
