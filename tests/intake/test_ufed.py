"""Cellebrite reports: third-party fragments, hand-made reports and .ufdr files, both dialects, arbitrary bytes."""

import hashlib
import io
import json
import zipfile
from datetime import datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.errors import FormatError
from analysis.intake.records import Hints, Opened
from analysis.intake.ufed import READER
from received import check, matter, row, take
from support import fixtures

NS = 'xmlns="http://pa.cellebrite.com/report/2.0"'
VOICE = b"OggS a voice"


def field(name, value):
    return f'<field name="{name}" type="String"><value type="String"><![CDATA[{value}]]></value></field>'


def party(identifier, name="", owner=None, **more):
    told = field("Identifier", identifier) + field("Name", name)
    told += "" if owner is None else field("IsPhoneOwner", owner)
    return f'<model type="Party" id="p" deleted_state="Intact">{told}{"".join(field(*one) for one in more.items())}</model>'


def model(kind, number, *inside, state="Intact"):
    return f'<model type="{kind}" id="{kind}-{number}" deleted_state="{state}" decoding_confidence="High">{"".join(inside)}</model>'


def many(name, *models):
    return f'<multiModelField name="{name}" type="X">{"".join(models)}</multiModelField>'


def message(number, sender, body, *more, state="Intact", at="2020-05-01T10:00:00.000+01:00"):
    return model("InstantMessage", number, f'<modelField name="From">{sender}</modelField>', field("Body", body),
                 field("TimeStamp", at), *more, state=state)  # fmt: skip


def chat(number, *messages, people=(), source="WhatsApp", key="447700900123@s.whatsapp.net", after="", **fields):
    told = field("Source", source) + field("Id", key) + "".join(field(*one) for one in fields.items())
    return model("Chat", number, told, many("Participants", *people), many("Messages", *messages), after)


def report(*models):
    kinds = "".join(f"<modelType>{one}</modelType>" for one in models)
    tagged = '<taggedFiles><file id="f1"><metadata><item name="Local Path">files\\Audio\\v.opus</item></metadata></file></taggedFiles>'
    return f'<?xml version="1.0"?><project {NS}>{tagged}<decodedData>{kinds}</decodedData></project>'.encode()


ANN, OWN = party("447700900123@s.whatsapp.net", "Ann"), party("447700900999@s.whatsapp.net", "Me", True)
PAIR = chat(
    1,
    message(1, ANN, "Yes <!DOCTYPE no>", many("Attachments", '<model type="Attachment" id="a" file_id="f1">'
            + field("Filename", "v.opus") + field("ContentType", "audio/ogg; x") + "</model>")),
    message(2, OWN, "gone", state="Deleted", at="2020-05-01T10:01:00.500+01:00"),
    message(3, ANN, "bin", state="Trash"), message(4, ANN, "who knows", state="Unknown"),
    people=(ANN, OWN),
)  # fmt: skip


def read(tmp_path, content, members=None):
    path = tmp_path / "report.xml"
    path.write_bytes(content)
    reading = READER.read(Opened(path, path.name, members or {}), Hints())
    assert reading.copies.num_rows + reading.events.num_rows == 0 or READER.recognises(content[: 1 << 16], path.name)
    return reading


def test_third_party_chat():
    path = fixtures("ufed") / "ufed-model-chat.xml"
    expected = json.loads((path.parent / "expected.json").read_text())[path.name]
    assert READER.recognises(path.read_bytes()[: 1 << 16], path.name)
    reading = READER.read(Opened(path, path.name), Hints())
    copies = {row["locator"].split()[-1]: (place, row) for place, row in enumerate(reading.copies.to_pylist())}
    events = {row["locator"].split()[-1]: row for row in reading.events.to_pylist()}
    assert (len(copies), len(events)) == (10, 1)  # the other 3 of 14 are quoted inside these
    assert set(expected["messages"]) <= set(copies) | set(events)
    assert (reading.channel, reading.owner) == ("whatsapp", "+" + expected["chat"]["owner"]["identifier"].split("@")[0])
    named = {row["handle"]: row["label"] for row in reading.names.to_pylist()}
    assert named[reading.owner] == expected["chat"]["owner"]["name"]
    files = {row["copy"]: row["name"] for row in reading.attachments.to_pylist()}
    for guid, facts in expected["messages"].items():
        if "attachment" in facts:
            assert files[copies[guid][0]] == facts["attachment"]["filename"]
        if "shared_contact" in facts:
            held, lines = facts["shared_contact"], copies[guid][1]["body"].split("\n")
            assert lines == [held["name"], held["user_id"], held["phone"]] and copies[guid][1]["kind"] == "contact"
        if "reply_to" in facts:
            assert copies[guid][1]["reply_to"] == facts["reply_to"]["original_id"]
        if "activity" in facts:
            assert (events[guid]["kind"], events[guid]["value"]) == ("joined", facts["body"])
            assert named[events[guid]["target"]] == facts["participant"]
    assert [row["forwarded"] for row in reading.copies.to_pylist()].count(True) == 1
    assert len(reading.threads) == 1 and reading.threads["kind"][0].as_py() == "pair"


