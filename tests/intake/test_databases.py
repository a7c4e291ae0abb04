"""Databases as received: companions, copies, recognition by tables, two phones, text beside database, read-only."""

import hashlib
import io
import shutil
import sqlite3
import zipfile

import pytest

from analysis import intake
from analysis.matter import Matter
from analysis.pipeline import make_tables
from database_writers import CHATSTORAGE, MMSSMS, MSGSTORE, write
from support import fixtures

ANN, BO, CY, GROUP = "447700900001", "447700900002", "447700900003", "120363000000000001@g.us"
NUMBERS = (ANN, BO, CY)
T0, APPLE = 1_600_000_000_000, 978_307_200
TEXTS = (
    "shall we move the meeting to noon",
    "ok",
    "ok",
    "the kit list is not in the folder yet",
    "who has the keys today",
)
SOURCES = "path,custodian_id,channel,address\n"


def hashes(folder):
    return {path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
            for path in sorted(folder.rglob("*")) if path.is_file()}  # fmt: skip


def matter(tmp_path, **registers):
    (tmp_path / "m" / "evidence").mkdir(parents=True, exist_ok=True)
    (tmp_path / "m" / "registers").mkdir(exist_ok=True)
    for name, text in registers.items():
        (tmp_path / "m" / "registers" / f"{name}.csv").write_text(text)
    return Matter.open(tmp_path / "m", out=tmp_path / "out")


def made(tmp_path, **registers):
    opened = matter(tmp_path, **registers)
    make_tables(opened)
    return opened.store


def android(path, owner, chat, lines, **rows):
    """Lines: (key, number of the sender, text, seconds); the chat is the other's number or the group."""
    path.parent.mkdir(parents=True, exist_ok=True)
    people = [f"{number}@s.whatsapp.net" for number in NUMBERS]
    jids = [{"_id": n, "user": raw.partition("@")[0], "server": raw.partition("@")[2], "raw_string": raw}
            for n, raw in enumerate([*people, GROUP, "99887766@lid"], 1)]  # fmt: skip
    place = 4 if chat == GROUP else NUMBERS.index(chat) + 1
    messages = [
        {"_id": n, "chat_row_id": 1, "from_me": int(sender == owner), "key_id": key, "timestamp": T0 + at * 1000,
         "sender_jid_row_id": 0 if sender == owner or chat != GROUP else NUMBERS.index(sender) + 1,
         "message_type": 0, "text_data": text}
        for n, (key, sender, text, at) in enumerate(lines, 1)
    ]  # fmt: skip
    chats = [{"_id": 1, "jid_row_id": place, "subject": "Cell" if chat == GROUP else None}]
    return write(path, MSGSTORE, {"jid": jids, "chat": chats, "message": messages, **rows})


def iphone(path, owner, chat, lines):
    path.parent.mkdir(parents=True, exist_ok=True)
    other = GROUP if chat == GROUP else f"{chat}@s.whatsapp.net"
    messages = [
        {"Z_PK": n, "ZISFROMME": int(sender == owner), "ZMESSAGETYPE": 0, "ZCHATSESSION": 1, "ZTEXT": text,
         "ZMESSAGEDATE": T0 / 1000 + at - APPLE, "ZSTANZAID": key, "ZFLAGS": 0,
         "ZGROUPMEMBER": NUMBERS.index(sender) + 1 if chat == GROUP and sender != owner else None,
         "ZFROMJID": None if sender == owner else other, "ZTOJID": other if sender == owner else None}
        for n, (key, sender, text, at) in enumerate(lines, 1)
    ]  # fmt: skip
    members = [{"Z_PK": n, "ZCHATSESSION": 1, "ZISACTIVE": 1, "ZMEMBERJID": f"{number}@s.whatsapp.net"}
               for n, number in enumerate(NUMBERS, 1)]  # fmt: skip
    session = [{"Z_PK": 1, "ZSESSIONTYPE": int(chat == GROUP), "ZCONTACTJID": other, "ZPARTNERNAME": "Cell"}]
    rows = {"ZWACHATSESSION": session, "ZWAMESSAGE": messages, "ZWAGROUPMEMBER": members if chat == GROUP else []}
    return write(path, CHATSTORAGE, rows)


