"""Translations: one catalogue for each owner. The sources are French, the catalogues English.

The only module here that runs inside `.venv` (`python -m tooling.catalogues`): it needs Babel.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path
from typing import Any

from tooling.shell import PYTHON, ROOT, run, say

LOCALES = ("en",)
KEYWORDS = ("_", "gettext", "ngettext:1,2", "lazy_gettext", "_l", "lazy_ngettext:1,2", "pgettext:1c,2")


def owners() -> list[Path]:
    """The core, then every portal and plugin."""
    packages = [path.parent for kind in ("portals", "plugins") for path in ROOT.glob(f"{kind}/*/__init__.py")]
    return [ROOT / "intranet", *sorted(packages)]


def compile_if_stale() -> None:
    """Make the `.mo` files that are missing or older than their `.po`."""
    sources = [po for owner in owners() for po in owner.glob("translations/*/LC_MESSAGES/messages.po")]
    stale = [po for po in sources if not _is_fresh(po)]
    if stale:
        say(f"Compiling {len(stale)} translation catalogue(s)")
        run([PYTHON, "-m", "tooling.catalogues", "compile"], quiet=True)


def translate() -> None:
    """Extract, update and compile: what `./dev translate` does."""
    run([PYTHON, "-m", "tooling.catalogues", "update"])
    run([PYTHON, "-m", "tooling.catalogues", "compile"])


def _is_fresh(po: Path) -> bool:
    mo = po.with_suffix(".mo")
    return mo.exists() and mo.stat().st_mtime >= po.stat().st_mtime


def _babel(*arguments: object) -> None:
    from babel.messages.frontend import CommandLineInterface

    command: Any = CommandLineInterface()  # Babel types its library, not its commands
    command.run(["pybabel", "--quiet", *map(str, arguments)])


def _update(owner: Path, template: Path) -> None:
    sources = [owner, ROOT / "templates"] if owner.name == "intranet" else [owner]
    folders = [source.relative_to(ROOT) for source in sources if source.exists()]
    keywords: list[str] = [part for keyword in KEYWORDS for part in ("-k", keyword)]
    _babel(
        *("extract", "-F", "tooling/babel.cfg", "--no-default-keywords", *keywords),
        *("--add-location=file", "--sort-by-file", "--project=intranet", "-o", template, *folders),
    )
    if "msgid" not in template.read_text(encoding="utf-8").split("\n\n", 1)[-1]:
        return
    for locale in LOCALES:
        folder = owner / "translations"
        if (folder / locale / "LC_MESSAGES" / "messages.po").exists():
            options = ("--no-fuzzy-matching", "--ignore-obsolete", "--ignore-pot-creation-date")
            _babel("update", "-i", template, "-d", folder, "-l", locale, *options)
        else:
            _babel("init", "-i", template, "-d", folder, "-l", locale)


def _report(po: Path) -> None:
    from babel.messages.pofile import read_po

    with po.open("rb") as source:
        messages = [message for message in read_po(source) if message.id]
    strings = [
        message.string if isinstance(message.string, tuple) else (message.string,) for message in messages
    ]
    missing = sum(not all(string) for string in strings)
    print(f"{po.relative_to(ROOT)}: {len(messages)} messages, {missing} not translated")


def _main(action: str) -> None:
    if action == "update":
        with tempfile.TemporaryDirectory() as folder:
            for owner in owners():
                _update(owner, Path(folder) / "messages.pot")
    for owner in owners():
        for po in sorted(owner.glob("translations/*/LC_MESSAGES/messages.po")):
            if action == "compile":
                _babel("compile", "-i", po, "-o", po.with_suffix(".mo"))
            else:
                _report(po)


if __name__ == "__main__":
    _main(sys.argv[1])
