"""RSMF: the official faulty samples read as far as they go, a hand-made full manifest, mails, zips, arbitrary bytes."""

import base64
import copy
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
from analysis.intake.rsmf import READER
from received import check, matter, row, take
from support import fixtures

PLAN = b"the plan"
MANIFEST = {
    "version": "2.0.0", "eventcollectionid": "E1",
    "participants": [
        {"id": "P1", "display": "Ann Lee", "email": "ann@x.example", "account_id": "+44 7700 900123"},
        {"id": "P2", "display": "Bo Ray", "account_id": "+447700900999"}, {"id": "P3", "display": "Cy"},
    ],
    "conversations": [
        {"id": "C1", "platform": "WhatsApp", "type": "direct", "participants": ["P1", "P2"], "custodian": "P2", "display": "Ann"},
        {"id": "C2", "platform": "slack", "type": "channel", "participants": ["P1"], "display": "#ops"},
    ],
    "events": [
        {"id": "m1", "type": "message", "conversation": "C1", "participant": "P1", "timestamp": "2020-05-01T10:00:00+01:00", "body": "hi",
         "direction": "incoming", "reactions": [{"value": "thumbsup", "count": 1, "participants": ["P2"]}],
         "read_receipts": [{"participant": "P2", "timestamp": "2020-05-01T09:05:00Z", "action": "read"}],
         "attachments": [{"id": "plan.pdf", "display": "Plan.pdf"}, {"id": "gone.pdf"}]},
        {"id": "m2", "parent": "m1", "type": "message", "conversation": "C1", "participant": "P2", "timestamp": "2020-05-01T09:01:00.250Z",
         "body": "new", "deleted": True, "edits": [{"participant": "P2", "timestamp": "2020-05-01T09:02:00Z", "previous": "old", "new": "new"}]},
        {"type": "join", "conversation": "C2", "participant": "P3", "timestamp": "2020-05-01T10:00:00Z"},
        {"type": "message", "conversation": "C2", "participant": "P3", "timestamp": "2020-05-01T10:00", "body": "no zone"},
        {"type": "leave", "conversation": "C2", "participant": "P3", "timestamp": "2020-05-01T11:00:00Z"},
        {"type": "disclaimer", "conversation": "C2", "timestamp": "2020-05-01T11:00:00Z", "body": "notice"},
        {"type": "poke", "conversation": "C2"}, "no object",
    ],
}  # fmt: skip


def zipped(manifest=MANIFEST, *more):
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("rsmf_manifest.json", manifest if isinstance(manifest, bytes) else json.dumps(manifest))
        for name, content in (("plan.pdf", PLAN), *more):
            archive.writestr(name, content)
    return stream.getvalue()


def mail(content, headers=""):
    text = base64.encodebytes(content).decode()
    return (
        f'From: a@x.example\nX-RSMF-Version: 2.0.0\n{headers}MIME-Version: 1.0\nContent-Type: multipart/mixed; boundary="b"\n\n'
        "--b\nContent-Type: text/plain\n\nextracted\n--b\nContent-Type: application/zip\nContent-Transfer-Encoding: base64\n"
        f'Content-Disposition: attachment; filename="rsmf.zip"\n\n{text}\n--b--\n'
    ).encode()


def read(tmp_path, content, name="x.rsmf", members=None):
    path = tmp_path / name
    path.write_bytes(content)
    assert READER.recognises(content[: 1 << 16], name)
    return READER.read(Opened(path, name, members or {}), Hints())


FAULTS = {
    "Sample1/rsmf_manifest.json": ["participant 1 has no id", "named by events but not listed", "named by conversations"],
    "Sample2/rsmf.zip": ["avatars that are not in the zip"],
    "Sample3/sample.rsmf": ["attachments of the mail beside rsmf.zip"],
    "Sample3/message.eml": ["attachments of the mail beside rsmf.zip"],
    "Sample4/rsmf_manifest.json": ["whose id is no text", "not in the conversation", "'attachment' is not of the format", "named by conversations"],
}  # fmt: skip
CONTENT = {  # sender, body, attachments
    "Sample1/rsmf_manifest.json": (None, None, []),
    "Sample2/rsmf.zip": ("Participant Name", None, []),
    "Sample3/sample.rsmf": ("Participant Name", "This is body text.", []),
    "Sample3/message.eml": ("Participant Name", "This is body text.", []),
    "Sample4/rsmf_manifest.json": ("Participant Display", "Here is an event body", ["avatar.png"]),
}


