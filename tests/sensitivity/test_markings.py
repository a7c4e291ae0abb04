"""Markings: third-party vectors, hand-made texts, unmarked mail, eras and form, time on hostile text."""

import csv
import mailbox
import time
from datetime import date
from pathlib import Path

import pytest

from analysis.sensitivity import markings, schemes
from hand_marks import MARKED, UNMARKED
from support import fixtures

KNOWN = schemes.load()
DAY = date(2020, 5, 12)
PLACES = {"first_line": "body", "footer": "body", "filename": "name"}
SHORT = {"TS": "TOP SECRET", "S": "SECRET", "OS": "OFFICIAL-SENSITIVE", "O": "OFFICIAL"}


def found(where: str, text: str, day: date | None = DAY) -> list[markings.Mark]:
    return list(markings.marks(text, where, KNOWN, day))


def one(text: str, day: date = DAY) -> markings.Mark:
    (mark,) = found("body", text, day)
    return mark


def test_every_case_of_the_vectors() -> None:
    path = fixtures("sensitivity/uk-markings") / "cases.tsv"
    with path.open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream, delimiter="\t", quoting=csv.QUOTE_NONE))
    wrong = []
    for row in rows:
        marks = found(PLACES.get(row["where"], row["where"]), row["text"].replace("\\n", "\n"))
        levels, truth = [mark.level for mark in marks], row["truth"]
        right = {
            "none": not marks,
            "quoted": [mark.quoted for mark in marks] == [True],
            "LEGACY": len(marks) == 1 and marks[0].level in row["text"],
        }.get(truth, levels == [SHORT.get(truth)])
        if not right:
            wrong.append((row["text"], levels))
    assert len(rows) == 37 and wrong == []


@pytest.mark.parametrize(("where", "text", "levels"), MARKED)
def test_marked(where: str, text: str, levels: str) -> None:
    got = " ".join(">" * mark.quoted + mark.level for mark in found(where, text))
    assert got == levels


@pytest.mark.parametrize(("where", "text"), UNMARKED)
def test_talk_is_not_marked(where: str, text: str) -> None:
    assert found(where, text) == []


@pytest.mark.parametrize(
    ("text", "span"),
    [
        ("Read:\nOFFICIAL-SENSITIVE [COMMERCIAL]\nBids", "OFFICIAL-SENSITIVE [COMMERCIAL]"),
        ("(OFFICIAL-SENSITIVE: COMMERCIAL)\nBids", "OFFICIAL-SENSITIVE: COMMERCIAL"),
        ("UK SECRET - ALBATROSS - UK EYES ONLY\nBids", "UK SECRET - ALBATROSS - UK EYES ONLY"),
        ("OFFICIAL\nBids are in", "OFFICIAL"),
        (
            "OFFICIAL-SENSITIVE - RECIPIENTS ONLY - COMMERCIAL\nBids",
            "OFFICIAL-SENSITIVE - RECIPIENTS ONLY - COMMERCIAL",
        ),
    ],
)
def test_span_is_the_whole_mark(text: str, span: str) -> None:
    mark = one(text)
    assert text[mark.start : mark.end] == span


def test_slots() -> None:
    mark = one("UK SECRET - ALBATROSS - UK EYES ONLY\nBids")
    assert mark.slots == (("codeword", "ALBATROSS"), ("caveat", "UK EYES ONLY"))
    assert one("OFFICIAL - DHR USE ONLY\nBids").slots == (("handling", "DHR USE ONLY"),)


@pytest.mark.parametrize(
    ("text", "faults"),
    [
        ("OFFICIAL-SENSITIVE\nBids", ()),
        ("OFFICIAL SENSITIVE\nBids", ("no plain hyphen in the level",)),
        ("O-S\nBids", ("shorthand",)),
        ("OFFICIAL-SENSITIVE - FOR PUBLIC RELEASE\nBids", ("for public release and sensitive",)),
        ("OFFICIAL - UK EYES ONLY\nBids", ("caveat below SECRET",)),
        ("OFFICIAL-SENSITIVE - COMMERCIAL - RECIPIENTS ONLY\nBids", ("slots out of order",)),
    ],
)
def test_faults(text: str, faults: tuple[str, ...]) -> None:
    assert one(text).faults == faults


