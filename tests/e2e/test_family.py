"""The household at its own page: with a code, in its language, on a phone, with and without network and script."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from playwright.sync_api import Browser, Page
from sqlalchemy import select

from intranet.access import Role
from intranet.accounts.models import Membership, User
from intranet.app import create_app
from intranet.config import Settings
from intranet.extensions import db
from intranet.guests.service import OpenedAccess
from intranet.testing.factories import make_actor
from intranet.testing.guests import make_access
from intranet.testing.works import fresh
from intranet.voice.texts import LANGUAGES, words
from intranet.works.models import Split
from intranet.works.terms import Side, SplitState
from tests.e2e.looking import look
from tests.e2e.site import Site, environment
from tests.e2e.visitor import PHONE, Visitor, visiting

SMALLEST = 44
TARGETS = """() => [...document.querySelectorAll("a, button, summary, label, textarea, #person")]
  .filter((each) => each.checkVisibility() && !each.classList.contains("skip"))
  .filter((each) => !each.matches("[for=person]"))
  .map((each) => [each.textContent.trim(), each.getBoundingClientRect().height])
  .filter(([_words, height]) => height < 44)"""
SMALL_LETTERS = """() => [...document.querySelectorAll("main *, header *, nav *")]
  .filter((each) => each.checkVisibility() && [...each.childNodes].some((n) => n.nodeType === 3 && n.data.trim()))
  .filter((each) => !each.matches(".visually-hidden, #person-why") && parseFloat(getComputedStyle(each).fontSize) < 20)
  .map((each) => each.textContent)"""
TICKED = """() => [...document.querySelectorAll(".voice-box")]
  .filter((each) => getComputedStyle(each, "::after").content !== "none")
  .map((each) => each.className)"""
VOICES = """(() => {
  window.heard = [];
  const speech = {
    getVoices: () => [{ lang: "ar-SA" }, { lang: "fr-FR" }], addEventListener() {}, cancel() {},
    speak: (words) => window.heard.push([words.lang, words.text]),
  };
  Object.defineProperty(window, "speechSynthesis", { value: speech });
  window.SpeechSynthesisUtterance = class { constructor(text) { this.text = text; } addEventListener() {} };
})()"""


@pytest.fixture(scope="module")
def code(site: Site) -> OpenedAccess:
    """The code of a family whose split has come back from its bailleur."""
    app = create_app(Settings.from_env(environment(site.folder)))
    with app.test_request_context():
        split_id = db.session.scalars(select(Split.id).where(Split.state == SplitState.COUNTERED)).first()
        assert split_id is not None
        statement = select(User).join(Membership).where(Membership.role == Role.COORDINATOR)
        coordinator = make_actor(db.session.scalars(statement).first())  # type: ignore[arg-type]
        access = make_access(coordinator, fresh(split_id).id, Side.HOUSEHOLD)
        db.session.remove()
        db.engine.dispose()
    return access


@contextmanager
def family(browser: Browser, site: Site, code: OpenedAccess, **options: object) -> Iterator[Visitor]:
    """A family's phone, let in."""
    with visiting(browser, site, size=PHONE, **options) as visitor:  # type: ignore[arg-type]
        visitor.open("/acces")
        visitor.page.fill("input[name=reference]", code.reference)
        visitor.page.fill("input[name=code]", code.code)
        visitor.page.click("main form button[type=submit]")
        visitor.page.wait_for_url(re.compile(r"/acces/famille"))
        yield visitor


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_page_is_accessible_and_large_in_every_language(
    browser: Browser, site: Site, code: OpenedAccess, language: str
) -> None:
    with family(browser, site, code, bypass_csp=True) as visitor:
        visitor.open(f"/acces/famille?lang={language}")
        page = visitor.page
        assert look(page, language) == []
        page.set_viewport_size({"width": PHONE[0], "height": PHONE[1]})
        assert page.evaluate("document.documentElement.scrollWidth") <= PHONE[0]
        assert page.evaluate(TARGETS) == []
        assert page.evaluate(SMALL_LETTERS) == []