@pytest.mark.parametrize("name", FAULTS)
def test_official_faulty_samples_are_read_with_their_faults(name, tmp_path):
    path = fixtures("rsmf/samples") / name
    verdicts = json.loads((fixtures("rsmf") / "expected.json").read_text())["official_verdicts"]
    found = take(matter(tmp_path, {name: path.read_bytes()}))
    check(found)
    source = row(found, name)
    assert name in verdicts
    assert (source["reader"], source["status"], source["n_copies"], source["n_events"], source["n_rejects"]) == (
        "rsmf",
        "read",
        1,
        0,
        0,
    )
    assert source["zone_basis"] == "assumed"
    sender, body, files = CONTENT[name]
    people = found.identities.set_index("identity_id")["raw"]
    only = found.copies.iloc[0]
    assert (
        people.get(only["sender_identity_id"]),
        None if only["body"] is None or only["body"] != only["body"] else only["body"],
    ) == (sender, body)
    assert str(only["sent_at"]) == "2013-01-10 15:53:00+00:00"
    assert found.attachments["name"].tolist() == files and not found.attachments["present"].any()
    for fault in FAULTS[name]:
        assert any(fault in note for note in source["notes"]), fault
    assert source["channel"] == ("slack" if "Sample4" in name else "skype")


@pytest.mark.parametrize("content", [mail(zipped()), zipped()], ids=["mail", "zip"])
def test_everything_of_a_full_manifest(content, tmp_path):
    found = take(matter(tmp_path, {"x.rsmf": content}))
    check(found)
    source = row(found, "x.rsmf")
    assert len(found.sources) == 1
    assert (source["reader"], source["status"], source["n_copies"], source["n_events"], source["n_rejects"]) == (
        "rsmf",
        "read",
        3,
        5,
        2,
    )
    channel = found.threads.set_index("thread_id")
    assert sorted(zip(channel["channel"], channel["kind"], strict=True)) == [("slack", "group"), ("whatsapp", "pair")]
    people = found.identities.set_index("identity_id")["normal"]
    first, second, third = (found.copies.iloc[n] for n in range(3))
    assert [people[one["sender_identity_id"]] for one in (first, second, third)] == [
        "+447700900123",
        "+447700900999",
        "cy",
    ]
    assert (str(first["sent_at"]), first["precision"], first["zone_basis"]) == (
        "2020-05-01 09:00:00+00:00",
        "second",
        "embedded",
    )
    assert (second["precision"], second["state"], bool(second["edited"]), second["body"]) == (
        "ms",
        "deleted",
        True,
        "new",
    )
    assert (third["precision"], third["zone_basis"], str(third["sent_at"])) == (
        "minute",
        "assumed",
        "2020-05-01 09:00:00+00:00",
    )
    assert second["reply_to"] == first["native_id"] == "E1#m1"
    assert found.copies["from_owner"].tolist()[:2] == [False, True]
    files = found.attachments.set_index("name")
    assert files.loc["Plan.pdf", "sha256"] == hashlib.sha256(PLAN).hexdigest() and not files.loc["gone.pdf", "present"]
    events = found.events.set_index("kind")
    assert events.loc["edited", "value"] == "old" and events.loc["other", "value"] == "notice"
    assert people[events.loc["joined", "target_identity_id"]] == people[events.loc["left", "actor_identity_id"]] == "cy"
    assert people[events.loc["member", "target_identity_id"]] == "+44 7700 900123"


def test_reactions_receipts_recipients_and_owner(tmp_path):
    reading = read(tmp_path, mail(zipped()))
    assert [(r["copy"], r["handle"], r["value"]) for r in reading.reactions.to_pylist()] == [
        (0, "+447700900999", "thumbsup")
    ]
    assert [(r["copy"], r["read_at"]) for r in reading.receipts.to_pylist()] == [(0, datetime(2020, 5, 1, 9, 5))]
    assert [(r["copy"], r["handle"], r["role"]) for r in reading.recipients.to_pylist()] == [
        (0, "+447700900999", "to"), (1, "+44 7700 900123", "to")]  # fmt: skip
    assert (reading.channel, reading.owner, reading.owner_kind) == ("", "+447700900999", "phone")
    assert [one["reason"] for one in reading.rejects.to_pylist()] == [
        "an event without a type of the format",
        "an event that is no object",
    ]


