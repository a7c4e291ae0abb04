"""The WhatsApp reader case by case: system lines, content, dates, suspects, people, accounting."""

from datetime import datetime

import pytest

from analysis.intake.records import Hints, Opened
from analysis.intake.whatsapp_locales import title
from analysis.intake.whatsapp_text import READER

pytestmark = pytest.mark.usefixtures("loops")

LRM = "\u200e"


@pytest.fixture
def read(tmp_path):
    def _read(text, location="chat.txt", hints=None, members=None, inner=""):
        path = tmp_path / "chat.txt"
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return READER.read(Opened(path, location, members or {}, inner), hints or Hints())

    return _read


def events(reading):
    keys = ("kind", "actor", "target", "value")
    return [tuple(row[key] for key in keys) for row in reading.events.to_pylist()]


def column(reading, *names):
    return [tuple(row[name] for name in names) for row in reading.copies.to_pylist()]


def android(*lines):
    return "".join(f"{line}\n" for line in lines)


@pytest.mark.parametrize(("line", "expected"), [
    ('Ann created group "Covid: response"', [("created", "Ann", None, "Covid: response")]),
    ("Ann created group “Test cell”", [("created", "Ann", None, "Test cell")]),
    ("Ann added Bob, Cleo Day and +44 7700 900123", [("added", "Ann", "Bob", None), ("added", "Ann", "Cleo Day", None), ("added", "Ann", "+44 7700 900123", None)]),
    ("Ann removed Bob", [("removed", "Ann", "Bob", None)]),
    ("Bob left", [("left", "Bob", None, None)]),
    ("Cleo joined using this group's invite link", [("joined", "Cleo", None, None)]),
    ('Ann changed the subject from "PPE" to "PPE: urgent"', [("subject_changed", "Ann", None, "PPE: urgent")]),
    ("Ann turned on disappearing messages. New messages will disappear from this chat 24 hours after they're sent, except when kept.", [("timer_on", "Ann", None, "24 hours")]),
    ("Ann updated the message timer. New messages will disappear from this chat 7 days after they’re sent.", [("timer_on", "Ann", None, "7 days")]),
    ("Ann turned off disappearing messages.", [("timer_off", "Ann", None, None)]),
    ("Bob changed their phone number to a new number. Tap to message or add the new number.", [("number_changed", "Bob", None, None)]),
    ("+44 7700 900123 changed to +44 7700 900456", [("number_changed", "+44 7700 900123", None, "+44 7700 900456")]),
    ("Bob is no longer an admin", [("admin_changed", None, "Bob", "Bob is no longer an admin")]),
    ("Messages and calls are end-to-end encrypted. No one outside of this chat can read them.", [("encryption_notice", None, None, None)]),
    ("Missed voice call", [("call", None, None, "Missed voice call")]),
    ("You added Bob", [("added", "You", "Bob", None)]),
    ("A line nobody knows", [("other", None, None, "A line nobody knows")]),
    ("Ann hat die Gruppe „Lage“ erstellt", [("created", "Ann", None, "Lage")]),
    ("Creaste el grupo “Crisis”", [("created", "You", None, "Crisis")]),
    ("Ann vous a ajouté(e)", [("added", "Ann", "You", None)]),
    ("Ann добавил(-а) Bob", [("added", "Ann", "Bob", None)]),
])  # fmt: skip
def test_system_lines_become_events(read, line, expected):
    reading = read(
        android(f"13/03/2020, 10:00 - {line}", "13/03/2020, 10:01 - Ann: hello", "13/03/2020, 10:02 - Bob: hi")
    )
    assert events(reading) == expected
    assert column(reading, "sender") == [("Ann",), ("Bob",)]


