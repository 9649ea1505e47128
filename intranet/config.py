"""Settings of an installation, read once from the environment.

Every field of ``Settings`` is one variable: its name in capitals. ``INTRANET_`` may stand before it, and then
wins: use that where a bare name would clash with another program's. A name that starts with ``INTRANET_``
and is not known stops the start, because a misspelt setting is a setting silently ignored.
"""

# ruff: noqa: RUF009 (every call in the dataclass makes a field)
from __future__ import annotations

import contextlib
import dataclasses
import os
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from pathlib import Path
from typing import Any, cast
from urllib.parse import urlsplit

from intranet.current import this_app

PREFIX = "INTRANET_"
PREFIX_ONLY = frozenset({"instance", "plugins"})
"""Fields whose bare name would mean too many things: only the prefixed one is read."""

SHORTEST_SECRET = 32
_DATABASE_FILES = ("intranet.db", "intranet.db-wal", "intranet.db-shm")


class SettingsError(Exception):
    """A setting is wrong; the message names it and says how to mend it."""


def _text(raw: str) -> str:
    return raw


def _path(raw: str) -> Path:
    return Path(raw).expanduser().resolve()


def _readable_file(raw: str) -> str:
    if raw and not _path(raw).is_file():
        raise ValueError("no such file")
    return str(_path(raw)) if raw else ""


def _names(raw: str) -> tuple[str, ...]:
    return tuple(name.strip() for name in raw.split(",") if name.strip())


def _number(raw: str) -> int:
    value = int(raw)
    if value < 0:
        raise ValueError("must not be negative")
    return value


def _positive(raw: str) -> int:
    value = int(raw)
    if value < 1:
        raise ValueError("must be at least 1")
    return value


def _flag(raw: str) -> bool:
    words = {
        "1": True,
        "true": True,
        "yes": True,
        "on": True,
        "0": False,
        "false": False,
        "no": False,
        "off": False,
    }
    if raw.lower() not in words:
        raise ValueError("must be yes or no")
    return words[raw.lower()]


def _level(raw: str) -> str:
    if raw.upper() not in ("DEBUG", "INFO", "WARNING", "ERROR"):
        raise ValueError("must be DEBUG, INFO, WARNING or ERROR")
    return raw.upper()


def _web_address(raw: str) -> str:
    parts = urlsplit(raw)
    if parts.scheme not in ("http", "https") or not parts.netloc or parts.path.strip("/"):
        raise ValueError("must look like https://intranet.example.org")
    return f"{parts.scheme}://{parts.netloc}"


def _database(raw: str) -> str:
    scheme = raw.partition("://")[0]
    if scheme in ("postgres", "postgresql"):
        return "postgresql+psycopg://" + raw.partition("://")[2]
    if scheme not in ("sqlite", "postgresql+psycopg"):
        raise ValueError("must begin with sqlite:/// or postgresql+psycopg://")
    return raw


def _optional_url(*schemes: str) -> Callable[[str], str]:
    def read(raw: str) -> str:
        if raw and urlsplit(raw).scheme not in schemes:
            raise ValueError("must begin with " + " or ".join(f"{scheme}://" for scheme in schemes))
        return raw

    return read


def _setting(
    read: Callable[[str], Any], default: Any, fr: str, en: str, shown: tuple[str, str] | None = None
) -> Any:
    """A field: how its text is read, its default, its documentation, and the default in words (fr, en)."""
    return field(default=default, metadata={"read": read, "fr": fr, "en": en, "shown": shown})