def pair(*lost):
    return [(f"K{n}", (ANN, BO)[n % 2] if n != 2 else BO, text, 60 * n if n != 2 else 62)
            for n, text in enumerate(TEXTS) if n not in lost]  # fmt: skip


def test_one_chat_in_two_phones_is_matched_by_the_keys_of_the_app(tmp_path):
    folder = tmp_path / "m" / "evidence"
    android(folder / "a" / "msgstore.db", ANN, BO, pair(1))
    iphone(folder / "b" / "ChatStorage.sqlite", BO, ANN, pair(2))
    store = made(tmp_path, sources=f"{SOURCES}a/msgstore.db,A,whatsapp,+{ANN}\nb/ChatStorage.sqlite,B,whatsapp,+{BO}\n",
                 custodians="custodian_id,name\nA,Ann Lee\nB,Bo Ray\n")  # fmt: skip
    copies = store.read("copies")
    assert len(copies) == 8 and len(store.read("threads")) == 1
    assert (copies.groupby("native_id")["message_id"].nunique() == 1).all()
    assert copies["message_id"].nunique() == 5  # the two "ok", one lost in either phone, are not one message
    absent = store.read("absences").query("kind == 'absent'")
    assert len(absent) == 2 and absent["source_id"].nunique() == 2
    senders = store.read("messages")["sender_person_id"].value_counts()
    assert sorted(senders) == [2, 3]


def test_text_and_databases_of_a_group_are_one_conversation(tmp_path):
    lines = [(f"G{n}", NUMBERS[n % 3], f"{TEXTS[n % 5]}, part {n} of the long list", 60 * n) for n in range(12)]
    folder = tmp_path / "m" / "evidence"
    roster = [{"_id": 1, "group_jid_row_id": 4, "user_jid_row_id": 5}]
    android(folder / "a" / "msgstore.db", ANN, GROUP, lines, jid_map=[{"lid_row_id": 5, "jid_row_id": 3}],
            group_participant_user=roster)  # fmt: skip
    iphone(folder / "b" / "ChatStorage.sqlite", BO, GROUP, lines)
    labels = {ANN: "Annie", BO: "Bob mob", CY: "Cy"}
    shown = [f"13/09/2020, 13:{26 + (40 + at) // 60:02d} - {labels[who]}: {text}" for _, who, text, at in lines]
    text = '13/09/2020, 13:20 - Annie created group "Cell"\n' + "\n".join(shown) + "\n"
    (folder / "a" / "WhatsApp Chat with Cell.txt").write_text(text)
    (folder / "c").mkdir()
    (folder / "c" / "WhatsApp Chat with Cell.txt").write_text(text.replace("Cy:", "Me:").replace("Annie", "Ann L"))
    store = made(
        tmp_path, custodians="custodian_id,name\nA,Ann Lee\nB,Bo Ray\nC,Cy Fox\n",
        sources=f"{SOURCES}a,A,whatsapp,+{ANN}\nb,B,whatsapp,+{BO}\nc,C,whatsapp,+{CY}\n",
    )  # fmt: skip
    copies = store.read("copies")
    assert len(copies) == 48 and copies["message_id"].nunique() == 12 and copies["thread_id"].nunique() == 1
    assert (copies.groupby("message_id").size() == 4).all()
    people = store.read("identities").set_index("normal")["person_id"]
    assert people["annie"] == people["ann l"] == people[f"+{ANN}"]
    assert people["cy"] == people[f"+{CY}"]
    members = store.read("memberships")
    assert set(members["person_id"]) == {people[f"+{number}"] for number in NUMBERS}


def test_a_silent_member_is_known_by_the_roster_and_a_lid_by_its_map(tmp_path):
    lines = [("G1", ANN, "a text that only two have", 0), ("G2", BO, "another text of two", 60)]
    roster = [{"_id": n, "group_jid_row_id": 4, "user_jid_row_id": who} for n, who in enumerate((1, 2, 5), 1)]
    android(tmp_path / "m" / "evidence" / "msgstore.db", ANN, GROUP, lines, group_participant_user=roster,
            jid_map=[{"lid_row_id": 5, "jid_row_id": 3}])  # fmt: skip
    store = made(tmp_path, sources=f"{SOURCES}msgstore.db,A,whatsapp,+{ANN}\n")
    rule = store.read("merges").query("rule == 'lid_map'")
    assert list(rule["tier"]) == ["certain"] and list(rule["verdict"]) == ["auto"]
    person = store.read("identities").set_index("normal")["person_id"]
    assert person["99887766@lid"] == person[f"+{CY}"]
    held = store.read("memberships").set_index("person_id")["basis"]
    assert held[person[f"+{CY}"]] == "roster" and held[person[f"+{BO}"]] == "sent"
    assert set(store.read("recipients")["person_id"]) >= {person[f"+{CY}"]}