def test_third_party_accounts():
    path = fixtures("ufed") / "ufed-model-useraccount.xml"
    expected = json.loads((path.parent / "expected.json").read_text())[path.name]
    reading = READER.read(Opened(path, path.name), Hints())
    told = {row["locator"].split()[-1]: row for row in reading.names.to_pylist()}
    accounts = {guid: facts for guid, facts in expected.items() if isinstance(facts, dict) and "source" in facts}
    assert {guid: row["label"] for guid, row in told.items()} == {g: facts["name"] for g, facts in accounts.items()}
    handles = {row["channel"]: row["handle"] for row in told.values()}
    assert handles == {"whatsapp": "+5511999997777", "instagram": "1212121212121212"}
    assert (reading.copies.num_rows, reading.events.num_rows, reading.rejects.num_rows) == (0, 0, 0)


def test_deletion_states_and_times_reach_the_copies(tmp_path):
    rows = read(tmp_path, report(PAIR)).copies.to_pylist()
    assert [row["state"] for row in rows] == ["present", "deleted", "deleted", "present"]
    assert [row["body"] for row in rows] == ["Yes <!DOCTYPE no>", "gone", "bin", "who knows"]
    assert (rows[0]["at"], rows[0]["precision"]) == (datetime(2020, 5, 1, 9), "second")
    assert (rows[1]["precision"], rows[1]["from_owner"], rows[0]["from_owner"]) == ("ms", True, None)
    reading = read(tmp_path, report(PAIR))
    assert any(note.startswith("1 x messages deleted on the phone") for note in reading.notes)
    assert {row["copy"]: row["handle"] for row in reading.recipients.to_pylist()} == {1: "+447700900123"}


def test_a_call_and_then_a_chat_with_one_person_are_one_conversation(tmp_path):
    call = model("Call", 9, field("Source", "WhatsApp"), f'<modelField name="From">{ANN}</modelField>',
                 f'<modelField name="To">{OWN}</modelField>', field("TimeStamp", "2020-05-01T09:00:00Z"))  # fmt: skip
    reading = read(tmp_path, report(call, PAIR))
    assert set(reading.copies["thread"].to_pylist()) == set(reading.events["thread"].to_pylist())
    assert reading.threads.to_pylist()[0]["counterpart"] == "+447700900123" and reading.threads.num_rows == 1


def test_the_other_dialect_reads_the_same(tmp_path):
    other = report(PAIR).replace(b'<field name="Body" type="String">', b"<field><name>Body</name>")
    assert b"<name>Body</name>" in other
    assert read(tmp_path, other).copies.equals(read(tmp_path, report(PAIR)).copies)


def test_what_is_quoted_is_no_copy(tmp_path):
    quoted = many("EmbeddedInstantMessage", message(9, ANN, "quoted"))
    deep = many(
        "MessageExtraData",
        model("ReplyMessageData", 1, field("OriginalMessageID", "k1"), many("M", message(8, ANN, "q"))),
    )
    reading = read(tmp_path, report(chat(1, message(1, ANN, "own", quoted, deep), people=(ANN, OWN))))
    assert [(row["body"], row["reply_to"]) for row in reading.copies.to_pylist()] == [("own", "k1")]


def test_groups_name_no_recipients_but_keep_receipts(tmp_path):
    to = many(
        "To",
        party("447700900123@s.whatsapp.net", "Ann", DateRead="2020-05-01T09:05:00+00:00"),
        party("447700900124@s.whatsapp.net"),
    )
    group = chat(
        2,
        message(1, OWN, "all", to),
        people=(ANN, OWN, party("447700900124@s.whatsapp.net")),
        key="1-2@g.us",
        Name="Team",
    )
    reading = read(tmp_path, report(group))
    assert reading.recipients.num_rows == 0
    assert [(row["kind"], row["title"]) for row in reading.threads.to_pylist()] == [("group", "Team")]
    assert [(row["handle"], row["read_at"]) for row in reading.receipts.to_pylist()] == [
        ("+447700900123", datetime(2020, 5, 1, 9, 5))
    ]