@dataclass(frozen=True, slots=True)
class Settings:
    """What an installation decides. Build it with ``from_env``."""

    instance: Path = _setting(
        _path,
        Path("instance"),
        "Dossier de l'installation : base SQLite, fichiers, clé, gabarits du site.",
        "Folder of this installation: SQLite database, files, key, the site's own templates.",
        shown=("`instance`", "`instance`"),
    )
    database_url: str = _setting(
        _database,
        "",
        "Base de données : `sqlite:///…` ou `postgresql+psycopg://…`.",
        "Database: `sqlite:///…` or `postgresql+psycopg://…`.",
        shown=("`intranet.db` dans ce dossier", "`intranet.db` in that folder"),
    )
    secret_key: str = _setting(
        _text,
        "",
        "Clé qui signe les sessions et chiffre les seconds facteurs (32 caractères au moins).",
        "Key that signs sessions and encrypts second factors (at least 32 characters).",
        shown=("créée une fois, gardée dans ce dossier", "made once, kept in that folder"),
    )
    base_url: str = _setting(
        _web_address,
        "http://127.0.0.1:8000",
        "Adresse publique, pour les liens des courriels ; en https, les cookies sont réservés à https.",
        "Public address, for links in mails; with https, cookies are kept to https.",
    )
    plugins: tuple[str, ...] | None = _setting(
        _names,
        None,
        "Modules en service, séparés par des virgules. Vide : mode de secours, portails seulement.",
        "Plugins in service, separated by commas. Empty: safe mode, portals only.",
        shown=("tous ceux qui sont installés", "all that are installed"),
    )
    smtp_url: str = _setting(
        _optional_url("smtp", "smtps", "smtp+starttls"),
        "",
        "Serveur de courriel : `smtp+starttls://utilisateur:motdepasse@serveur:587`. Vide : affichage à l'écran.",
        "Mail server: `smtp+starttls://user:password@host:587`. Empty: mails are printed.",
    )
    mail_from: str = _setting(
        _text,
        "intranet@localhost",
        "Expéditeur des courriels.",
        "Sender of the mails.",
    )
    storage_url: str = _setting(
        _optional_url("s3", "file"),
        "",
        "Stockage des fichiers : `s3://seau/prefixe`. Vide : dossier `files` de l'installation.",
        "Storage of files: `s3://bucket/prefix`. Empty: the folder `files` of the instance.",
    )
    clamd_url: str = _setting(
        _optional_url("unix", "tcp"),
        "",
        "Antivirus ClamAV : `unix:///run/clamav/clamd.ctl` ou `tcp://hôte:3310`. Vide : rien n'est cherché.",
        "ClamAV antivirus: `unix:///run/clamav/clamd.ctl` or `tcp://host:3310`. Empty: nothing is looked for.",
    )
    seal_certificate: str = _setting(
        _readable_file,
        "",
        "Certificat (fichier PKCS#12) qui scelle les contrats signés.",
        "Certificate (a PKCS#12 file) that seals signed contracts.",
        shown=("créé une fois, gardé dans `seal`", "made once, kept in `seal`"),
    )
    seal_password: str = _setting(
        _text,
        "",
        "Mot de passe de ce fichier.",
        "Password of that file.",
    )
    metrics_token: str = _setting(
        _text,
        "",
        "Jeton qui ouvre `/metrics`. Vide : la page n'existe pas.",
        "Token that opens `/metrics`. Empty: there is no such page.",
    )
    session_hours: int = _setting(
        _positive,
        12,
        "Durée d'une session, en heures.",
        "How long a session lasts, in hours.",
    )
    second_factor_for_staff: bool = _setting(
        _flag,
        False,
        "Second facteur obligatoire pour l'équipe de l'association.",
        "The association's staff must use a second factor.",
        shown=("non", "no"),
    )
    max_upload_mb: int = _setting(
        _positive,
        25,
        "Taille la plus grande d'un envoi, en Mo.",
        "Largest upload, in MB.",
    )
    trusted_proxies: int = _setting(
        _number,
        0,
        "Nombre de serveurs mandataires devant l'application, dont les en-têtes X-Forwarded-For et -Proto sont crus.",
        "Number of reverse proxies in front, whose X-Forwarded-For and -Proto headers are believed.",
    )
    log_level: str = _setting(
        _level,
        "INFO",
        "Niveau du journal : DEBUG, INFO, WARNING, ERROR.",
        "Level of the log: DEBUG, INFO, WARNING, ERROR.",
    )
    environment: Mapping[str, str] = field(default_factory=dict, repr=False, compare=False)
    """What was read, for the plugins' own settings (``NAME_FIELD``)."""

    @classmethod
    def from_env(cls, environ: Mapping[str, str]) -> Settings:
        """Read, check and complete. Raises ``SettingsError``; makes the instance folder and its key."""
        known = {setting.name: setting for setting in documented_fields()}
        _refuse_unknown(environ, known)
        values: dict[str, Any] = {}
        for name, setting in known.items():
            variable, raw = _lookup(environ, name)
            if raw is not None:
                values[name] = _read(variable, raw, setting.metadata["read"])
        settings = cls(**values, environment=dict(environ))
        return settings._completed()

    def _completed(self) -> Settings:
        instance = self.instance.expanduser().resolve()
        try:
            instance.mkdir(parents=True, exist_ok=True)
            _keep_from_others(instance)
        except OSError as problem:
            raise SettingsError(
                f"INTRANET_INSTANCE: {instance} cannot be made ({problem.strerror}). Name a folder you may write."
            ) from problem
        if self.secret_key and len(self.secret_key) < SHORTEST_SECRET:
            raise SettingsError(
                f"SECRET_KEY: at least {SHORTEST_SECRET} characters are needed. "
                "Leave it out to have one made, or: python -c 'import secrets; print(secrets.token_urlsafe(48))'"
            )
        return dataclasses.replace(
            self,
            instance=instance,
            database_url=self.database_url or f"sqlite:///{instance / 'intranet.db'}",
            secret_key=self.secret_key or _kept_secret(instance / "secret_key"),
        )

    @property
    def secure(self) -> bool:
        """Whether the public address is https."""
        return self.base_url.startswith("https://")


