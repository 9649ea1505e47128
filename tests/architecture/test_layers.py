"""Who may import whom, how long a module may be, and what stands at the top: the rules of the house."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent.parent
PACKAGES = ("intranet", "portals", "plugins")
LONGEST, LONGEST_TEST = 400, 600
FORBIDDEN_NAMES = {"utils", "util", "helpers", "helper", "misc", "common"}
# What a portal or plugin may use of the core: this, and the domain packages but for how they are wired.
SURFACE = {
    "access",
    "clock",
    "database",
    "deletion",
    "errors",
    "extensions",
    "freetext",
    "permissions",
    "phones",
    "plugin_api",
    "programme",
    "rows",
    "testing",
    "transitions",
    "translation",
    "web",
}
WIRING = {"registration", "worker", "delivery"}
ADMINISTRATION = Path("portals/staff/administration")  # shows the plugins themselves
DOMAINS = {
    "accounts",
    "chantiers",
    "documents",
    "dossiers",
    "jobs",
    "mail",
    "organisations",
    "search",
    "settings",
    "timeline",
    "commitments",
    "guests",
    "privacy",
    "voice",
    "rent",
    "signatures",
    "wear",
    "works",
}
LAYERS = ("rules", "models", "queries", "service", "forms", "views")
FIXED_TOP_LEVEL = {
    ".ci", ".git", ".gitattributes", ".gitignore", ".npmrc", "LICENSE", "README.md", "dev", "docs", "instance",
    "intranet", "node_modules", "package-lock.json", "package.json", "plugins", "portals", "pyproject.toml",
    "requirements", "templates", "tests", "tooling", "translations",
}  # fmt: skip


def modules(*packages: str) -> list[Path]:
    return sorted(
        path
        for package in packages
        for path in (ROOT / package).rglob("*.py")
        if "migrations" not in path.parts
    )


def name_of(path: Path) -> str:
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def imports(path: Path, *, at_run_time: bool = True) -> Iterator[str]:
    """Every module imported, wherever in the file; those only for type checkers are left out."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    for_types = {
        child
        for node in ast.walk(tree)
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test)
        for child in ast.walk(node)
    }
    for node in ast.walk(tree):
        if at_run_time and node in for_types:
            continue
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def is_module(name: str) -> bool:
    path = ROOT / Path(*name.split("."))
    return path.with_suffix(".py").is_file() or path.is_dir()


@pytest.mark.parametrize("path", modules("intranet"), ids=name_of)
def test_the_core_imports_no_portal_and_no_plugin(path: Path) -> None:
    assert [name for name in imports(path) if name.split(".")[0] in ("portals", "plugins")] == []


@pytest.mark.parametrize("path", modules("portals"), ids=name_of)
def test_a_portal_imports_no_plugin_and_no_other_portal(path: Path) -> None:
    own = path.relative_to(ROOT).parts[1]
    foreign = [
        name
        for name in imports(path)
        if name.startswith("plugins.")
        or (name.startswith("portals.") and is_module(name) and name.split(".")[1] != own)
    ]
    assert foreign == []


@pytest.mark.parametrize("path", modules("plugins"), ids=name_of)
def test_a_plugin_imports_another_only_through_its_api(path: Path) -> None:
    own = path.relative_to(ROOT).parts[1]
    foreign = [
        name
        for name in imports(path)
        if name.startswith("portals.")
        or (name.startswith("plugins.") and name.split(".")[1] != own and name.split(".")[2:3] != ["api"])
    ]
    assert foreign == []


@pytest.mark.parametrize("path", modules("portals", "plugins"), ids=name_of)
def test_portals_and_plugins_use_only_the_surface_of_the_core(path: Path) -> None:
    if path.name == "demo.py":
        return  # demonstration data may be built with what the core's are
    outside = set()
    for name in imports(path):
        parts = name.split(".")
        if parts[0] != "intranet" or len(parts) < 2 or not is_module(name):
            continue
        if parts[1] in SURFACE or (parts[1] in DOMAINS and not WIRING & set(parts[2:])):
            continue
        if parts[1] == "pluginsystem" and ADMINISTRATION in path.relative_to(ROOT).parents:
            continue
        outside.add(name)
    assert outside == set()


