"""Properties of the WhatsApp reader: nothing lost, nothing invented, the same as the slow reference, in linear time."""

import time
from datetime import datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.intake import whatsapp_frames, whatsapp_heads, whatsapp_lines, whatsapp_sift
from analysis.intake.records import Hints, Opened
from analysis.intake.whatsapp_content import classify
from analysis.intake.whatsapp_text import READER
from intake.whatsapp_reference import parse, when
from intake.whatsapp_writer import FORMS, LRM, has_seconds, write
from support import fixtures

pytestmark = pytest.mark.usefixtures("loops")

SMALL = 20_000  # bytes of files that are also read in tiny pieces
PIECES = [
    (whatsapp_lines, "CHUNK", 64), (whatsapp_heads, "BLOCK", 2), (whatsapp_sift, "BLOCK", 3),
    (whatsapp_sift, "CHUNK", 64), (whatsapp_frames, "PIECE", 2),
]  # fmt: skip
QUICK = settings(max_examples=60, deadline=None, derandomize=True)
NAMES = st.sampled_from(
    ["Ann Example", "Bob", "+44 7700 900123", "Dr. Cara Ł", "Dev 🌱", "עדה", "~\u202fFlo", "O'Hara-Smith, Gus"]
)
WORDS = st.text(st.characters(blacklist_categories=["Cs", "Cc"], blacklist_characters="\u2028\u2029"), max_size=40)
APP = st.sampled_from(
    ["<Media omitted>", "This message was deleted", "IMG-20200313-WA0001.jpg (file attached)", "null", "", "POLL:\nLunch?\nOPTION: Yes (2 votes)",
     "location: https://maps.google.com/?q=51.5,-0.1", f"{LRM}image omitted", f"see {LRM}<This message was edited>", "Missed voice call",
     f"the plan {LRM}image omitted", f"the plan\n{LRM}video omitted. ", f"a {LRM}GIF omitted {LRM}<This message was edited>",
     "a\nb\n\nc", "12/03: note", "10:30 - note", "x: y", "[not a header] x"]
)  # fmt: skip
BODIES = st.one_of(WORDS, APP, st.lists(WORDS, min_size=2, max_size=4).map("\n".join))


def read(tmp_path_factory, raw, location="chat.txt", hints=None):
    path = tmp_path_factory.mktemp("chat") / "chat.txt"
    path.write_bytes(raw)
    reading = READER.read(Opened(path, location), hints or Hints())
    if len(raw) < SMALL:
        same_in_pieces(reading, Opened(path, location), hints or Hints())
    return reading


def same_in_pieces(reading, opened, hints):
    """A large file is read in pieces, its known shapes by comparison: with tiny pieces a small file is too."""
    with pytest.MonkeyPatch.context() as patch:
        for module, name, size in PIECES:
            patch.setattr(module, name, size)
        again = READER.read(opened, hints)
    for name in ("copies", "events", "rejects", "attachments", "names", "threads"):
        assert getattr(again, name).to_pylist() == getattr(reading, name).to_pylist()


def accounted(reading, raw):
    parts = (reading.bytes_copies, reading.bytes_events, reading.bytes_rejects, reading.bytes_framing)
    assert sum(parts) == len(raw)
    assert min(parts) >= 0
    for table in (reading.copies, reading.events, reading.rejects, reading.attachments, reading.names, reading.threads):
        table.validate(full=True)


def same_as_reference(reading, raw):
    """Every record of the reference is a copy or an event; copies agree in every field."""
    wanted = {f"bytes {r.start}-{r.stop}": r for r in parse(raw)}
    copies = {row["locator"]: row for row in reading.copies.to_pylist()}
    events = {place.split("#")[0] for place in reading.events["locator"].to_pylist()}
    assert copies.keys() | events == wanted.keys()
    assert not copies.keys() & events
    order = reading.date_order
    marks = any(r.head[1] and r.sender and r.body.startswith(LRM) for r in wanted.values())
    for place, row in copies.items():
        if row["suspect"] == "pasted_header":
            continue
        record = wanted[place]
        assert row["sender"] == record.sender
        told = classify(record.body, record.marked, marks)
        assert (row["kind"], row["state"], row["edited"]) == (told.kind, told.state, told.edited)
        assert row["body"] == record.body[told.skip : len(record.body) - told.drop]
        assert row["at"] == when(record, order)
        assert (row["precision"] == "second") == bool(record.head[11])


