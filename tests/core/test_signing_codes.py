"""The single-use code: sent or read out, used once, short-lived, guessed by nobody."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest
import time_machine
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from intranet.access import Actor
from intranet.clock import now
from intranet.dossiers.models import DossierState
from intranet.errors import NotAllowed, Refused, Stale
from intranet.extensions import db
from intranet.jobs.models import OutboxRow
from intranet.signatures.codes import send_code, sign_with_code
from intranet.signatures.commands import SendCode, UseCode
from intranet.signatures.models import Method, Signature, SigningCode
from intranet.signatures.rules import (
    CODE_ALPHABET,
    CODE_ATTEMPTS,
    CODE_LENGTH,
    CODE_LIFE,
    CODES_AN_HOUR,
    new_code,
    read_code,
    show_code,
)
from intranet.testing.dossiers import make_dossier
from intranet.testing.works import a_signer, fresh, make_contract, make_parties, make_split
from intranet.works.contract import cancel_contract
from intranet.works.models import Contract
from intranet.works.terms import Side, SplitState


@pytest.fixture
def contract(db_session: object) -> Contract:
    split = make_split(make_dossier(state=DossierState.JOINED), 1, SplitState.AGREED)
    return make_contract(split.id)


def coordinator(contract: Contract) -> Actor:
    return make_parties(fresh(contract.split_id)).coordinator


def read_out(contract: Contract, side: Side = Side.HOUSEHOLD) -> str:
    """A code that ALC reads out to somebody of that side."""
    return send_code(coordinator(contract), SendCode(a_signer(contract.id, side, name="Nour Essai")))


def use(contract: Contract, code: str, side: Side = Side.HOUSEHOLD) -> Contract:
    return sign_with_code(coordinator(contract), UseCode(a_signer(contract.id, side), code))


def refusal(contract: Contract, code: str) -> str:
    with pytest.raises(Refused) as refused:
        use(contract, code)
    db.session.rollback()
    assert refused.value.field == "code"
    return refused.value.rule


def signed(contract: Contract) -> list[Signature]:
    return list(db.session.scalars(select(Signature).where(Signature.contract_id == contract.id)))


def mailed() -> Iterator[dict[str, object]]:
    for payload in db.session.scalars(select(OutboxRow.payload).where(OutboxRow.job == "mail.send")):
        if payload.get("template") == "signing_code":
            yield payload


def test_a_code_read_out_signs_in_the_name_it_was_made_for(contract: Contract) -> None:
    use(contract, read_out(contract).lower().replace(" ", "-"))

    (signature,) = signed(contract)
    assert (signature.name, signature.method, signature.side) == ("Nour Essai", Method.CODE, Side.HOUSEHOLD)


def test_of_the_code_only_a_keyed_digest_is_kept(contract: Contract) -> None:
    code = read_code(read_out(contract))

    kept = db.session.scalars(select(SigningCode)).one()
    assert code not in {kept.code_digest, kept.sent_to, kept.name}
    assert len(kept.code_digest) == 64


def test_a_code_sent_by_mail_is_shown_to_nobody(contract: Contract) -> None:
    command = SendCode(a_signer(contract.id, Side.HOUSEHOLD), "Nour@Example.org")

    assert send_code(coordinator(contract), command) == ""
    (mail,) = mailed()
    assert mail["to"] == "nour@example.org"


def test_an_agent_gets_her_code_at_her_own_address_only(contract: Contract) -> None:
    agent = make_parties(fresh(contract.split_id)).agent
    command = SendCode(a_signer(contract.id, Side.BAILLEUR), "somebody@else.example")

    assert send_code(agent, command) == ""
    (mail,) = mailed()
    assert mail["to"] == agent.email


def test_a_code_used_twice_is_refused(contract: Contract) -> None:
    code = read_out(contract)
    use(contract, code)

    assert refusal(contract, code) == "signature.code.used"
    assert len(signed(contract)) == 1


def test_a_code_is_refused_once_its_time_is_over(contract: Contract) -> None:
    with time_machine.travel(now() - CODE_LIFE - timedelta(seconds=1), tick=False):
        code = read_out(contract)

    assert refusal(contract, code) == "signature.code.expired"
    assert signed(contract) == []


def test_a_new_code_takes_the_place_of_the_one_before(contract: Contract) -> None:
    first, second = read_out(contract), read_out(contract)

    assert refusal(contract, first) == "signature.code.expired"
    use(contract, second)


def test_after_five_wrong_ones_even_the_right_code_is_refused(contract: Contract) -> None:
    code = read_out(contract)
    said = [refusal(contract, "ZZZZ ZZZZ") for _ in range(CODE_ATTEMPTS)]

    assert said == ["signature.code.wrong"] * (CODE_ATTEMPTS - 1) + ["signature.code.locked"]
    assert refusal(contract, code) == "signature.code.locked"


def test_fifty_guesses_open_nothing_and_stop_counting_at_five(contract: Contract) -> None:
    code = read_out(contract)
    for _guess in range(50):
        refusal(contract, new_code())

    assert db.session.scalars(select(SigningCode.attempts)).one() == CODE_ATTEMPTS
    assert refusal(contract, code) == "signature.code.locked"
    assert signed(contract) == []


def test_codes_are_not_made_without_end_to_try_again(contract: Contract) -> None:
    for _code in range(CODES_AN_HOUR):
        read_out(contract)
    with pytest.raises(Refused) as refused:
        read_out(contract)

    assert refused.value.rule == "signature.code.often"


def test_a_code_signs_neither_for_another_party_nor_another_contract(contract: Contract) -> None:
    code = read_out(contract)
    other = make_contract(make_split(make_dossier(state=DossierState.JOINED), 1, SplitState.AGREED).id)
    with pytest.raises(Refused):
        use(contract, code, Side.BAILLEUR)
    db.session.rollback()
    with pytest.raises(Refused):
        use(other, code)
    db.session.rollback()

    assert signed(contract) + signed(other) == []


def test_a_code_is_good_for_the_document_that_was_read(contract: Contract) -> None:
    code = read_out(contract)
    with pytest.raises(Stale):
        sign_with_code(
            coordinator(contract), UseCode(a_signer(contract.id, Side.HOUSEHOLD, digest="0" * 64), code)
        )
    db.session.rollback()

    assert signed(contract) == []


def test_a_code_dies_with_its_contract(contract: Contract) -> None:
    code = read_out(contract)
    cancel_contract(coordinator(contract), contract.id, contract.version, "Une date à changer")
    with pytest.raises(Refused) as refused:
        use(contract, code)

    assert refused.value.rule == "contract.sign.state"


def test_without_a_code_made_there_is_none_to_use(contract: Contract) -> None:
    assert refusal(contract, "ABCD 2345") == "signature.code.none"


def test_a_guest_is_given_a_code_and_makes_none(contract: Contract) -> None:
    guest = replace(make_parties(fresh(contract.split_id)).agent, user_id=0, guest_id=1)
    with pytest.raises(NotAllowed):
        send_code(guest, SendCode(a_signer(contract.id, Side.BAILLEUR)))


@pytest.mark.parametrize(
    "address",
    [
        *("nour", "nour@", "@example.org", "nour@example", "no ur@example.org"),
        *("nour@example.org,x@example.org", "nour..s@example.org", "nour@example.org;", "noür@example.org"),
    ],
)
def test_a_mail_goes_to_an_address_that_can_be_one(contract: Contract, address: str) -> None:
    with pytest.raises(Refused) as refused:
        send_code(coordinator(contract), SendCode(a_signer(contract.id, Side.HOUSEHOLD), address))

    assert refused.value.field == "email"


def test_a_code_has_eight_characters_that_nobody_confuses() -> None:
    drawn = {new_code() for _ in range(500)}

    assert len(drawn) == 500
    assert all(len(code) == CODE_LENGTH and set(code) <= set(CODE_ALPHABET) for code in drawn)
    assert set("01OILU") & set(CODE_ALPHABET) == set()


@settings(deadline=None)
@given(st.text(CODE_ALPHABET, min_size=8, max_size=8), st.sampled_from([" ", "-", " - ", "\u00a0", ""]))
def test_case_spaces_and_dashes_do_not_matter(code: str, between: str) -> None:
    assert read_code(code.lower()[:4] + between + code[4:]) == code
    assert read_code(show_code(code)) == code
