"""Reader of single Outlook items saved to a file (`.msg`) through python-oxmsg.

Source: MS-OXMSG. Needs `pip install 'offchannel[msg]'`.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from analysis.errors import FormatError
from analysis.intake import mapi
from analysis.intake.mail_message import Attached, attached
from analysis.intake.mail_rows import Rows
from analysis.intake.records import Hints, Opened, Reader, Reading

_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_STREAM = "__substg1.0_".encode("utf-16-le")
_DAMAGE = (ValueError, LookupError, OSError, TypeError, AttributeError, NotImplementedError, ArithmeticError)


def recognises(head: bytes, name: str) -> bool:
    """Whether the content is a compound file that holds, or by its name should hold, an Outlook item."""
    return head.startswith(_OLE) and (_STREAM in head or name.lower().endswith(".msg"))


def read(opened: Opened, hints: Hints) -> Reading:
    """Read the item.

    Raises
    ------
    FormatError
        The compound file is damaged, or holds no Outlook item.
    """
    try:
        from oxmsg import Message
    except ImportError:
        return Reading("email", status="unsupported", reason="needs python-oxmsg: pip install 'offchannel[msg]'")
    found, size = Rows(hints), opened.path.stat().st_size
    try:
        item = Message.load(str(opened.path))
        properties = dict(_values(item.properties))
        recipients = [dict(_values(one.properties)) for one in item.recipients]
        files = [_file(one, found) for one in item.attachments]
    except _DAMAGE as error:
        raise FormatError("the compound file is damaged, or holds no Outlook item; it was not read") from error
    if not mapi.is_mail(properties):
        return Reading("email", status="unsupported", reason=f"no mail: an item of class {properties[mapi.CLASS]}")
    mail = mapi.mail_of(properties, recipients, files, mapi.addresses(properties, recipients))
    unsent = int(properties.get(mapi.FLAGS) or 0) & mapi.UNSENT
    found.add(mail, f"message 1 bytes 0-{size}", "draft" if unsent else "")
    return found.reading(size)


def _values(properties: Any) -> Iterator[tuple[int, Any]]:
    for one in properties:
        try:
            yield one.pid, one.value
        except _DAMAGE:  # one property of a type the library does not know
            continue


def _file(one: Any, found: Rows) -> mapi.File:
    told = dict(_values(one.properties))
    name = one.file_name or told.get(mapi.DISPLAY_NAME) or None
    content = one.file_bytes if told.get(mapi.FILE_METHOD) != mapi.EMBEDDED else None
    if content is None:
        found.note("embedded_item_not_read", "message 1")
        return mapi.File(Attached(name, "message/rfc822", None, None))
    return mapi.File(attached(name, one.mime_type, content), content if str(name).lower().endswith(".p7m") else b"")


READER = Reader(
    name="msg", channel="email", recognises=recognises, read=read, formats="Outlook MSG: single mails",
    yields="one mail, recipients, attachments with SHA-256, display names, thread",
    cannot_know="text held only as RTF; items inside attachments; which folder it lay in",
    tested="msg-extractor (2 items); made by hand",
)  # fmt: skip
