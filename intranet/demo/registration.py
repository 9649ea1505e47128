"""What the core offers as demonstration data, in the order in which it is loaded.

The loaders are imported when they run: a server in service never needs them.
"""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module

from intranet.plugin_api import Demo


def _later(module: str, function: str) -> Callable[[], None]:
    def load() -> None:
        getattr(import_module(module), function)()

    return load


DEMOS = (
    Demo("programme", _later("intranet.demo.programme", "load_programme"), 10),
    Demo("catalogue", _later("intranet.works.catalogue", "load_catalogue"), 15),
    Demo("people", _later("intranet.demo.people", "load_bailleurs_and_people"), 20),
    Demo("dwellings", _later("intranet.demo.dwellings", "load_dwellings"), 30),
    Demo("households", _later("intranet.demo.households", "load_households"), 40),
    Demo("wear", _later("intranet.demo.grids", "load_grids"), 45),
    Demo("splits", _later("intranet.demo.splits", "load_splits"), 50),
    Demo("chantiers", _later("intranet.demo.chantiers", "load_chantiers"), 60),
    Demo("keeping", _later("intranet.demo.keeping", "load_keeping"), 70),
    Demo("outbox", _later("intranet.demo.outbox", "settle_outbox"), 95),
)