def test_lines_of_the_app_under_a_chat_whose_name_has_a_colon(read):
    name = "Deal: final week"
    reading = read(
        f"[13/03/2020, 10:00:00] {name}: {LRM}Messages and calls are end-to-end encrypted. No one outside can read them.\n"
        f"[13/03/2020, 10:00:01] {name}: {LRM}Ann created group “{name}”\n"
        f"[13/03/2020, 10:01:00] Ann: hello\n[13/03/2020, 10:02:00] Bob: note: bring it\n[13/03/2020, 10:03:00] Cy: hi\n"
    )
    assert [(kind, value) for kind, _, _, value in events(reading)] == [("encryption_notice", None), ("created", name)]
    assert column(reading, "sender", "body") == [("Ann", "hello"), ("Bob", "note: bring it"), ("Cy", "hi")]


def test_targets_are_rows_with_their_own_locators(read):
    places = read("13/03/2020, 10:00 - Ann added Bob and Cleo\n").events["locator"].to_pylist()
    assert places == ["bytes 0-43", "bytes 0-43#2"]


def test_known_names_are_not_split(read):
    reading = read(android("13/03/2020, 10:00 - Ann added Jess and James", "13/03/2020, 10:01 - Jess and James: hi"))
    assert events(reading) == [("added", "Ann", "Jess and James", None)]


def test_you_is_the_owner_when_the_file_shows_the_owner(read):
    text = android(
        "13/03/2020, 10:00 - You turned off disappearing messages.",
        "13/03/2020, 10:01 - Bob: x",
        "13/03/2020, 10:02 - Cy: y",
    )
    assert events(read(text, hints=Hints(owner_names=("Bob",))))[0][1] == "Bob"
    assert events(read(text, hints=Hints(owner="+447700900123")))[0][1] == "+447700900123"
    assert events(read(text))[0][1] == "You"


@pytest.mark.parametrize(("body", "kind", "state", "name"), [
    ("<Media omitted>", "media", "omitted", None), ("<Media omitted>\nA caption", "media", "omitted", None),
    ("This message was deleted", "deleted", "deleted", None), ("You deleted this message", "deleted", "deleted", None),
    ("IMG-20200313-WA0001.jpg (file attached)", "image", "present", "IMG-20200313-WA0001.jpg"),
    ("PTT-20200313-WA0001.opus (file attached)", "audio", "present", "PTT-20200313-WA0001.opus"),
    ("Plan (final).pdf (file attached)\nsee p. 3", "document", "present", "Plan (final).pdf"),
    ("Ann.vcf (file attached)", "contact", "present", "Ann.vcf"), ("", "view_once", "view_once", None), ("null", "view_once", "view_once", None),
    ("<View once voice message omitted>", "view_once", "view_once", None), ("POLL:\nLunch?\nOPTION: Yes (2 votes)", "poll", "present", None),
    ("location: https://maps.google.com/?q=51.5,-0.12", "location", "present", None), ("Datei.pdf (Datei angehängt)", "document", "present", "Datei.pdf"),
    ("<Médias omis>", "media", "omitted", None), ("Вы удалили данное сообщение", "deleted", "deleted", None),
    ("I said <Media omitted> twice", "text", "present", None), ("This message was deleted by me", "text", "present", None),
    ("<Pominięto multimedia>", "media", "omitted", None), ("IMG-20200313-WA0001.jpg (załączony plik)", "image", "present", "IMG-20200313-WA0001.jpg"),
    ("<Media har utelämnats>", "media", "omitted", None), ("<省略多媒体文件>", "media", "omitted", None), ("<忽略多媒體檔>", "media", "omitted", None),
    ("<미디어 파일 제외됨>", "media", "omitted", None), ("<המדיה לא נכללה>", "media", "omitted", None), ("此訊息已刪除。", "deleted", "deleted", None),
    ("plan.pdf (קובץ מצורף)", "document", "present", "plan.pdf"), ("이 메시지는 삭제되었습니다", "deleted", "deleted", None),
    ("see (file attached)", "text", "present", None), ("Waiting for this message. This may take a while.", "text", "omitted", None),
])  # fmt: skip
def test_content_android(read, body, kind, state, name):
    reading = read(f"13/03/2020, 10:00 - Ann: {body}\n13/03/2020, 10:01 - Bob: ok\n")
    assert column(reading, "kind", "state", "body")[0] == (kind, state, body)
    assert reading.attachments["name"].to_pylist() == ([name] if name else [])


