"""Third-party WhatsApp exports against their stated truth, file by file.

Where upstream states a habit of its parser, the meaning is matched and the difference said here:
whats_json counts placeholders (omitted media, deleted, missed calls, notices) as `system`; here they are copies of a
kind, or events. whatstk counts the group's own notice as a message of the group.
"""

import io
import json
import zipfile
from collections import Counter
from datetime import UTC, datetime

import pytest

from analysis.intake.records import Hints, Opened
from analysis.intake.whatsapp_text import READER
from support import fixtures

pytestmark = pytest.mark.usefixtures("loops")

TEXT = "whatsapp-text"


def read(path, location=None, **hints):
    return READER.read(Opened(path, location or path.name), Hints(**hints))


def of_text(tmp_path, text, **hints):
    path = tmp_path / "chat.txt"
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return read(path, **hints)


def facts(part):
    folder = fixtures(f"{TEXT}/{part}")
    name = "expected.json" if (folder / "expected.json").exists() else "cases.json"
    return folder, json.loads((folder / name).read_text(encoding="utf-8"))


def senders(reading):
    return dict(Counter(reading.copies["sender"].to_pylist()))


PAIRS = {  # per file: copies, events, messages by kind
    "android": {"copies": 57, "events": 3, "text": 15, "deleted": 8, "view_once": 2, "location": 3, "contact": 2, "media": 27},
    "ios23": {"copies": 22, "events": 1, "text": 4, "deleted": 2, "location": 2, "image": 4, "video": 2, "audio": 1, "sticker": 2, "gif": 1, "document": 3, "contact": 1},
}  # fmt: skip
PAIRS["ios25"] = PAIRS["ios23"] | {"events": 3}
MEDIA = {"copies": 57, "events": 3, "text": 15, "deleted": 8, "view_once": 2, "location": 3, "contact": 2, "media": 18,
         "audio": 1, "image": 2, "sticker": 4, "video": 2}  # fmt: skip
GERMAN = {"copies": 38, "events": 3, "text": 6, "deleted": 7, "view_once": 1, "location": 3, "contact": 2, "media": 12,
          "audio": 1, "sticker": 4, "video": 2}  # fmt: skip
GROUP = {"copies": 4, "events": 16, "text": 3, "deleted": 1}


def truth(name):
    if "Group Chat" in name:
        return GROUP, {"Dmitry S": 4}, "group", "Group Chat XXX", None
    if "deutch_android" in name:  # Dutch, whatever its name says
        return GERMAN, None, "pair", "Dmitry S", "Elon"
    if "ndroid" in name:
        return MEDIA if "edia" in name else PAIRS["android"], None, "pair", None, "Elon"
    return PAIRS["ios25" if "ios/" in name or "media" in name else "ios23"], None, "pair", "Elon Musk", "Dmitry S"


def names():
    try:
        return sorted(facts("whats_json")[1]["files"])
    except pytest.skip.Exception:
        return ["(fixtures absent)"]


@pytest.mark.parametrize("name", names())
def test_whats_json(name, tmp_path):
    folder, expected = facts("whats_json")
    path = folder / name
    if path.suffix == ".zip":
        raw = zipfile.ZipFile(io.BytesIO(path.read_bytes())).read("_chat.txt")
        (tmp_path / "_chat.txt").write_bytes(raw)
        reading = READER.read(Opened(tmp_path / "_chat.txt", path.name, inner="_chat.txt"), Hints())
        assert reading.copies["locator"][0].as_py().startswith("_chat.txt@")
    else:
        reading = read(path)
        stated = expected["files"][name]
        places = set(reading.copies["locator"].to_pylist()) | {
            p.split("#")[0] for p in reading.events["locator"].to_pylist()
        }
        assert len(places) == stated["head_lines"] == stated.get("upstream_asserts", {}).get("messages", len(places))
    wanted, who, kind, title, owner = truth(name)
    kinds = Counter(reading.copies["kind"].to_pylist())
    got = {"copies": reading.copies.num_rows, "events": reading.events.num_rows, **kinds}
    if "media" in name.lower() and "ios" in name:  # media is in the container: kinds by file name
        assert (got["copies"], got["events"]) == (22, 3)
    else:
        assert got == wanted
    assert who is None or senders(reading) == who
    thread = reading.threads.to_pylist()[0]
    assert thread["kind"] == kind
    assert title is None or thread["title"] == title
    assert owner is None or path.suffix == ".zip" or reading.owner == owner
    if kind == "group":  # all days up to 12: nothing proves the order
        assert (reading.date_order, reading.date_order_basis) == ("day_first", "ambiguous")
    else:
        assert reading.date_order_basis == "proven"
    assert not any(reading.copies["suspect"].to_pylist())


def test_whats_json_upstream_types():
    """Upstream's types, regrouped: text, file and location agree; `system` is our placeholders and events."""
    folder, expected = facts("whats_json")
    for name, stated in expected["files"].items():
        if asserts := stated.get("upstream_asserts"):
            reading = read(folder / name)
            kinds = Counter(zip(reading.copies["kind"].to_pylist(), reading.copies["state"].to_pylist(), strict=True))
            assert kinds["location", "present"] == asserts["location"]
            unnamed = sum(
                n
                for (kind, state), n in kinds.items()
                if state in ("deleted", "omitted", "view_once") or kind == "text"
            )
            assert unnamed + reading.events.num_rows == asserts["text"] + asserts["system"]


