"""Custody: what was received against what was declared; isolation, resuming, assembly."""

import hashlib
import json
import os
from pathlib import Path

import pandas as pd
import pytest

from analysis import intake
from analysis.errors import EvidenceError
from analysis.intake import custody
from analysis.intake import worker as workers
from analysis.intake.declarations import Register, normal_path
from analysis.matter import Matter
from analysis.report import manifest, state
from analysis.store import make_id
from received import check, matter, row, sms, take


def test_register_paths_and_folders():
    lines = ["path,custodian_id,channel,address,zone,date_order,sha256"]
    lines += ["evidence/c01/,C01,whatsapp,+447700900001,,day_first,", r"evidence\c01\sms\a.xml,,sms,+447700900002,,,AA"]
    lines += ["c01/other.txt,C02,,,Asia/Tokyo,,", "./c02,C02,,,,,"]
    frame = pd.DataFrame([line.split(",") for line in lines[1:]], columns=lines[0].split(","))
    register = Register(frame.assign(device=""))
    near = register.about("c01/chat.txt")
    assert (near.custodian_id, near.address, near.date_order, near.own_row) == (
        "C01",
        "+447700900001",
        "day_first",
        False,
    )
    own = register.about("c01/sms/a.xml")
    assert (own.channel, own.address, own.sha256, own.own_row) == ("sms", "+447700900002", "aa", True)
    assert own.custodian_id == ""  # the folder's account is another channel's, and nobody is guessed from it
    other = register.about("c01/other.txt")
    assert (other.custodian_id, other.address, other.zone) == ("C02", "", "Asia/Tokyo")
    assert register.about("c02/x.zip!a.txt").custodian_id == "C02"
    assert register.about("c03/x") == custody.Declared()


def test_normal_path():
    assert normal_path("evidence/a/b") == normal_path(r".\a\b") == normal_path("a//b/") == "a/b"
    assert normal_path("evidence") == normal_path(".") == ""
    assert normal_path("e\u0301") == "\u00e9"


def test_hashes_match_mismatch_undeclared_missing(tmp_path):
    good = sms()
    digest = hashlib.sha256(good.encode()).hexdigest()
    opened = matter(
        tmp_path, {"a.xml": good, "b.xml": sms(body="b"), "c.xml": sms(body="c"), "d.xml": sms(body="d")},
        sources=f"path,custodian_id,sha256\nevidence/a.xml,C01,{digest.upper()}\nb.xml,C01,{digest}\nc.xml,C01,\n"
                "gone.xml,C01,00ff\nd.xml,C01,d41d8cd98f00b204e9800998ecf8427e\n",
    )  # fmt: skip
    found = take(opened)
    check(found)
    assert [row(found, f"{name}.xml")["custody"] for name in ("a", "b", "c", "d", "gone")] == [
        "match", "mismatch", "undeclared", "undeclared", "missing"]  # fmt: skip
    assert row(found, "b.xml")["status"] == "read"
    assert any("CUSTODY" in note for note in row(found, "b.xml")["notes"])
    assert row(found, "b.xml")["n_copies"] == 1
    assert (row(found, "gone.xml")["status"], row(found, "gone.xml")["bytes"]) == ("unreadable", 0)
    assert "not in the evidence folder" in row(found, "gone.xml")["reason"]
    assert intake.breaches(found.sources)["path"].tolist() == ["b.xml", "gone.xml"]


def test_a_date_order_that_is_none_is_said(tmp_path):
    register = "path,date_order\na.xml,european\nb.xml,day_first\n"
    found = take(matter(tmp_path, {"a.xml": sms(), "b.xml": sms(body="b")}, sources=register))
    said = [any("write day_first" in note for note in row(found, f"{name}.xml")["notes"]) for name in ("a", "b")]
    assert said == [True, False]


def test_duplicates_are_read_once_and_named(tmp_path):
    opened = matter(tmp_path, {"a.xml": sms(), "b.xml": sms(), "c/empty1": "", "c/empty2": ""},
                    sources="path,custodian_id\nb.xml,C01\n")  # fmt: skip
    found = take(opened)
    assert row(found, "b.xml")["status"] == "read"  # the one with a custodian
    assert row(found, "a.xml")["status"] == "duplicate"
    assert "b.xml" in row(found, "a.xml")["reason"]
    assert len(found.copies) == 1
    assert row(found, "c/empty2")["status"] == "unreadable"