@pytest.mark.parametrize(("line", "kind", "state", "body"), [
    (f"{LRM}[13/03/2020, 10:00:01] Ann: {LRM}image omitted", "image", "omitted", "image omitted"),
    (f"{LRM}[13/03/2020, 10:00:01] Ann: the plan {LRM}image omitted", "image", "omitted", "the plan"),
    (f"[13/03/2020, 10:00:01] Ann: the plan {LRM}image omitted", "image", "omitted", "the plan"),
    (f"[13/03/2020, 10:00:01] Ann: two\nlines {LRM}video omitted", "video", "omitted", "two\nlines"),
    (f"[13/03/2020, 10:00:01] Ann: der Plan {LRM}Bild weggelassen", "image", "omitted", "der Plan"),
    (f"[13/03/2020, 10:00:01] Ann: {LRM}obraz pominięty", "image", "omitted", "obraz pominięty"),
    (f"[13/03/2020, 10:00:01] Ann: {LRM}圖片已略去", "image", "omitted", "圖片已略去"),
    (f"[13/03/2020, 10:00:01] Ann: {LRM}이미지 생략됨", "image", "omitted", "이미지 생략됨"),
    ("[13/03/2020, 10:00:01] Ann: the plan image omitted", "text", "present", "the plan image omitted"),
    (f"[13/03/2020, 10:00:01] Ann: the {LRM}image omitted plan", "text", "present", f"the {LRM}image omitted plan"),
    (f"{LRM}[13/03/2020, 10:00:01] Ann: {LRM}<attached: 00000012-PHOTO-2020-03-13-10-00-01.jpg>", "image", "present", "<attached: 00000012-PHOTO-2020-03-13-10-00-01.jpg>"),
    (f"{LRM}[13/03/2020, 10:00:01] Ann: {LRM}<lisatud: 00000012-Plan.pdf>", "document", "present", "<lisatud: 00000012-Plan.pdf>"),
    (f"{LRM}[13/03/2020, 10:00:01] Ann: {LRM}pilt välja jäetud", "media", "omitted", "pilt välja jäetud"),
    (f"{LRM}[13/03/2020, 10:00:01] Ann: Plan.pdf • {LRM}3 pages {LRM}document omitted", "document", "omitted", f"Plan.pdf • {LRM}3 pages {LRM}document omitted"),
    (f"[13/03/2020, 10:00:01] Ann: {LRM}This message was deleted.", "deleted", "deleted", "This message was deleted."),
    (f"[13/03/2020, 10:00:01] Ann: {LRM}POLL:\n{LRM}Lunch?\n{LRM}OPTION: Yes ({LRM}2 votes)", "poll", "present", f"POLL:\n{LRM}Lunch?\n{LRM}OPTION: Yes ({LRM}2 votes)"),
])  # fmt: skip
def test_content_ios(read, line, kind, state, body):
    reading = read(f"[13/03/2020, 09:00:00] Team: {LRM}Messages and calls are end-to-end encrypted.\r\n{line}\r\n")
    assert column(reading, "kind", "state", "body", "suspect") == [(kind, state, body, None)]
    assert events(reading) == [("encryption_notice", None, None, None)]
    assert reading.threads["title"].to_pylist() == ["Team"]


def test_edited_suffix_is_a_fact_and_not_text(read):
    reading = read(f"[13/03/2020, 10:00:01] Ann: final text {LRM}<This message was edited>\n")
    assert column(reading, "body", "edited") == [("final text", True)]


def test_typed_look_alike_is_suspect_where_the_app_marks_its_own_words(read):
    own = f"[13/03/2020, 10:00:01] Ann: {LRM}This message was deleted.\n"
    typed = "[13/03/2020, 10:00:05] Bob: This message was deleted.\n"
    assert column(read(own + typed), "kind", "suspect") == [("deleted", None), ("text", "typed_system_line")]
    assert column(read(typed), "kind", "suspect") == [("deleted", None)]  # no marks at all: an old or stripped export


