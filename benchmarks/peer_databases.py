"""One tool on one database in its own process: prints CPU seconds of the work alone, records, peak memory in KiB."""

import json
import resource
import sqlite3
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory

QUERY = """
SELECT m._id, j.raw_string AS thread, c.subject, s.raw_string AS sender, m.from_me, m.timestamp, m.message_type,
  m.text_data, coalesce(r.revoked_key_id, e.original_key_id, m.key_id) AS key, q.key_id AS reply_to, f.forward_score,
  e.edited_timestamp, a.media_name, a.file_path, a.mime_type, a.file_length, a.file_hash
FROM message m LEFT JOIN chat c ON c._id = m.chat_row_id LEFT JOIN jid j ON j._id = c.jid_row_id
LEFT JOIN jid s ON s._id = m.sender_jid_row_id LEFT JOIN message_media a ON a.message_row_id = m._id
LEFT JOIN message_quoted q ON q.message_row_id = m._id LEFT JOIN message_edit_info e ON e.message_row_id = m._id
LEFT JOIN message_revoked r ON r.message_row_id = m._id LEFT JOIN message_forwarded f ON f.message_row_id = m._id
"""


def scan(path):
    with sqlite3.connect(f"file:{path}?mode=ro", uri=True) as base:
        return base.execute("SELECT count(*), sum(length(text_data) + timestamp) FROM message").fetchone()[0]


def read_sql(path):
    with sqlite3.connect(f"file:{path}?mode=ro", uri=True) as base:
        return len(pandas.read_sql(QUERY, base))


def offchannel(path):
    with TemporaryDirectory(dir=Path(path).parent) as folder:  # as every worker has beside its copy
        return READER.read(Opened(Path(path), path, scratch=Path(folder)), Hints()).copies.num_rows


tool, path = sys.argv[1:]
if tool == "offchannel":
    import pyarrow.compute

    from analysis.intake.msgstore import READER
    from analysis.intake.records import Hints, Opened
    from analysis.intake.worker import frugal

    frugal()  # as every worker does
    pyarrow.compute.unique(pyarrow.array(["warm"]))
elif tool == "read_sql":
    import pandas
start = time.process_time()
records = globals()[tool](path)
cpu = time.process_time() - start
print(json.dumps({"cpu": cpu, "records": records, "rss": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss}))
