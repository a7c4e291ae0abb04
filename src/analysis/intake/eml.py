"""Reader of single mails: `.eml` files, files of a Maildir, anything whose content begins as the header of a mail.

Recognises: a block of header fields among which those of a mail, whatever the name. Yields: one copy of kind mail
with recipients, attachments, names, thread. Cannot know: other mails of the mailbox; a deleted mail leaves no file.
Sources: RFC 5322, the Maildir flags (`:2,DFPRST`, written `;2,` or `!2,` on Windows).
"""

from __future__ import annotations

import re

from analysis.intake.mail_headers import split_header
from analysis.intake.mail_message import read_mail
from analysis.intake.mail_rows import Rows
from analysis.intake.records import Hints, Opened, Reader, Reading

MAIL_BYTES = 1 << 28  # of one mail; what lies behind becomes a reject
MARKS = 2  # fields of a mail that must stand in the header for the content alone to decide
MARKS_NAMED = 1  # ... when the name says mail as well

FLAGS = {"P": "passed", "R": "replied", "S": "seen", "T": "trashed", "D": "draft", "F": "flagged"}  # of a Maildir
MAIL_FIELDS = frozenset(
    "from sender to cc bcc reply-to subject date message-id in-reply-to references received return-path delivered-to"
    " mime-version content-type content-transfer-encoding dkim-signature x-mailer envelope-to x-original-to"
    " newsgroups content-disposition".split()
)
_LEAD = re.compile(rb"(?:\xef\xbb\xbf)?(?:\r?\n)*")
_NAMED = re.compile(r"\.(?:eml|msg|mail|email|mht)$|[:;!]2,[A-Za-z]*$", re.I)
_FLAGS = re.compile(r"[:;!]2,([A-Za-z]*)$")


def recognises(head: bytes, name: str) -> bool:
    """Whether the content begins with the header of a mail (and not with the separator of an mbox)."""
    start = _LEAD.match(head).end()  # type: ignore[union-attr]
    if head.startswith(b"From ", start):
        return False
    fields, _ = split_header(head[start:])
    return len(MAIL_FIELDS.intersection(fields.values)) >= (MARKS_NAMED if _NAMED.search(name) else MARKS)


def read(opened: Opened, hints: Hints) -> Reading:
    """Read the mail; a file without a readable header is one reject."""
    found = Rows(hints)
    size = opened.path.stat().st_size
    with opened.path.open("rb") as file:
        raw = file.read(MAIL_BYTES)
    lead = _LEAD.match(raw).end()  # type: ignore[union-attr]
    mail = read_mail(raw[lead:])
    if mail is None:
        found.reject(f"bytes {lead}-{size}", "no readable header", size - lead)
        return found.reading(size, lead)
    locator, marked = f"message 1 bytes {lead}-{size}", _FLAGS.search(opened.location)
    flags = [name for letter, name in FLAGS.items() if marked and letter in marked[1]]
    for name in flags:
        found.note(f"maildir_{name}", locator)
    found.add(mail, locator, "draft" if "draft" in flags else "")
    if size > len(raw):
        found.reject(f"bytes {len(raw)}-{size}", "mail longer than the limit", size - len(raw))
    return found.reading(size, lead)


READER = Reader(
    name="eml", channel="email", recognises=recognises, read=read, formats="single mail (RFC 5322, .eml), Maildir file",
    yields="one mail, recipients, attachments with SHA-256, display names, thread by References",
    cannot_know="deleted mails; which folder it lay in; whether the header tells the truth",
    tested="stalwart, mime4j, spamscope, Apache Tika; made up by rule",
)  # fmt: skip
