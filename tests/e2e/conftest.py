"""The browser, an installation for each module, and what every account sees of one."""

from __future__ import annotations

import os
import pickle
import shutil
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from playwright.sync_api import Browser, expect, sync_playwright

from intranet.app import create_app
from intranet.config import Settings
from intranet.extensions import db
from tests.e2e.crawl import Seen, crawl
from tests.e2e.people import EVERYONE
from tests.e2e.site import Site, environment, load_template, running_site

FLAGS = ("--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--font-render-hinting=none")
CRAWLED_WITHIN = 300.0  # seconds for another process to follow one account's links

expect.set_options(timeout=15_000)  # two cores are shared with another worker


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if Path(item.fspath).is_relative_to(Path(__file__).parent):
            item.add_marker(pytest.mark.e2e)


@pytest.fixture(scope="session")
def demo_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The demonstration, loaded once for each process of the run."""
    return load_template(tmp_path_factory.mktemp("demo") / "instance")


@pytest.fixture(scope="module")
def site(demo_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """The demonstration, served, to this module alone."""
    with running_site(demo_template, tmp_path_factory.mktemp("site") / "instance") as running:
        yield running


@pytest.fixture(scope="session")
def app(demo_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    """The demonstration without a server: following thousands of links takes seconds."""
    folder = shutil.copytree(demo_template, tmp_path_factory.mktemp("crawl") / "instance")
    app = create_app(Settings.from_env(environment(folder)))
    app.testing = False  # an error must answer 500, as it would in service
    yield app
    with app.app_context():
        db.session.remove()
        db.engine.dispose()


@pytest.fixture(scope="session")
def seen(app: Flask, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Seen]:
    """What each account sees. The processes of a run share the accounts between them, and tell each other."""
    folder = tmp_path_factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        folder = folder.parent
    for email in EVERYONE:
        if _claim(folder / f"{email}.claim"):
            crawled = folder / f"{email}.part"
            crawled.write_bytes(pickle.dumps(crawl(app, email)))
            crawled.rename(folder / f"{email}.seen")
    return {email: pickle.loads(_await(folder / f"{email}.seen")) for email in EVERYONE}


def _claim(path: Path) -> bool:
    """Whether this process is the first to ask."""
    try:
        path.touch(exist_ok=False)
    except FileExistsError:
        return False
    return True


def _await(path: Path) -> bytes:
    end = time.monotonic() + CRAWLED_WITHIN
    while not path.exists():
        assert time.monotonic() < end, f"the process that was to write {path.name} did not"
        time.sleep(0.1)
    return path.read_bytes()


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    path = os.environ.get("CHROMIUM") or shutil.which("chromium")
    assert path, "name a Chromium in CHROMIUM (`./dev test e2e` does)"
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=path, args=list(FLAGS))
        yield chromium
        chromium.close()