def test_whatstk():
    folder, expected = facts("whatstk")
    for name in sorted(path.name for path in folder.glob("*.txt") if "LICENSE" not in path.name):
        stated, reading = expected["files"][name], read(folder / name)
        counts = dict(stated["messages_by_sender"])
        if name == "pokemon.txt":  # the group's own encryption notice is an event, and so is the line without sender
            del counts["Pokemon Chat"]
            assert reading.events["kind"].to_pylist() == ["encryption_notice", "encryption_notice"]
        assert senders(reading) == counts
        assert reading.copies.num_rows == sum(counts.values())
        assert reading.date_order == ("day_first" if name in ("lorem.txt", "pokemon.txt") else "year_first")
        assert reading.date_order_basis == "proven"
        stamps = reading.copies["sent_text"].to_pylist()
        assert name == "pokemon.txt" or [s.replace(",", "") for s in (stamps[0], stamps[-1])] == [
            stated[k].replace(",", "") for k in ("first", "last")
        ]


def test_chatistics_text():
    """Upstream folds the date-like second lines into the message; the one that is a whole header is kept apart, unattributed."""
    folder, expected = facts("chatistics")
    stated = expected["files"]["_chat.txt"]
    rows = read(folder / "_chat.txt", owner_names=("John Doe",)).copies.to_pylist()
    suspects = [row for row in rows if row["suspect"]]
    assert [row["body"] for row in suspects] == ["[1.2.2019, 00:00:00] John Doe: this line is not a message on its own"]
    assert suspects[0]["sender"] is None
    genuine = [row for row in rows if not row["suspect"]]
    assert [row["sender"] for row in genuine] == stated["senderName"]
    assert [row["from_owner"] for row in genuine] == stated["outgoing"]
    texts = [t.split("\n[1.2.2019")[0] for t in stated["text"]]
    assert [row["body"].strip() for row in genuine] == [t.strip() for t in texts]


def test_chatistics_times():
    folder, expected = facts("chatistics")
    second = read(folder / "_chat 2.txt").copies.to_pylist()
    assert [row["at"].isoformat() for row in second if not row["suspect"]] == expected["files"]["_chat 2.txt"][
        "datetime"
    ]
    assert [row["sent_text"] for row in second if row["suspect"] == "pasted_header"] == ["1.9.19, 00:00:00"]
    fourth = read(folder / "_chat 4.txt").copies.to_pylist()
    for key, field in (("text", "body"), ("senderName", "sender")):
        assert [row[field] for row in fourth] == expected["files"]["_chat 4.txt"][key]
    assert [row["at"].isoformat() for row in fourth] == expected["files"]["_chat 4.txt"]["datetime"]
    # chat 3: upstream reads month first; nothing in the file proves it. Declared, the times agree, save the line of
    # October, which is eight months out of the window of its neighbours and so not attributed.
    reading = read(folder / "_chat 3.txt")
    assert (reading.date_order_basis, reading.events.num_rows) == ("ambiguous", 2)
    third = read(folder / "_chat 3.txt", date_order="month_first").copies.to_pylist()
    stated = expected["files"]["_chat 3.txt"]["datetime"]
    assert [r["at"].isoformat() for r in third if not r["suspect"]] == [t for t in stated if t != "2019-10-11T14:25:00"]
    assert [r["sent_text"] for r in third if r["suspect"]] == ["10/11/19, 14:25"]


def test_rwhatsapp_sample(tmp_path):
    folder, expected = facts("rwhatsapp")
    raw = zipfile.ZipFile(folder / "sample.zip").read("sample.txt")
    assert raw == (folder / "sample.txt").read_bytes()
    reading = of_text(tmp_path, raw)
    stated = expected["sample.txt"]
    assert reading.copies.num_rows + reading.events.num_rows == stated["messages"]
    assert reading.events["kind"].to_pylist() == ["encryption_notice", "created"]
    assert reading.events.num_rows == stated["without_sender"]
    assert reading.threads["title"].to_pylist() == ["Tes"]


CUSTOM = ("weirdo format", "custom format and warning", ";")  # formats the upstream user has to describe by hand


def test_rwhatsapp_time_cases(tmp_path):
    _, expected = facts("rwhatsapp")
    read_cases = 0
    for case in expected["time_cases"]:
        if case["comment"] in CUSTOM:
            continue
        reading = of_text(tmp_path, "\n".join(case["lines"]))
        times = reading.copies["at"].to_pylist() + reading.events["at"].to_pylist()
        wanted = [datetime.fromtimestamp(epoch, UTC).replace(tzinfo=None) for epoch in case["utc_epoch"]]
        pairs = zip(sorted(times), wanted, strict=True)
        assert all(abs((got - want).total_seconds()) <= case["tolerance_s"] for got, want in pairs), case["comment"]
        read_cases += 1
    assert read_cases == len(expected["time_cases"]) - len(CUSTOM)