def test_the_header_names_the_custodian_and_counts(tmp_path):
    manifest = copy.deepcopy(MANIFEST)
    del manifest["conversations"][0]["custodian"], manifest["events"][0]["direction"]
    reading = read(tmp_path, mail(zipped(manifest), "X-RSMF-Custodian: Ann Lee\nX-RSMF-EventCount: 9\n"))
    assert reading.copies["from_owner"].to_pylist()[:2] == [True, False]
    assert "the header declares 9 events and the manifest holds 8" in reading.notes


def test_version_1_without_the_later_properties(tmp_path):
    manifest = {"version": "1.0.0", "participants": [{"id": "a", "display": "Ann"}, {"id": "b", "display": "Bo"}],
                "conversations": [{"id": "c", "platform": "sms", "participants": ["a", "b"]}],
                "events": [{"type": "message", "conversation": "c", "participant": "a", "timestamp": "2020-01-01T00:00:00Z", "body": "x"}]}  # fmt: skip
    reading = read(tmp_path, json.dumps(manifest).encode(), "rsmf_manifest.json")
    assert (reading.channel, reading.copies["from_owner"].to_pylist(), reading.zone_basis) == (
        "sms",
        [None],
        "embedded",
    )
    assert reading.recipients["handle"].to_pylist() == ["Bo"]


@pytest.mark.parametrize(("content", "why"), [
    (mail(b"PK\x03\x04 no zip"), "damaged"), (mail(zipped(b"[1]")), "no object"), (mail(zipped(b"{")), "no JSON"),
    (mail(zipped(b"{" + b'"a":[' * 200_000)), "no JSON"), (mail(zipped(MANIFEST, ("bomb", b"0" * (40 << 20)))), "unpacks to more"),
    (b"X-RSMF-Version: 2.0.0\nFrom: a@x.example\n\nno attachment", "carries no rsmf.zip"),
])  # fmt: skip
def test_hostile_packages_are_refused(content, why, tmp_path):
    with pytest.raises(FormatError, match=why):
        read(tmp_path, content)


JSON = st.recursive(st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8), lambda inner: st.lists(inner, max_size=3)
                    | st.dictionaries(st.sampled_from([*"abc", "id", "type", "participants", "conversation", "events", "participant"]), inner, max_size=4), max_leaves=12)  # fmt: skip


@settings(derandomize=True, max_examples=60, deadline=None)
@given(JSON, JSON, st.sampled_from(["participants", "conversations", "events"]), st.integers(0, 1))
def test_any_json_is_filed(tmp_path_factory, value, other, name, place):
    manifest = copy.deepcopy(MANIFEST)
    manifest["events"][1] |= {
        "attachments": other,
        "reactions": [other],
        "edits": other,
        "read_receipts": [other],
        "participant": other,
    }
    manifest[name][place] = value
    path = tmp_path_factory.mktemp("any") / "rsmf_manifest.json"
    path.write_bytes(json.dumps(manifest).encode())
    reading = READER.read(Opened(path, path.name), Hints())
    events = [
        row
        for row in reading.events.to_pylist()
        if row["locator"].startswith("event ") and "edit" not in row["locator"]
    ]
    assert reading.copies.num_rows + len(events) + reading.rejects.num_rows == len(manifest["events"])
    assert set(reading.copies["thread"].to_pylist()) <= set(reading.threads["thread"].to_pylist())


@settings(derandomize=True, max_examples=40, deadline=None)
@given(st.binary(max_size=200), st.integers(0, 1500), st.integers(0, 300))
def test_any_bytes_give_a_reading_or_a_refusal(tmp_path_factory, noise, at, gone):
    content = mail(zipped())
    path = tmp_path_factory.mktemp("any") / "x.rsmf"
    path.write_bytes(content[:at] + noise + content[at + gone :])
    READER.recognises(path.read_bytes(), path.name)
    try:
        READER.read(Opened(path, path.name), Hints())
    except FormatError:
        return