def test_marks_receipts_and_gaps_have_tables_of_their_own(tmp_path):
    android(
        tmp_path / "m" / "evidence" / "msgstore.db", ANN, BO, pair(), receipt_user=[
            {"message_row_id": 1, "receipt_user_jid_row_id": 2, "receipt_timestamp": T0, "read_timestamp": T0 + 1}],
        message_add_on=[{"_id": n, "chat_row_id": 1, "from_me": n - 1, "key_id": f"R{n}", "parent_message_row_id": n,
                         "sender_jid_row_id": 2, "timestamp": T0} for n in (1, 2)],
        message_add_on_reaction=[{"message_add_on_row_id": n, "reaction": "+", "sender_timestamp": T0} for n in (1, 2)],
        messages=[{"_id": 9, "key_remote_jid": f"{BO}@s.whatsapp.net", "key_from_me": 0, "key_id": "OLD", "data": "old",
                   "timestamp": T0}],
    )  # fmt: skip
    store = made(tmp_path, sources=f"{SOURCES}msgstore.db,A,whatsapp,+{ANN}\n")
    copies, marks = store.read("copies").set_index("copy_id"), store.read("reactions")
    assert len(copies) == 6 and len(marks) == 2 and marks["person_id"].nunique() == 2
    assert list(copies.loc[marks["copy_id"], "message_id"]) == list(marks["message_id"])
    receipt = store.read("receipts").iloc[0]
    assert receipt["copy_id"] in copies.index and receipt["read_at"] > receipt["delivered_at"]
    assert store.read("gaps")[["locator", "n_missing"]].values.tolist() == [["messages 1-8", 8]]


def logged(path):
    """An mmssms.db whose last message stands in its write-ahead log only."""
    path.parent.mkdir(parents=True, exist_ok=True)
    live = path.with_name("live.db")
    sms = {"thread_id": 1, "address": f"+{BO}", "date": T0, "type": 1}
    write(live, MMSSMS, {"sms": [{**sms, "body": "in the file"}], "threads": [{"_id": 1, "recipient_ids": "1"}],
                         "canonical_addresses": [{"_id": 1, "address": f"+{BO}"}]})  # fmt: skip
    connection = sqlite3.connect(live)
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("INSERT INTO sms (thread_id, address, date, type, body) VALUES (1, ?, ?, 1, 'in the log')",
                       (f"+{BO}", T0 + 1))  # fmt: skip
    connection.commit()
    for suffix in ("", "-wal", "-shm"):
        shutil.copy(f"{live}{suffix}", f"{path}{suffix}")
    connection.close()
    live.unlink()


def test_companions_are_sources_read_with_their_database_and_nothing_is_altered(tmp_path):
    folder = tmp_path / "m" / "evidence"
    logged(folder / "p" / "mmssms.db")
    android(folder / "a" / "msgstore.db", ANN, BO, pair())
    before = hashes(folder)
    for path in [*folder.rglob("*"), folder]:
        path.chmod(0o555 if path.is_dir() else 0o444)
    opened = matter(tmp_path, sources=f"{SOURCES}p,P,sms,+{ANN}\n")
    make_tables(opened)
    assert hashes(folder) == before and not (opened.work / "intake" / "copies").exists()
    store = opened.store
    sources = store.read("sources").set_index("path")
    assert dict(sources["sha256"]) == before
    assert store.read("copies").merge(sources.reset_index(), on="source_id")["path"].value_counts()["p/mmssms.db"] == 2
    for name in ("p/mmssms.db-wal", "p/mmssms.db-shm"):
        row = sources.loc[name]
        assert (row["status"], row["reader"], row["n_copies"]) == ("read", "mmssms", 0)
        assert any("belongs to p/mmssms.db" in note for note in row["notes"])
    notes = {name: " ".join(sources.loc[name, "notes"]) for name in ("p/mmssms.db", "a/msgstore.db")}
    assert "a write-ahead log lay beside" in notes["p/mmssms.db"] and "no write-ahead log" in notes["a/msgstore.db"]
    assert set(store.read("absences")["source_id"]) <= set(store.read("copies")["source_id"])


