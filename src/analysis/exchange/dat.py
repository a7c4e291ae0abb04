"""Concordance DAT load file: a row is a message, with its text in a file of its own; attachments as child rows.

A convention, not a schema: UTF-8 with BOM, CRLF, fields set apart by U+0014 and quoted by U+00FE, U+00AE for a line end
within a field. Those three characters in the data are replaced by U+FFFD, and counted in `README.txt`. Control numbers
run in order of agreed time and id, so the same evidence is numbered alike in every run. Native files are not copied:
NATIVEPATH names the file of evidence that holds the message, SHA256 is that of this file.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from analysis.exchange.content import Content, instant, storable
from analysis.matter import Matter
from analysis.resolve.rows import each

SEPARATOR, QUOTE, LINE = "\x14", "\xfe", "\xae"
FIELDS = (
    "BEGDOC", "ENDDOC", "BEGATTACH", "ENDATTACH", "PARENTID", "CUSTODIAN", "ALLCUSTODIAN", "FROM", "TO", "CC", "BCC",
    "SUBJECT", "DATESENT", "TIMESENT", "TZ", "DOCTYPE", "CHANNEL", "CONVERSATIONID", "MESSAGEID", "FILENAME", "SHA256",
    "LOCATOR", "NATIVEPATH", "TEXTPATH",
)  # fmt: skip
DIGITS = 8


def write(matter: Matter, folder: Path) -> list[Path]:
    """Write `<matter id>.dat`, a text file for each message, and a README; gives the files but the texts."""
    content = Content(matter)
    (folder / "text").mkdir(exist_ok=True)
    path, replaced = folder / f"{matter.id}.dat", 0
    with path.open("w", encoding="utf-8-sig", newline="") as out:
        out.write(_line(FIELDS)[0])
        for row in _rows(content, folder):
            line, n = _line([row.get(name, "") for name in FIELDS])
            replaced += n
            out.write(line)
    note = folder / "README.txt"
    note.write_text(
        "Load file of distinct messages: UTF-8 with BOM, CRLF; field separator U+0014, quote U+00FE, line end in a "
        "field U+00AE, several values ';'.\nTimes are UTC. Attachments are child rows; their bytes stay in the "
        f"evidence.\nCharacters of the data that the format itself uses, replaced by U+FFFD: {replaced}\n",
        encoding="utf-8",
    )
    return [path, note]


def _line(values: Any) -> tuple[str, int]:
    """One record, and how many characters had to be replaced."""
    clean, replaced = [], 0
    for value in values:
        text = storable(value)
        replaced += sum(text.count(mark) for mark in (SEPARATOR, QUOTE, LINE, "\ufffd"))
        for mark in (SEPARATOR, QUOTE, LINE):
            text = text.replace(mark, "\ufffd")
        clean.append(QUOTE + text.replace("\r\n", "\n").replace("\n", LINE).replace("\r", LINE) + QUOTE)
    return SEPARATOR.join(clean) + "\r\n", replaced


def _rows(content: Content, folder: Path) -> Iterator[dict[str, str]]:
    n = 0
    for row in each(content.messages):
        n += 1
        files = content.attachments.get(row.message_id, [])
        first, last = _number(n), _number(n + len(files))
        text = f"text/{first}.txt"
        (folder / text).write_text(storable(row.body), encoding="utf-8", newline="")
        family = {"BEGATTACH": first, "ENDATTACH": last, "CONVERSATIONID": row.thread_id, "CHANNEL": row.channel,
                  "CUSTODIAN": next(iter(content.holders(row.message_id)), ""),
                  "ALLCUSTODIAN": ";".join(content.holders(row.message_id))}  # fmt: skip
        yield family | _message(content, row) | {"BEGDOC": first, "ENDDOC": first, "TEXTPATH": text}
        for file in files:
            n += 1
            mine = {"BEGDOC": _number(n), "ENDDOC": _number(n), "PARENTID": first, "MESSAGEID": row.message_id}
            yield family | mine | {"DOCTYPE": file.mime, "FILENAME": file.name, "SHA256": file.sha256}


def _number(n: int) -> str:
    return f"OC{n:0{DIGITS}d}"


def _message(content: Content, row: Any) -> dict[str, str]:
    copies = content.copies.get(row.message_id, [])
    best = next((copy for copy in copies if copy.copy_id == row.best_copy_id), copies[0])
    source, at = content.sources[best.source_id], instant(row.sent_at)
    sent: dict[str, list[str]] = {}
    for role, identity in content.by_role(row.message_id):
        sent.setdefault({"cc": "CC", "bcc": "BCC"}.get(role, "TO"), []).append(content.mailbox(identity))
    return {name: ";".join(sorted(values)) for name, values in sent.items()} | {
        "FROM": content.mailbox(row.sender_identity_id), "SUBJECT": storable(row.subject), "DATESENT": at[:10],
        "TIMESENT": at[11:19], "TZ": "UTC", "DOCTYPE": row.kind, "MESSAGEID": row.message_id, "SHA256": source.sha256,
        "LOCATOR": best.locator, "NATIVEPATH": source.path,
    }  # fmt: skip
