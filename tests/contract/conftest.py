"""The third-party plugin, installed as its users would: by its distribution, with an entry point."""

from __future__ import annotations

import importlib
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

SOURCES = Path(__file__).parent.parent / "third_party"


@pytest.fixture(scope="session")
def installed_distribution(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder into which pip installed it, built from a copy of its sources, without any network."""
    folder = tmp_path_factory.mktemp("third-party")
    sources = shutil.copytree(SOURCES, folder / "sources", ignore=shutil.ignore_patterns("__pycache__"))
    target = folder / "installed"
    pip = [sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    subprocess.run(
        [*pip, "--no-index", "--no-deps", "--no-build-isolation", "--target", str(target), str(sources)],
        check=True,
    )
    return target


@pytest.fixture
def third_party(installed_distribution: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The distribution is on the path for the length of the test."""
    monkeypatch.syspath_prepend(str(installed_distribution))
    importlib.invalidate_caches()
    return
