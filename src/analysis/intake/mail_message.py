"""Bytes of one mail to its record: who, to whom, when, what, with which files, and what was wrong with it.

Sources: RFC 5322, RFC 2045-2049, RFC 8621 4.1.4. A mail inside a mail is an attachment of its parent and has a record
of its own; its text never becomes the parent's. Cannot show: that the header tells the truth.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass, field
from typing import NamedTuple

from analysis.intake import mail_fast
from analysis.intake.file_texts import text_in
from analysis.intake.mail_addresses import Mailbox, mailboxes
from analysis.intake.mail_dates import Sent, sent
from analysis.intake.mail_headers import Fields, split_header, unfold
from analysis.intake.mail_parts import Part, leaf, parts
from analysis.intake.mail_text import decode_words, same_words, text_of, untagged
from analysis.intake.mail_tnef import TNEF_TYPES, opened

MAILS_INSIDE = 10  # mails inside mails inside mails: deeper ones are attachments without a record
HTML_BYTES = 1 << 24  # longer HTML parts are kept as attachments, not turned into text
DIFFERENT_SHARE = 0.5  # plain and HTML versions that share fewer of their words do not say the same
DIFFERENT_WORDS = 20  # ... judged only from that many different words on

ONCE = ("from", "sender", "date", "message-id", "subject", "to", "cc", "in-reply-to", "references")  # RFC 5322 3.6
EXPECTED = frozenset(ONCE) | {"received", "return-path", "delivered-to", "content-type", "mime-version", "bcc"}
NESTED = frozenset({"message/rfc822", "message/global"})
_ID = re.compile(r"<[^<>]*>")
_SHOWN = re.compile(r"\s*,?\s*([^<>]*?)\s*<[^<>]*>")
_FORWARD = re.compile(r"\s*(?:fwd?|wg|tr|rv|i|enc|doorst)\s*:", re.I)


class Attached(NamedTuple):
    """A file of a mail: name, type, and size and SHA-256 of its decoded content; absent if it is not in the file."""

    name: str | None
    mime: str | None
    size: int | None
    sha256: str | None
    text: str | None = None  # its words and how they were read, for kinds that are
    basis: str | None = None


@dataclass(slots=True)
class Mail:
    """One mail. Ids keep their angle brackets and are exactly as written; `body` has line feeds only."""

    senders: list[Mailbox]
    agent: Mailbox | None  # `Sender`, when it is not the (first) author: who sent it on behalf of the author
    to: list[Mailbox]
    cc: list[Mailbox]
    bcc: list[Mailbox]
    reply_to: list[Mailbox]
    subject: str | None
    sent: Sent
    message_id: str | None
    in_reply_to: str | None
    references: list[str]
    body: str | bytes | None = ""  # bytes: UTF-8
    body_from: str = ""  # plain, html, or empty
    attachments: list[Attached] = field(default_factory=list)
    nested: list[tuple[str, Mail]] = field(default_factory=list)  # with the number of its part, from 1
    forwarded: bool = False
    encrypted: bool = False  # its text cannot be examined without a key
    conversation: str | None = None  # the provider's id of the thread
    defects: list[str] = field(default_factory=list)
    fields: Fields = field(default_factory=Fields)

    @property
    def parent(self) -> str | None:
        """Message-ID of the mail this one answers."""
        return self.in_reply_to or (self.references[-1] if self.references else None)

    @property
    def root(self) -> str | None:
        """The oldest mail of its conversation that the header names."""
        return self.references[0] if self.references else self.in_reply_to or self.message_id


def read_mail(raw: bytes, depth: int = 0) -> Mail | None:
    """Read one mail; None when it has no readable header at all (then it is a reject, not a mail)."""
    if b"\r" in raw and b"\n" not in raw:
        raw = raw.replace(b"\r", b"\n")
    fields, start = split_header(raw)
    if not fields.values:
        return None
    if depth == 0 and EXPECTED.isdisjoint(fields.values):
        fields.defects.append("no_mail_header")
    mail = envelope(fields)
    leaves = mail_fast.leaves(*leaf(fields, b"", ""), raw, start, len(raw))
    fill(mail, parts(fields, raw[start:]) if leaves is None else leaves, depth)
    mail.defects = list(dict.fromkeys(fields.defects))
    return mail


def envelope(fields: Fields) -> Mail:
    """What a header says; body and attachments are still to come."""
    values, defects = fields.values, fields.defects
    if fields.repeats:
        defects += [f"several_{name.replace('-', '_')}" for name in ONCE if len(values.get(name, ())) > 1]
    senders = shown(_people(fields, "from", only_first=True), fields.text("x-from"))
    agents = _people(fields, "sender", only_first=True) if "sender" in values else []
    if not senders:
        defects.append("no_from")
        senders, agents = agents, []
    if len(senders) > 1:
        defects.append("several_authors")
    when = sent(fields.raw("date"), fields.raw("received"))
    if when.flaw:
        defects.append(when.flaw)
    subject, own = fields.text("subject"), fields.raw("message-id")
    if not own:
        defects.append("no_message_id")
    references = list(dict.fromkeys(named_ids(" ".join(fields.all("references"))))) if "references" in values else []
    return Mail(
        senders=senders, agent=agents[0] if agents and agents[0].handle.lower() != senders[0].handle.lower() else None,
        to=shown(_people(fields, "to"), fields.text("x-to")), cc=shown(_people(fields, "cc"), fields.text("x-cc")),
        bcc=shown(_people(fields, "bcc"), fields.text("x-bcc")), reply_to=_people(fields, "reply-to"), subject=subject,
        sent=when, message_id=own_id(own) if own else None,
        in_reply_to=answered(fields.raw("in-reply-to") or "", references),
        references=references, forwarded=is_forward(subject) or "resent-from" in values,
        conversation=fields.raw("x-gm-thrid"), fields=fields,
    )  # fmt: skip


def _people(fields: Fields, name: str, only_first: bool = False) -> list[Mailbox]:
    values = fields.values.get(name)
    if not values:
        return []
    found: list[Mailbox] = []
    for value in values:
        people, defects = mailboxes(unfold(value))
        found += people
        if defects:
            fields.defects += [f"{defect}:{name}" for defect in defects]
        if only_first and found:
            break
    return found


def shown(people: list[Mailbox], value: str | None) -> list[Mailbox]:
    """Addresses with the names a mail system wrote in a field of its own (`X-From: Bloggs, Jo </O=FIRM/...>`)."""
    if not value or any(one.name for one in people):
        return people
    names = _SHOWN.findall(value) or [value]
    if len(names) != len(people):
        return people
    return [one._replace(name=name.strip(" \"'")) for one, name in zip(people, names, strict=True)]


def own_id(value: str) -> str:
    """The Message-ID exactly as written (`<a b@c>` too); words after the closing bracket are a comment."""
    end = value.find(">")
    return value[: end + 1] if value.startswith("<") and end > 0 else value


def named_ids(value: str) -> list[str]:
    """Message-IDs in a field."""
    return _ID.findall(value) or [word for word in value.split() if "@" in word]


def answered(value: str, references: list[str]) -> str | None:
    """The parent named by In-Reply-To, which old writers filled with prose and addresses."""
    ids = named_ids(value)
    known = [name for name in ids if name in references]
    return known[-1] if known else ids[0] if ids else None


def is_forward(subject: str | None) -> bool:
    """Whether a subject says that a mail is passed on."""
    return bool(subject and _FORWARD.match(subject))


def fill(mail: Mail, leaves: list[Part], depth: int) -> None:
    """Fill body, attachments and nested mails."""
    defects = mail.fields.defects
    texts: list[tuple[Part, str]] = []
    for number, part in enumerate(leaves, 1):
        if part.is_body and (part.mime != "text/html" or len(part.raw) <= HTML_BYTES):
            texts.append((part, part.text(defects)))
        else:
            attach(mail, part, f"{number}", depth)
    plain = {part.group for part, text in texts if part.mime != "text/html" and part.group and text.strip()}
    shown = [
        (part, text_of(text) if part.mime == "text/html" else text)
        for part, text in texts if part.mime != "text/html" or part.group not in plain
    ]  # fmt: skip
    shown = [(part, text) for part, text in shown if text.strip()] or shown[:1]
    if shown or not mail.body:
        mail.body = "\n".join(text for _, text in shown)
        mail.body_from = "" if not shown else "html" if all(part.mime == "text/html" for part, _ in shown) else "plain"
    if "encrypted" in defects and not mail.body.strip():
        mail.body, mail.encrypted = None, True
    for group in sorted(plain):
        _compare([one for one in texts if one[0].group == group], defects)


def _compare(texts: list[tuple[Part, str]], defects: list[str]) -> None:
    """Note alternatives that say different things: hidden text, or a plain version written for filters."""
    plain = " ".join(text for part, text in texts if part.mime != "text/html")
    rich = " ".join(text for part, text in texts if part.mime == "text/html")
    if not rich or same_words(plain, rich):
        return
    rich = untagged(rich)
    one, other = ({word.lower() for word in text.split()} for text in (plain, rich))
    least = min(len(one), len(other))
    if least >= DIFFERENT_WORDS and len(one & other) < DIFFERENT_SHARE * least:
        defects.append("alternatives_differ")


def attach(mail: Mail, part: Part, number: str, depth: int = 0) -> None:
    """Add the file that a part is, and the mail or the files inside it."""
    content = part.content(mail.fields.defects)
    name = decode_words(part.name) if part.name else None
    if part.mime in NESTED and content.strip():
        inner = read_mail(content.lstrip(b"\r\n"), depth + 1) if depth < MAILS_INSIDE else None
        if inner is None:
            mail.fields.defects.append("nested_mail_unread")
        else:
            mail.nested.append((number, inner))
            name = name or inner.subject
    mail.attachments.append(attached(name or part.subject, part.mime, content))
    if part.mime in TNEF_TYPES or (name or "").lower() == "winmail.dat":
        body, files = opened(content, mail.fields.defects)
        mail.body = mail.body or body
        mail.attachments += [attached(title, None, data) for title, data in files]


def attached(name: str | None, mime: str | None, content: bytes) -> Attached:
    """A file whose content is at hand."""
    return Attached(name, mime, len(content), hashlib.sha256(content).hexdigest(), *text_in(name, mime, content))
