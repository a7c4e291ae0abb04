"""Many mails at once: where compiled loops find their fields and files, the records are those of `mail_message`.

What is rare, flawed or ambiguous in a header, or of an uncommon shape, is left to the careful way: its place in the
result is None. A test compares both ways, on mails of third parties and on made-up ones.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from functools import lru_cache
from importlib import import_module
from importlib.util import find_spec
from itertools import islice
from typing import Any, NamedTuple

import numpy as np

from analysis.intake import mail_fast
from analysis.intake import mail_layout as lay
from analysis.intake.mail_addresses import Mailbox, mailboxes
from analysis.intake.mail_dates import AHEAD, Instant, Sent, sent
from analysis.intake.mail_headers import CACHED, Fields, unfold, whole
from analysis.intake.mail_message import Mail, answered, attach, fill, is_forward, named_ids, own_id, shown
from analysis.intake.mail_parts import AS_IT_STANDS, WRAPPED, Part, leaf
from analysis.intake.mail_text import LIKE_ASCII, UTF_8, decode_words
from analysis.intake.whatsapp_fast import SWITCH

LARGE = 100_000_000  # bytes: below, loading numba and its cached code (a CPU second) costs more than it saves
MAILS = 1 << 12  # in one batch
PARTS = 1 << 14  # leaves in one batch; mails whose leaves have no place are left to `mail_fast`
KINDS = 1 << 12  # kinds of content worth remembering
REMEMBERED = 1 << 13  # bytes of a header whose kind is
EPOCH = datetime(1970, 1, 1)
_AHEAD_S = int(AHEAD.total_seconds())
_CONTENT = ("content-type", "content-transfer-encoding", "content-disposition", "content-description")
_SHOWN = frozenset({"text/plain", "text/html"})
_CODINGS = {"quoted-printable": lay.QUOTED, "base64": lay.BASE64}
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


class Kind(NamedTuple):
    """What the header of a leaf says: the leaf without its bytes, and how to decode it."""

    part: Part
    codes: list[list[int]]  # as another than the first, or the first, in each of `SUBTYPES`


class Bulk:
    """Reads batches of mails; keeps the place for what is found in them."""

    def __init__(self, loops: Any) -> None:
        self.loops, self.room = loops, np.empty(0, np.uint8)
        self.places, self.flags = np.empty((2, MAILS), np.int64)
        self.leaves = np.empty((PARTS, lay.LEAF), np.int64)

    def separators(self, data: bytes) -> Iterator[tuple[int, int]]:
        """Places where separators of an mbox may stand, and flags of what follows (`mail_compiled.separators`)."""
        n = self.loops.separators(np.frombuffer(data, np.uint8), self.places, self.flags)
        return zip(self.places[:n].tolist(), self.flags[:n].tolist(), strict=True)

    def mails(self, data: bytes, starts: Sequence[int], ends: Sequence[int]) -> list[Mail | None]:
        """Records of the mails at [start, end) of `data`; None: read it the careful way."""
        view, facts = np.frombuffer(data, np.uint8), np.empty((len(starts), lay.FACTS), np.int64)
        fields = np.empty(len(starts) * len(lay.NAMES) * lay.FIELD, np.int64)
        if len(data) > len(self.room):
            self.room = np.empty(len(data), np.uint8)
        places = np.array((starts, ends), np.int64)
        leaves = self.leaves[: self.loops.headers(view, *places, facts, fields, self.leaves)]
        rows, found = facts.tolist(), iter(fields[: lay.FIELD * facts[:, lay.FIELDS].sum()].tolist())
        spans = zip(found, found, found, strict=True)
        headers = [
            _values(data[start : row[lay.BODY]], islice(spans, row[lay.FIELDS]))
            for start, row in zip(starts, rows, strict=True)
        ]
        kinds, codes, told = list[Kind | None](), list[int](), iter(leaves[:, : lay.GROUP].tolist())
        for start, values, row in zip(starts, headers, rows, strict=True):
            for head, stop, _, _, first, parent in islice(told, row[lay.LEAVES]):
                kind = _kind(data[head:stop]) if head else _only(row[lay.BODY] - start, values)
                kinds.append(kind)
                codes.append(kind.codes[first][parent] if kind else 0)
        leaves[:, lay.CODE] = codes
        held = self.room[: self.loops.texts(view, leaves, self.room)].tobytes()
        pairs = zip(kinds, leaves.tolist(), strict=True)
        return [
            _mail(data, held, end, values, row, list(islice(pairs, row[lay.LEAVES])))
            for values, end, row in zip(headers, ends, rows, strict=True)
        ]


def _values(header: bytes, spans: Iterable[tuple[int, int, int]]) -> dict[str, str]:
    """The fields of a header that say something, unfolded."""
    head = header.decode("latin-1")
    return {
        lay.NAMES[kind]: head[begin:stop] if begin > 0 else unfold(head[-begin:stop]) for kind, begin, stop in spans
    }


def _mail(
    data: bytes,
    held: bytes,
    end: int,
    values: dict[str, str],
    row: list[int],
    pairs: list[tuple[Kind | None, list[int]]],
) -> Mail | None:
    """One record; None where the careful way must name a flaw."""
    if not row[lay.BODY] or not (mail := _envelope(values, row[lay.DATE], row[lay.TRACE])):
        return None
    if not pairs:
        if (parts := mail_fast.leaves(*_described(values), data, row[lay.BODY], end)) is None:
            return None
        fill(mail, parts, 0)
    else:
        leaves = [(kind, leaf) for kind, leaf in pairs if kind]
        if len(leaves) < len(pairs):
            return None
        texts = [number for number, (_, leaf) in enumerate(leaves) if leaf[lay.CODE] & (lay.TEXT | lay.ODD)]
        if texts and _is_body(leaves, *texts):
            leaf = leaves[texts[0]][1]
            mail.body, mail.body_from = held[leaf[lay.OUT] : leaf[lay.OUT_END]], "plain"
            for number, (kind, leaf) in enumerate(leaves):
                if number not in texts:
                    attach(mail, _part(kind, leaf, data, held), f"{number + 1}")
        else:
            fill(mail, [_part(kind, leaf, data, held) for kind, leaf in leaves], 0)
    if mail.fields.defects:
        mail.defects += dict.fromkeys(mail.fields.defects)
    return mail


def _is_body(leaves: list[tuple[Kind, list[int]]], first: int, second: int = 0, *more: int) -> bool:
    """Whether the first text is that of the mail: it is the only one, or the other is markup that says the same."""
    leaf = leaves[first][1]
    if not leaf[lay.STATE] or leaf[lay.CODE] & (lay.RICH | lay.ODD) or more:
        return False
    return not second or (second == first + 1 and leaves[second][1][lay.SAME] == 1)


def _part(kind: Kind, leaf: list[int], data: bytes, held: bytes) -> Part:
    """A leaf with its bytes: decoded if it is a file and that was done."""
    one, done = kind.part, leaf[lay.STATE] and not leaf[lay.CODE] & (lay.TEXT | lay.ODD)
    raw = held[leaf[lay.OUT] : leaf[lay.OUT_END]] if done else data[leaf[lay.BEGIN] : leaf[lay.END]]
    return Part(one.mime, one.charset, one.name, one.disposition, "" if done else one.encoding, raw,
                leaf[lay.IS_FIRST] == 1, lay.SUBTYPES[leaf[lay.PARENT]], leaf[lay.GROUP], one.subject)  # fmt: skip


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


def _described(values: dict[str, str]) -> tuple[Part, str]:
    """The body as its header describes it, and its boundary."""
    found = {name: [values[name]] for name in _CONTENT if name in values}
    return mail_fast.described(Fields(found))


def _only(size: int, values: dict[str, str]) -> Kind | None:
    """The only leaf of a mail whose header is so long."""
    key = map(values.get, _CONTENT)
    return _of_values(*key) if size < REMEMBERED else _of_values.__wrapped__(*key)


@lru_cache(maxsize=KINDS)
def _of_values(*values: str | None) -> Kind | None:
    found = {name: [value] for name, value in zip(_CONTENT, values, strict=True) if value is not None}
    return _coded(leaf(Fields(found), b"", "")[0])


def _kind(head: bytes) -> Kind | None:
    """A leaf of several, of its header; None if that holds a flaw."""
    return _of_head(head) if len(head) < 2 * CACHED else _of_head.__wrapped__(head)


@lru_cache(maxsize=KINDS)
def _of_head(head: bytes) -> Kind | None:
    fields = Fields()
    return _coded(leaf(fields, b"", "")[0]) if whole(fields, head[:-1].decode("latin-1")) else None


def _coded(part: Part) -> Kind | None:
    if part.mime.startswith("multipart/") or part.mime in WRAPPED:
        return None
    coding = _CODINGS.get(part.encoding, 0 if part.encoding in AS_IT_STANDS else lay.ODD)
    mime = part.mime if part.mime in _SHOWN else part.mime[:5]
    like_ascii, wide = part.charset in LIKE_ASCII, part.charset in UTF_8
    return Kind(part, _codes(mime, like_ascii, wide, bool(part.name), part.disposition == "attachment", coding))


@lru_cache(maxsize=KINDS)
def _codes(mime: str, like_ascii: bool, wide: bool, named: bool, attached: bool, coding: int) -> list[list[int]]:
    usual = mime in _SHOWN and like_ascii and coding != lay.ODD
    text = lay.TEXT | coding | lay.WIDE * wide | lay.RICH * (mime == "text/html") if usual else lay.ODD
    file, name, disposition = lay.BASE64 * (coding == lay.BASE64), "name" * named, "attachment" * attached
    return [
        [text if Part(mime, None, name, disposition, "", b"", first, parent).is_body else file
         for parent in lay.SUBTYPES] for first in (False, True)
    ]  # fmt: skip