@pytest.mark.parametrize("path", modules("intranet", "plugins"), ids=name_of)
def test_within_a_domain_imports_point_one_way(path: Path) -> None:
    """rules ← models ← queries, service ← forms, views."""
    layer, package = path.stem, name_of(path.parent / "__init__.py")
    if layer not in LAYERS:
        return
    higher = {
        "rules": {"models", "queries", "service", "forms", "views"},
        "models": {"queries", "service", "forms", "views"},
        "queries": {"forms", "views"},
        "service": {"forms", "views"},
        "forms": {"views"},
        "views": set(),
    }[layer]
    wrong = [name for name in imports(path) if name in {f"{package}.{each}" for each in higher}]
    assert wrong == []


@pytest.mark.parametrize(
    "path", [p for p in modules("intranet", "plugins") if p.stem == "rules"], ids=name_of
)
def test_rules_know_no_session_and_no_request(path: Path) -> None:
    impure = {"flask", "flask_login", "sqlalchemy", "intranet.extensions", "intranet.database"}
    assert sorted(set(imports(path)) & impure) == []


@pytest.mark.parametrize("path", modules(*PACKAGES, "tooling", "tests"), ids=name_of)
def test_a_module_is_not_too_long_and_says_what_it_is(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    limit = LONGEST_TEST if path.relative_to(ROOT).parts[0] == "tests" else LONGEST
    assert len(text.splitlines()) <= limit
    assert path.stem not in FORBIDDEN_NAMES
    if text.strip() and path.relative_to(ROOT).parts[0] != "tests":
        assert ast.get_docstring(ast.parse(text)), "a module says in one line what it is"


@pytest.mark.parametrize("path", modules(*PACKAGES), ids=name_of)
def test_nothing_is_left_to_do(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert not any(word in text for word in ("TODO", "FIXME", "XXX", "CONSTRUCTION"))


@pytest.mark.parametrize("path", modules(*PACKAGES), ids=name_of)
def test_a_day_is_the_one_in_nice(path: Path) -> None:
    """``now()`` is in UTC: its date is yesterday's for an hour or two each night. ``today()`` says the day."""
    assert "now().date()" not in path.read_text(encoding="utf-8")


def test_the_top_level_is_fixed() -> None:
    found = {path.name for path in ROOT.iterdir()}
    strays = {name for name in found - FIXED_TOP_LEVEL if not name.startswith((".", "__"))}
    assert strays <= {"shots", "dist", "htmlcov"}


@pytest.mark.parametrize("package", ["portals", "plugins"])
def test_a_portals_or_plugins_package_holds_a_manifest_only(package: str) -> None:
    for folder in sorted((ROOT / package).iterdir()):
        if not (folder / "__init__.py").is_file():
            continue
        tree = ast.parse((folder / "__init__.py").read_text(encoding="utf-8"))
        kinds = {type(node).__name__ for node in tree.body}
        assert kinds <= {"Expr", "Import", "ImportFrom", "Assign", "AnnAssign", "ClassDef"}, folder
        heavy = {name for name in imports(folder / "__init__.py") if name.startswith(f"{package}.")}
        assert heavy == set(), folder


def test_no_query_is_written_in_a_template() -> None:
    for path in ROOT.rglob("templates/**/*.html"):
        if "node_modules" in path.parts or ".venv" in path.parts:
            continue
        text = path.read_text(encoding="utf-8")
        assert "session." not in text, path
        assert "|safe" not in text.replace(" ", ""), path
        assert 'style="' not in text or "mail" in path.parts, path