def test_the_picture_of_the_letter_opens_the_page_in_one_touch_and_leaves_no_code(
    browser: Browser, site: Site, code: OpenedAccess
) -> None:
    with visiting(browser, site, size=PHONE) as visitor:
        visitor.open(f"/acces?lang=ar&reference={code.reference}#{code.code}")
        page = visitor.page
        assert page.input_value("input[name=reference]") == code.reference
        assert page.input_value("input[name=code]") == code.code
        assert code.code not in page.url
        page.keyboard.press("Enter")
        page.wait_for_url(re.compile(r"/acces/famille\?lang=ar"))


def test_arabic_starts_from_the_right(browser: Browser, site: Site, code: OpenedAccess) -> None:
    with family(browser, site, code) as visitor:
        for language, from_the_right in (("fr", False), ("ar", True)):
            visitor.open(f"/acces/famille?lang={language}")
            icon, name = (
                visitor.page.locator(f".voice-who >> nth=0 >> {part}") for part in ("svg", "strong")
            )
            assert (left_of(icon) > left_of(name)) is from_the_right
            box = visitor.page.locator(".voice-ask input[type=radio] >> nth=0")
            assert (left_of(box) > PHONE[0] / 2) is from_the_right


def left_of(place: object) -> float:
    found = place.bounding_box()  # type: ignore[attr-defined]
    return float(found["x"])


def test_the_page_is_read_aloud_where_there_is_a_voice(
    browser: Browser, site: Site, code: OpenedAccess
) -> None:
    with family(browser, site, code) as visitor:
        page = visitor.page
        assert page.locator("[data-listen]:visible").count() == 0
        page.add_init_script(VOICES)
        visitor.open("/acces/famille?lang=ar")
        page.locator("article [data-listen]").first.click()
        heard = page.evaluate("heard")
        assert words("ar")("answer.discuss") in [text for _language, text in heard]
        assert heard[0][1] == page.locator("article h3 span").first.inner_text()
        assert {language for language, _text in heard} <= {"ar", "fr"}
        visitor.open("/acces/famille?lang=pt")
        assert page.locator("[data-listen]:visible").count() == 0


def test_answers_are_counted_kept_without_network_and_sent_when_it_is_back(
    browser: Browser, site: Site, code: OpenedAccess
) -> None:
    with family(browser, site, code) as visitor:
        page = visitor.page
        total = page.locator("article .voice-ask").count()
        choose(page, "voice-yes")
        visitor.reads(words("fr")("answer.progress", done=1, total=total))
        page.wait_for_timeout(600)  # the draft is written a moment after the last touch
        page.reload()
        page.click("[data-restore]")
        visitor.reads(words("fr")("answer.progress", done=1, total=total))
        page.fill("#person", "Amina Benali")
        visitor.context.set_offline(True)
        page.click(".voice-go")
        visitor.reads(words("fr")("told.offline"))
        visitor.context.set_offline(False)
        page.click(".voice-go")
        visitor.reads(words("fr")("told.thanks"))
        assert page.locator("[data-restore]").count() == 0


def test_the_page_needs_no_script(browser: Browser, site: Site, code: OpenedAccess) -> None:
    with family(browser, site, code, java_script_enabled=False) as visitor:
        page = visitor.page
        choose(page, "voice-talk")
        page.fill("#person", "Karim Benali")
        page.click(".voice-go")
        assert words("fr")("told.thanks") in page.content()
        assert page.locator("[data-print]:visible, [data-listen]:visible").count() == 0


def test_the_sheet_of_paper_has_boxes_and_no_buttons(
    browser: Browser, site: Site, code: OpenedAccess
) -> None:
    with family(browser, site, code) as visitor:
        page = visitor.page
        page.emulate_media(media="print")
        assert page.locator("button:visible, input:visible, .voice-languages:visible").count() == 0
        lines = page.locator("article").count()
        boxes = page.locator(".voice-box:visible").count()
        assert 2 * lines < boxes == page.locator("article input[type=radio]").count()
        page.locator("input[type=radio][value=talk]").first.evaluate("box => { box.checked = true }")
        assert page.evaluate(TICKED)[:1] == ["voice-box voice-box-talk"]
        assert page.locator(".voice-exact p:visible").count() > 0
        assert page.pdf().startswith(b"%PDF")


def choose(page: Page, css: str) -> None:
    page.locator(f"label.{css}").first.click()
