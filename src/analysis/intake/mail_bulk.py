"""Many mails at once: where compiled loops find their fields and files, the records are those of `mail_message`.

What is rare, flawed or ambiguous in a header, or of an uncommon shape, is left to the careful way: its place in the
result is None. A test compares both ways, on mails of third parties and on made-up ones.
"""

from __future__ import annotations

import os
from binascii import a2b_qp
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from functools import lru_cache
from importlib import import_module
from importlib.util import find_spec
from typing import Any

import numpy as np

from analysis.intake import mail_fast
from analysis.intake.mail_addresses import Mailbox, mailboxes
from analysis.intake.mail_dates import AHEAD, Instant, Sent, sent
from analysis.intake.mail_headers import Fields, unfold
from analysis.intake.mail_message import HTML_BYTES, Mail, answered, attach, fill, is_forward, named_ids, own_id, shown
from analysis.intake.mail_parts import AS_IT_STANDS, Part, leaf
from analysis.intake.mail_text import LIKE_ASCII, UTF_8, decode_words
from analysis.intake.whatsapp_fast import SWITCH

LARGE = 100_000_000  # bytes: below, loading numba and its cached code (a CPU second) costs more than it saves
MAILS = 1 << 12  # in one batch
KINDS = 1 << 12  # kinds of content worth remembering
EPOCH = datetime(1970, 1, 1)
_AHEAD_S = int(AHEAD.total_seconds())
_CONTENT = ("content-type", "content-transfer-encoding", "content-disposition", "content-description")
_PEOPLE = (("from", "x-from"), ("sender", ""), ("to", "x-to"), ("cc", "x-cc"), ("bcc", "x-bcc"), ("reply-to", ""))
_LEFT = ("x-gmail-labels", "delivered-to")  # fields that the rows ask for themselves


def bulk_reader(size: int) -> Bulk | None:
    """For a file of so many bytes; None without the extra `fast` or a place for its code, and for small files."""
    wanted = os.environ.get(SWITCH) or ("numba" if size >= LARGE else "numpy")
    if wanted != "numba" or find_spec("numba") is None:
        return None
    try:
        return Bulk(import_module("analysis.intake.mail_compiled"))
    except RuntimeError:
        return None


class Bulk:
    """Reads batches of mails; keeps the place for decoded bytes."""

    def __init__(self, loops: Any) -> None:
        self.loops, self.room = loops, np.empty(0, np.uint8)
        self.places, self.flags = np.empty((2, MAILS), np.int64)

    def separators(self, data: bytes) -> Iterator[tuple[int, int]]:
        """Places where separators of an mbox may stand, and flags of what follows (`mail_compiled.separators`)."""
        n = self.loops.separators(np.frombuffer(data, np.uint8), self.places, self.flags)
        return zip(self.places[:n].tolist(), self.flags[:n].tolist(), strict=True)

    def mails(self, data: bytes, starts: Sequence[int], ends: Sequence[int]) -> list[Mail | None]:
        """Records of the mails at [start, end) of `data`; None: read it the careful way."""
        facts = np.empty((len(starts), self.loops.WIDTH), np.int64)
        if len(data) > len(self.room):
            self.room = np.empty(len(data), np.uint8)
        self.loops.headers(np.frombuffer(data, np.uint8), np.array(starts, np.int64), np.array(ends, np.int64), facts)
        return [
            self.mail(data, start, end, row) if row[0] else None
            for start, end, row in zip(starts, ends, facts.tolist(), strict=True)
        ]

    def mail(self, data: bytes, start: int, end: int, row: list[int]) -> Mail | None:
        """One record; None where the careful way must name a flaw."""
        head = data[start : row[0]].decode("latin-1")
        values = {
            name: head[begin:stop] if begin > 0 else unfold(head[-begin:stop])
            for name, begin, stop in zip(self.loops.PLACE, row[3::2], row[4::2], strict=True)
            if begin
        }
        mail = _envelope(values, row[1], row[2])
        if not mail:
            return None
        leaves = mail_fast.leaves(*_kind(values), data, row[0], end)
        if leaves is None:
            return None
        for part in leaves:
            if part.encoding == "base64":
                self.open(part)
        shown = [part for part in leaves if part.is_body]
        if (body := self.body(shown)) is None:
            fill(mail, leaves, 0)
        else:
            mail.body, mail.body_from = body, "plain"
            if len(shown) < len(leaves):
                for number, part in enumerate(leaves, 1):
                    if not part.is_body:
                        attach(mail, part, f"{number}")
        if mail.fields.defects:
            mail.defects += dict.fromkeys(mail.fields.defects)
        return mail

    def open(self, part: Part) -> None:
        """Decode base64 that is as its writer should have made it."""
        size = self.loops.unbase64(np.frombuffer(part.raw, np.uint8), self.room)
        if size >= 0:
            part.raw, part.encoding = self.room[:size].tobytes(), ""

    def body(self, texts: list[Part]) -> bytes | None:
        """The text of a mail that has one, or one and a markup that says the same; None: any other."""
        if not texts or texts[0].mime != "text/plain" or (plain := self.text(texts[0])) is None:
            return None
        if len(texts) == 1:
            return plain
        group = texts[0].group
        if len(texts) > 2 or texts[1].mime != "text/html" or not group or group != texts[1].group:
            return None
        rich = self.text(texts[1])
        return (
            plain
            if rich is not None and self.loops.same(np.frombuffer(plain, np.uint8), np.frombuffer(rich, np.uint8))
            else None
        )

    def text(self, part: Part) -> bytes | None:
        """Text of a part as UTF-8 with line feeds only; None where it is of no usual kind."""
        if part.encoding in AS_IT_STANDS:
            content = part.raw
        elif part.encoding == "quoted-printable":
            content = a2b_qp(part.raw)
        else:
            return None
        if part.charset not in LIKE_ASCII or b"begin" in content or len(part.raw) > HTML_BYTES:
            return None
        if b"\r" in content:
            content = content.replace(b"\r\n", b"\n")
        if content.isascii():
            return content
        return content if part.charset in UTF_8 and self.loops.is_utf8(np.frombuffer(content, np.uint8)) else None