def test_group_lines_in_the_name_of_the_group(read):
    reading = read(
        f"[13/03/2020, 09:00:00] PPE cell: {LRM}Messages and calls are end-to-end encrypted.\n"
        f"[13/03/2020, 09:00:01] PPE cell: {LRM}Ann added Bob\n"
        f"[13/03/2020, 09:00:02] PPE cell: {LRM}Ann tegi midagi\n[13/03/2020, 09:01:00] Ann: hi\n"
    )
    assert events(reading)[1:] == [("added", "Ann", "Bob", None), ("other", None, None, "Ann tegi midagi")]
    assert reading.threads.to_pylist()[0] | {} == {
        "thread": "chat", "kind": "group", "title": "PPE cell", "counterpart": None, "counterpart_kind": None,
        "channel": None,
    }  # fmt: skip


CHAT = [f"{day:02}/03/2020, 10:0{k} - {'Ann' if k % 2 else 'Bob'}: text {k}" for day in (13, 14, 15) for k in range(6)]


@pytest.mark.parametrize("line", [
    "12/03/2020, 08:00 - Minister: do it now", "12/03/2020, 08:00 - Ann: do it now", "14/03/2020, 08:15 - Minister: do it now",
    "01/02/2031, 08:00 - Ann: do it now", "[14/03/2020, 10:02:00] Ann: do it now", "3/14/20, 7:00 AM - Ann: do it now",
    "02/01/2020, 08:00 - Minister added Ann",
])  # fmt: skip
def test_pasted_header_is_suspect_and_not_attributed(read, line):
    held = [*CHAT[:9], line, *CHAT[9:]]
    reading = read(android(*held))
    rows = reading.copies.to_pylist()
    marked = [row for row in rows if row["suspect"]]
    assert [(row["suspect"], row["sender"], row["from_owner"]) for row in marked] == [("pasted_header", None, None)]
    assert marked[0]["body"] == line
    assert marked[0]["at"] == datetime(2020, 3, 14, 10, 2)  # the time of the message it was pasted into
    assert len(rows) == len(held)
    assert reading.events.num_rows == 0


def test_several_pasted_lines_and_one_at_the_end(read):
    pasted = ["01/02/2020, 08:00 - Ann: one", "01/02/2020, 08:05 - Bob: two", "02/02/2020, 08:00 - Eve: three"]
    assert [s for (s,) in column(read(android(*CHAT[:5], *pasted, *CHAT[5:])), "suspect") if s] == ["pasted_header"] * 3
    assert column(read(android(*CHAT, pasted[0])), "suspect")[-1] == ("pasted_header",)
    edited = f"{pasted[0]} <This message was edited>"  # a pasted line is shown whole
    assert column(read(android(*CHAT, edited)), "suspect", "body", "edited")[-1] == ("pasted_header", edited, False)


def test_the_line_around_a_foreign_paste_stays_genuine(read):
    lines = [
        *CHAT,
        "23/03/2020, 13:37 - Ann: this is what I got:",
        "[18/03/2020, 09:14:07] Eve: no need",
        "23/03/2020, 13:41 - Bob: ok",
    ]
    assert column(read(android(*lines)), "sender", "suspect")[-3:] == [
        ("Ann", None),
        (None, "pasted_header"),
        ("Bob", None),
    ]


def test_small_disorder_is_genuine(read):
    lines = ["25/10/2020, 01:58 - Ann: a", "25/10/2020, 01:10 - Bob: b", "25/10/2020, 01:20 - Eve: c", "25/10/2020, 02:05 - Ann: d",
             "26/10/2020, 09:00 - Bob: e", "26/10/2020, 08:57 - Ann: f", "26/10/2020, 09:01 - Bob: g"]  # fmt: skip
    assert {s for (s,) in column(read(android(*lines)), "suspect")} == {None}


def test_notice_newer_than_the_first_messages_is_genuine(read):
    notice = "23/03/2022, 13:31 - Messages and calls are end-to-end encrypted. No one can read them."
    reading = read(android(notice, "18/03/2022, 14:56 - Ann: a", "19/03/2022, 14:56 - Bob: b"))
    assert {s for (s,) in column(reading, "suspect")} == {None}
    assert reading.events.num_rows == 1