def test_one_mail_in_two_mailboxes_is_held_twice_though_its_bytes_are_the_same(tmp_path):
    mail = "From: a@x.example\nTo: b@x.example\nMessage-ID: <1@x>\nDate: Mon, 02 Mar 2020 08:00:00 +0000\n\nhello\n"
    files = dict.fromkeys(["one/1.eml", "two/1.eml", "two/again.eml", "1.eml"], mail)
    found = take(matter(tmp_path, files, sources="path,custodian_id\none,C01\ntwo,C02\n"))
    assert [row(found, path)["status"] for path in files] == ["read", "read", "duplicate", "duplicate"]
    assert len(found.copies) == 2


def test_links_and_hidden_files_have_rows(tmp_path):
    opened = matter(tmp_path, {"a.xml": sms(), ".DS_Store": b"\0\0\0\x01Bud1", "__MACOSX/._a.xml": b"\0\x05\x16\x07x"})
    secret = tmp_path / "outside"
    secret.mkdir()
    (secret / "b.xml").write_text(sms(body="outside"))
    (opened.evidence / "link.xml").symlink_to(secret / "b.xml")
    (opened.evidence / "folder").symlink_to(secret)
    os.mkfifo(opened.evidence / "pipe")
    found = take(opened)
    check(found)
    assert dict(zip(found.sources["path"], found.sources["status"], strict=True)) == {
        ".DS_Store": "unsupported", "__MACOSX/._a.xml": "unsupported", "a.xml": "read", "folder": "unsupported",
        "link.xml": "unsupported", "pipe": "unsupported"}  # fmt: skip
    assert row(found, ".DS_Store")["detected"] == "macOS folder file"
    assert found.copies["body"].tolist() == ["hello"]


def test_name_that_is_not_utf8(tmp_path):
    opened = matter(tmp_path, {"a.xml": sms()})
    (Path(os.fsdecode(os.fsencode(opened.evidence) + b"/\xff.xml"))).write_text(sms(body="two"))
    found = take(opened)
    check(found)
    assert row(found, "\\xff.xml")["status"] == "read"


def test_results_inside_the_evidence_are_refused(tmp_path):
    opened = matter(tmp_path, {"a.xml": sms()})
    with pytest.raises(EvidenceError, match="inside the evidence"):
        take(Matter.open(opened.folder, out=opened.evidence / "reports"))


def test_a_bare_folder_of_exports_is_its_own_evidence(tmp_path):
    (tmp_path / "bare" / "phone").mkdir(parents=True)
    (tmp_path / "bare" / "phone" / "a.xml").write_text(sms())
    found = take(Matter.open(tmp_path / "bare", out=tmp_path / "bare" / "reports"))
    again = take(Matter.open(tmp_path / "bare", out=tmp_path / "bare" / "reports"))
    assert found.sources["path"].tolist() == again.sources["path"].tolist() == ["phone/a.xml"]


def test_owner_fills_what_the_phone_does_not_say(tmp_path):
    opened = matter(
        tmp_path, {"p/a.xml": sms(kind=2), "p/b.xml": sms(body="in")},
        sources="path,custodian_id,channel,address\np,C01,sms,07700 900001\n",
    )  # fmt: skip
    found = take(opened)
    check(found)
    identity = found.identities.set_index("identity_id")["normal"]
    for copy in found.copies.to_dict("records"):
        assert copy["copy_id"] == make_id(copy["source_id"], copy["locator"])
    assert row(found, "p/a.xml")["source_id"] == make_id("p/a.xml", hashlib.sha256(sms(kind=2).encode()).hexdigest())
    assert found.copies["sender_identity_id"].map(identity).tolist() == ["+447700900001", "+447700900123"]
    assert found.recipients["identity_id"].map(identity).tolist() == ["+447700900123", "+447700900001"]
    source = row(found, "p/a.xml")
    assert (source["address"], source["address_basis"]) == ("+447700900001", "declared (sources.csv)")
    assert identity[source["owner_identity_id"]] == "+447700900001"
    assert found.names["label"].tolist() == ["Annie", "Annie"]
    assert found.names["custodian_id"].tolist() == ["C01", "C01"]


def test_names_in_phones_are_scoped(tmp_path):
    opened = matter(tmp_path, {"a.txt": "CHAT 1\nAnn: x\n", "b.txt": "CHAT 2\nann: y\n", "c.txt": "CHAT 3\nANN: z\n"},
                    sources="path,custodian_id\na.txt,C01\nb.txt,C01\n")  # fmt: skip
    found = take(opened)
    assert sorted(found.identities["scope"]) == ["C01", "c.txt"]
    assert set(found.identities["normal"]) == {"ann"}
    assert found.identities.set_index("scope")["raw"]["C01"] == "Ann"


