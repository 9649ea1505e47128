"""Fixtures for plugin authors: import them into a ``conftest.py`` or beside the contract."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from intranet.config import Settings


@pytest.fixture
def make_settings(tmp_path: Path) -> Callable[..., Settings]:
    """Settings of an installation of the test's own, on SQLite; ``environment`` adds to them."""

    def make(**environment: str) -> Settings:
        return Settings.from_env({"INTRANET_INSTANCE": str(tmp_path / "instance"), **environment})

    return make