def test_a_few_hours_late_is_noted_and_still_attributed(read):
    reading = read(android(*CHAT[:9], "14/03/2020, 03:00 - Ann: late", *CHAT[9:]))
    assert column(reading, "sender", "suspect")[9] == ("Ann", "order_inverted")


def test_another_export_joined_on_is_not_a_paste(read):
    old = [f"{1 + k // 1000:02}/02/2020, {k // 60 % 24:02}:{k % 60:02} - Ann: {'x' * 60}" for k in range(1500)]
    new = [f"{1 + k // 1000:02}/03/2020, {k // 60 % 24:02}:{k % 60:02} - Ann: {'x' * 60}" for k in range(2000)]
    assert "pasted_header" not in {s for (s,) in column(read(android(*new, *old)), "suspect")}


def test_third_sender_in_a_chat_of_two(read):
    reading = read(android(*CHAT, "15/03/2020, 11:00 - Eve: psst"), "WhatsApp Chat with Ann.txt")
    assert column(reading, "sender", "suspect")[-1] == ("Eve", "unknown_sender")
    assert (reading.owner, reading.threads.to_pylist()[0]["counterpart"]) == ("Bob", "Ann")


def test_media_date_mismatch(read):
    lines = [
        f"{LRM}[14/03/2020, 10:00:0{k}] Ann: {LRM}<attached: 0000001{k}-PHOTO-2020-0{m}-14-10-00-00.jpg>\n"
        for k, m in ((0, 3), (1, 1))
    ]
    assert column(read("".join(lines)), "suspect") == [(None,), ("media_date_mismatch",)]


ORDERS = [
    (["13/03/2020, 10:00"], "day_first", "proven"),
    (["03/13/2020, 10:00"], "month_first", "proven"),
    (["2020-03-04, 10:00"], "year_first", "proven"),
    (["03/04/2020, 10:00", "04/04/2020, 10:00"], "day_first", "ambiguous"),
    (["03.04.2020, 10:00"], "day_first", "assumed"),
    (
        ["01/02/2020, 10:00", "01/03/2020, 10:00", "02/01/2020, 10:00", "02/03/2020, 10:00", "03/01/2020, 10:00"],
        "month_first",
        "proven",
    ),
    (
        ["01/02/2020, 10:00", "02/02/2020, 10:00", "01/03/2020, 10:00", "02/03/2020, 10:00", "01/04/2020, 10:00"],
        "day_first",
        "proven",
    ),
    (["20/03/09, 10:00", "20/03/10, 10:00", "20/04/01, 10:00", "20/04/02, 10:00"], "year_first", "proven"),
    (["20. 3. 9. 오후 1:05", "20. 3. 9. 오후 1:06"], "year_first", "assumed"),
    (["12/03/20, 1:05 PM"], "day_first", "ambiguous"),
]


@pytest.mark.parametrize(("stamps", "order", "basis"), ORDERS)
def test_date_order_ladder(read, stamps, order, basis):
    reading = read(android(*(f"{stamp} - Ann: x" for stamp in stamps)))
    assert (reading.date_order, reading.date_order_basis) == (order, basis)
    assert reading.date_order_why


def test_date_order_from_media_names_region_and_declaration(read):
    line = "03/04/2020, 10:00 - Ann: {}\n"
    media = read(line.format("IMG-20200304-WA0001.jpg (file attached)"))
    assert (media.date_order, media.date_order_basis) == ("month_first", "proven")
    region = read(line.format("x"), hints=Hints(region="US"))
    assert (region.date_order, region.date_order_basis) == ("month_first", "ambiguous")
    declared = read(line.format("x"), hints=Hints(date_order="month_first"))
    assert (declared.date_order, declared.date_order_basis) == ("month_first", "declared")
    refuted = read("23/04/2020, 10:00 - Ann: x\n", hints=Hints(date_order="month_first"))
    assert (refuted.date_order, refuted.date_order_basis) == ("day_first", "proven")
    assert "month_first" in refuted.date_order_why