def test_negative_marks() -> None:
    assert one("OFFICIAL - FOR PUBLIC RELEASE\nBids").negated
    assert one("NOT PROTECTIVELY MARKED\nBids").negated
    assert not one("OFFICIAL\nBids").negated


@pytest.mark.parametrize(
    ("text", "day", "word"),
    [
        ("RESTRICTED - COMMERCIAL\nBids", date(2013, 1, 1), ""),
        ("RESTRICTED - COMMERCIAL\nBids", date(2020, 1, 1), "RESTRICTED: before to 2014-04-01"),
        ("OFFICIAL\nBids", date(2013, 1, 1), "OFFICIAL"),
        ("OFFICIAL-SENSITIVE - PERSONAL DATA\nBids", date(2020, 1, 1), "PERSONAL DATA"),
        ("OFFICIAL-SENSITIVE - PERSONAL DATA\nBids", date(2023, 6, 30), ""),
        ("OFFICIAL-SENSITIVE LOCSEN\nBids", date(2024, 1, 1), "LOCSEN"),
        ("SECRET\nBids", date(2013, 1, 1), ""),
    ],
)
def test_out_of_its_time(text: str, day: date, word: str) -> None:
    found = one(text, day).anachronism
    assert word in (found, found.partition(":")[0])


def test_a_label_taken_off_again_is_none() -> None:
    label = "msip_labels: MSIP_Label_1-a_Enabled={}; MSIP_Label_1-a_Name=OFFICIAL; "
    label += "MSIP_Label_2-b_Enabled=true; MSIP_Label_2-b_Name=SECRET"
    assert [mark.level for mark in found("header", label.format("False"))] == ["SECRET"]
    assert [mark.level for mark in found("header", label.format("true"))] == ["OFFICIAL", "SECRET"]


def test_a_matter_adds_its_scheme(tmp_path: Path) -> None:
    (tmp_path / "own.toml").write_text('name = "Own"\n[levels]\n"LIMITED DISTRIBUTION" = {}\n', encoding="utf-8")
    marks = list(markings.marks("LIMITED DISTRIBUTION\nBids", "body", schemes.load(tmp_path), DAY))
    assert [mark.level for mark in marks] == ["LIMITED DISTRIBUTION"]


def test_no_false_mark_in_unmarked_mail() -> None:
    """Every body of every mbox: far more than 10,000 lines of mail that nobody marked."""
    lines, wrong = 0, []
    for path in sorted(fixtures("email").rglob("*.mbox")):
        for message in mailbox.mbox(path):
            for part in message.walk():
                if part.get_content_type() == "text/plain":
                    text = (part.get_payload(decode=True) or b"").decode("latin-1").replace("\r\n", "\n")
                    lines += text.count("\n")
                    wrong += [text[mark.start - 40 : mark.end + 40] for mark in found("body", text)]
            wrong += [mark.level for mark in found("subject", str(message["Subject"] or ""))]
    assert lines >= 10_000 and wrong == []


@pytest.mark.parametrize(
    "piece", ["OFFICIAL-SENSITIVE ", "OFFICIAL-SENSITIVE\n", "> SECRET - ", "OFFICIAL\nSECRET\n", "(O-S) is "]
)
def test_time_grows_with_the_text(piece: str) -> None:
    def seconds(times: int) -> float:
        text = piece * times
        start = time.process_time()
        found("body", text)
        return time.process_time() - start

    small, large = (min(seconds(times) for _ in range(3)) for times in (1000, 8000))
    assert large < 24 * small + 0.2, "quadratic time would be 64"
