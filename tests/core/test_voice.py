"""The household's voice: its page's words in each language, and what the service keeps of what it says."""

from __future__ import annotations

import csv
import re
import unicodedata
from datetime import date, timedelta
from importlib.resources import files

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from intranet.access import Role
from intranet.clock import today
from intranet.database import writing
from intranet.dossiers.terms import DossierState
from intranet.errors import NotAllowed, Refused
from intranet.extensions import db
from intranet.guests.rules import LANGUAGES as GUEST_LANGUAGES
from intranet.testing.dossiers import make_dossier
from intranet.testing.factories import make_actor, make_user
from intranet.testing.plain import plain
from intranet.testing.works import fresh, lines_of, make_parties, make_split
from intranet.voice.choices import choices
from intranet.voice.drawings import HOLDER_ICONS, TRADE_ICONS
from intranet.voice.texts import LANGUAGES, Phrase, Words, words
from intranet.works import service
from intranet.works.catalogue import read_rows
from intranet.works.commands import ChangeLine, HouseholdAnswer, HouseholdVoice, Said
from intranet.works.models import LineAnswer, LineComment, Split
from intranet.works.queries import split_lines
from intranet.works.terms import Answer, Holder, Payer, Side, SplitState
from intranet.works.wordings import ROOMS

LETTERS = {"fr": "LATIN", "en": "LATIN", "ar": "ARABIC", "pt": "LATIN", "uk": "CYRILLIC"}
IN_FRENCH = Phrase("Coin bébé", "fr")


def table(name: str) -> list[dict[str, str]]:
    text = files("intranet.data").joinpath(name).read_text(encoding="utf-8")
    return list(csv.DictReader(text.splitlines(), delimiter=";"))


def script_of(text: str) -> str:
    """The script most of the letters are in."""
    names = [unicodedata.name(letter).split()[0] for letter in text if letter.isalpha()]
    return max(set(names), key=names.count) if names else ""


# The words


def test_the_page_speaks_every_language_a_family_may_choose() -> None:
    assert GUEST_LANGUAGES[Side.HOUSEHOLD] == LANGUAGES == tuple(LETTERS)


@pytest.mark.parametrize("language", LANGUAGES)
def test_each_language_says_everything_with_the_same_figures_in_it(language: str) -> None:
    french, own = words("fr"), Words(language)
    assert own.known == french.known
    for key in own.known:
        assert set(re.findall(r"{\w+}", own(key))) == set(re.findall(r"{\w+}", french(key))), key
        assert script_of(re.sub(r"{\w+}", "", own(key))) == LETTERS[language], key


@pytest.mark.parametrize(
    ("language", "one", "some", "many"),
    [
        ("fr", "1 jour", "3 jours", "15 jours"),
        ("en", "1 day", "3 days", "15 days"),
        ("ar", "يوم", "3 أيام", "15 يومًا"),
        ("pt", "1 dia", "3 dias", "15 dias"),
        ("uk", "1 день", "3 дні", "15 днів"),
    ],
)
def test_days_are_counted_as_each_language_counts_them(language: str, one: str, some: str, many: str) -> None:
    assert [plain(words(language).days(count)) for count in (1, 3, 15)] == [one, some, many]


def test_every_kind_of_the_catalogue_is_worded_in_every_language_and_script() -> None:
    rows = {row["code"]: row for row in table("works_catalogue_family.csv")}
    assert list(rows) == [row["code"] for row in read_rows()]
    assert len(rows) == 72
    for code, row in rows.items():
        for language, script in LETTERS.items():
            assert script_of(row[language]) == script, (code, language)
            assert len(row[language]) <= 95, (code, language)


def test_no_two_kinds_read_alike() -> None:
    rows = table("works_catalogue_family.csv")
    for language in LANGUAGES:
        assert len({row[language] for row in rows}) == len(rows), language


def test_every_room_the_form_suggests_is_known_in_every_language() -> None:
    for room in ROOMS:
        for language in LANGUAGES:
            assert script_of(words(language).room(str(room)).text) == LETTERS[language], (room, language)