def _envelope(values: dict[str, str], at: int, traced: int) -> Mail | None:
    """What a header without flaws says; None if it has one."""
    own, when = values.get("message-id"), _sent(values, at, traced)
    people: list[list[Mailbox]] = []
    for name, beside in _PEOPLE:
        if not (value := values.get(name)):
            people.append([])
            continue
        found, flaws = mailboxes(value)
        if flaws:
            return None
        people.append(shown(found, decode_words(values[beside])) if beside in values else found)
    senders, agents, to, cc, bcc, reply_to = people
    if len(senders) != 1 or not own or when.flaw:
        return None
    agent = agents[0] if agents and agents[0].handle.lower() != senders[0].handle.lower() else None
    subject, answer = values.get("subject"), values.get("in-reply-to")
    references: list[str] = []
    if subject:
        subject = decode_words(subject)
    if "references" in values:
        references = list(dict.fromkeys(named_ids(values["references"])))
    if answer not in references:
        answer = answered(answer, references) if answer else None
    left = Fields({name: [values[name]] for name in _LEFT if name in values})
    passed = is_forward(subject) or "resent-from" in values
    return Mail(senders, agent, to, cc, bcc, reply_to, subject, when, own_id(own), answer, references, forwarded=passed,
                conversation=values.get("x-gm-thrid"), fields=left)  # fmt: skip


def _sent(values: dict[str, str], at: int, traced: int) -> Sent:
    """When it was sent, from instants already read where they are of the usual form."""
    if at == -1 or (traced == -1 and "received" in values) or (traced != -1 and at - traced > _AHEAD_S):
        received = values.get("received")
        return sent(values.get("date"), received and unfold(received))
    return Sent(Instant(EPOCH + timedelta(0, at), True, "second"), values["date"], "")


def _kind(values: dict[str, str]) -> tuple[Part, str]:
    """The body as its header describes it, and its boundary."""
    return mail_fast.group(values.get("content-type", "")) or _leaf(*map(values.get, _CONTENT))


@lru_cache(maxsize=KINDS)
def _leaf(*values: str | None) -> tuple[Part, str]:
    found = {name: [value] for name, value in zip(_CONTENT, values, strict=True) if value is not None}
    return leaf(Fields(found), b"", "")