def test_chat_history_manager():
    """Bodies are exact here (upstream trims them and takes the file line away); dates change order inside the file."""
    folder, expected = facts("chat-history-manager")
    reading = read(next(folder.glob("WhatsApp*.txt")))
    rows = reading.copies.to_pylist()
    files = {row["copy"]: row["name"] for row in reading.attachments.to_pylist()}
    assert (len(rows), reading.events["kind"].to_pylist()) == (
        expected["messages"],
        ["encryption_notice", "other", "timer_on"],
    )
    for n, (row, (at, sender, text, file)) in enumerate(zip(rows, expected["rows"], strict=True)):
        assert (row["at"].isoformat(timespec="minutes"), row["sender"]) == (at, sender)
        assert files.get(n) == (None if file == "(missing)" else file)
        assert row["body"].strip().endswith(text)
    assert [row["state"] for row in rows[-2:]] == ["view_once", "omitted"]
    thread = reading.threads.to_pylist()[0]
    assert (thread["title"], thread["counterpart"], reading.owner) == (
        expected["chat"],
        expected["chat"],
        "Aaaaa Aaaaaaaaaaa",
    )


def test_npm_single_lines(tmp_path):
    _, cases = facts("whatsapp-chat-parser-npm")
    for case in cases["single_lines"]:
        row = of_text(tmp_path, case["line"]).copies.to_pylist()[0]
        assert (row["at"].isoformat(), row["sender"], row["body"]) == (
            case["local_time"],
            case["author"],
            case["message"],
        )
    for case in cases["days_first"]:
        order = "day_first" if case["days_first"] else "month_first"
        row = of_text(tmp_path, case["line"], date_order=order).copies.to_pylist()[0]
        assert row["at"].date().isoformat() == case["date"]


def test_npm_attachments_and_grouping(tmp_path):
    _, cases = facts("whatsapp-chat-parser-npm")
    for case in cases["attachments"]:
        assert of_text(tmp_path, case["message_lines"]).attachments["name"].to_pylist() == [case["file_name"]]
    for case in cases["lines"]:
        reading = of_text(tmp_path, "\n".join(case["lines"]))
        assert reading.copies.num_rows + reading.events.num_rows == case["messages"]
        assert bool(reading.events.num_rows) is case["system"]
        assert "text" not in case or reading.copies["body"].to_pylist() == [case["text"]]
    whole = cases["order_from_whole_file"]
    assert [t.isoformat() for t in of_text(tmp_path, whole["text"]).copies["at"].to_pylist()] == whole["local_times"]
    chat = of_text(tmp_path, cases["chat"]["text"])
    assert chat.copies.num_rows + chat.events.num_rows == cases["chat"]["messages"]
    # the line end that closes the file belongs to the format, not to the last message
    assert chat.copies["body"].to_pylist()[-1] == cases["chat"]["last_message"].removesuffix("\n")


def test_rb_lines_and_sample(tmp_path):
    folder, cases = facts("whatsapp-chat-parser-rb")
    for case in cases["lines"]:
        reading = of_text(tmp_path, case["line"])
        rows = reading.copies.to_pylist() or reading.events.to_pylist()
        assert str(rows[0]["at"]) == case["local_time"]
        if case["author"]:
            assert (rows[0]["sender"], rows[0]["body"]) == (case["author"], case["body"])
        else:
            assert reading.events["kind"].to_pylist() == ["encryption_notice"]
    for text in cases["not_a_message"]:
        assert of_text(tmp_path, text).status == "unreadable"
    # No export mixes platforms. The two kinds of proper header are read, each in its own date order; the line whose
    # header ends in a mere blank is text of the message before it (upstream: a seventh message).
    reading = read(folder / "sample.txt")
    assert reading.copies["sender"].to_pylist() == ["John Doe", "Jane Smith", "Alice", "Bob"]
    assert [str(t) for t in reading.copies["at"].to_pylist()][2] == cases["sample.txt"]["rows"]["2"]["local_time"]
    assert reading.events.num_rows == 2
    assert reading.copies.num_rows + reading.events.num_rows == cases["sample.txt"]["messages"] - 1
    assert "Charlie" in reading.copies["body"].to_pylist()[3]


def test_rb_encodings(tmp_path):
    _, cases = facts("whatsapp-chat-parser-rb")
    for case in cases["encodings_hex_to_text"]:
        raw = bytes.fromhex(case["hex"])
        code = {b"\xef\xbb": "utf-8-sig", b"\xff\xfe": "utf-16", b"\xfe\xff": "utf-16"}[raw[:2]]
        assert raw.decode(code) == case["text"]
        big = raw[:2] == b"\xfe\xff"
        head = "13/03/2020, 10:00 - Ann: ".encode("utf-16-be" if big else "utf-16-le" if code == "utf-16" else "utf-8")
        mark = 3 if code == "utf-8-sig" else 2
        assert of_text(tmp_path, raw[:mark] + head + raw[mark:]).copies["body"].to_pylist() == [case["text"]]
