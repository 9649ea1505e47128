"""Settings: read, completed, refused with what to write instead, and documented."""

from __future__ import annotations

from pathlib import Path

import pytest
from flask import Flask

from intranet.config import Settings, SettingsError, documented_fields, settings_table, variable_of
from intranet.pluginsystem.registry import Registry

ROOT = Path(__file__).parent.parent.parent


def read(tmp_path: Path, **environment: str) -> Settings:
    return Settings.from_env({"INTRANET_INSTANCE": str(tmp_path), **environment})


def test_nothing_but_the_instance_is_needed(tmp_path: Path) -> None:
    settings = read(tmp_path)
    assert settings.database_url == f"sqlite:///{tmp_path / 'intranet.db'}"
    assert len(settings.secret_key) >= 32
    assert settings.plugins is None


def test_the_key_made_on_the_first_start_is_kept_for_its_owner_alone(tmp_path: Path) -> None:
    assert read(tmp_path).secret_key == read(tmp_path).secret_key
    assert (tmp_path / "secret_key").stat().st_mode & 0o077 == 0


@pytest.mark.parametrize(
    ("variable", "value", "said"),
    [
        ("INTRANET_SESION_HOURS", "2", "Did you mean INTRANET_SESSION_HOURS?"),
        ("SESSION_HOURS", "two", "SESSION_HOURS='two'"),
        ("SESSION_HOURS", "0", "at least 1"),
        ("TRUSTED_PROXIES", "-1", "not be negative"),
        ("SECOND_FACTOR_FOR_STAFF", "perhaps", "yes or no"),
        ("BASE_URL", "intranet.example.org", "https://intranet.example.org"),
        ("BASE_URL", "https://example.org/path", "https://intranet.example.org"),
        ("DATABASE_URL", "mysql://x", "sqlite:/// or postgresql+psycopg://"),
        ("SMTP_URL", "http://mail", "smtp://"),
        ("STORAGE_URL", "ftp://x", "s3://"),
        ("LOG_LEVEL", "LOUD", "DEBUG, INFO"),
        ("SECRET_KEY", "short", "at least 32 characters"),
    ],
)
def test_a_wrong_value_is_named_with_what_to_write_instead(
    variable: str, value: str, said: str, tmp_path: Path
) -> None:
    with pytest.raises(SettingsError) as caught:
        read(tmp_path, **{variable: value})
    assert said in str(caught.value)
    assert variable.removeprefix("INTRANET_") in str(caught.value)


def test_a_prefixed_name_wins_over_a_bare_one(tmp_path: Path) -> None:
    assert read(tmp_path, LOG_LEVEL="DEBUG", INTRANET_LOG_LEVEL="ERROR").log_level == "ERROR"


def test_an_empty_list_of_plugins_is_not_the_default(tmp_path: Path) -> None:
    assert read(tmp_path, INTRANET_PLUGINS="").plugins == ()
    assert read(tmp_path, INTRANET_PLUGINS="energy, ccas").plugins == ("energy", "ccas")


def test_a_hosting_providers_postgres_address_is_understood(tmp_path: Path) -> None:
    url = read(tmp_path, DATABASE_URL="postgres://u:p@host/name").database_url
    assert url == "postgresql+psycopg://u:p@host/name"


def test_cookies_are_kept_to_https_when_the_address_is(tmp_path: Path) -> None:
    assert read(tmp_path, BASE_URL="https://intranet.example.org").secure
    assert not read(tmp_path).secure


def test_every_setting_is_documented_in_both_languages() -> None:
    for each in documented_fields():
        assert each.metadata["fr"].endswith("."), each.name
        assert each.metadata["en"].endswith("."), each.name
    for language in ("fr", "en"):
        table = settings_table(language)
        assert all(f"`{variable_of(each.name)}`" in table for each in documented_fields())


def test_cookies_of_the_session_are_out_of_reach(app: Flask) -> None:
    assert app.config["SESSION_COOKIE_HTTPONLY"] is True
    assert app.config["SESSION_COOKIE_SAMESITE"] == "Lax"


def test_the_registry_holds_the_plugins_own_settings_apart(app: Flask) -> None:
    registry: Registry = app.extensions["intranet"]
    assert set(registry.plugins.configs) <= set(registry.enabled)


def test_what_others_could_read_of_an_installation_is_closed_at_the_start(tmp_path: Path) -> None:
    instance = tmp_path / "instance"
    (instance / "seal").mkdir(parents=True)
    for name in ("intranet.db", "seal/key.p12"):
        (instance / name).write_bytes(b"x")
        (instance / name).chmod(0o644)
    instance.chmod(0o755)
    Settings.from_env({"INTRANET_INSTANCE": str(instance)})
    for path in (instance, *instance.rglob("*")):
        assert path.stat().st_mode & 0o077 == 0, path