@pytest.mark.parametrize(("word", "reason"), [
    ("crash", "crashed"), ("hang", "longer than its limit"), ("eat", "more memory"),
    ("fail", "KeyError at plain_chat.py"),
])  # fmt: skip
def test_a_bad_reader_fails_its_source_alone(tmp_path, monkeypatch, word, reason):
    monkeypatch.setattr(intake, "BASE_S", 4.0)
    opened = matter(tmp_path, {"a.txt": f"CHAT {word}\n", "b.txt": "CHAT fine\nAnn: x\n", "c.xml": sms()})
    found = take(opened)
    check(found)
    assert row(found, "a.txt")["status"] == "unreadable"
    assert reason in row(found, "a.txt")["reason"]
    assert "secret" not in row(found, "a.txt")["reason"]
    assert len(found.copies) == 2


def test_sums_that_do_not_agree_are_said(tmp_path):
    found = take(matter(tmp_path, {"a.txt": "CHAT lie\nAnn: x\n"}))
    assert row(found, "a.txt")["status"] == "partial"
    assert "17 of 16 bytes" in row(found, "a.txt")["reason"]


def frames(found):
    return {name: getattr(found, name) for name in found.__dataclass_fields__}


def equal(one, other):
    for name, frame in frames(one).items():
        pd.testing.assert_frame_equal(frame, frames(other)[name])


def test_a_second_run_reads_one_new_file(tmp_path, monkeypatch):
    calls = []
    real = workers.Workers.outcomes

    def counted(self, todo):
        calls.extend(call.function.__name__ for call in todo)
        return real(self, todo)

    monkeypatch.setattr(workers.Workers, "outcomes", counted)
    files = {"a.xml": sms(), "b.txt": "CHAT b\nAnn: x\n"}
    take(matter(tmp_path, files))
    assert calls.count("fill") == 2
    calls.clear()
    grown = take(matter(tmp_path, {**files, "c.xml": sms(body="new")}), jobs=2)
    assert calls.count("fill") == 1
    calls.clear()
    again = take(matter(tmp_path, {}))
    assert calls.count("fill") == 0
    equal(grown, again)
    fresh = take(Matter.open(tmp_path / "matter", out=tmp_path / "elsewhere"))
    equal(grown, fresh)


def test_a_killed_run_resumes_and_a_damaged_reading_is_made_anew(tmp_path):
    opened = matter(tmp_path, {"a.xml": sms(), "b.xml": sms(body="two")})
    whole = take(opened)
    kept = sorted((opened.work / "intake" / "readings").iterdir())
    kept[0].rename(kept[0].with_name(kept[0].name + ".part"))  # as a kill leaves it
    equal(whole, take(opened))
    kept[1].write_bytes(b"damaged")
    equal(whole, take(opened))


def test_a_declaration_that_changes_is_noticed(tmp_path):
    opened = matter(tmp_path, {"a.txt": "CHAT a\nAnn: x\n"})
    assert row(take(opened), "a.txt")["zone_basis"] == "assumed"
    opened = matter(tmp_path, {}, sources="path,zone\na.txt,Asia/Tokyo\n")
    source = row(take(opened), "a.txt")
    assert (source["zone"], source["zone_basis"]) == ("Asia/Tokyo", "declared")
    opened = matter(tmp_path, {}, sources="path,zone\na.txt,Moon/Base\n")
    source = row(take(opened), "a.txt")
    assert (source["zone"], source["zone_basis"]) == ("Europe/London", "assumed")
    assert any("no time zone" in note for note in source["notes"])


def test_progress_is_told(tmp_path):
    told = []
    take(matter(tmp_path, {"a.xml": sms()}), progress=lambda *what: told.append(what))
    assert told == [("hashing", 1, 1), ("reading", 1, 1)]


def test_listing_is_plain_json(tmp_path):
    assert json.loads(json.dumps(custody.Piece("a").__dict__))["location"] == "a"


def test_the_report_hashes_what_intake_hashed_whatever_lies_there(tmp_path):
    opened = matter(
        tmp_path, {"a.xml": sms(), "mail/cur/15840!2,S": sms(body="b"), "z.zip": b"PK\x05\x06" + b"\0" * 18}
    )
    os.mkfifo(opened.evidence / "pipe")
    (opened.evidence / "link.xml").symlink_to("a.xml")
    (opened.evidence / os.fsdecode(b"caf\xe9.xml")).write_text(sms(body="c"))
    opened.store.write("sources", take(opened).sources)
    now = state.evidence_hashes(opened)
    assert sorted(now) == ["a.xml", "caf\\xe9.xml", "mail/cur/15840!2,S", "z.zip"]
    assert now == manifest.received(opened)
