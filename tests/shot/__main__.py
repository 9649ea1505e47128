"""``./dev shot [folder]``: look at every kind of page. ``--readme`` makes the two pictures of the README.

The pages are those of the demonstration, loaded in a temporary place: nothing of ``instance/`` is read.
"""

from __future__ import annotations

import argparse
import io
import os
import re
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, Page, sync_playwright

from intranet.app import create_app
from intranet.config import Settings
from intranet.demo.people import ANIMATOR, COORDINATION, PEOPLE
from intranet.extensions import db
from tests.e2e.conftest import FLAGS
from tests.e2e.crawl import crawl
from tests.e2e.site import Site, environment, load_template, running_site
from tests.e2e.visitor import DESKTOP, PHONE, visiting
from tooling.shell import ROOT, say

DOOR = ("/login", "/password/forgotten", "/offline", "/does-not-exist")
README_FOLDER = ROOT / "docs"
MOST_BYTES = 200_000


def main() -> None:
    options = argparse.ArgumentParser(prog="./dev shot", description=__doc__)
    options.add_argument("folder", nargs="?", type=Path, default=ROOT / "instance" / "shots")
    options.add_argument(
        "--readme", action="store_true", help="only the two pictures of the README, in docs/"
    )
    options.add_argument("--only", default="", help="a regular expression that pages must match")
    chosen = options.parse_args()
    with _demonstration() as (template, site), _browser() as browser:
        if chosen.readme:
            _picture_readme(browser, site)
        else:
            _picture_all(browser, site, template, chosen.folder, re.compile(chosen.only))


@contextmanager
def _demonstration() -> Iterator[tuple[Path, Site]]:
    with tempfile.TemporaryDirectory(prefix="shot-") as name:
        say("Loading the demonstration")
        template = load_template(Path(name) / "template")
        with running_site(template, Path(name) / "instance") as site:
            yield template, site


@contextmanager
def _browser() -> Iterator[Browser]:
    path = os.environ.get("CHROMIUM") or shutil.which("chromium")
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=path, args=list(FLAGS))
        yield chromium
        chromium.close()


def _picture_all(browser: Browser, site: Site, template: Path, folder: Path, only: re.Pattern[str]) -> None:
    app = create_app(Settings.from_env(environment(template)))
    number = 0
    _picture_door(browser, site, folder / "door", only)
    for person in PEOPLE:
        if not person.signs_in:
            continue
        pages = [
            page for page in crawl(app, person.email).samples() if _is_a_page(page) and only.search(page)
        ]
        target = folder / person.email.replace("@", "-at-")
        say(f"{person.email}: {len(pages)} pages")
        with visiting(browser, site, person.email) as visitor:
            for page in pages:
                visitor.open(page)
                number += _picture(visitor.page, target, page)
    with app.app_context():
        db.engine.dispose()
    say(f"{number} pictures in {folder}")


def _picture_door(browser: Browser, site: Site, folder: Path, only: re.Pattern[str]) -> None:
    with visiting(browser, site) as visitor:
        for page in DOOR:
            if only.search(page):
                visitor.open(page)
                _picture(visitor.page, folder, page)


def _is_a_page(address: str) -> bool:
    if "?" in address:
        return False
    return not re.match(r"/(static|files|exports|sw\.js)", address) and not re.search(
        r"(/document|\.svg)$", address
    )


def _picture(page: Page, folder: Path, address: str) -> int:
    """The page at both widths, in both themes; how many pictures were made."""
    folder.mkdir(parents=True, exist_ok=True)
    name = address.strip("/").replace("/", "-") or "home"
    for width, height in (PHONE, DESKTOP):
        page.set_viewport_size({"width": width, "height": height})
        for scheme in ("light", "dark"):
            page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
            page.screenshot(path=folder / f"{name}-{width}-{scheme}.png", full_page=True)
    return 4


def _picture_readme(browser: Browser, site: Site) -> None:
    """The split a coordinator looks at, on her desk; the chantier an animator runs, on his phone."""
    README_FOLDER.mkdir(exist_ok=True)
    with visiting(browser, site, COORDINATION, (1440, 960)) as visitor:
        visitor.open("/staff/dossiers?q=Coulibaly")
        visitor.page.get_by_role("link", name=re.compile("Coulibaly")).first.click()
        visitor.page.get_by_role("link", name="Ouvrir la répartition").click()
        visitor.page.wait_for_url("**/staff/splits/*")
        _keep(visitor.page.screenshot(), README_FOLDER / "split.png")
    with visiting(browser, site, ANIMATOR, (PHONE[0], 1480), device_scale_factor=1.5) as visitor:
        visitor.page.locator("section[aria-labelledby=running] a.site-card").first.click()
        visitor.page.wait_for_url("**/partner/chantiers/*")
        _keep(visitor.page.screenshot(), README_FOLDER / "chantier.png")


def _keep(picture: bytes, path: Path) -> None:
    """As a PNG of few colours, light enough for a README."""
    image = Image.open(io.BytesIO(picture)).convert("RGB")
    for colours in (256, 128, 64, 32):
        image.quantize(colours, dither=Image.Dither.NONE).save(path, optimize=True)
        if path.stat().st_size < MOST_BYTES:
            break
    say(f"{path.relative_to(ROOT)}: {path.stat().st_size // 1000} kB")


if __name__ == "__main__":
    main()
