"""What a good password is, and how long one waits: the rules alone."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st

from intranet.access import STAFF_ROLES, OrganisationKind
from intranet.accounts.passwords import hash_password, verify
from intranet.accounts.roles import roles_of
from intranet.accounts.rules import (
    BITS_NEEDED,
    check_password,
    entropy_bits,
    normalise,
    waiting,
)
from intranet.accounts.signing_in import normalise_email
from intranet.errors import Refused

AT = datetime(2019, 3, 14, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    "password",
    [
        "Bricolage-2018!",
        "correct cheval pile agrafe",
        "vA7!kq2z",
        "une longue phrase sans majuscule",
        "8315907264410873",
        "пароль-очень-длинный",
        "🐟🐠🐡🦈🐙🦀🦑🐚 nage",
    ],
)
def test_a_strong_password_is_taken(app: Flask, password: str) -> None:
    with app.test_request_context():
        check_password(password, email="zoe.martin@example.org", name="Zoé Martin")


@pytest.mark.parametrize(
    ("password", "rule"),
    [
        ("", "password.short"),
        ("aB3!xyz", "password.short"),
        ("kqzvmwtb", "password.weak"),
        ("kqzv7mwt", "password.weak"),
        ("84719305", "password.weak"),
        ("Zoe.Martin-2019", "password.obvious"),
        ("j'aime-zoe.martin@example.org", "password.obvious"),
        ("Martin#Dupond77", "password.obvious"),
        ("ALC-2018-Nice!", "password.obvious"),
        ("alc!Habitat#2019", "password.obvious"),
        ("aaaaaaaaaaaaaaaa", "password.obvious"),
        ("Kq7!!!!!zv", "password.obvious"),
        ("Abcdefgh1!", "password.obvious"),
        ("Azertyuiop1!", "password.obvious"),
        ("12345678Kq!", "password.obvious"),
        ("Motdepasse2019!", "password.obvious"),
        ("BONJOUR-2019-bonjour", "password.obvious"),
        ("x" * 201, "password.long"),
    ],
)
def test_a_weak_password_is_refused_for_its_reason(app: Flask, password: str, rule: str) -> None:
    with app.test_request_context(), pytest.raises(Refused) as refusal:
        check_password(password, email="zoe.martin@example.org", name="Zoé Martin")
    assert refusal.value.rule == rule
    assert refusal.value.field == "password"


def test_alc_inside_another_word_is_no_harm(app: Flask) -> None:
    with app.test_request_context():
        check_password("Le-Calcaire-2019", email="x@example.org")


def test_the_bits_are_those_of_the_cnil() -> None:
    assert round(entropy_bits("12345678"), 1) == 26.6
    assert round(entropy_bits("kqzvmwtb"), 1) == 37.6
    assert round(entropy_bits("vA7!kq2z"), 1) == 52.4
    assert entropy_bits("Bricolage-2018!") > 80
    assert BITS_NEEDED == 50


@given(st.text(max_size=300))
def test_any_text_is_judged_without_an_error(password: str) -> None:
    assert entropy_bits(password) >= 0
    assert normalise(normalise(password)) == normalise(password)


def test_a_password_typed_with_composed_or_separate_accents_is_the_same() -> None:
    assert verify(hash_password("Été-à-la-plage-9"), "E\u0301te\u0301-a\u0300-la-plage-9")


def test_nobody_has_no_password() -> None:
    assert not verify(None, "the account that does not exist")
    assert not verify("", "anything")
    assert not verify("not a hash", "anything")


def wait_after(failures: int, *, ago: timedelta = timedelta()) -> timedelta:
    return waiting(
        AT,
        failures=failures,
        last_failure=AT - ago,
        first_failure=AT - timedelta(hours=5),
        address_failures=0,
        address_first=None,
    )


def test_the_wait_doubles_up_to_an_hour_then_lasts_the_day() -> None:
    minutes = [wait_after(failures).total_seconds() / 60 for failures in range(12)]
    assert minutes == [0, 0, 0, 0, 0, 1, 2, 4, 8, 16, 32, 60]
    assert wait_after(25) == timedelta(hours=19)
    assert wait_after(5, ago=timedelta(minutes=2)) <= timedelta()


def test_an_address_waits_for_its_quarter_of_an_hour() -> None:
    left = waiting(
        AT,
        failures=0,
        last_failure=None,
        first_failure=None,
        address_failures=30,
        address_first=AT - timedelta(minutes=10),
    )
    assert left == timedelta(minutes=5)


def test_no_role_of_the_association_exists_elsewhere() -> None:
    for kind in OrganisationKind:
        ours = kind is OrganisationKind.ASSOCIATION
        assert (set(roles_of(kind)) <= STAFF_ROLES) is ours, kind


def test_an_address_is_compared_without_case() -> None:
    assert normalise_email("  Zoe@Example.ORG ") == "zoe@example.org"