def test_a_room_is_known_by_its_number_and_however_it_is_typed() -> None:
    english = words("en")
    assert english.room("CHAMBRE 2").text == "Bedroom\xa02"
    assert english.room("Salle d'eau").text == "Shower room"
    assert english.room("Coin bébé") == IN_FRENCH
    assert words("fr").room("Coin bébé") == Phrase("Coin bébé")


def test_every_trade_and_every_holder_has_its_drawing() -> None:
    drawn = set(files("intranet.static").joinpath("icons.txt").read_text().split())
    assert {row["trade"] for row in read_rows()} == set(TRADE_ICONS)
    assert set(HOLDER_ICONS) == set(Holder)
    assert {*TRADE_ICONS.values(), *HOLDER_ICONS.values()} <= drawn


def test_every_holder_and_payer_has_its_words() -> None:
    keys = words("fr").known
    assert {f"holder.{each}" for each in Holder} <= keys
    assert {f"line.materials_{each}" for each in Payer} <= keys


@pytest.mark.parametrize(
    ("language", "amount", "day", "time"),
    [
        ("fr", "1 234,50 €", "14 mars 2019", "4 heures 30 minutes"),
        ("en", "€1,234.50", "14 March 2019", "4 hours 30 minutes"),
        ("ar", "1.234,50 €", "14 مارس 2019", "4 ساعات و30 دقيقة"),
        ("pt", "1 234,50 €", "14 de março de 2019", "4 horas e 30 minutos"),
        ("uk", "1 234,50 €", "14 березня 2019 р.", "4 години 30 хвилин"),
    ],
)
def test_money_days_and_hours_are_written_as_the_family_writes_them(
    language: str, amount: str, day: str, time: str
) -> None:
    say = words(language)
    written = [say.amount(123450), say.day(date(2019, 3, 14)), say.time(270)]
    assert [re.sub(r"[\u00a0\u202f]", " ", each).strip("\u200f") for each in written] == [amount, day, time]


def test_the_first_of_a_month_is_an_ordinal_in_french() -> None:
    assert plain(words("fr").day(date(2019, 3, 1))) == "1er mars 2019"
    assert plain(words("fr").day(date(2019, 3, 11))) == "11 mars 2019"
    assert plain(words("pt").day(date(2019, 3, 1))) == "1 de março de 2019"


@pytest.mark.parametrize(
    ("holder", "lock", "offered"),
    [
        (Holder.TENANT, "", ["yes answer.tenant", "bailleur answer.bailleur", "talk answer.discuss"]),
        (Holder.BAILLEUR, "", ["tenant answer.tenant", "yes answer.bailleur", "talk answer.discuss"]),
        (Holder.BAILLEUR, "asbestos", ["yes answer.bailleur", "talk answer.discuss"]),
        (Holder.SHARED, "", ["yes answer.shared", "bailleur answer.bailleur", "talk answer.discuss"]),
        (Holder.PARTNER, "", ["yes answer.agree", "bailleur answer.bailleur", "talk answer.discuss"]),
        (Holder.DROPPED, "", ["yes answer.agree", "talk answer.discuss"]),
    ],
)
def test_a_line_is_answered_by_who_does_it_and_never_by_what_the_law_forbids(
    holder: Holder, lock: str, offered: list[str]
) -> None:
    assert [f"{each.value} {each.text}" for each in choices(holder, lock)] == offered
    assert {each.text for each in choices(holder, lock)} <= words("fr").known


def test_a_high_sign_of_french_never_starts_a_line() -> None:
    say = words("fr")
    assert all(not re.search(r" [:;?!»]|« ", say(key)) for key in say.known)


# What is kept


@pytest.fixture
def split(db_session: object) -> Split:
    return make_split(make_dossier(state=DossierState.JOINED), 3, SplitState.COUNTERED)


def said(split_id: int, *answers: Answer, word: str = "") -> dict[int, Said]:
    lines = zip(lines_of(split_id), answers, strict=False)
    return {line.id: Said(answer, line.digest, word) for line, answer in lines}