def test_the_log_counts_in_what_is_a_duplicate_and_in_what_is_read_anew(tmp_path):
    folder = tmp_path / "m" / "evidence"
    for name in ("p", "q"):
        logged(folder / name / "mmssms.db")
    shutil.copy(folder / "p" / "mmssms.db", folder / "q" / "mmssms.db")
    for suffix in ("-wal", "-shm"):
        (folder / "q" / f"mmssms.db{suffix}").unlink()
    found = intake.take(matter(tmp_path)).sources.set_index("path")
    assert list(found.loc[["p/mmssms.db", "q/mmssms.db"], "n_copies"]) == [2, 1]
    shutil.copy(folder / "p" / "mmssms.db-wal", folder / "q" / "mmssms.db-wal")
    found = intake.take(matter(tmp_path)).sources.set_index("path")
    assert found.loc["q/mmssms.db", "status"] == found.loc["q/mmssms.db-wal", "status"] == "duplicate"


def test_a_hot_journal_is_played_back_on_the_copy(tmp_path):
    folder = tmp_path / "m" / "evidence"
    live = android(folder / "live.db", ANN, BO, pair())
    connection = sqlite3.connect(live, isolation_level=None)
    connection.executescript("PRAGMA cache_size=2; PRAGMA cache_spill=2; BEGIN; DELETE FROM message;")
    connection.executemany("INSERT INTO message_quoted VALUES (?, ?, ?)", [(n, "k", "x" * 900) for n in range(400)])
    for suffix in ("", "-journal"):
        shutil.copy(f"{live}{suffix}", folder / f"msgstore.db{suffix}")
    connection.execute("ROLLBACK")
    connection.close()
    live.unlink()
    before = hashes(folder)
    found = intake.take(matter(tmp_path))
    assert sorted(found.copies["body"]) == sorted(TEXTS)
    assert found.sources.set_index("path").loc["msgstore.db-journal", "status"] == "read"
    assert hashes(folder) == before


def test_a_database_in_a_zip_with_its_log(tmp_path):
    logged(tmp_path / "p" / "mmssms.db")
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        for path in sorted((tmp_path / "p").iterdir()):
            archive.write(path, path.name)
    opened = matter(tmp_path)
    (opened.evidence / "phone.zip").write_bytes(stream.getvalue())
    for _ in range(2):  # the second time from what was kept
        found = intake.take(opened)
        states = found.sources.set_index("path")["status"]
        assert states["phone.zip!mmssms.db"] == states["phone.zip!mmssms.db-wal"] == "read"
        assert sorted(found.copies["body"]) == ["in the file", "in the log"]


def test_a_schema_beyond_the_first_bytes_is_found_and_an_unknown_one_is_told(tmp_path):
    folder = matter(tmp_path).evidence
    shutil.copy(fixtures("whatsapp-db/wa-crypt-tools/msgstore.db"), folder / "backup.bin")
    write(folder / "notes.sqlite", "CREATE TABLE notes (a); CREATE TABLE tags (a)", {})
    (folder / "cut.db").write_bytes((folder / "notes.sqlite").read_bytes()[:60])
    found = intake.take(matter(tmp_path)).sources.set_index("path")
    assert (found.loc["backup.bin", "reader"], found.loc["backup.bin", "status"]) == ("msgstore", "read")
    unknown = found.loc["notes.sqlite"]
    assert (unknown["status"], unknown["detected"]) == ("unsupported", "SQLite database, 2 tables")
    assert any("notes, tags" in note for note in unknown["notes"])
    assert found.loc["cut.db", "status"] == "unreadable"


@pytest.mark.parametrize("lost", [(), (0, 3)])
def test_reading_twice_gives_the_same_tables(tmp_path, lost):
    android(tmp_path / "m" / "evidence" / "msgstore.db", ANN, BO, pair(*lost))
    first = made(tmp_path).hashes()
    assert made(tmp_path).hashes() == first
