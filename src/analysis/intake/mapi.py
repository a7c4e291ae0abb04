"""Properties of an Outlook item to the record of a mail: what its internet header says first, its own tables where not.

Source: MS-OXPROPS, MS-OXOMSG. Addresses inside an Exchange organisation are X.500 names: they are replaced by the SMTP
address that any item of the same file shows for them, else kept as handles. Cannot show: text held only as RTF (noted).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, NamedTuple

from analysis.intake.mail_addresses import Mailbox
from analysis.intake.mail_dates import Instant, Sent
from analysis.intake.mail_headers import Fields, split_header
from analysis.intake.mail_message import Attached, Mail, envelope, fill
from analysis.intake.mail_parts import parts
from analysis.intake.mail_text import decode, text_of

Properties = Mapping[int, Any]  # tag -> text, number, bytes, or time in UTC
CLASS, SUBJECT, SUBMITTED, HEADERS, TOPIC_INDEX = 0x001A, 0x0037, 0x0039, 0x007D, 0x0071
DELIVERED, FLAGS, CREATED, CODEPAGE = 0x0E06, 0x0E07, 0x3007, 0x3FDE
BODY, HTML, RTF, RECIPIENT_ROLE = 0x1000, 0x1013, 0x1009, 0x0C15
FILE_METHOD, FILE_NAME, SHORT_NAME, FILE_TYPE, DISPLAY_NAME = 0x3705, 0x3707, 0x3704, 0x370E, 0x3001
FILE_TAGS = frozenset({FILE_METHOD, FILE_NAME, SHORT_NAME, FILE_TYPE, DISPLAY_NAME})
EMBEDDED = 5  # attachment method: another item
UNSENT = 8  # message flag
AUTHOR = (0x0042, 0x0065, 0x5D02)  # name, address, SMTP address
SENDER = (0x0C1A, 0x0C1F, 0x5D01)
RECIPIENT = (DISPLAY_NAME, 0x3003, 0x39FE)
ROLES = {1: "to", 2: "cc", 3: "bcc"}
_IDS = {0x1035: "message-id", 0x1042: "in-reply-to", 0x1039: "references"}
_MAIL = ("IPM.NOTE", "IPM.SCHEDULE.MEETING", "REPORT.", "IPM.OUTLOOK.RECALL", "IPM.RECALL", "IPM.POST")


class File(NamedTuple):
    """An attachment: as it is listed, and its bytes if they are needed (a signed or encrypted wrapping)."""

    listed: Attached
    content: bytes = b""


def is_mail(properties: Properties) -> bool:
    """Whether an item is a mail (not a contact, an appointment, a task)."""
    kind = str(properties.get(CLASS) or "IPM.Note").upper()
    return kind.startswith(_MAIL) or kind == "IPM"


def addresses(properties: Properties, recipients: Iterable[Properties]) -> dict[str, str]:
    """X.500 names, in lower case, that an item shows beside an SMTP address."""
    people = [(properties, AUTHOR), (properties, SENDER), *((one, RECIPIENT) for one in recipients)]
    pairs = [(str(one.get(tags[1]) or ""), str(one.get(tags[2]) or "")) for one, tags in people]
    return {address.lower(): smtp for address, smtp in pairs if address.startswith("/") and "@" in smtp}


def _person(properties: Properties, tags: tuple[int, int, int], directory: Mapping[str, str]) -> Mailbox | None:
    name, address, smtp = (str(properties.get(tag) or "").strip("\0 ") for tag in tags)
    handle = smtp if "@" in smtp else directory.get(address.lower(), address)
    name = name.strip("'\"")
    if "@" in handle and not handle.startswith("/"):
        return Mailbox("" if name == handle else name, handle, "email")
    return Mailbox(name, handle, "handle") if handle else Mailbox("", name, "name") if name else None


def mail_of(
    properties: Properties, recipients: Sequence[Properties], files: Sequence[File], directory: Mapping[str, str]
) -> Mail:
    """The record of one item."""
    fields = _header(properties)
    mail = envelope(fields)
    author, sender = (_person(properties, tags, directory) for tags in (AUTHOR, SENDER))
    if author and sender and author.kind == "name" and author.handle == sender.name:
        author = sender  # the same person, here with an address
    if not mail.senders and (first := author or sender):
        mail.senders = [first]
        mail.agent = sender if sender and sender.handle.lower() != first.handle.lower() else None
        fields.defects.remove("no_from")
    for number, role in ROLES.items():
        if not getattr(mail, role):
            people = [_person(one, RECIPIENT, directory) for one in recipients if one.get(RECIPIENT_ROLE) == number]
            setattr(mail, role, [one for one in people if one])
    times = [at for tag in (SUBMITTED, DELIVERED, CREATED) if isinstance(at := properties.get(tag), datetime)]
    if times and mail.sent.instant is None:
        mail.sent = Sent(_instant(times[0]), mail.sent.text, "")
        fields.defects[:] = [defect for defect in fields.defects if defect != "date_missing"]
    index = properties.get(TOPIC_INDEX)
    mail.conversation = index[:22].hex() if isinstance(index, bytes) and len(index) >= 22 else mail.conversation
    _body(mail, properties)
    _wrapped(mail, properties, files)
    mail.defects = list(dict.fromkeys(fields.defects))
    return mail


def _header(properties: Properties) -> Fields:
    """The internet header, its gaps filled from the properties."""
    text = str(properties.get(HEADERS) or "").lstrip("\0\r\n ")
    fields, _ = split_header(text.encode("utf-8", "replace"))
    known = {name: properties.get(tag) for tag, name in _IDS.items()}
    subject = str(properties.get(SUBJECT) or "")
    known["subject"] = subject[2:] if subject[:1] == "\x01" else subject
    for name, value in known.items():
        if value and name not in fields.values:
            fields.values[name] = [str(value).encode("utf-8", "replace").decode("latin-1")]
    return fields


def _instant(at: datetime) -> Instant:
    naive = at.astimezone(UTC).replace(tzinfo=None) if at.tzinfo else at
    return Instant(naive, True, "ms" if naive.microsecond else "second")


def _body(mail: Mail, properties: Properties) -> None:
    plain, markup = properties.get(BODY), properties.get(HTML)
    if isinstance(markup, bytes):
        markup = decode(markup, f"cp{properties[CODEPAGE]}" if properties.get(CODEPAGE) else None)[0]
    if plain:
        mail.body, mail.body_from = str(plain).rstrip("\0").replace("\r\n", "\n"), "plain"
    elif markup:
        mail.body, mail.body_from = text_of(str(markup)), "html"
    elif properties.get(RTF):
        mail.fields.defects.append("text_only_as_rtf_not_read")


def _wrapped(mail: Mail, properties: Properties, files: Sequence[File]) -> None:
    """List the files; open those that hold the mail itself (S/MIME)."""
    mail.attachments = [file.listed for file in files]
    if not str(properties.get(CLASS) or "").upper().startswith("IPM.NOTE.SMIME"):
        return
    for file in files:
        if file.content:
            whole = Fields({"content-type": ["application/pkcs7-mime"]}, mail.fields.defects)
            fill(mail, [part for part in parts(whole, file.content) if part.mime != "application/pkcs7-mime"], 0)