@pytest.mark.parametrize(("stamp", "expected"), [
    ("H31/4/30 23:59", datetime(2019, 4, 30, 23, 59)), ("令和2年3月4日 1:05", datetime(2020, 3, 4, 1, 5)), ("13/3/2563 10:00", datetime(2020, 3, 13, 10)),
    ("13/3/63 10:00", datetime(2020, 3, 13, 10)), ("109/3/4 晚上9:05", datetime(2020, 3, 4, 21, 5)), ("۱۳۹۹/۰۱/۰۱، ۱۰:۰۰", datetime(2020, 3, 20, 10)),
    ("1400/12/29, 10:00", datetime(2022, 3, 20, 10)), ("13.3.2020 klo 9.05", datetime(2020, 3, 13, 9, 5)), ("13/03/2020, 12:05 a. m.", datetime(2020, 3, 13, 0, 5)),
    ("13/03/2020, 12:05\u202fp.\u00a0m.", datetime(2020, 3, 13, 12, 5)), ("2020/3/4 中午12:05", datetime(2020, 3, 4, 12, 5)), ("2020/3/4 中午1:05", datetime(2020, 3, 4, 13, 5)),
    ("13/03/2020, 00:05", datetime(2020, 3, 13, 0, 5)), ("১৩/০৩/২০২০, ১০:০০", datetime(2020, 3, 13, 10)), ("13/03/2020, 10:00 PTG", datetime(2020, 3, 13, 22)),
])  # fmt: skip
def test_calendars_and_clocks(read, stamp, expected):
    reading = read(f"{stamp} - Ann: x\n")
    assert column(reading, "at", "sent_text", "sender") == [(expected, stamp, "Ann")]


@pytest.mark.parametrize("line", [
    "10:30 - note", "99/99/2020, 10:00 - x: y", "13/03/2020, 25:00 - x: y", "13/03/2020, 10:00 - ", "[13/03/2020] x: y", "13/03-2020, 10:00 - x: y",
    "13/03/2020, 10:00 sharp - x: y", "1 - 2 - 3: 4", "[10:30, 13/03/2020] Ann: x",
])  # fmt: skip
def test_what_is_no_header(read, line):
    reading = read(f"13/03/2020, 09:00 - Ann: before\n{line}\n13/03/2020, 11:00 - Ann: after\n")
    if line == "13/03/2020, 10:00 - ":
        assert reading.events.num_rows == 1
    elif line.startswith("99/99"):  # written like a header, with a date that does not exist
        assert column(reading, "sender", "suspect")[1] == (None, "pasted_header")
    else:
        assert column(reading, "body") == [(f"before\n{line}",), ("after",)]


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-16-be"])
def test_encodings_and_offsets_in_the_file(read, encoding):
    text = "13/03/2020, 10:00 - Ann: é 🌱\r\n13/03/2020, 10:01 - Bob: x\r\n"
    raw = ("\ufeff" + text).encode("utf-16-be") if encoding == "utf-16-be" else text.encode(encoding)
    reading = read(raw)
    places = [place.removeprefix("bytes ").split("-") for place in reading.copies["locator"].to_pylist()]
    plain = "utf-8" if encoding == "utf-8-sig" else "utf-16-le" if raw[:2] == b"\xff\xfe" else "utf-16-be"
    assert [raw[int(a) : int(b)].decode(plain) for a, b in places] == text.splitlines(keepends=True)
    assert column(reading, "sender", "body") == [("Ann", "é 🌱"), ("Bob", "x")]
    assert reading.bytes_framing == (3 if encoding == "utf-8-sig" else 2)


def test_bad_bytes_are_replaced_and_reported(read):
    raw = b"13/03/2020, 10:00 - Ann: a\xff\xfeb\n13/03/2020, 10:01 - Bob: x\n"
    reading = read(raw)
    assert column(reading, "body", "locator") == [("a\ufffd\ufffdb", "bytes 0-30"), ("x", "bytes 30-57")]
    assert reading.rejects.to_pylist()[0] == {
        "locator": "bytes 26-27",
        "reason": "not UTF-8: read as U+FFFD",
        "n_bytes": 1,
    }
    assert (reading.status, reading.bytes_rejects, reading.bytes_copies) == ("partial", 2, len(raw) - 2)


