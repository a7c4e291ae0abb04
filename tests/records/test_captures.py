"""Private messages in official items: words, places, kinds, direction, and which of two messages is meant."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.records.candidates import candidates, nearness
from analysis.records.captures import _rows
from analysis.records.claims import claimed
from analysis.records.corpus import Corpus
from analysis.records.passages import passage
from analysis.records.tokens import spans, tokens

START = datetime(2020, 3, 1, 9, 30, tzinfo=UTC)
SAID = "Forty pallets of gowns land at Hexley on Tuesday, tell nobody in the lobby before then please"
OTHER = "The minister wants the ventilator figures rewritten before the committee meets this afternoon"


@given(st.lists(st.text(max_size=60), max_size=6))
def test_words_and_their_places_agree(texts):
    assert tokens(texts).sizes.tolist() == [len(spans(text)) for text in texts]


def test_case_quoting_wrapping_and_soft_hyphens_do_not_matter():
    one, two = (
        tokens([text]).words
        for text in (
            "Don\u2019t Pan\u00adic, it\u2019s\n> caf\u00e9 o\u2019clock",
            "don't panic it's CAFE\u0301 o'clock",
        )
    )
    assert np.array_equal(one, two)


@pytest.mark.parametrize(
    ("before", "mail", "kind", "minutes"),
    [
        ("[10:53, 17/02/2020] Anneke V: ", False, "transcript", (653,)),
        ("17/02/2020, 10:53 - Anneke: ", False, "transcript", (653,)),
        ("[2/17/20, 1:53:10\u202fPM] Ann: ", False, "transcript", (833,)),
        ("Ann, [17.02.20 10:53]\n", False, "transcript", (653,)),
        ("See below\n> ", False, "quote", ()),
        ("See below\n\n", False, "paste", ()),
        ("at 10:53 we met. ", False, "paste", ()),
        ("---------- Forwarded message ---------\nFrom: a\nDate: b\nSubject: c\nTo: d\n\n", True, "forward", ()),
        ("Von: a\nGesendet: b\nAn: c\nBetreff: d\n\n", True, "forward", ()),
    ],
)
def test_kinds(before, mail, kind, minutes):
    seen = passage(before + SAID, len(before), mail)
    assert (seen.kind, seen.minutes) == (kind, minutes)


@pytest.mark.parametrize(
    ("before", "days"),
    [
        ("[10:53, 17/02/2020] Anneke V: ", {date(2020, 2, 17)}),
        ("03/02/2020, 10:53 - Anneke: ", {date(2020, 2, 3), date(2020, 3, 2)}),
        ("[2/17/20, 1:53 PM] Ann: ", {date(2020, 2, 17)}),
        ("2020-02-17 10:53 Ann: ", {date(2020, 2, 17)}),
        ("Ann, [17.02.20 10:53]\n", {date(2020, 2, 17)}),
        ("10:53 - Ann: ", set()),
        ("[10:53, 31/31/2020] Ann: ", set()),
    ],
)
def test_the_day_of_a_transcript_is_read_in_every_order(before, days):
    found = {date.fromordinal(day) for day in passage(before + SAID, len(before), False).days}
    assert days <= found and bool(found) == bool(days)


def found(private, official, people=None, channel="whatsapp", basis="body"):
    """Captures of (thread, minutes, text) in (minutes, text)."""
    own = pd.DataFrame([(f"m{i}", thread, channel, START + timedelta(minutes=at), text) for i, (thread, at, text) in enumerate(private)],
                       columns=["message_id", "thread_id", "channel", "sent_at", "body"])  # fmt: skip
    items = pd.DataFrame([(f"o{i}", "o", START + timedelta(minutes=at), None, text, basis) for i, (at, text) in enumerate(official)],
                         columns=["message_id", "thread_id", "sent_at", "attachment_id", "text", "basis"])  # fmt: skip
    everybody = {name: frozenset(["p"]) for name in (*own.message_id, *items.message_id)}
    corpus = Corpus(
        own,
        items,
        tokens(own.body.tolist()),
        tokens(items.text.tolist()),
        people or everybody,
        ZoneInfo("Europe/London"),
    )
    return _rows(corpus, claimed(corpus, candidates(corpus)))


def test_word_for_word_with_both_spans_and_delay():
    rows = found([("t", 0, SAID), ("t", 5, OTHER)], [(60, f"Ursula,\n\nFor the file.\n\n{SAID.upper()}\n\nAnn")])
    row = rows.iloc[0]
    assert rows.message_id.tolist() == ["m0"] and (row.tier, row.kind, row.delay_s) == ("exact", "paste", 3600)
    assert row.containment == 1 and (row.start, row.end) == (0, len(SAID))
    assert (row.official_start, row.official_end) == (24, 24 + len(SAID))


def test_a_fifth_of_the_words_changed_is_probable_never_exact():
    words = SAID.split()
    words[2::5] = ["something"] * len(words[2::5])
    rows = found([("t", 0, SAID), ("t", 5, OTHER)], [(60, " ".join(words))])
    assert rows.tier.tolist() == ["probable"] and rows.containment[0] < 0.8


def test_what_the_item_said_first_is_no_capture():
    assert found([("t", 60, SAID)], [(0, SAID), (120, f"As I wrote:\n\n{SAID}")]).empty


def test_the_minute_of_a_transcript_says_which_message_is_meant():
    rows = found([("a", 0, SAID), ("b", 47, SAID)], [(100, f"[09:30, 01/03/2020] Ann: {SAID}")])
    assert rows.message_id.tolist() == ["m0"]


@pytest.mark.parametrize(("day", "n"), [("01/03/2020", 1), ("02/03/2020", 1), ("07/05/2021", 0), ("05/07/2021", 0)])
def test_a_transcript_of_another_day_holds_another_message(day, n):
    assert len(found([("a", 0, SAID)], [(700_000, f"[13:03, {day}] Ann: {SAID}")])) == n


def test_a_clock_that_is_wrong_has_every_line_wrong():
    told = f"[13:03, 07/05/2021] Ann: {SAID}\n[13:05, 07/05/2021] Bob: {OTHER}"
    assert len(found([("a", 0, SAID), ("a", 2, OTHER)], [(700_000, told)])) == 2


def test_neighbours_say_which_conversation_is_meant():
    rows = found([("a", 0, OTHER), ("a", 1, "Fine, do that now"), ("b", 2, "Fine, do that now")],
                 [(100, f"{OTHER}\n\nFine, do that now")])  # fmt: skip
    assert rows.message_id.tolist() == ["m0", "m1"]


def test_common_words_alone_prove_nothing():
    assert found([("a", 0, "Thank you very much")], [(5, "Thank you very much for the papers, Ann")]).empty


def test_words_read_in_a_picture_are_never_exact():
    rows = found([("t", 0, SAID), ("t", 5, OTHER)], [(60, SAID)], basis="ocr: engine 1")
    assert (rows.tier[0], rows.basis[0], rows.containment[0]) == ("probable", "ocr: engine 1", 1)


def test_what_an_official_letter_quotes_of_another_is_no_capture():
    private = f"All,\n\n{SAID}.\n\nRegards,\nZelda"
    letter = f"Good afternoon Ann,\n\n{SAID}.\n\nBest wishes,\nHamza"
    answer = "Noted.\n\nHamza wrote:\n" + "\n".join("> " + line for line in letter.split("\n"))
    assert found([("t", 0, private)], [(60, letter), (70, answer)], channel="email").empty
    assert found([("t", 0, private)], [(70, answer)], channel="email").kind.tolist() == ["quote"]


def test_a_line_may_begin_before_its_item():
    rows = nearness(
        tokens(["one two three four five six seven eight"]), tokens(["x", "four five six seven eight nine"])
    )
    assert rows.item.tolist() == [1] and rows.same.tolist() == [5]


def test_boilerplate_proposes_nothing():
    stock = "please find the minutes of the meeting attached for information"
    rows = nearness(tokens([stock]), tokens([f"{stock} {i}" for i in range(200)]))
    assert rows.empty
