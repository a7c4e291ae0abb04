"""What was planted, as compact CSV files that only tests read."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from contextlib import ExitStack
from pathlib import Path
from typing import IO

COLUMNS = {
    "accounts": "channel,address,custodian_id,ownership,declared,used,exported",
    "people": "person,name,custodian_id,role,organisation",
    "messages": "truth_id,channel,thread,sent_at,sender_address,sender_person,body_sha256",
    "copies": "truth_id,path,seq,state,label",
    "recipients": "truth_id,address,role",
    "events": "path,kind,at,actor,target",
    "absences": "truth_id,path,kind,explained",
    "reactions": "truth_id,path,address,value",
    "edits": "truth_id,path,edited_at,text_before",
    "gaps": "path,n_missing",
    "offsets": "path,offset_s",
    "labels": "path,label,address,person",
    "suspects": "path,seq,why,line",
    "captures": "truth_id,official_message_id,kind,delay_s",
    "markings": "truth_id,where,label,start,end",
    "personal": "truth_id,where,label,value,start,end",
    "business": "truth_id,class",
    "missed_requests": "ref,truth_id",
}
KEPT = 2000  # lines of one file held in memory


class Truth:
    """Open truth files; a few thousand lines are kept before they are written, so that any size fits."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.stack = ExitStack()
        self.files: dict[str, IO[str]] = {}
        self.lines: dict[str, list[str]] = {name: [] for name in COLUMNS}
        for name, columns in COLUMNS.items():
            path = folder / f"{name}.csv"
            stream = self.stack.enter_context(path.open("w", encoding="utf-8", newline="", buffering=1 << 18))
            stream.write(columns + "\n")
            self.files[name] = stream

    def add(self, name: str, *values: object) -> None:
        """One row, quoted where needed."""
        self.lines[name].append(row(values))
        if len(self.lines[name]) > KEPT:
            self.flush()

    def flush(self) -> None:
        """Write what was kept so far."""
        for name, lines in self.lines.items():
            if lines:
                self.files[name].write("".join(lines))
                lines.clear()

    def close(self) -> None:
        """Flush and close every file."""
        self.flush()
        self.stack.close()


def row(values: Iterable[object]) -> str:
    """One CSV line."""
    fields = ["" if value is None else str(value) for value in values]
    joined = ",".join(fields)
    if '"' not in joined and "\n" not in joined and joined.count(",") == len(fields) - 1:
        return joined + "\n"
    stream = io.StringIO()
    csv.writer(stream, lineterminator="\n").writerow(fields)
    return stream.getvalue()


def cell(value: str) -> str:
    """One CSV field, quoted when needed."""
    if '"' in value or "," in value or "\n" in value:
        return '"' + value.replace('"', '""') + '"'
    return value
