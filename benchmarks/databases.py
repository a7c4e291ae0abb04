"""The reader of WhatsApp's Android database beside a full scan in SQLite (the limit) and pandas.read_sql, in one run.

pandas gets the query that answers what the reader answers about a copy: conversation, sender, text, quote, edit,
tombstone, forward, file. It is not asked to name kinds, find gaps, or make events, marks and receipts. The reader's
copies end in a mapped file of the work folder, pandas' rows in memory: looked at in full they take some 130 MB more.
"""

import json
import os
import random
import sqlite3
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).parent
WORK = HERE.parent / "build" / "bench"
MESSAGES, CHATS, SEED = 1_000_000, 300, 20200312
BARS = {"cpu": 3, "rss": 4}  # times less than pandas.read_sql
SCHEMA = """
CREATE TABLE jid (_id INTEGER PRIMARY KEY, user TEXT, server TEXT, raw_string TEXT);
CREATE TABLE chat (_id INTEGER PRIMARY KEY, jid_row_id INTEGER, subject TEXT);
CREATE TABLE message (_id INTEGER PRIMARY KEY AUTOINCREMENT, chat_row_id INTEGER NOT NULL, from_me INTEGER NOT NULL,
  key_id TEXT NOT NULL, sender_jid_row_id INTEGER, status INTEGER, origination_flags INTEGER, timestamp INTEGER,
  message_type INTEGER, text_data TEXT);
CREATE TABLE message_media (message_row_id INTEGER PRIMARY KEY, file_path TEXT, file_length INTEGER, mime_type TEXT,
  media_name TEXT, file_hash TEXT);
CREATE TABLE message_quoted (message_row_id INTEGER PRIMARY KEY, key_id TEXT);
CREATE TABLE message_edit_info (message_row_id INTEGER PRIMARY KEY, original_key_id TEXT, edited_timestamp INTEGER);
CREATE TABLE message_revoked (message_row_id INTEGER PRIMARY KEY, revoked_key_id TEXT, admin_jid_row_id INTEGER);
CREATE TABLE message_forwarded (message_row_id INTEGER PRIMARY KEY, forward_score INTEGER);
"""


def generate(path: Path) -> None:
    """Write the database: 300 conversations, a third of them groups; 8 % files, 10 % quotes, 1 % edits; one seed."""
    dice = random.Random(SEED)
    words = ["".join(dice.choices("etaoinshrdlucmfwypvbgkjqxzéü", k=dice.randint(2, 9))) for _ in range(5000)]
    base = sqlite3.connect(path)
    base.executescript(SCHEMA)
    people = [(n, f"4477009{n:05}", "s.whatsapp.net", f"4477009{n:05}@s.whatsapp.net") for n in range(1, 1001)]
    groups = [(n, f"1203630{n}", "g.us", f"1203630{n}@g.us") for n in range(1001, 1101)]
    base.executemany("INSERT INTO jid VALUES (?, ?, ?, ?)", people + groups)
    base.executemany(
        "INSERT INTO chat VALUES (?, ?, NULL)", [(n, n if n <= 200 else n + 800) for n in range(1, CHATS + 1)]
    )
    for row in range(1, MESSAGES + 1):
        file, mine, key = dice.random() < 0.08, dice.random() < 0.4, f"{dice.getrandbits(128):032X}"
        text = None if file else " ".join(dice.choices(words, k=dice.randint(1, 20)))
        sender = 0 if mine else dice.randint(1, 1000)
        line = (row, dice.randint(1, CHATS), mine, key, sender, 5, 0, 1_580_000_000_000 + row * 37_000, int(file), text)
        base.execute("INSERT INTO message VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", line)
        if file:
            media = (
                row,
                f"Media/IMG-{row}.jpg",
                row,
                "image/jpeg",
                None,
                "ly/ymFzpgckeX2nnxt4aLhfnKszvf4ouNSIuAbrFhZg=",
            )
            base.execute("INSERT INTO message_media VALUES (?, ?, ?, ?, ?, ?)", media)
        for table, share, values in (
            ("message_quoted (message_row_id, key_id)", 0.10, (row, key)),
            ("message_edit_info (message_row_id, original_key_id)", 0.01, (row, key)),
            ("message_forwarded (message_row_id, forward_score)", 0.02, (row, 1)),
        ):
            if dice.random() < share:
                base.execute(f"INSERT INTO {table} VALUES (?, ?)", values)
    base.commit()


def main(arguments: list[str]) -> None:
    """Generate, measure, print."""
    WORK.mkdir(parents=True, exist_ok=True)
    path = WORK / "msgstore.db"
    if not path.exists():
        generate(path)
    print(f"msgstore.db: {path.stat().st_size / 1e6:.1f} MB, {MESSAGES:,} messages")
    print(f"{'tool':18}{'CPU s':>8}{'peak MB':>9}{'records':>10}")
    got = {}
    for tool in ("scan", "offchannel", "read_sql"):
        environment = os.environ | {"PYTHONPATH": str(HERE.parent / "src")}
        command = [sys.executable, str(HERE / "peer_databases.py"), tool, str(path)]
        done = subprocess.run(command, capture_output=True, text=True, env=environment, check=True)
        got[tool] = json.loads(done.stdout.splitlines()[-1])
        print(f"{tool:18}{got[tool]['cpu']:8.2f}{got[tool]['rss'] / 1024:9.0f}{got[tool]['records']:10}")
    for what, bar in BARS.items():
        ratio = got["read_sql"][what] / got["offchannel"][what]
        print(f"bar: {bar}x less {what} than pandas.read_sql: {ratio:.1f}x: {'met' if ratio >= bar else 'MISSED'}")