def test_bytes_before_the_first_header_are_rejected(read):
    reading = read(b"stray text\n13/03/2020, 10:00 - Ann: a\n")
    assert reading.rejects["locator"].to_pylist() == ["bytes 0-11"]
    assert (reading.bytes_rejects, reading.bytes_copies) == (11, 27)
    empty = read(b"no header at all\n")
    assert (empty.status, empty.bytes_rejects) == ("unreadable", 17)
    assert read(b"").status == "unreadable"


def test_zip_member_locators_and_media(read):
    text = f"{LRM}[13/03/2020, 10:00:01] Ann: {LRM}<attached: 00000012-PHOTO-2020-03-13-10-00-01.jpg>\n"
    members = {"media/00000012-PHOTO-2020-03-13-10-00-01.jpg": (5, "ab" * 32)}
    reading = read(text, "WhatsApp Chat - Ann.zip", members=members, inner="_chat.txt")
    assert reading.copies["locator"].to_pylist() == [f"_chat.txt@0-{len(text.encode())}"]
    assert reading.threads["title"].to_pylist() == ["Ann"]
    row = reading.attachments.to_pylist()[0]
    assert (row["present"], row["bytes"], row["sha256"], row["mime"]) == (True, 5, "ab" * 32, "image/jpeg")


def test_push_names_and_numbers(read):
    reading = read("[13/03/2020, 10:00:00] ~\u202fFlo: x\n[13/03/2020, 10:00:01] \u202a+44 7700 900123\u202c: y\n")
    assert column(reading, "sender", "sender_kind") == [("~\u202fFlo", "name"), ("+44 7700 900123", "phone")]
    assert [(r["handle"], r["label"], r["basis"]) for r in reading.names.to_pylist()] == [
        ("~\u202fFlo", "Flo", "push_name")
    ]


def test_owner_by_what_the_app_says(read):
    reading = read(
        android(
            "13/03/2020, 10:00 - Ann: You deleted this message",
            "13/03/2020, 10:01 - Bob: x",
            "13/03/2020, 10:01 - Cy: x",
        )
    )
    assert (reading.owner, column(reading, "from_owner")) == ("Ann", [(True,), (False,), (False,)])
    assert read(android(*CHAT)).owner is None


@pytest.mark.parametrize(
    ("n", "start", "truncated"),
    [(9_990, "", True), (9_990, "Messages and calls are end-to-end encrypted.", False), (9_000, "", False)],
)
def test_export_cap(read, n, start, truncated):
    lines = [f"13/03/2020, 10:00 - {start}"] if start else []
    assert read(android(*lines, *["13/03/2020, 10:00 - Ann: x"] * n)).truncated is truncated


@pytest.mark.parametrize(("name", "expected"), [
    ("WhatsApp Chat with Jo Day.txt", "Jo Day"), ("a/WhatsApp Chat - PPE: cell.zip", "PPE: cell"), ("WhatsApp-Chat mit Jo.txt", "Jo"), ("Chat de WhatsApp con Jo.txt", "Jo"),
    ("Conversa do WhatsApp com Jo.txt", "Jo"), ("Discussion WhatsApp avec Jo.txt", "Jo"), ("Chat WhatsApp con Jo.txt", "Jo"), ("WhatsApp-chat met Jo.txt", "Jo"),
    ("WhatsApp Chat with Jo (1).txt", "Jo"), ("_chat.txt", None),
])  # fmt: skip
def test_title_from_file_name(name, expected):
    assert title(name) == expected


@pytest.mark.parametrize(
    "head",
    [
        b"From ann@dept.example Fri Mar 13 10:00:00 2020\n",
        b"<?xml version='1.0'?>\n",
        b"FROM,TO,DATE\n2020-03-13, x\n",
        b"",
        b"Policy\n\n1. Scope\n",
    ],
)
def test_other_files_are_not_recognised(head):
    assert not READER.recognises(head, "chat.txt")