SMS_IN = model(
    "SMS",
    1,
    field("Body", "in"),
    field("TimeStamp", "2020-05-01T10:00:00+00:00"),
    many("Parties", party("07700 900123", "Ann", Role="From")),
)
SMS_OUT = model(
    "SMS",
    2,
    field("Body", "out"),
    field("TimeStamp", "2020-05-01T10:00:01+00:00"),
    field("Folder", "Sent"),
    many("Parties", party("+44 7700 900123", Role="To")),
)
EMAIL = model("Email", 1, f'<modelField name="From">{party("a@x.example", "A")}</modelField>', many("To", party("b@x.example")),
              many("Cc", party("c@x.example")), field("Subject", "s"), field("Body", "mail"), field("TimeStamp", "2020-05-01T10:00:00Z"))  # fmt: skip
CALL = model("Call", 1, field("Source", "WhatsApp"), field("Direction", "Incoming"), field("Duration", "00:01:00"), field("TimeStamp", "2020-05-02T10:00:00Z"),
             many("Parties", party("447700900123@s.whatsapp.net", Role="From")))  # fmt: skip
CONTACT = model(
    "Contact", 1, field("Name", "Ann P"), many("Entries", model("PhoneNumber", 1, field("Value", "07700900123")))
)


def test_all_channels_of_one_phone_are_one_source(tmp_path):
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        archive.writestr("report.xml", report(PAIR, SMS_IN, SMS_OUT, EMAIL, CALL, CONTACT))
        archive.writestr("files/Audio/v.opus", VOICE)
        archive.writestr(
            "files/Text/sms.xml", '<smses count="1"><sms address="1" date="1585000000000" body="b"/></smses>'
        )
    found = take(
        matter(
            tmp_path,
            {"phone.ufdr": stream.getvalue()},
            sources="path,custodian_id,address\nphone.ufdr,C01,+447700900999\n",
        )
    )
    check(found)
    source = row(found, "phone.ufdr")
    assert len(found.sources) == 1
    assert (source["reader"], source["status"], source["channel"]) == ("ufed", "read", None)
    assert (source["n_copies"], source["n_events"]) == (7, 1)
    assert any("1 members of formats read on their own" in note for note in source["notes"])
    channels = found.threads.set_index("thread_id")["channel"]
    counted = found.copies["thread_id"].map(channels).value_counts().to_dict()
    assert counted == {"whatsapp": 4, "sms": 2, "email": 1}
    assert found.events["thread_id"].map(channels).tolist() == ["whatsapp"]
    assert found.events["thread_id"].iloc[0] == found.copies["thread_id"].iloc[0]
    people = found.identities.set_index("identity_id")
    sms = found.copies[found.copies["thread_id"].map(channels) == "sms"]
    assert [tuple(people.loc[one, ["channel", "normal"]]) for one in sms["sender_identity_id"]] == [
        ("sms", "+447700900123"), ("sms", "+447700900999")]  # fmt: skip
    assert sms["thread_id"].nunique() == 1
    voice = found.attachments.iloc[0]
    assert (bool(voice["present"]), voice["sha256"]) == (True, hashlib.sha256(VOICE).hexdigest())
    assert "Ann P" in set(found.names["label"])


def test_a_cut_report_keeps_what_came_before(tmp_path):
    content = report(PAIR)
    reading = read(tmp_path, content[: content.index(b"who knows")])
    assert (reading.status, reading.copies.num_rows, reading.threads.num_rows) == ("partial", 3, 1)
    assert reading.rejects["n_bytes"][0].as_py() > 0
    assert reading.recipients.num_rows == 1


def test_a_doctype_and_depth_are_refused(tmp_path):
    with pytest.raises(FormatError, match="DOCTYPE"):
        read(tmp_path, b'<!DOCTYPE project [<!ENTITY a "b">]>' + report(PAIR))
    with pytest.raises(FormatError, match="deeper"):
        read(tmp_path, b"<project>" + b'<model type="Chat">' * 500)


@settings(derandomize=True, max_examples=60, deadline=None)
@given(st.binary(max_size=200), st.integers(0, 4000), st.integers(0, 300))
def test_any_bytes_give_a_reading_or_a_refusal(tmp_path_factory, noise, at, gone):
    content = report(PAIR, SMS_IN, CALL)
    path = tmp_path_factory.mktemp("any") / "report.xml"
    path.write_bytes(content[:at] + noise + content[at + gone :])
    READER.recognises(path.read_bytes(), path.name)
    try:
        reading = READER.read(Opened(path, path.name), Hints())
    except FormatError:
        return
    assert reading.copies.num_rows <= 5
    assert set(reading.copies["thread"].to_pylist()) <= set(reading.threads["thread"].to_pylist())
