"""Text of Apple's typed streams (`attributedBody` of iMessage): the string of the archived attributed text."""

from __future__ import annotations

_HEADER = b"streamtyped"
_STRING = (b"NSString", b"NSMutableString")
_MARK = b"+"  # type code of a counted run of bytes
_WIDE = {0x81: 2, 0x82: 4}  # a length too large for one byte: in two or four, low byte first


def text(data: bytes | None) -> tuple[str | None, bool]:
    """The text of an archived string, and whether it is whole.

    Returns
    -------
    text, whole
        None when there is no archive or no string in it; an empty string in an archive is no text. Not whole: the
        archive ends before its string does, or bytes are not UTF-8 (shown as U+FFFD).
    """
    if not data or _HEADER not in data[:32]:
        return None, False
    start = _start(data)
    if start < 0:
        return None, False
    size, place = _length(data, start)
    if size <= 0:
        return None, False
    held = data[place : place + size]
    try:
        return held.decode("utf-8"), len(held) == size
    except UnicodeDecodeError:
        return held.decode("utf-8", "replace"), False


def _start(data: bytes) -> int:
    """Place of the length of the first string: after the type code that follows the first string class."""
    classes = [place for name in _STRING if (place := data.find(name)) >= 0]
    if not classes:
        return -1
    mark = data.find(b"\x84\x01" + _MARK, min(classes))  # a new type description, one long: `+`
    return mark + 3 if mark >= 0 else -1


def _length(data: bytes, place: int) -> tuple[int, int]:
    if place >= len(data):
        return -1, place
    first = data[place]
    if wide := _WIDE.get(first):
        return int.from_bytes(data[place + 1 : place + 1 + wide], "little"), place + 1 + wide
    return first, place + 1