@st.composite
def chats(draw):
    form = draw(st.sampled_from(sorted(FORMS)))
    moment, out = datetime(2020, 3, 13, 8), []
    for sender, body in draw(st.lists(st.tuples(NAMES, BODIES), min_size=1, max_size=12)):
        moment += timedelta(seconds=draw(st.integers(0, 90_000)))
        out.append((moment, sender, body))
    return form, out


@QUICK
@given(chats(), st.sampled_from(["\n", "\r\n"]))
def test_same_as_the_reference(tmp_path_factory, chat, end):
    raw = write(*chat, end)
    reading = read(tmp_path_factory, raw)
    accounted(reading, raw)
    same_as_reference(reading, raw)


@pytest.mark.parametrize("form", sorted(FORMS))
def test_what_is_written_is_read(tmp_path_factory, form):
    """Write, read: senders, texts and times come back in every form, with a name that has a colon."""
    moment = datetime(2020, 3, 13, 23, 30, 7)
    names = ["Ann", "Dr: Smith", "+44 7700 900123", "Zoë 🌱", "Ann", "Dr: Smith", "Dr: Smith", "Dr: Smith", "Dr: Smith"]
    texts = [
        "good: morning",
        "two\nlines\n\nand a blank",
        "🙂 <b>",
        "x - y: z",
        "[1] no header",
        "12/2/20",
        "17:45 - gym",
        "5",
        "ok",
    ]
    messages = [
        (moment + timedelta(hours=7 * k), name, text) for k, (name, text) in enumerate(zip(names, texts, strict=True))
    ]
    raw = write(form, messages)
    copies = read(tmp_path_factory, raw).copies.to_pylist()
    assert [(row["sender"], row["body"]) for row in copies] == [(name, text) for _, name, text in messages]
    cut = {} if has_seconds(form) else {"second": 0}
    assert [row["at"] for row in copies] == [time.replace(**cut) for time, _, _ in messages]
    assert {row["precision"] for row in copies} == {"second" if has_seconds(form) else "minute"}
    assert not any(row["suspect"] for row in copies)
    assert READER.recognises(raw, "anything.txt")


@QUICK
@given(st.one_of(st.binary(max_size=400), st.text("0123/:,. -[]\nAPMé\u200e\u202f", max_size=300).map(str.encode)))
def test_any_bytes_are_accounted_for(tmp_path_factory, raw):
    accounted(read(tmp_path_factory, raw), raw)
    READER.recognises(raw, "x.txt")


@QUICK
@given(st.lists(st.binary(min_size=1, max_size=20), min_size=1, max_size=5))
def test_bytes_that_are_no_text_lose_nothing_else(tmp_path_factory, bodies):
    lines = [b"13/03/2020, 10:%02d - Ann: " % k + body.replace(b"\n", b" ") + b"\n" for k, body in enumerate(bodies)]
    raw = b"".join(lines)
    reading = read(tmp_path_factory, raw)
    accounted(reading, raw)
    assert reading.copies.num_rows + reading.events.num_rows == len(lines)
    ends = [int(place.split("-")[1].split("#")[0]) for place in reading.copies["locator"].to_pylist()]
    assert set(ends) <= {sum(map(len, lines[: k + 1])) for k in range(len(lines))}


@pytest.mark.parametrize("line", [
    "13/03/2020, 10:00 - Ann: x", "[", "13/03/2020, 10:00 - " + "a" * 40, "1/1/20 " * 3, "13/03/2020, 10:00 - A: " + "<" * 30,
    "13/03/2020, 10:00 - x created group \"y", "9" * 60, "\u200e" * 30,
])  # fmt: skip
def test_time_grows_with_size_only(tmp_path_factory, line):
    def spent(n):
        raw = (line + "\n").encode() * n
        begin = time.process_time()
        read(tmp_path_factory, raw)
        return time.process_time() - begin

    spent(100)
    small, large = min(spent(3_000) for _ in range(2)), spent(30_000)
    assert large < 25 * small + 0.5


FILES = ["whatstk", "chatistics", "rwhatsapp", "whats_json/languages", "chat-history-manager"]


@pytest.mark.parametrize("part", FILES)
def test_fixtures_are_read_as_the_reference_reads_them(tmp_path_factory, part):
    for path in sorted(fixtures(f"whatsapp-text/{part}").rglob("*.txt")):
        if "LICENSE" not in path.name and path.name not in ("WhatsApp Chat with +123 45 6789.txt",):  # two date orders
            raw = path.read_bytes()
            same_as_reference(read(tmp_path_factory, raw, path.name), raw)