def voice(split: Split, answers: dict[int, Said], **more: object) -> HouseholdVoice:
    values: dict[str, object] = {"person": "Amina Benali", "answered_on": today(), **more}
    return HouseholdVoice(split.id, answers=answers, **values)  # type: ignore[arg-type]


def household_answer(line_id: int) -> Answer | None:
    db.session.expire_all()
    row = db.session.get(LineAnswer, (line_id, Side.HOUSEHOLD))
    return row.answer if row else None


def test_only_the_household_speaks_with_its_own_voice(split: Split) -> None:
    parties = make_parties(split)
    with writing(), pytest.raises(NotAllowed):
        service.answer_as_household(parties.coordinator, voice(split, said(split.id, Answer.ACCEPTED)))
    for person in (parties.agent, make_actor(make_user(Role.TISF)), make_actor(make_user(Role.DIRECTOR))):
        with writing(), pytest.raises(NotAllowed):
            service.record_voice(person, voice(split, said(split.id, Answer.ACCEPTED)))


@pytest.mark.parametrize(
    ("more", "rule"),
    [
        ({"person": " \u202e "}, "household.person"),
        ({"person": "A" * 121}, "text.too_long"),
        ({"answered_on": date.max}, "household.future"),
        ({"place": "B" * 121}, "text.too_long"),
        ({"answers": {}}, "household.nothing"),
    ],
)
def test_an_answer_without_its_name_or_with_an_absurd_day_is_refused(
    split: Split, more: dict[str, object], rule: str
) -> None:
    command = {"answers": said(split.id, Answer.ACCEPTED), **more}
    with writing(), pytest.raises(Refused) as refused:
        service.record_voice(make_parties(split).coordinator, voice(split, **command))  # type: ignore[arg-type]
    assert refused.value.rule == rule


@pytest.mark.parametrize(
    ("answer", "wish"),
    [
        (Answer.WAITING, None),
        (Answer.COUNTERED, None),
        (Answer.ACCEPTED, Holder.BAILLEUR),
        (Answer.COUNTERED, Holder.PARTNER),
        (Answer.COUNTERED, Holder.TENANT),  # whose line it is already
    ],
)
def test_a_family_agrees_says_who_does_it_or_wants_to_talk_and_offers_nothing_else(
    split: Split, answer: Answer, wish: Holder | None
) -> None:
    line = lines_of(split.id)[0]
    with writing(), pytest.raises(Refused) as refused:
        service.record_voice(
            make_parties(split).coordinator, voice(split, {line.id: Said(answer, line.digest, "", wish)})
        )
    assert refused.value.rule == "household.answers"


def test_who_the_family_says_does_it_is_kept_and_is_no_agreement(split: Split) -> None:
    first, *rest = lines_of(split.id)
    answers = {line.id: Said(Answer.ACCEPTED, line.digest) for line in rest}
    answers[first.id] = Said(Answer.COUNTERED, first.digest, "", Holder.BAILLEUR)
    with writing():
        service.record_voice(make_parties(split).coordinator, voice(split, answers))
    kept = db.session.get_one(LineAnswer, (first.id, Side.HOUSEHOLD))
    assert (kept.answer, kept.counter_holder) == (Answer.COUNTERED, Holder.BAILLEUR)
    assert lines_of(split.id)[0].holder is Holder.TENANT
    assert fresh(split.id).state is SplitState.COUNTERED
    assert split_lines(split.id)[0].household_wish is Holder.BAILLEUR


def test_a_date_without_an_answer_is_no_answer_of_the_family(split: Split) -> None:
    with writing(), pytest.raises(Refused) as refused:
        service.record_household(
            make_parties(split).coordinator, HouseholdAnswer(split.id, fresh(split.id).version, today())
        )
    assert refused.value.rule == "household.nothing"
    assert fresh(split.id).household_answered_on is None