def documented_fields() -> tuple[dataclasses.Field[Any], ...]:
    """The fields that are settings, in the order they are documented."""
    return tuple(each for each in dataclasses.fields(Settings) if "read" in each.metadata)


def settings() -> Settings:
    """The settings of the current application."""
    return cast(Settings, this_app().extensions["intranet.settings"])


def variable_of(name: str) -> str:
    """The documented variable of a field."""
    return (PREFIX if name in PREFIX_ONLY else "") + name.upper()


def settings_table(language: str = "fr") -> str:
    """The Markdown table of the README, in ``fr`` or ``en``."""
    heads = {"fr": ("Variable", "Par défaut", "Rôle"), "en": ("Variable", "Default", "What it does")}[
        language
    ]
    lines = ["| " + " | ".join(heads) + " |", "|---|---|---|"]
    for setting in documented_fields():
        words = setting.metadata["shown"]
        if words:
            shown = words[0 if language == "fr" else 1]
        else:
            shown = f"`{setting.default}`" if setting.default != "" else ""
        lines.append(f"| `{variable_of(setting.name)}` | {shown} | {setting.metadata[language]} |")
    return "\n".join(lines)


def write_settings_table(text: str) -> str:
    """``text`` with the tables between ``<!-- settings:fr -->`` and ``<!-- /settings:fr -->`` made anew."""
    for language in ("fr", "en"):
        begin, end = f"<!-- settings:{language} -->", f"<!-- /settings:{language} -->"
        before, found, rest = text.partition(begin)
        _old, ended, after = rest.partition(end)
        if found and ended:
            text = f"{before}{begin}\n{settings_table(language)}\n{end}{after}"
    return text


def read_plugin_config(name: str, config: type[Any], environ: Mapping[str, str]) -> Any:
    """A plugin's own frozen dataclass, filled from ``NAME_FIELD``. Raises ``SettingsError``."""
    readers: dict[str, Callable[[str], Any]] = {"str": _text, "int": _number, "bool": _flag, "Path": _path}
    prefix = f"{name.upper()}_"
    fields = {prefix + each.name.upper(): each for each in dataclasses.fields(config)}
    values = {}
    for variable in sorted(each for each in environ if each.startswith(prefix)):
        if variable not in fields:
            raise SettingsError(
                f"{variable}: the plugin {name} has no such setting.{_suggest(variable, fields)}"
            )
        each = fields[variable]
        kind = each.type if isinstance(each.type, str) else each.type.__name__
        values[each.name] = _read(variable, environ[variable], readers.get(kind, _text))
    return config(**values)


def _lookup(environ: Mapping[str, str], name: str) -> tuple[str, str | None]:
    prefixed, bare = PREFIX + name.upper(), name.upper()
    if prefixed in environ or name in PREFIX_ONLY:
        return prefixed, environ.get(prefixed)
    return bare, environ.get(bare)


def _read(variable: str, raw: str, read: Callable[[str], Any]) -> Any:
    try:
        return read(raw.strip())
    except ValueError as problem:
        raise SettingsError(f"{variable}={raw!r}: {problem}.") from problem


def _refuse_unknown(environ: Mapping[str, str], known: Mapping[str, Any]) -> None:
    names = {PREFIX + name.upper() for name in known}
    for variable in sorted(environ):
        if variable.startswith(PREFIX) and variable not in names:
            raise SettingsError(
                f"{variable}: no such setting.{_suggest(variable, names)} `intranet settings table` lists them."
            )


def _suggest(variable: str, names: Any) -> str:
    close = get_close_matches(variable, list(names), n=1, cutoff=0.8)
    return f" Did you mean {close[0]}?" if close else ""


def _keep_from_others(instance: Path) -> None:
    """What an earlier version, or a hand, left readable by everybody on the machine is its owner's alone again.

    The folder closed, nothing in it can be reached; its database, key and seal are closed too, for the day they are
    moved. Another's folder is left as it is: its owner decides.
    """
    inside = [instance / name for name in ("secret_key", "files", "seal", *_DATABASE_FILES)]
    for path in [instance, *inside, *(instance / "seal").rglob("*")]:
        with contextlib.suppress(FileNotFoundError, PermissionError):
            mode = path.stat().st_mode
            if mode & 0o077:
                path.chmod(mode & 0o700)


def _kept_secret(path: Path) -> str:
    """The key kept in the instance, made on the first start and readable by its owner alone.

    Written whole before it has its name, so that two processes that start together keep the same one.
    """
    if not path.exists():
        unfinished = path.with_name(f".{path.name}-{secrets.token_hex(4)}")
        unfinished.touch(mode=0o600)
        unfinished.write_text(secrets.token_urlsafe(48), encoding="ascii")
        with contextlib.suppress(FileExistsError):
            os.link(unfinished, path)
        unfinished.unlink()
    return path.read_text(encoding="ascii").strip()
