"""Personal data, special categories, privilege and moves of channel in hand-made texts; chance hits; time."""

import random
import time
from datetime import date

import pytest
from benchmarks import sensitivity as bench

from analysis.sensitivity import labelling, numbers, personal, signals, texts
from hand_personal import HELD, PRIVILEGED, SPECIAL, STAY, SWITCH
from support import fixtures

NOBODY = personal.Known(frozenset(), frozenset(), frozenset(), frozenset(), ("dept.example",), "GB")


def pieces(text: str, letter: bool = False) -> list[tuple[str, str, str]]:
    made = personal.pieces(text, letter, NOBODY, date(2020, 5, 12))
    return [(one.scheme, one.found.label, text[one.found.start : one.found.end]) for one in made]


@pytest.mark.parametrize(("text", "held"), HELD)
def test_held(text: str, held: dict[str, list[str]]) -> None:
    got = pieces(text)
    assert {label: [value for _, one, value in got if one == label] for label in held} == held


def test_triggers_let_every_hand_made_text_through() -> None:
    held = texts.of([text for text, values in HELD if any(values.values())])
    assert {row["message_id"] for row in labelling.personal_rows(held, NOBODY)} == set(held.frame["message_id"])


@pytest.mark.parametrize(("grouping", "share"), [("{}{}{}", 1), ("{} {} {}", 5), ("{}-{}-{}", 5)])
def test_ten_digits_without_context_are_no_nhs_number(grouping: str, share: int) -> None:
    """Under one in 100,000: none in 100,000, half of them in the issued ranges."""
    dice = random.Random(7)
    digits = [f"{dice.randrange(10**10):010d}" for _ in range(50_000)]
    digits += [f"{dice.choice('467')}{dice.randrange(10**9):09d}" for _ in range(50_000)]
    text = "\n".join("item " + grouping.format(one[:3], one[3:6], one[6:]) + " sent" for one in digits[::share])
    assert sum(numbers.nhs(one) for one in digits) > 1000
    assert [value for _, label, value in pieces(text) if label == "nhs_number"] == []


def test_mail_read_by_hand() -> None:
    """Sixty mails of a real mailbox: nothing is called personal data that a reader did not mark."""
    mails = bench.hand_checked(fixtures("email/enron-derrick-j").parents[1])
    made = bench.overlaps(mails, bench.recognised(mails))
    assert len(mails) == 60 and all(right == found for _, _, found, right in made.values()), made
    for label, least in (("phone", 0.95), ("email", 0.95), ("address", 0.5)):
        marked, found = made[label][:2]
        assert found >= least * marked, (label, marked, found)


def test_staff_contact_data_is_told_apart() -> None:
    text = "Mrs Ann Example is on 07700 900123.\n\nRegards,\nBob\n\nBob Other | Head\n020 7946 0958 | b@dept.example\n"
    assert pieces(text, letter=True) == [
        ("personal", "name", "Mrs Ann Example"),
        ("personal", "phone", "07700 900123"),
        ("contact", "phone", "020 7946 0958"),
        ("contact", "email", "b@dept.example"),
    ]
    assert ("contact", "name", "Mr Other") in pieces("Dear Mr Other\n\nThe bids are in.", letter=True)


def test_a_correspondents_own_number_says_so() -> None:
    known = personal.Known(frozenset(["+447700900123"]), frozenset(), frozenset(), frozenset(), (), "GB")
    made = personal.pieces("use 07700 900123 or 07700 900124", False, known, None)
    assert [one.found.rule.endswith(personal.CORRESPONDENT) for one in made] == [True, False]


def test_numbers_stand_with_the_name_before_them() -> None:
    text = "Mrs Ann Example, dob 03/04/1950. Mr Bob Other, NHS 4505577104."
    made = personal.pieces(text, False, NOBODY, date(2020, 5, 12))
    assert [(one.found.label, made[one.entry].found.start) for one in made] == [
        ("name", 0), ("dob", 0), ("name", 33), ("nhs_number", 33),
    ]  # fmt: skip


def labelled(text: str, scheme: str) -> list[str]:
    held = texts.of([text])
    rows = labelling.signal_rows(held, list(labelling.personal_rows(held, NOBODY)), None)
    return sorted({row["label"] for row in rows if row["scheme"] == scheme})


@pytest.mark.parametrize(("text", "labels"), SPECIAL)
def test_special_categories_need_a_person(text: str, labels: list[str]) -> None:
    assert labelled(text, "special") == labels


@pytest.mark.parametrize(("text", "labels"), PRIVILEGED)
def test_privilege(text: str, labels: list[str]) -> None:
    assert labelled(text, "privilege") == labels
    assert ("s42" in labelled(text, "exemption")) == bool(labels)


@pytest.mark.parametrize("text", SWITCH)
def test_moves_of_channel(text: str) -> None:
    assert labelled(text, "theme") == ["channel_switch"]


@pytest.mark.parametrize("text", STAY)
def test_no_move_of_channel(text: str) -> None:
    assert labelled(text, "theme") == []


def test_a_lawyers_domain_is_a_signal() -> None:
    held = texts.of(["See attached", "See attached"], sender=["a@governmentlegal.gov.uk", "a@flawless.example"])
    assert [one.at for one in signals.privilege(held, None)] == [0]


def test_hints_add_up() -> None:
    (hint,) = signals.hints(texts.of(["The bid is £2.10 a unit, supplier is new"]), None)
    assert hint.label == "s43" and hint.score == pytest.approx(1 - 0.5 * 0.7 * 0.6, abs=0.01)


PIECES = ["1", "12 ", "0770 ", "Mr Ab ", "a@", "a.", "1 Ab ", "Ann Example, dob ", "AB 12 ", "patient Ann ",
          "999 949 2223 ", "\nRegards\n", "sort 12-34-56 ", "move this to ", "3 April 1950 born ",
          "tested positive he "]  # fmt: skip


@pytest.mark.parametrize("piece", PIECES)
def test_time_grows_with_the_text(piece: str) -> None:
    def seconds(times: int) -> float:
        held = texts.of([piece * times])
        start = time.process_time()
        list(labelling.signal_rows(held, list(labelling.personal_rows(held, NOBODY)), None))
        return time.process_time() - start

    seconds(10)
    small = min(seconds(500) for _ in range(3))
    assert seconds(4000) < 24 * small + 0.3