def test_a_line_of_another_split_is_asked_again_and_not_touched(split: Split) -> None:
    other = make_split(make_dossier(state=DossierState.JOINED), 1, SplitState.COUNTERED)
    with writing():
        heard = service.record_voice(
            make_parties(split).coordinator, voice(split, said(other.id, Answer.ACCEPTED))
        )
    foreign = lines_of(other.id)[0].id
    assert (heard.taken, set(heard.asked_again)) == (0, {foreign})
    assert household_answer(foreign) is None
    assert fresh(split.id).household_answered_on is None


def test_an_answer_given_again_keeps_who_gave_it_first(split: Split) -> None:
    coordinator = make_parties(split).coordinator
    with writing():
        service.record_voice(coordinator, voice(split, said(split.id, Answer.ACCEPTED)))
        heard = service.record_voice(
            coordinator, voice(split, said(split.id, Answer.ACCEPTED), person="Karim Benali")
        )
    assert heard.taken == 0
    row = db.session.get_one(LineAnswer, (lines_of(split.id)[0].id, Side.HOUSEHOLD))
    assert row.by_name == "Amina Benali"


def test_a_change_of_mind_is_kept_with_its_own_name(split: Split) -> None:
    coordinator = make_parties(split).coordinator
    with writing():
        service.record_voice(coordinator, voice(split, said(split.id, Answer.ACCEPTED)))
        service.record_voice(coordinator, voice(split, said(split.id, Answer.REFUSED), person="Karim"))
    row = db.session.get_one(LineAnswer, (lines_of(split.id)[0].id, Side.HOUSEHOLD))
    assert (row.answer, row.by_name) == (Answer.REFUSED, "Karim")


def test_the_familys_word_stands_in_the_thread_of_its_line(split: Split) -> None:
    with writing():
        service.record_voice(
            make_parties(split).coordinator, voice(split, said(split.id, Answer.REFUSED, word="Pas le lundi"))
        )
    remark = db.session.scalars(db.select(LineComment)).one()
    assert (remark.side, remark.author_name, remark.text) == (Side.HOUSEHOLD, "Amina Benali", "Pas le lundi")


@given(
    answers=st.lists(st.sampled_from([Answer.ACCEPTED, Answer.REFUSED, None]), min_size=3, max_size=3),
    changed=st.sets(st.integers(0, 2)),
)
@settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck))
def test_what_is_kept_is_what_was_said_to_the_present_wording(
    db_session: object, answers: list[Answer | None], changed: set[int]
) -> None:
    """Whatever lines change while the family reads: kept exactly where the wording still stands."""
    split = make_split(make_dossier(state=DossierState.JOINED), 3, SplitState.COUNTERED)
    coordinator = make_parties(split).coordinator
    read = lines_of(split.id)
    given_to = {
        line.id: Said(answer, line.digest) for line, answer in zip(read, answers, strict=True) if answer
    }
    with writing():
        for place in changed:
            line = read[place]
            service.change_line(
                coordinator,
                ChangeLine(
                    line.id, line.version, line.room, line.need, line.holder, Payer.ALC, kind_id=line.kind_id
                ),
            )
    ids = [line.id for line in read]
    moved = {ids[place] for place in changed}
    if not given_to:
        return
    with writing():
        heard = service.record_voice(coordinator, voice(split, given_to))
    assert heard.asked_again == moved & set(given_to)
    for line_id, answer in zip(ids, answers, strict=True):
        assert household_answer(line_id) == (None if line_id in moved else answer)
    everyone = not moved and all(answer is Answer.ACCEPTED for answer in answers)
    assert (fresh(split.id).state is SplitState.AGREED) == everyone


@pytest.mark.parametrize("days", [1, -365])
def test_an_answer_of_tomorrow_or_of_another_year_is_not_taken(split: Split, days: int) -> None:
    day = today() + timedelta(days=days)
    with writing(), pytest.raises(Refused) as refused:
        service.record_voice(
            make_parties(split).coordinator, voice(split, said(split.id, Answer.ACCEPTED), answered_on=day)
        )
    assert refused.value.field == "answered_on"
